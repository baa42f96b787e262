"""Records of a file -> claims of the desk, batch by batch: all of a batch or nothing of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from claims.models import Claim, Event, Person
from claims.transfer import change, check
from claims.transfer.columns import _
from claims.transfer.compare import flatten, marks
from claims.transfer.dump import Reach, desk_mark, record_of, with_parts
from claims.transfer.names import Names
from claims.transfer.read import Problem, Record
from claims.workflow.imports import NewClaim, create_claims

BATCH = 500
FIRST_WORDS = 80  # characters of a statement in a report
LOCK = 0x696D706F7274  # "import": one batch at a time on a desk
EVERYTHING = Reach(verdicts=True, confidential=True)

CREATED, CHANGED, UNCHANGED, REFUSED, HELD_BACK = "created", "changed", "unchanged", "refused", "held_back"


@dataclass(frozen=True)
class Line:
    """What becomes of one record.

    Attributes:
        name: its external id; often empty.
        columns: what is changed, where something is.
        problems: why it is refused, where it is.
        statement: its first words.
        claim: the number of the claim, where there is one that whoever brings the file may know of.
    """

    row: int
    name: str
    what: str
    columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    statement: str = ""
    claim: int | None = None


@dataclass
class Outcome:
    """How many records became what; ``rows``: records read so far."""

    rows: int = 0
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((CREATED, CHANGED, UNCHANGED, REFUSED, HELD_BACK), 0)
    )

    def add(self, line: Line) -> None:
        self.rows += 1
        self.counts[line.what] += 1


@dataclass
class Import:
    """One file on its way in.

    Attributes:
        by: who brought it; ``None``: a command of the machine's owner.
        source: the name of the file, for the record.
        try_only: everything is done and taken back again, so that what it tells is what would happen.
        reaches_confidential: whether it may change confidential claims.
        tell: is given each line as soon as its batch is decided.
        last: the last thing in the transaction of each batch that is kept.
        skip: records done by an earlier run.
    """

    source: str
    by: Person | None = None
    try_only: bool = False
    reaches_confidential: bool = False
    batch: int = BATCH
    tell: Callable[[Line], None] = lambda line: None
    last: Callable[[Outcome], None] = lambda outcome: None
    skip: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    seen: dict[str, int] = field(default_factory=dict)

    def run(self, records: Iterable[Record]) -> Outcome:
        """Take the records in.

        Raises:
            FileRefused: the file cannot be read on; batches before it are kept.
        """
        self.names = Names(self.by)
        for group in _batches(records, self.batch):
            for record in group:
                check.check_record(record)
                self._check_name(record)
            if self.skip >= len(group):
                self.skip -= len(group)
                continue
            for line in self._take(group):
                self.tell(line)
        return self.outcome

    def _check_name(self, record: Record) -> None:
        first = self.seen.setdefault(record.name, record.row)
        if record.name and first != record.row:
            sentence = _("row %(first)d names the same claim; put its lines one below the other.")
            record.refuse("external_id", sentence, first=first)

    def _take(self, group: list[Record]) -> list[Line]:
        """One batch in one transaction; with a single refusal nothing of it is kept."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            lines = self._lines(group)
            refused = any(line.what == REFUSED for line in lines)
            if refused:
                lines = [line if line.what in {REFUSED, UNCHANGED} else _held_back(line) for line in lines]
            for line in lines:
                self.outcome.add(line)
            if refused or self.try_only:
                transaction.set_rollback(True)
            else:
                self.last(self.outcome)
        self.names.end_batch(kept=not (refused or self.try_only))
        return lines

    def _lines(self, group: list[Record]) -> list[Line]:
        for record in group:
            self.names.spell(record)
        known = self._known(group)
        for record in group:
            self._check_known(record, known.get(record.name))
        sound = [record for record in group if not record.problems]
        self.names.prepare(sound)
        new = [record for record in sound if record.name not in known]
        claims = create_claims([self._draft(record) for record in new], by=self.by)
        made = {record.row: claim for record, claim in zip(new, claims, strict=True)}
        changed = self._change([record for record in sound if record.row not in made], known)
        return [self._line(record, made, changed, known.get(record.name)) for record in group]

    def _line(
        self, record: Record, made: dict[int, Claim], changed: dict[int, tuple[str, ...]], claim: Claim | None
    ) -> Line:
        statement = str(record.values.get("statement") or "")
        if claim is not None and claim.confidential and not self.reaches_confidential:
            claim = None  # what the file says of it is all that is told
        line = partial(Line, record.row, record.name, statement=_first_words(statement, claim))
        if record.problems:
            return line(REFUSED, problems=tuple(record.problems), claim=claim.pk if claim else None)
        if record.row in made:
            return line(CREATED, claim=None if self.try_only else made[record.row].pk)
        columns = changed.get(record.row, ())
        return line(CHANGED if columns else UNCHANGED, columns, claim=claim.pk if claim else None)

    # --- claims that are there

    def _known(self, group: list[Record]) -> dict[str, Claim]:
        """The claims the records name, locked: those of this desk by their number, others by their outside name."""
        own, mark = {}, desk_mark()
        names = {record.name for record in group}
        for name in names:
            desk, _slash, number = name.rpartition("/")
            if desk == mark and number.isascii() and number.isdigit() and len(number) < 19:  # noqa: PLR2004  # bigint
                own[int(number)] = name
        ids = list(Claim.objects.filter(external_id__in=names).values_list("pk", flat=True)) if names else []
        locked = Claim.objects.locked().filter(pk__in=[*ids, *own])
        return {claim.external_id if claim.external_id in names else own[claim.pk]: claim for claim in locked}

    def _check_known(self, record: Record, claim: Claim | None) -> None:
        if claim is None:
            told = {one.column for one in record.problems}  # "": nothing of the line could be read
            if not record.values.get("statement") and not told & {"", "statement"}:
                record.refuse("statement", _("a new claim needs a statement."))
        elif claim.confidential and not self.reaches_confidential:
            record.refuse("external_id", _("this claim cannot be changed by an import from here."))

    def _change(self, group: list[Record], known: dict[str, Claim]) -> dict[int, tuple[str, ...]]:
        """Write what the records change of claims that are there; the columns of each, by its row."""
        if not group:
            return {}
        pks = [known[record.name].pk for record in group]
        mark, before = desk_mark(), _imported_before(pks)
        desk = {claim.pk: claim for claim in with_parts(Claim.objects.filter(pk__in=pks))}
        done = {}
        for record in group:
            claim = desk[known[record.name].pk]
            said = record_of(claim, EVERYTHING, mark)
            wanted = change.Wanted(claim, record, said, before.get(claim.pk), self._told(record))
            done[record.row] = change.change_claim(wanted, self.names)
        return done

    def _draft(self, record: Record) -> NewClaim:
        draft = change.draft_of(record, self.names)
        draft.told = {**self._told(record), "marks": marks(flatten(record)), **change.brought(draft)}
        return draft

    def _told(self, record: Record) -> dict[str, Any]:
        """What the record says of where it comes from; the timeline shows the reason."""
        place = {"file": self.source, "row": record.row}
        return {**place, "reason": gettext("%(file)s, row %(row)d") % place}


