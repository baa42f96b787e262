"""What two people made of the same fields: both texts, what both began with, and the two brought together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from claims.errors import StaleEdit
from claims.models import Claim, Event, Person, Rating
from claims.workflow.edit import digest
from claims.workflow.edit_review import QUESTION
from claims.workflow.merge import Merged, merge_words

# Events that say of a field who wrote it: of the claim itself, and of a part that has a number.
OF_CLAIM = frozenset({"edit", "arrange", "answer_rubric"})
OF_EVIDENCE = frozenset({"edit_evidence", "title_source"})
OF_APPEARANCE = frozenset({"edit_appearance"})
HOLD_TEXTS = frozenset({"create", "edit", "answer_rubric"})

WRITTEN_IN = frozenset(
    {
        "statement", "context", "no_appearance_reason", "rationale", "evidence_exception", "title", "summary", "body",
        "correction_text", "reason",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """One field two people changed.

    Attributes:
        base: what both had before them; ``None`` when the record does not hold it.
    """

    field: str
    base: str | None
    mine: str
    theirs: str

    @property
    def is_text(self) -> bool:
        """Whether words can be brought together; a choice can only be made again."""
        return self.field in WRITTEN_IN

    @cached_property
    def merged(self) -> Merged:
        return merge_words(self.base, self.mine, self.theirs)


def read_conflicts(claim: Claim, stale: StaleEdit, seen: Mapping[str, str]) -> list[Conflict]:
    """The fields of a refused edit.

    Args:
        seen: the marks that came with the edit.  Each is looked up in the claim's record, which holds every text that
            ever stood there; so the page carries a mark of sixteen characters and no second copy of the text.
    """
    bases = read_bases(claim, {name: seen.get(name, "") for name in stale.conflicts})
    return [
        Conflict(name, bases.get(name), _lines(mine), _lines(theirs))
        for name, (theirs, mine) in stale.conflicts.items()
    ]


def read_bases(claim: Claim, seen: Mapping[str, str]) -> dict[str, str]:
    """The texts that carry these marks; a field whose text is nowhere in the record is left out."""
    empty = digest("")
    found = {name: "" for name, mark in seen.items() if mark == empty}
    if "rating" in seen and "rating" not in found:
        rating = next((row for row in Rating.objects.all() if digest(row) == seen["rating"]), None)
        found["rating"] = str(rating or "")
    for event in Event.objects.filter(chain=claim.chain, action__in=HOLD_TEXTS).order_by("-seq").iterator():
        if len(found) == len(seen):
            break
        for texts in _texts(event):
            found |= {name: _lines(texts[name]) for name in _fitting(texts, seen) if name not in found}
    return found


@dataclass(frozen=True)
class Written:
    """Who brought a field to say what it says now, and when; ``by`` is ``None`` where no person did."""

    by: Person | None
    at: datetime


def last_written(
    claim: Claim, fields: Iterable[str], *, actions: frozenset[str] = OF_CLAIM, number: int | None = None
) -> dict[str, Written]:
    """For each field who wrote it last; one nobody wrote is left out.

    Args:
        number: of the piece of evidence or the appearance whose fields these are.
    """
    wanted = set(fields)
    found: dict[str, Event] = {}
    for event in Event.objects.filter(chain=claim.chain, action__in=actions).order_by("-seq").iterator():
        if number is None or event.details.get("number") == number:
            found |= dict.fromkeys(wanted & _changed(event) - set(found), event)
        if set(found) == wanted:
            break
    ids = {event.actor_ref.removeprefix("person/") for event in found.values() if event.actor_ref.startswith("person/")}
    people = {person.ref: person for person in Person.objects.filter(pk__in=ids)}
    return {name: Written(people.get(event.actor_ref), event.at) for name, event in found.items()}


def _changed(event: Event) -> set[str]:
    """The fields an event wrote, as forms name them."""
    body = event.details
    before, after = body.get("before", {}), body.get("after", {})
    if event.action == "answer_rubric":
        return {f"{QUESTION}{code}" for code in after} | ({"reason"} & set(body))
    return {name for name, value in after.items() if name not in before or value != before[name]}


def _texts(event: Event) -> Iterable[Mapping[str, str | None]]:
    body = event.details
    return (body.get("before", {}), body.get("after", {}), body)


def _fitting(texts: Mapping[str, str | None], seen: Mapping[str, str]) -> Iterable[str]:
    return [name for name, mark in seen.items() if name in texts and digest(texts[name]) == mark]


def _lines(text: str | None) -> str:
    """Browsers send other ends of lines than we keep; they are no difference."""
    return (text or "").replace("\r\n", "\n")
