"""What the clock says of what is due: once for each claim, kind and due date, however often it looks.

Each look asks for claims that somebody should be told of, locks those nobody holds, and tells.  A row of ``Reminder``
is written with the event, so that another clock, or the next minute, finds it told.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims import jobs
from claims.models import Assignment, Claim, ContactLog, Desk, Event, FactCheck, Reading, Reminder
from claims.workflow import stages
from claims.workflow.assignment import waiting_for_cross_checker
from claims.workflow.rounds import Round
from claims.workflow.transitions import (
    APPROVED,
    CHANGES_REQUESTED,
    EDITABLE,
    IN_RESEARCH,
    IN_REVIEW,
    PREFLIGHT,
    PUBLISHED,
    WORKING,
)

Kind = Reminder.Kind
SECOND_READ_AFTER = timedelta(days=3)
PUBLISHING_TAKES = timedelta(minutes=10)  # at its date a claim is published by a job, with some tries
QUESTIONS = {Kind.STILL_ON_IT, Kind.SECOND_READ}  # open until somebody answers; the others are only told
RESEARCHED = (IN_RESEARCH, CHANGES_REQUESTED)
READ_ONCE = (IN_REVIEW, APPROVED, PUBLISHED)  # where a claim stands whose cross-check was waived


@dataclass(frozen=True)
class Due:
    """One thing of one claim that is due, and what its event says besides."""

    claim: int
    kind: Reminder.Kind
    at: datetime
    person: int | None = None
    body: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def tick(now: datetime | None = None) -> None:
    """Called by the clock once a minute, after what comes due by itself: tell of all that is due and was not told yet.

    Args:
        now: for tests; else the moment it is called.
    """
    now, desk, each = now or timezone.now(), Desk.objects.current(), Round("reminders")
    each.go(stages.free_ones(stages.undated(desk)), lambda claim: stages.date_stage(claim, now, desk))
    _close_overtaken(now)
    for look in LOOKS:
        _tell(list(islice(look(desk, now), stages.BATCH)), now, each)
    each.end()


def _tell(found: list[Due], now: datetime, each: Round) -> None:
    """Tell of each that nobody told of since it was looked for; where that fails for one, of every claim by itself.

    Asked once more under the locks of the claims: whoever tells of one holds its lock.
    """
    claims = Claim.objects.filter(pk__in={due.claim for due in found})
    free = {claim.pk: claim for claim in stages.free_ones(claims)} if found else {}
    told = set(Reminder.objects.filter(claim__in=free).values_list("claim", "kind", "due_at")) if free else set()
    new: dict[tuple[int, str, datetime], Due] = {}
    for due in found:
        key = (due.claim, str(due.kind), due.at)
        if due.claim in free and key not in told:
            new.setdefault(key, due)
    try:
        with transaction.atomic():
            _write(free, list(new.values()), now)
    except Exception:  # noqa: BLE001  # whatever it is: found out of each by itself, so that no other waits for it
        each.go(free.values(), lambda claim: _write(free, [due for due in new.values() if due.claim == claim.pk], now))


def _write(claims: Mapping[int, Claim], dues: Collection[Due], now: datetime) -> None:
    """A reminder, its event and its job for each; one statement a claim."""
    Reminder.objects.bulk_create(_row(due, now) for due in dues)
    events = [_record(claims[due.claim], due) for due in dues]
    jobs.enqueue_all([("notify", {"key": f"event/{event.pk}", "event": event.pk}) for event in events])


def _row(due: Due, now: datetime) -> Reminder:
    closed_at = None if due.kind in QUESTIONS else now
    return Reminder(claim_id=due.claim, kind=due.kind, due_at=due.at, person_id=due.person, closed_at=closed_at)


def _record(claim: Claim, due: Due) -> Event:
    return Event.objects.append(claim, due.kind, by=None, body={"due": due.at, "stage": claim.status, **due.body})


def _close_overtaken(now: datetime) -> None:
    """Questions that what happened since has answered."""
    asked = Reminder.objects.filter(closed_at=None)
    holds = Assignment.objects.filter(claim=OuterRef("claim"), person=OuterRef("person"), role="checker", ended_at=None)
    moved_on = ~Q(Exists(holds)) | ~Q(claim__status__in=RESEARCHED)
    asked.filter(moved_on, kind=Kind.STILL_ON_IT).update(closed_at=now)
    read = Reading.objects.filter(claim=OuterRef("claim"), kind="cross", at__gt=OuterRef("due_at"))
    asked.filter(Q(Exists(read)) | ~Q(claim__status__in=READ_ONCE), kind=Kind.SECOND_READ).update(closed_at=now)


def _untold(kind: Reminder.Kind, due_at: str = "next_due_at", claim: str = "pk") -> Q:
    return ~Q(Exists(Reminder.objects.filter(claim=OuterRef(claim), kind=kind, due_at=OuterRef(due_at))))


# --- looks: what is due now, each thing with the moment it was due at


def _due_soon(desk: Desk, now: datetime) -> Iterator[Due]:
    until = stages.after(desk, "remind_before", now)
    if until is None:
        return
    claims = Claim.objects.open().filter(_untold(Kind.DUE_SOON), next_due_at__gt=now, next_due_at__lte=until)
    claims = claims.exclude(status=PREFLIGHT).exclude(status=APPROVED, publish_at__isnull=False)  # the machine's
    for pk, due_at, since in claims.values_list("pk", "next_due_at", "status_since"):
        if _is_past_half(since, now, due_at):
            yield Due(pk, Kind.DUE_SOON, due_at)


def _overdue(desk: Desk, now: datetime) -> Iterator[Due]:
    late = Claim.objects.live().filter(_untold(Kind.OVERDUE), next_due_at__lte=now).exclude(status=PREFLIGHT)
    late = late.exclude(status=PUBLISHED, public_state=Claim.PublicState.WITHHELD)  # told of as withheld
    late = late.exclude(status=APPROVED, publish_at__gt=now - PUBLISHING_TAKES)
    for pk, due_at in late.values_list("pk", "next_due_at")[: stages.BATCH]:
        yield Due(pk, Kind.OVERDUE, due_at)


def _is_past_half(since: datetime, now: datetime, due_at: datetime) -> bool:
    """Nobody is reminded of what he was given a moment ago."""
    return due_at - now <= now - since


def _still_on_it(desk: Desk, now: datetime) -> Iterator[Due]:
    """Who has held a claim for so many days, or so many since he last said that he is still on it."""
    patience = stages.days_of(desk.ask_after)
    if patience is None:
        return
    held = Assignment.objects.filter(role="checker", ended_at=None, person__isnull=False, claim__status__in=RESEARCHED)
    asked = Reminder.objects.filter(claim=OuterRef("claim"), person=OuterRef("person"), kind=Kind.STILL_ON_IT)
    answered = asked.exclude(closed_at=None).order_by("-closed_at").values("closed_at")[:1]
    held = held.filter(assigned_at__lte=now - patience).exclude(Exists(asked.filter(closed_at=None)))
    for claim, person, since, last in held.values_list("claim", "person", "assigned_at", Subquery(answered)):
        due_at = max(since, last or since) + patience
        if due_at <= now:
            yield Due(
                claim, Kind.STILL_ON_IT, due_at, person, {"person": f"person/{person}", "days": (now - since).days}
            )


def _reply_due_soon(desk: Desk, now: datetime) -> Iterator[Due]:
    until = stages.after(desk, "remind_before", now)
    if until is None:
        return
    awaited = _awaited(Kind.REPLY_DUE_SOON).filter(no_wait_reason="", deadline__gt=now, deadline__lte=until)
    for pk, claim, deadline, since in awaited.values_list("pk", "claim", "deadline", "asked_at"):
        if _is_past_half(since, now, deadline):
            yield Due(claim, Kind.REPLY_DUE_SOON, deadline, body={"contact": pk})


def _reply_overdue(desk: Desk, now: datetime) -> Iterator[Due]:
    """Silence while nobody may change what readers are told; elsewhere the clock notes it at once."""
    silent = _awaited(Kind.REPLY_OVERDUE).filter(deadline__lte=now)
    silent = silent.exclude(claim__status__in=(*EDITABLE, IN_REVIEW))
    for pk, claim, deadline in silent.values_list("pk", "claim", "deadline")[: stages.BATCH]:
        yield Due(claim, Kind.REPLY_OVERDUE, deadline, body={"contact": pk})


def _awaited(kind: Reminder.Kind) -> QuerySet[ContactLog]:
    awaited = ContactLog.objects.filter(answer="", silence_noted_at=None, claim__status__in=WORKING)
    return awaited.filter(_untold(kind, "deadline", "claim")).order_by("claim", "pk")


def _cross_checker_wanted(desk: Desk, now: datetime) -> Iterator[Due]:
    """Nobody was eligible, or who had it left, and nobody has taken it since."""
    empty = Assignment.objects.filter(claim=OuterRef("pk"), role="cross_checker", ended_at=None).values("assigned_at")
    told = Reminder.objects.filter(claim=OuterRef("pk"), kind=Kind.CROSS_CHECKER_WANTED, due_at__gte=OuterRef("since"))
    waiting = waiting_for_cross_checker().annotate(since=Coalesce(Subquery(empty[:1]), "status_since"))
    waiting = waiting.filter(~Exists(told)).order_by("since", "pk")
    for pk, since in waiting.values_list("pk", "since")[: stages.BATCH]:
        due_at = stages.after(desk, "remind_before", since)
        if due_at is not None and due_at <= now:
            yield Due(pk, Kind.CROSS_CHECKER_WANTED, due_at)


def _second_read(desk: Desk, now: datetime) -> Iterator[Due]:
    """Some days after a cross-check was waived, unless somebody has given a second verdict since."""
    later = Reading.objects.filter(claim=OuterRef("claim"), kind__in=["cross", "waiver"], pk__gt=OuterRef("pk"))
    waived = Reading.objects.filter(kind="waiver", at__lte=now - SECOND_READ_AFTER, claim__status__in=READ_ONCE)
    told = Reminder.objects.filter(claim=OuterRef("claim"), kind=Kind.SECOND_READ, due_at__gte=OuterRef("at"))
    waived = waived.exclude(Exists(later)).exclude(Exists(told)).order_by("pk")
    for claim, by, at in waived.values_list("claim", "by", "at")[: stages.BATCH]:
        yield Due(claim, Kind.SECOND_READ, at + SECOND_READ_AFTER, body={"waived_by": f"person/{by}"})


def _withheld(desk: Desk, now: datetime) -> Iterator[Due]:
    newest = FactCheck.objects.filter(claim=OuterRef("pk")).order_by("-number").values("at")[:1]
    hidden = Claim.objects.filter(Q(status__in=WORKING) | Q(status=PUBLISHED, next_due_at__lte=now))
    hidden = hidden.filter(public_state=Claim.PublicState.WITHHELD).annotate(since=Subquery(newest))
    told = Reminder.objects.filter(claim=OuterRef("pk"), kind=Kind.WITHHELD, due_at__gte=OuterRef("since"))
    late = hidden.filter(since__lte=now - stages.WITHHELD_AT_MOST).exclude(Exists(told))
    for pk, since in late.values_list("pk", "since")[: stages.BATCH]:
        yield Due(pk, Kind.WITHHELD, since + stages.WITHHELD_AT_MOST)


LOOKS = (
    _due_soon,
    _overdue,
    _still_on_it,
    _reply_due_soon,
    _reply_overdue,
    _cross_checker_wanted,
    _second_read,
    _withheld,
)
