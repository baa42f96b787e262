"""What a step knows and asks of the sources a claim rests on: fresh looks before publication, alerts that are settled."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, Person, SourceAlert
from claims.workflow.attempt import Missing
from claims.workflow.evidence_facts import Piece

FRESH_LOOK = timedelta(hours=24)


def unseen_today(evidence: Iterable[Piece]) -> list[Piece]:
    """Quoted evidence whose source was not looked at within 24 hours, nor waived; uploads cannot change, so need no look.

    Args:
        evidence: the claim's, whose passages carry ``looked_at``.
    """
    since = timezone.now() - FRESH_LOOK
    return [item for item in evidence if item.resource.url and _is_stale(item, since)]


def _is_stale(item: Piece, since: Any) -> bool:
    if any(waiver.kind == "quote_check" for waiver in item.exceptions):
        return False
    # A passage added today was read in its source today.
    return any(max(quote.added_at, quote.looked_at or quote.added_at) < since for quote in item.passages)


def looks_missing(evidence: Iterable[Piece]) -> list[Missing]:
    """What stands between a claim and its publication, one sentence for each source that was not looked at today."""
    rows = list(evidence)
    unseen = unseen_today(rows)
    quoted = {item.resource_id for item in rows if item.resource.url and item.passages}
    seen = len(quoted - {item.resource_id for item in unseen})
    sentence = _(
        "The passage of evidence %(number)d was not looked at within 24 hours (%(seen)d of %(all)d sources were)."
    )
    return [
        Missing(sentence % {"number": item.number, "seen": seen, "all": len(quoted)}, f"e{item.number}")
        for item in unseen
    ]


def looks_wanted(claim: Claim, evidence: Iterable[Piece]) -> list[tuple[str, dict[str, Any]]]:
    """The captures an approval asks for, so that publication need not wait."""
    sources = {item.resource_id: item.resource for item in unseen_today(evidence)}
    return [
        ("capture", {"key": source.chain, "lane": source.host, "claim": claim.pk, "priority": 1, "resource": pk})
        for pk, source in sources.items()
    ]


def settle_alerts(claim: Claim, by: Person | None, reason: str) -> None:
    """Somebody looked at all of it again and lets the check stand: its open alerts are closed with his reason."""
    open_ones = SourceAlert.objects.filter(quote__evidence__claim=claim, closed_at__isnull=True)
    open_ones.update(closed_at=Now(), closed_by=by, resolution=reason[:300])
