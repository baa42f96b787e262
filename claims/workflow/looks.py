"""What each person last saw of a claim, and what "since you last looked" compares with.

A mark moves only when the page says that it was really before somebody's eyes, and only when nothing has happened to
the claim since: what a person is said to have seen is what he saw.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from claims.models import ChainHead, Claim, Person, ReadMark
from claims.models.event import canonical
from claims.workflow.compare import open_parts
from claims.workflow.revisions import read_content
from claims.workflow.standing import standing

# Looks closer together than this are one visit: loading the page anew does not make its news old.
VISIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Look:
    """What somebody saw of a claim: up to which event of its record, when, and what it said."""

    seq: int
    at: datetime
    content: str


def last_look(mark: ReadMark | None, now: datetime) -> Look | None:
    """How the visit before this one ended; ``None`` when this is the first."""
    if mark is None:
        return None
    if now - mark.at > VISIT:
        return Look(mark.seq, mark.at, mark.content)
    if mark.base_seq is None or mark.base_at is None:
        return None
    return Look(mark.base_seq, mark.base_at, mark.base_content)


def read_mark(claim: Claim, person: Person) -> ReadMark | None:
    return ReadMark.objects.filter(claim=claim, person=person).first()


def newest_seq(claim: Claim) -> int:
    """The number of the newest event of a claim's record."""
    return ChainHead.objects.filter(pk=claim.chain).values_list("seq", flat=True).first() or 0


def seen_content(claim: Claim, person: Person) -> str:
    """What the claim says to this person now, as canonical JSON; less what the blind review keeps from him."""
    content = read_content(claim)
    return content.body if standing(claim, person).sees_verdict else canonical(open_parts(content.values))


@transaction.atomic
def keep_look(claim: Claim, *, person: Person, seq: int, has_read: bool = False) -> bool:
    """Remember that somebody has seen a claim as it stands.

    Args:
        seq: the newest event when the page was made.
        has_read: he says that he has read what changed, so the next comparison begins here.

    Returns:
        whether it was kept; not when something happened to the claim since the page was made.
    """
    mark = ReadMark.objects.select_for_update().filter(claim=claim, person=person).first()
    content = mark.content if mark is not None and mark.seq == seq else seen_content(claim, person)
    # Asked after the content was read: an event in between makes the two differ.
    if newest_seq(claim) != seq:
        return False
    now = timezone.now()
    base = Look(seq, now, content) if has_read else last_look(mark, now)
    if mark is None:
        mark, _made = ReadMark.objects.select_for_update().get_or_create(claim=claim, person=person)
    mark.seq, mark.content = seq, content
    if base is not None:
        mark.base_seq, mark.base_at, mark.base_content = base.seq, base.at, base.content
    mark.save()
    return True
