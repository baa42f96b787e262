"""Find whatever was changed in the record behind the application's back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import RecordBroken
from claims.jobs import JobRun
from claims.models import AnchorLog, ChainHead, Event, Person
from claims.models.event import GENESIS, hash_body, hash_event
from claims.workflow import anchors, record_rows
from claims.workflow.record_rows import Problem

PROBLEMS_SHOWN = 20
ERASE = "erase_event"
VERIFIED = "verify_record"

FIELDS = (
    "chain", "seq", "at", "actor_ref", "action", "format", "body", "salt", "body_sha256", "prev", "hash",
    "head_seq", "head_hash",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What ``verify`` found.  It promises all that is older than ``anchored_at``."""

    events: int
    chains: int
    anchors: int
    anchored_at: datetime | None
    anchor_mac: str
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        return not self.problems


@dataclass
class Tally:
    """What a reading of the record has counted so far."""

    events: int = 0
    chains: int = 0
    anchors: int = 0
    anchored_at: datetime | None = None
    anchor_mac: str = ""


@transaction.atomic
def erase_event(event: Event, *, by: Person, reason: str) -> None:
    """Empty the words of one event, for a person's right to it.  Its chain still verifies, and says "erased"."""
    Event.objects.append(event.chain, ERASE, by=by, body={"chain": event.chain, "seq": event.seq, "reason": reason})
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.erase', 'on', true)")
        Event.objects.filter(pk=event.pk).update(body="", salt="")
        cursor.execute("SELECT set_config('factcheck.erase', '', true)")


def verify() -> Verdict:
    """Read the whole record once, as it is at one moment, in memory that does not grow with it.

    Checked: every event's body and link, every chain's numbers and head, every anchor, and that revisions,
    readings, approvals and public versions are what their events say.  Problems come in the order found, at most
    ``PROBLEMS_SHOWN``.
    """
    tally = Tally()
    with _one_moment() as anchors_end:
        problems = list(islice(chain(_broken_chains(tally), _broken_anchors(tally, anchors_end)), PROBLEMS_SHOWN))
        if not problems:
            problems = list(islice(record_rows.broken_rows(), PROBLEMS_SHOWN))
    return Verdict(tally.events, tally.chains, tally.anchors, tally.anchored_at, tally.anchor_mac, tuple(problems))


def start_nightly_check() -> None:
    """Called by the clock once a day."""
    jobs.enqueue("verify_record", key="record")


def check_record(job: JobRun) -> None:
    """Job: read the whole record, and write what was found on the desk's chain.

    Raises:
        RecordBroken: with the first thing that is not as it was recorded.
    """
    job.progress(_("reading the whole record"))
    verdict = verify()
    problem = str(verdict.problems[0]) if verdict.problems else ""
    body = {"events": verdict.events, "chains": verdict.chains, "anchors": verdict.anchors, "problem": problem}
    with transaction.atomic():
        Event.objects.append("desk", VERIFIED, by=None, body=body)
    if problem:
        raise RecordBroken(_("The record is not as it was written: %(problem)s.") % {"problem": problem}, "record")


@contextmanager
def _one_moment() -> Iterator[int | None]:
    """The tables and the anchors as of one moment, though both go on growing.  Yields the size of the anchors."""
    freeze = not connection.in_atomic_block  # inside a test's transaction nobody else writes
    with transaction.atomic():
        with anchors.locked():
            end = anchors.size()
            with connection.cursor() as cursor:
                if freeze:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT 1 FROM claims_chainhead LIMIT 1")  # the first query sets the moment
        yield end


def _broken_chains(tally: Tally) -> Iterator[Problem]:
    head = ChainHead.objects.filter(pk=OuterRef("chain"))
    rows = (
        Event.objects.annotate(head_seq=Subquery(head.values("seq")), head_hash=Subquery(head.values("hash")))
        .order_by("chain", "seq")
        .values(*FIELDS)
    )
    for name, events in groupby(rows.iterator(chunk_size=2000), key=itemgetter("chain")):
        tally.chains += 1
        yield from _broken_links(name, events, tally)
    lost = ChainHead.objects.exclude(seq=0, hash=GENESIS).exclude(Exists(Event.objects.filter(chain=OuterRef("pk"))))
    for name in lost.order_by("pk").values_list("pk", flat=True).iterator():
        yield Problem(name, 1, "the whole chain is missing, though its head is there")


