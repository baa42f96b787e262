"""When each source is looked at again: after 1, 3, 7 and 30 days, then every 90, as long as a live claim rests on it.

Captures of the schedule are ordinary captures of the lowest priority; a look that fails is tried again later and later,
and says "unverifiable" of the passages, never "gone".
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from claims import jobs
from claims.models import Claim, Evidence, Quote, QuoteCheck, Resource

STEPS = tuple(timedelta(days=days) for days in (1, 3, 7, 30, 90))
JITTER = 0.1  # of the interval, either way: sources captured on one day do not come due in one minute
LONGEST_BACKOFF = timedelta(days=30)
SECOND_LOOK = timedelta(days=1)
AHEAD, STILL_FRESH = timedelta(hours=2), timedelta(hours=20)  # of a publication, and of the last look before it
PRIORITY = 9
BATCH = 10_000


@transaction.atomic
def plan(limit: int = BATCH) -> int:
    """Called by the clock once a minute: ask for a capture of every source whose look is due.

    Returns:
        how many captures were asked for.
    """
    now = timezone.now()
    _before_publication(now)
    due = Resource.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    due = due.filter(look_again_at__lte=now).annotate(relied_on=Exists(_relying())).order_by("look_again_at")[:limit]
    rows = list(due.only("pk", "host"))
    wanted = [row for row in rows if row.relied_on]
    jobs.enqueue_all(("capture", {**asked, "priority": PRIORITY}) for asked in _staggered(wanted, now))
    # Should a job be lost all the same, the source is due again tomorrow; else the look itself sets the next one.
    Resource.objects.filter(pk__in=[row.pk for row in wanted]).update(look_again_at=now + SECOND_LOOK)
    idle = [row.pk for row in rows if not row.relied_on]
    Resource.objects.filter(pk__in=idle).update(look_again_at=now + STEPS[-1])
    return len(wanted)


def _before_publication(now: datetime) -> None:
    """Sources of claims that will be published by themselves are looked at in the hours before."""
    soon = Evidence.objects.filter(claim__status=Claim.Status.APPROVED, claim__publish_at__lte=now + AHEAD)
    seen = QuoteCheck.objects.filter(quote__evidence__resource=OuterRef("pk"), at__gte=now - STILL_FRESH)
    wanted = Resource.objects.filter(Exists(soon.filter(resource=OuterRef("pk"))), ~Exists(seen), url__isnull=False)
    wanted.filter(Q(look_again_at__gt=now) | Q(look_again_at=None)).update(look_again_at=now)


def _relying() -> QuerySet[Evidence]:
    """Evidence of claims that are live or public."""
    rests = Q(claim__status__in=Claim.LIVE) | ~Q(claim__public_state="")
    return Evidence.objects.filter(rests, resource=OuterRef("pk"))


def _staggered(rows: Sequence[Resource], now: datetime) -> list[dict[str, Any]]:
    """What to enqueue: the sources of one website one after the other, each in its turn."""
    gap, before = timedelta(seconds=settings.CAPTURE_GAP_SECONDS), defaultdict[str, int](int)
    asked: list[dict[str, Any]] = []
    for row in rows:
        asked.append(
            {"key": row.chain, "lane": row.host, "resource": row.pk, "run_after": now + gap * before[row.host]}
        )
        before[row.host] += 1
    return asked


def after_look(resource: Resource) -> None:
    """A copy came: the next look is further away.  The row must be locked."""
    step = STEPS[min(resource.looks, len(STEPS) - 1)]
    resource.looks, resource.misses = min(resource.looks + 1, 1000), 0
    resource.look_again_at = timezone.now() + step * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret
    resource.save(update_fields=["looks", "misses", "look_again_at"])


def look_by(resource: Resource, at: datetime) -> None:
    """Not later than this, as when something was found that a second look must confirm."""
    Resource.objects.filter(pk=resource.pk).filter(Q(look_again_at__gt=at) | Q(look_again_at=None)).update(
        look_again_at=at
    )


def after_miss(resource_id: int, sentence: str) -> None:
    """A capture was given up: its passages are unverifiable for now, and the next look is further and further away."""
    resource = Resource.objects.select_for_update(no_key=True).filter(pk=resource_id).first()
    if resource is None or not resource.snapshots.exists():
        return  # never captured: that is the editor's to settle, who sees why
    wait = min(timedelta(days=2 ** min(resource.misses, 10)), LONGEST_BACKOFF)
    Resource.objects.filter(pk=resource_id).update(misses=F("misses") + 1, look_again_at=timezone.now() + wait)
    QuoteCheck.objects.bulk_create(
        QuoteCheck(quote=quote, state=QuoteCheck.State.UNVERIFIABLE, problem=sentence[:300])
        for quote in Quote.objects.filter(evidence__resource=resource)
    )
