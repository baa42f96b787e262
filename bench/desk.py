"""The charts of the desk at 1,000 and at 20,000 claims (CLAIMS=100000 for the whole measurement): statements, and CPU of page and database."""

import os
import time

from _house import house, report

SMALL, LARGE = 1_000, int(os.environ.get("CLAIMS", "20000"))
STEPS = [
    ("accept", "inbox", "accepted"), ("assign", "accepted", "in_research"), ("submit", "in_research", "preflight"),
    ("pass", "preflight", "in_cross_check"), ("cross_check", "in_cross_check", "in_review"),
    ("approve", "in_review", "approved"), ("publish", "approved", "published"),
]  # fmt: skip
AGO = "now() - ((n * 7919) % 700) * interval '1 day'"  # spread over nearly two years


def multiply(row, first, last, **values):
    """Copies of a row with ids and values from SQL over ``n``, the number of the copy."""
    from django.db import connection

    fields = [field for field in row._meta.concrete_fields if not getattr(field, "generated", False)]
    known = {field.column for field in fields}
    values = {"id": "n"} | values
    select = ", ".join(values.get(column, f't."{column}"') for column in sorted(known)).replace("%", "%%")
    columns = ", ".join(f'"{column}"' for column in sorted(known))
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {select} FROM {table} t, generate_series(%s, %s) n WHERE t.id = %s",
            [first, last, row.pk],
        )


