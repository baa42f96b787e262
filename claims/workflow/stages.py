"""The stages a claim goes through, and by when each is due: so many hours or days of the desk's work after it began."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from claims.models import Claim, ContactLog, Desk
from claims.models.claim import ClaimQuerySet
from claims.workflow.hours import Calendar, Limit, add_working_time
from claims.workflow.transitions import (
    ACCEPTED,
    APPROVED,
    AWAITING_REPLY,
    CHANGES_REQUESTED,
    IN_CROSS_CHECK,
    IN_RESEARCH,
    IN_REVIEW,
    INBOX,
    PUBLISHED,
)

# State -> the desk's field that says how long it may last.  Nobody is late in the others: preflight is the machine's,
# a watched claim has a date of its own, and the rest is over.
LIMIT_OF = {
    INBOX: "triage_limit",
    ACCEPTED: "triage_limit",
    IN_RESEARCH: "research_limit",
    CHANGES_REQUESTED: "research_limit",
    AWAITING_REPLY: "reply_limit",
    IN_CROSS_CHECK: "cross_check_limit",
    IN_REVIEW: "review_limit",
    APPROVED: "publication_limit",
}
FARTHEST = timedelta(days=3653)
WITHHELD_AT_MOST = timedelta(hours=72)
_CLOCK: Any = Desk._meta.get_field("day_starts")
BATCH = 100  # claims the clock takes in hand at once: nobody waits long for one of them


def problem_with(date: datetime, now: datetime) -> str:
    """Why a date somebody gives for what is to come cannot be meant; empty when it can."""
    if date <= now:
        return _("This date has passed already: choose a later one.")
    return _("This is more than ten years away: check the year.") if date > now + FARTHEST else ""


def calendar_of(desk: Desk) -> Calendar:
    """When the desk works; a desk that was never saved has its hours as text."""
    starts, ends = (_CLOCK.to_python(text) for text in (desk.day_starts, desk.day_ends))
    return Calendar(desk.zone, frozenset(desk.working_days), starts, ends)


def after(desk: Desk, limit: str, moment: datetime) -> datetime | None:
    """The moment one of the desk's limits after another; ``None`` where the desk sets none.

    Args:
        limit: the name of the desk's field, as ``research_limit``.
    """
    found = Limit.read(getattr(desk, limit))
    return add_working_time(moment, found, calendar_of(desk)) if found else None


def days_of(limit: str) -> timedelta | None:
    """A limit as days and hours go by, work or no work."""
    found = Limit.read(limit)
    return timedelta(**{"days" if found.unit == "d" else "hours": found.amount}) if found else None


def due_in(claim: Claim, now: datetime, desk: Callable[[], Desk]) -> datetime | None:
    """When the stage a claim enters now is due; ``None``: it is not due.

    Args:
        desk: asked only where the stage has a limit, so that steps into the others cost no statement.
    """
    if claim.status == PUBLISHED:
        return now + WITHHELD_AT_MOST if claim.public_state == Claim.PublicState.WITHHELD else None
    if claim.status == AWAITING_REPLY:
        return reply_due(claim)
    limit = LIMIT_OF.get(claim.status)
    return after(desk(), limit, now) if limit else None


def reply_due(claim: Claim) -> datetime | None:
    """The last deadline of those who were asked and have not answered: the clock ends the wait at it."""
    found = ContactLog.objects.filter(claim=claim, answer="").aggregate(last=Max("deadline"))
    last: datetime | None = found["last"]
    return last


def undated(desk: Desk) -> ClaimQuerySet:
    """What came by no step (an import, SQL, a limit that was set later), and what waits for a deadline that moved."""
    limited = [state for state, limit in LIMIT_OF.items() if getattr(desk, limit) and state != AWAITING_REPLY]
    last = ContactLog.objects.filter(claim=OuterRef("pk"), answer="").order_by("-deadline").values("deadline")[:1]
    moved = Q(status=AWAITING_REPLY, last__isnull=False) & ~Q(stage_due_at=F("last"), stage_due_at__isnull=False)
    never = Q(status__in=limited, stage_due_at=None)
    claims: ClaimQuerySet = Claim.objects.alias(last=Subquery(last)).filter(moved | never)
    return claims


def date_stage(claim: Claim, now: datetime, desk: Desk) -> None:
    """Date the stage a claim is in, as if it came into it now."""
    Claim.objects.filter(pk=claim.pk).update(stage_due_at=due_in(claim, now, lambda: desk))


def free_ones(claims: ClaimQuerySet, limit: int = BATCH) -> list[Claim]:
    """Lock those of some claims that nobody else has locked, at most ``limit`` of them, lowest id first.

    One that a person is changing at this moment is left out and found again in the next minute (``SKIP LOCKED``): the
    clock waits for nobody.
    """
    return list(claims.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:limit])
