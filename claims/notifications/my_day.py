"""A person's day: what is overdue, due today, waiting for him, and what is new; as a page and as the e-mail of the morning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from claims import jobs
from claims.models import Claim, Delivery, Desk, Notification, Person
from claims.models.claim import ClaimQuerySet
from claims.models.desk import zone
from claims.notifications import choices
from claims.notifications.outbox import new_digest_key
from claims.workflow.waiting import waiting_for

MORNING, NOON = time(7), time(12)  # by the person's clock; a day whose morning was missed gets no mail
AT_MOST = 20  # claims or notices of one kind
LOOK_BACK = timedelta(days=7)
CARRIED = [Delivery.State.SENT, Delivery.State.SENDING, Delivery.State.UNKNOWN]


@dataclass(frozen=True)
class Day:
    """Lists of at most ``AT_MOST``; only statements and dates, so that no verdict can be in them."""

    overdue: list[Claim]
    today: list[Claim]
    waiting: list[Claim]
    notices: list[Notification]

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today or self.waiting or self.notices)

    def in_words(self) -> str:
        """ "2 overdue, 1 due today" for a subject line."""
        overdue, today, waiting, new = len(self.overdue), len(self.today), len(self.waiting), len(self.notices)
        parts = [
            (overdue, ngettext("%(n)s overdue", "%(n)s overdue", overdue)),
            (today, ngettext("%(n)s due today", "%(n)s due today", today)),
            (waiting, ngettext("%(n)s waits for you", "%(n)s wait for you", waiting)),
            (new, ngettext("%(n)s new notice", "%(n)s new notices", new)),
        ]
        return ", ".join(words % {"n": count} for count, words in parts if count)


def read(person: Person, *, until: datetime | None = None) -> Day:
    """What this day asks of a person, in the time zone that is current.

    Args:
        until: for the e-mail: only what he wants in it and was told since the last one, up to this moment.
    """
    now = until or timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    claims: ClaimQuerySet = Claim.objects.visible_to(person)
    mine = claims.live().held_by(person).only("statement", "status", "next_due_at")
    first = ("next_due_at", "pk")
    return Day(
        overdue=list(mine.filter(next_due_at__lt=now).order_by(*first)[:AT_MOST]),
        today=list(mine.filter(next_due_at__gte=now, next_due_at__lt=midnight).order_by(*first)[:AT_MOST]),
        waiting=list(waiting_for(claims, person).only("statement", "status", "next_due_at").order_by(*first)[:AT_MOST]),
        notices=_notices(person, until),
    )


def _notices(person: Person, until: datetime | None) -> list[Notification]:
    found = Notification.objects.filter(person=person, read_at__isnull=True, claim__in=Claim.objects.visible_to(person))
    found = found.select_related("claim", "event").order_by("-pk")
    if until is None:
        return list(found.filter(in_app=True)[:AT_MOST])
    told = Delivery.objects.filter(person=person, channel=Delivery.Channel.DIGEST, state__in=CARRIED)
    last = told.filter(created_at__lt=until).order_by("-created_at").values_list("created_at", flat=True).first()
    since = max(last, until - LOOK_BACK) if last else until - LOOK_BACK
    chosen = choices.wishes([person.pk])
    kinds = [
        kind for kind in choices.kinds_sent() if (chosen.get((person.pk, kind)) or choices.default_of(kind)).digest
    ]
    return list(found.filter(created_at__gt=since, created_at__lte=until, kind__in=kinds)[:AT_MOST])


# --- the e-mail of the morning


def enqueue_digests() -> int:
    """Periodic: for everybody whose morning it is and who has none yet today, a row and its job.

    The job finds out whether there is anything to tell.  Returns how many rows are new.
    """
    now = timezone.now()
    mornings = _whose_morning(now)
    done = Delivery.objects.filter(channel=Delivery.Channel.DIGEST, person__in=mornings, day__in=set(mornings.values()))
    had = set(done.values_list("person_id", "day"))
    new = {pk: day for pk, day in mornings.items() if (pk, day) not in had}
    Delivery.objects.bulk_create(
        (
            Delivery(channel=Delivery.Channel.DIGEST, person_id=pk, day=day, key=new_digest_key(pk), created_at=now)
            for pk, day in new.items()
        ),
        ignore_conflicts=True,
    )
    rows = done.model.objects.filter(channel=Delivery.Channel.DIGEST, person__in=new, day__in=set(new.values()))
    _enqueue(rows.filter(state=Delivery.State.WAITING).values_list("pk", flat=True))
    return len(new)


def _enqueue(deliveries: Iterable[int]) -> None:
    for pk in deliveries:
        jobs.enqueue("send_mail", key=f"delivery/{pk}", delivery=pk)


def _whose_morning(now: datetime) -> dict[int, date]:
    """Person -> the date where he is, for those who want the e-mail and whose clock stands between seven and noon."""
    here = Desk.objects.current().time_zone
    people = Person.objects.filter(is_active=True).exclude(email="").values_list("pk", "time_zone")
    local = {pk: now.astimezone(zone(name or here)) for pk, name in people}
    morning = {pk: at.date() for pk, at in local.items() if MORNING <= at.time() < NOON}
    chosen = choices.wishes(morning)
    default = choices.MY_DAY_BY_DEFAULT
    return {pk: day for pk, day in morning.items() if (chosen.get((pk, choices.MY_DAY)) or default).email}
