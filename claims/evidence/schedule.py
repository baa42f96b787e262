"""When each source is looked at again: after 1, 3, 7 and 30 days, then every 90, as long as a live claim rests on it.

Captures of the schedule are ordinary captures of the lowest priority; a look that fails is tried again later and later,
and says "unverifiable" of the passages, never "gone".
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from claims import jobs
from claims.evidence.silence import tell_of_silence
from claims.models import Claim, Evidence, Quote, QuoteCheck, Resource

STEPS = tuple(timedelta(days=days) for days in (1, 3, 7, 30, 90))
JITTER = 0.1  # of the interval, either way: sources captured on one day do not come due in one minute
LONGEST_BACKOFF = timedelta(days=30)
SECOND_LOOK = timedelta(days=1)
AHEAD, STILL_FRESH = timedelta(hours=2), timedelta(hours=20)  # of a publication, and of the last look before it
PRIORITY = 9
BATCH = 10_000
_COLUMNS = {field.name: field.attname for field in Resource._meta.concrete_fields}

# Evidence of claims that are live or public is what a source is looked at for.
_TAKE_DUE = """
WITH due AS MATERIALIZED (
    SELECT id, look_again_at FROM claims_resource WHERE look_again_at <= %(now)s
    ORDER BY look_again_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
), found AS MATERIALIZED (
    SELECT due.id, due.look_again_at, EXISTS (
        SELECT FROM claims_evidence evidence JOIN claims_claim claim ON claim.id = evidence.claim_id
        WHERE evidence.resource_id = due.id AND (claim.status = ANY(%(live)s) OR claim.public_state <> '')
    ) AS relied_on FROM due
)
UPDATE claims_resource resource SET look_again_at = CASE WHEN relied_on THEN %(tomorrow)s ELSE %(much_later)s END
FROM found WHERE resource.id = found.id
RETURNING found.look_again_at, resource.id, resource.host, found.relied_on
"""


@transaction.atomic
def plan(limit: int = BATCH) -> int:
    """Called by the clock once a minute: ask for a capture of every source whose look is due.

    Returns:
        how many captures were asked for.
    """
    now = timezone.now()
    _before_publication(now)
    with connection.cursor() as cursor:
        # Should a job be lost all the same, the source is due again tomorrow; else the look itself sets the next one.
        times = {"now": now, "tomorrow": now + SECOND_LOOK, "much_later": now + STEPS[-1]}
        cursor.execute(_TAKE_DUE, {**times, "live": list(Claim.LIVE), "limit": limit})
        due = cursor.fetchall()
    wanted = [(pk, host) for _due_at, pk, host, is_relied_on in sorted(due) if is_relied_on]
    return jobs.enqueue_many(("capture", asked) for asked in _staggered(wanted, now)) if wanted else 0


def _before_publication(now: datetime) -> None:
    """Sources of claims that will be published by themselves are looked at in the hours before."""
    quoted = Evidence.objects.filter(quotes__isnull=False)
    soon = quoted.filter(claim__status=Claim.Status.APPROVED, claim__publish_at__lte=now + AHEAD)
    told = ~Q(state=QuoteCheck.State.UNVERIFIABLE) & Q(at__gte=now - STILL_FRESH)
    seen = QuoteCheck.objects.filter(told | Q(at__gte=now - AHEAD), quote__evidence__resource=OuterRef("pk"))
    wanted = Resource.objects.filter(Exists(soon.filter(resource=OuterRef("pk"))), ~Exists(seen), url__isnull=False)
    wanted.filter(Q(look_again_at__gt=now) | Q(look_again_at=None)).update(look_again_at=now)


def _staggered(sources: Iterable[tuple[int, str]], now: datetime) -> Iterator[dict[str, Any]]:
    """What to enqueue: the sources of one website one after the other, each in its turn."""
    gap, before = timedelta(seconds=settings.CAPTURE_GAP_SECONDS), defaultdict[str, int](int)
    for pk, host in sources:
        asked = {"key": f"resource/{pk}", "lane": host, "resource": pk, "priority": PRIORITY}
        yield {**asked, "run_after": now + gap * before[host]}
        before[host] += 1


def after_look(resource: Resource, *, is_due: bool = True, changed: Iterable[str] = ()) -> None:
    """A copy came.  The row must be locked; fields ``changed`` before are saved too.

    Args:
        is_due: the schedule asked for it, so the next look is further away; what a person or a step of the claim asked for
            leaves the schedule where it was.  The first copy begins it.
    """
    now, expected = timezone.now(), resource.look_again_at
    is_due = is_due or not resource.looks
    resource.looks, resource.misses = min(resource.looks + is_due, 1000), 0
    step = STEPS[min(resource.looks, len(STEPS)) - 1]
    wanted = now + step * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret
    resource.look_again_at = wanted if is_due or expected is None or expected <= now else min(wanted, expected)
    columns = [_COLUMNS[name] for name in ("looks", "misses", "look_again_at", *changed)]
    named = ", ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:  # columns that did not change are not named: triggers ask which were
        values = [getattr(resource, column) for column in columns]
        cursor.execute(f"UPDATE claims_resource SET {named} WHERE id = %s", [*values, resource.pk])  # noqa: S608


def begin_anew(resource: Resource) -> None:
    """Something was found that a second look must confirm: it comes a day later, and the next ones days apart again."""
    second = timezone.now() + SECOND_LOOK
    source = Resource.objects.filter(pk=resource.pk)
    source.update(looks=1, look_again_at=Least(Coalesce("look_again_at", second), second))


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
    tell_of_silence(resource)