def _imported_before(pks: list[int]) -> dict[int, dict[str, str]]:
    """What files said of claims when they were last imported."""
    chains = {f"claim/{pk}": pk for pk in pks}
    events = Event.objects.filter(chain__in=chains, action="import").order_by("chain", "-seq").distinct("chain")
    return {chains[event.chain]: event.details["marks"] for event in events if event.details.get("marks")}


def _held_back(line: Line) -> Line:
    """One that would be new is no claim yet."""
    return replace(line, what=HELD_BACK, claim=None if line.what == CREATED else line.claim)


def _first_words(statement: str, claim: Claim | None) -> str:
    words = " ".join((statement or (claim.statement if claim else "")).split())
    return words if len(words) <= FIRST_WORDS else f"{words[: FIRST_WORDS - 1].rstrip()}…"


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    rows = iter(records)
    while group := list(islice(rows, size)):
        yield group


def in_words(problem: Problem) -> str:
    """``row 14, claimant: ...`` in the reader's language."""
    sentence = gettext(problem.sentence) % problem.told
    place = gettext("row %(row)d") % {"row": problem.row}
    return f"{place}, {problem.column}: {sentence}" if problem.column else f"{place}: {sentence}"


def counted(counts: dict[str, int], *, is_trial: bool = False) -> str:
    """The numbers of an outcome as a sentence; of a trial nothing is created yet."""
    words: list[Any] = [
        (CREATED, gettext("new") if is_trial else gettext("created")),
        (CHANGED, gettext("changed")),
        (UNCHANGED, gettext("unchanged")),
        (REFUSED, gettext("refused")),
        (HELD_BACK, gettext("held back with them")),
    ]
    said = [f"{counts[name]} {word}" for name, word in words if counts[name] or name in {CREATED, CHANGED, UNCHANGED}]
    return ", ".join(said) + "."