def make_rows():
    """One row of each kind; the others are its copies."""
    from django.db import connection

    from claims.models import (
        Appearance,
        Assignment,
        Claim,
        Claimant,
        Event,
        Evidence,
        FactCheck,
        Person,
        Rating,
        RatingScale,
        Reading,
        Resource,
        Revision,
        Stay,
        Topic,
    )

    scale = RatingScale.objects.create(slug="plain", name="Plain", is_current=True)
    for code in ("true", "mixed", "false", "open"):
        Rating.objects.create(scale=scale, code=code, label=code, definition="As it says.", family=code)
    person = Person.objects.create_user("auditor-1", name="Auditor One", role="auditor")
    checkers = [Person.objects.create_user(f"checker-{n}", name=f"Checker {n}", role="checker") for n in range(8)]
    rating = Rating.objects.first()
    claim = Claim.objects.create(statement="The harbour handled ships.", rating=rating)
    claimants = [Claimant.objects.create(slug=f"c-{n}", name=f"Claimant {n}") for n in range(100)]
    topics = [Topic.objects.create(slug=f"t-{n}", name=f"Topic {n}") for n in range(100)]
    claim.topics.add(topics[0])
    appearance = Appearance.objects.create(claim=claim, number=1, claimant=claimants[0])
    resource = Resource.objects.create(url="https://source.example.org/0", host="source.example.org")
    evidence = Evidence.objects.create(claim=claim, number=1, resource=resource)
    assignment = Assignment.objects.create(claim=claim, role="checker", person=checkers[0])
    revision = Revision.objects.create(
        claim=claim, number=1, origin="submit", body="{}" * 600, content_sha256="0" * 64, material_sha256="0" * 64,
        content_version=1,
    )  # fmt: skip
    reading = Reading.objects.create(
        claim=claim, revision=revision, kind="first", by=checkers[0], rating=rating, material_sha256="0" * 64
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the first claim is not really public
    fact_check = FactCheck.objects.create(
        claim=claim, number=1, kind="published", revision=revision, slug="one", page='{"statement": "' + "ships " * 400 + '"}',
        first_published_at=claim.created_at,
    )  # fmt: skip
    event = Event.objects.append(claim, "create", by=checkers[0], body={"statement": claim.statement})
    stay = Stay.objects.create(
        claim=claim, stage="inbox", next_stage="accepted", began_at=claim.created_at, left_at=claim.created_at
    )
    return person, locals()


def fill(rows, have, count):
    """Two in three published with all their steps, the rest open or declined, one in fifty confidential; three sources and two voices each."""
    from django.db import connection

    public, first, last = "n % 3 > 0", have + 1, count
    checkers, claimants, topics = (rows[name][0].pk for name in ("checkers", "claimants", "topics"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        status = f"CASE WHEN {public} THEN 'published' WHEN n % 10 = 0 THEN 'declined' ELSE 'in_research' END"
        multiply(
            rows["claim"], first, last, status=status, public_state=f"CASE WHEN {public} THEN 'published' ELSE '' END",
            slug=f"CASE WHEN {public} THEN 'claim-' || n END", rating_id=f"{rows['rating'].pk} + n % 4",
            decline_reason="CASE WHEN n % 30 = 0 THEN 'other' ELSE '' END", created_at=AGO, status_since=AGO,
            confidential="n % 50 = 7",
            stage_due_at=f"CASE WHEN {public} THEN NULL ELSE now() + (n % 80 - 40) * interval '1 day' END",
        )  # fmt: skip
        for n in (0, 1):
            multiply(
                rows["appearance"], first, last, id=f"n * 2 + {n}", claim_id="n", number=str(n + 1),
                claimant_id=f"{claimants} + (n * {n + 3}) % 100",
            )  # fmt: skip
        cursor.execute(
            f"INSERT INTO claims_claim_topics (claim_id, topic_id) SELECT n, {topics} + (n + k * 7) %% 100"
            " FROM generate_series(%s, %s) n, generate_series(0, 1) k",
            [first, last],
        )
        for n in range(3):
            multiply(rows["resource"], first, last, id=f"n * 3 + {n}", url=f"'https://example.org/' || n || '/{n}'")
            multiply(
                rows["evidence"], first, last, id=f"n * 3 + {n}", claim_id="n", number=str(n + 1),
                resource_id=f"n * 3 + {n}", pinned_id="CASE WHEN n % 7 > 0 THEN 1 END",
            )  # fmt: skip
        multiply(rows["assignment"], first, last, claim_id="n", person_id=f"{checkers} + n % 8")
        multiply(rows["revision"], first, last, claim_id="n")
        for n, kind in enumerate(("first", "cross")):
            multiply(
                rows["reading"], first, last, id=f"n * 2 + {n}", claim_id="n", revision_id="n", kind=f"'{kind}'",
                at=AGO, rating_id=f"{rows['rating'].pk} + (n + n / 9 * {n}) % 4",
            )  # fmt: skip
        multiply(rows["fact_check"], first, last, claim_id="n", first_published_at=AGO, at=AGO, slug="'claim-' || n")
        for n, (action, source, target) in enumerate(STEPS, start=2):
            body = f'{{"from":"{source}","reason":"","to":"{target}"}}'
            multiply(
                rows["event"], first, last, id=f"n * 10 + {n}", chain="'claim/' || n", seq=str(n), body=f"'{body}'",
                action=f"'{action}'", at=f"{AGO} + {n} * interval '20 hours'",
            )  # fmt: skip
            multiply(
                rows["stay"], first, last, id=f"n * 10 + {n}", claim_id="n", stage=f"'{source}'", next_stage=f"'{target}'",
                began_at=f"{AGO} + {n - 1} * interval '20 hours'", left_at=f"{AGO} + {n} * interval '20 hours'",
            )  # fmt: skip
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def measure(client, address):
    from django.db import connection

    spent = []

    def note(execute, sql, params, many, context):
        begin = time.perf_counter()
        found = execute(sql, params, many, context)
        spent.append(time.perf_counter() - begin)
        return found

    client.get(address, headers={"HX-Request": "true"})
    begin = time.process_time()
    with connection.execute_wrapper(note):
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    return len(spent), (time.process_time() - begin) * 1000, sum(spent) * 1000


with house():
    from django.test import Client

    from claims.figures.lists import QUESTIONS

    reader, rows = make_rows()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(reader)
    addresses = {"/desk/": "/desk/", "/topics/": "/topics/"}
    addresses |= {
        f"{name}, {days}": f"/desk/charts/{name}/?period={days}" for name in QUESTIONS for days in ("30", "year")
    }
    fill(rows, 1, SMALL)
    small = {name: measure(client, address) for name, address in addresses.items()}
    fill(rows, SMALL, LARGE)
    large = {name: measure(client, address) for name, address in addresses.items()}

table = [(f"{name}: ms in the database at {LARGE:,}", figures[2], "") for name, figures in large.items()]
table += [(f"{name}: ms CPU of the page at {LARGE:,}", figures[1], "") for name, figures in large.items()]
same = all(small[name][0] == large[name][0] for name in addresses)
table.append(("statements: the same at both sizes (1: yes)", float(same), "1"))
report("desk", [*table, ("most statements of a chart's request", max(n for n, _cpu, _ms in large.values()), "")])
