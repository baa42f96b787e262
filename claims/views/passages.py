"""Comments on a passage of the rationale: where each passage stands now, and the rationale with all of them marked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.evidence import anchor, quotes
from claims.models import Claim, Comment, Person
from claims.templatetags.prose import Span, prose
from claims.views.captured_text import TAGS
from claims.workflow.apply import Refused
from claims.workflow.comments import Passage
from claims.workflow.standing import standing


@dataclass(frozen=True)
class PassageNow:
    """What became of the passage a comment is about.

    Attributes:
        parts: the passage against the words now in its place, as ``{% diff %}`` shows it; empty where it is unchanged.
        place: where it stands now, in code points; ``None``: nowhere.
    """

    parts: tuple[tuple[str, str], ...] = ()
    place: tuple[int, int] | None = None

    @property
    def is_gone(self) -> bool:
        return self.place is None


def find_passage(rationale: str, comment: Comment) -> PassageNow:
    """Anchor the passage of a comment in the rationale as it stands now."""
    start = comment.passage_start or 0
    end = start + len(comment.passage)
    if rationale[start:end] == comment.passage:
        return PassageNow(place=(start, end))
    selector = anchor.Selector(comment.passage, comment.passage_before, comment.passage_after, start, end)
    found = anchor.check(rationale, selector)
    if found.start is None or found.end is None:
        return PassageNow()
    parts = tuple((TAGS[kind], words) for kind, words in found.diff if words) if found.state == anchor.ALTERED else ()
    return PassageNow(parts, (found.start, found.end))


def mark_passages(rationale: str, found: Iterable[tuple[Comment, PassageNow]]) -> SafeString:
    """The rationale with the passages of open threads marked, each with a number that leads to its comment."""
    placed = [(comment, now.place) for comment, now in found if now.place and comment.resolved_at is None]
    spans = [
        Span(*place, number, f"comment-{comment.pk}", _("Comment %(n)d on this passage") % {"n": number})
        for number, (comment, place) in enumerate(placed, 1)
    ]
    return prose(rationale, spans)


def read_selection(claim: Claim, person: Person, given: dict[str, object]) -> Passage:
    """The passage a form names, by its place or by its first and last words.

    Raises:
        Refused: he may not know the verdict, nothing is named, or the words do not stand there once.
    """
    if not standing(claim, person).sees_verdict:  # or a form would tell which words stand there
        raise Refused(_("Give your own verdict first, or ask to see this one: a passage tells of it."), "blind")
    start, end = given["start"], given["end"]
    if isinstance(start, int) and isinstance(end, int):
        return Passage(start, end, str(given["exact"]))
    start, end = quotes.find_passage(claim.rationale, str(given["first"]), str(given["last"]))
    return Passage(start, end, claim.rationale[start:end])
