"""What two people made of the same fields: both texts, what both began with, and the two brought together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from claims.errors import StaleEdit
from claims.models import Claim, Event, Rating
from claims.workflow.edit import digest
from claims.workflow.merge import Merged, merge_words

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
    for event in Event.objects.filter(chain=claim.chain, action__in=["edit", "create"]).order_by("-seq").iterator():
        if len(found) == len(seen):
            break
        for texts in _texts(event):
            found |= {name: _lines(texts[name]) for name in _fitting(texts, seen) if name not in found}
    return found


def last_written(claim: Claim, fields: Iterable[str]) -> dict[str, Event]:
    """For each field the event by which it came to say what it says now; a field nobody wrote is left out."""
    wanted = set(fields)
    found: dict[str, Event] = {}
    for event in Event.objects.filter(chain=claim.chain, action__in=["edit", "arrange"]).order_by("-seq").iterator():
        found |= dict.fromkeys(wanted & set(event.details.get("after", ())) - set(found), event)
        if set(found) == wanted:
            break
    return found


def _texts(event: Event) -> Iterable[Mapping[str, str | None]]:
    body = event.details
    return (body.get("before", {}), body.get("after", {}), body)


def _fitting(texts: Mapping[str, str | None], seen: Mapping[str, str]) -> Iterable[str]:
    return [name for name, mark in seen.items() if name in texts and digest(texts[name]) == mark]


def _lines(text: str | None) -> str:
    """Browsers send other ends of lines than we keep; they are no difference."""
    return (text or "").replace("\r\n", "\n")