def _is_erased(row: Row) -> bool:
    """Whether an event of its chain, or of the desk's, says that this one was erased."""
    said = Event.objects.filter(chain__in=[row["chain"], "desk"], action=ERASE)
    return any((e.details.get("chain"), e.details.get("seq")) == (row["chain"], row["seq"]) for e in said)


def _broken_links(name: str, events: Iterator[Row], tally: Tally) -> Iterator[Problem]:
    """Walk one chain to its end.  After a break the walk goes on from what it found, so one break is one problem."""
    seq, prev = 0, GENESIS
    row: Row = {}
    for row in events:
        tally.events += 1
        what = _what_is_wrong(row, seq, prev)
        if what:
            yield Problem(name, row["seq"], what)
        seq, prev = row["seq"], row["hash"]
    if row["head_seq"] is None:
        yield Problem(name, seq, "the chain has no head")
    elif row["head_seq"] > seq:
        yield Problem(name, seq + 1, f"events are missing at the end: the head is at {row['head_seq']}")
    elif (row["head_seq"], row["head_hash"]) != (seq, prev):
        yield Problem(name, seq, "the last event is not the one the chain's head names")


def _what_is_wrong(row: Row, seq: int, prev: str) -> str:
    if row["seq"] != seq + 1:
        return f"event {seq + 1} is missing before it"
    if row["prev"] != prev:
        return "it does not follow from the event before it"
    if row["body"] == "" and row["salt"] == "":
        if not _is_erased(row):
            return "its words are gone and no event says that they were erased"
    elif hash_body(row["salt"], row["body"]) != row["body_sha256"]:
        return "its words were changed"
    link = hash_event(
        row["prev"], row["chain"], row["seq"], row["at"], row["actor_ref"], row["action"], row["format"],
        row["body_sha256"],
    )  # fmt: skip
    return "" if link == row["hash"] else "its time, actor, action or hash was changed"


def _broken_anchors(tally: Tally, end: int | None) -> Iterator[Problem]:
    if end is None:
        if AnchorLog.objects.filter(place=anchors.place()).exists():
            yield Problem("anchors.log", None, "the file is missing, though chains have been anchored in it")
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE anchored (chain text, seq bigint, hash text) ON COMMIT DROP")
        try:
            macs = _load_anchors(cursor, tally, end)
        except anchors.Damaged as damage:
            yield Problem("anchors.log", damage.line, f"the line {damage}")
        else:
            yield from _lost_anchors(macs)
        yield from _contradicted_anchors(cursor)
        cursor.execute("DROP TABLE anchored")


def _load_anchors(cursor: Any, tally: Tally, end: int) -> set[str]:
    """Read the file into a table; the signatures of those of its lines that a log is known by or was left at."""
    logs = AnchorLog.objects.values_list("name", "mac")
    known, found = {mac for pair in logs for mac in pair}, set()
    for anchor in anchors.read(end):
        tally.anchors, tally.anchored_at, tally.anchor_mac = anchor.line, anchor.at, anchor.mac
        found |= {anchor.mac} & known
        seqs, links = [seq for seq, _link in anchor.heads.values()], [link for _seq, link in anchor.heads.values()]
        cursor.execute(
            "INSERT INTO anchored SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[])",
            [list(anchor.heads), seqs, links],
        )
    return found


def _lost_anchors(found: set[str]) -> Iterator[Problem]:
    """Lines that were written to this file, or to one in its place, and are no longer there: the tables remember them."""
    for log in AnchorLog.objects.filter(Q(name__in=found) | Q(place=anchors.place())).order_by("at"):
        if log.mac not in found:
            yield Problem(
                "anchors.log", None, f"the file was cut: what was written at {log.at:%Y-%m-%d %H:%M:%S} is not in it"
            )


def _contradicted_anchors(cursor: Any) -> Iterator[Problem]:
    cursor.execute(
        "SELECT a.chain, a.seq, e.id IS NULL FROM anchored a"
        " LEFT JOIN claims_event e ON e.chain = a.chain AND e.seq = a.seq"
        " WHERE e.hash IS DISTINCT FROM a.hash ORDER BY 1, 2 LIMIT %s",
        [PROBLEMS_SHOWN],
    )
    for name, seq, is_gone in cursor.fetchall():
        what = "it was anchored and is gone" if is_gone else "it, or an event before it, is not what was anchored"
        yield Problem(name, seq, what)
