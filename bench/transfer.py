"""Claims in and out in bulk: an import with its record, its captures and its checks, against a bare bulk_create of the same rows."""

import io
import os
import resource
import time

from _house import house, report

CLAIMS = int(os.environ.get("CLAIMS", "20000"))
CLAIMANTS, TOPICS, SOURCES = 200, 20, 5_000


def line(n):
    return (
        f"x-{n},The harbour handled {n} ships in one day.,Said at the opening.,Topic {n % TOPICS},Office {n % CLAIMANTS},2024-06-19,"
        f"https://news.example.org/{n},Twelve ships!,https://port.example.org/{n % SOURCES},refutes\r\n"
    )


def file():
    """One appearance and one piece of evidence a claim, as a spreadsheet would write them."""
    head = "external_id,statement,context,topics,claimant,said_on,appearance_url,verbatim,evidence_url,stance\r\n"
    return (head + "".join(line(n) for n in range(CLAIMS))).encode()


class Measured:
    """CPU and wall clock of this process, and the statements it sent."""

    def __enter__(self):
        from django.db import connection

        self.statements = 0
        self.wrapper = connection.execute_wrapper(self._note)
        self.wrapper.__enter__()
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        return self

    def _note(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)

    def __exit__(self, *error):
        self.cpu, self.wall = time.process_time() - self.cpu, time.perf_counter() - self.wall
        self.wrapper.__exit__(*error)


def take_in(data):
    from claims.transfer.files import read_records
    from claims.transfer.load import Import

    with Measured() as measured:
        outcome = Import("bench.csv").run(read_records(io.BytesIO(data), "csv"))
    assert (outcome.rows, outcome.counts["refused"]) == (CLAIMS, 0), outcome
    return measured


def bare():
    """The same rows with nothing checked, found, recorded or captured."""
    from claims.models import Appearance, Claim, Claimant, Evidence, Resource, Topic

    through = Claim.topics.through
    with Measured() as measured:
        claimants = Claimant.objects.bulk_create(Claimant(slug=f"b-{n}", name=f"Bare {n}") for n in range(CLAIMANTS))
        topics = Topic.objects.bulk_create(Topic(slug=f"b-{n}", name=f"Bare {n}") for n in range(TOPICS))
        sources = Resource.objects.bulk_create(Resource(url=f"https://bare.example.org/{n}") for n in range(SOURCES))
        for start in range(0, CLAIMS, 500):
            rows = range(start, min(start + 500, CLAIMS))
            claims = Claim.objects.bulk_create(
                Claim(
                    external_id=f"b-{n}",
                    statement=f"The harbour handled {n} ships in one day.",
                    context="Said at the opening.",
                )
                for n in rows
            )
            pairs = list(zip(claims, rows, strict=True))
            through.objects.bulk_create(through(claim=claim, topic=topics[n % TOPICS]) for claim, n in pairs)
            Appearance.objects.bulk_create(
                Appearance(claim=claim, number=1, claimant=claimants[n % CLAIMANTS], said_on="2024-06-19",
                           url=f"https://news.example.org/{n}", verbatim="Twelve ships!", is_first=True)
                for claim, n in pairs
            )  # fmt: skip
            Evidence.objects.bulk_create(
                Evidence(claim=claim, number=1, resource=sources[n % SOURCES], stance="refutes") for claim, n in pairs
            )
    return measured


def take_out(form):
    from claims.transfer.dump import export

    with Measured() as measured:
        for _piece in export(form):
            pass
    return measured


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


with house():
    data = file()
    before = memory()
    first, again = take_in(data), take_in(data)
    grown = memory() - before
    plain = bare()
    out = {form: take_out(form) for form in ("csv", "jsonl")}

report(
    "transfer",
    [
        (f"import of {CLAIMS:,} new claims, claims/s", CLAIMS / first.wall, ""),
        ("its statements a claim", first.statements / CLAIMS, "<= 0.2"),
        ("bare bulk_create of the same rows, claims/s", CLAIMS / plain.wall, ""),
        ("its statements a claim", plain.statements / CLAIMS, ""),
        ("import / bulk_create, wall clock", first.wall / plain.wall, ""),
        ("import / bulk_create, CPU of the process", first.cpu / plain.cpu, ""),
        ("the same file again, claims/s", CLAIMS / again.wall, ""),
        ("its statements a claim", again.statements / CLAIMS, "<= 0.2"),
        ("MB the process grew by in both", grown, "<= 100"),
        ("export as CSV, claims/s", 2 * CLAIMS / out["csv"].wall, ""),
        ("export as JSON Lines, claims/s", 2 * CLAIMS / out["jsonl"].wall, ""),
        ("its statements for 500 claims", 500 * out["jsonl"].statements / (2 * CLAIMS), "<= 5"),
    ],
)
