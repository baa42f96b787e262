"""Put back what was taken off a claim: the same row with the same number, so that the claim says what it said before.

What a row was is kept in the Event of its removal; here is what is kept, and the way back.
"""

from datetime import datetime
from typing import Any

from claims.models import Appearance, Comment, Event, Evidence, Person, Quote, Waiver
from claims.workflow.edit import changing, link_citations

Kept = dict[str, Any]

APPEARANCE = (
    "number", "claimant_id", "article_id", "url", "verbatim", "position", "said_on", "date_basis", "place", "is_first",
    "added_by_id",
)  # fmt: skip
EVIDENCE = (
    "number", "resource_id", "stance", "kind", "origin", "reliability", "credibility", "grade_reason", "note",
    "withheld", "withheld_reason", "pinned_id", "added_by_id", "added_at",
)  # fmt: skip
QUOTE = ("snapshot_id", "exact", "prefix", "suffix", "start", "end", "page", "added_by_id", "added_at")
WAIVER = ("kind", "reason", "by_id", "at")


def _values(row: Any, names: tuple[str, ...]) -> Kept:
    """Moments in full: the record's own way of writing them drops what is below a millisecond."""
    found = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def keep_appearance(row: Appearance) -> Kept:
    return _values(row, APPEARANCE)


def keep_quote(row: Quote) -> Kept:
    return {"evidence": row.evidence_id, **_values(row, QUOTE)}


def keep_evidence(row: Evidence) -> Kept:
    """A piece of evidence with its passages, its waivers and the comments on it."""
    return _values(row, EVIDENCE) | {
        "quotes": [_values(quote, QUOTE) for quote in row.quotes.all()],
        "waivers": [_values(waiver, WAIVER) for waiver in row.waivers.all()],
        "comments": sorted(row.comments.values_list("pk", flat=True)),
    }


def put_back_appearance(removed: Event, claim_id: int, *, by: Person) -> Appearance:
    kept = removed.details["kept"]
    with changing(claim_id, "add_appearance", by=by) as change:
        row = Appearance.objects.create(claim=change.claim, **kept)
        change.body |= {"number": row.number, "undoes": removed.seq}
    return row


def put_back_evidence(removed: Event, claim_id: int, *, by: Person) -> Evidence:
    kept = removed.details["kept"]
    quotes, waivers, comments = kept.pop("quotes"), kept.pop("waivers"), kept.pop("comments")
    with changing(claim_id, "add_evidence", by=by) as change:
        row = Evidence.objects.create(claim=change.claim, **kept)
        # A passage keeps the day it was marked: it must be looked at again where it would have had to be.
        Quote.objects.bulk_create(Quote(evidence=row, **quote) for quote in quotes)
        Waiver.objects.bulk_create(Waiver(evidence=row, **waiver) for waiver in waivers)
        Comment.objects.filter(pk__in=comments, claim=change.claim).update(evidence=row)
        link_citations(change.claim)
        change.body |= {"number": row.number, "resource": row.resource_id, "undoes": removed.seq}
    return row


def put_back_quote(removed: Event, claim_id: int, *, by: Person) -> Quote:
    kept = removed.details["kept"]
    with changing(claim_id, "add_quote", by=by, own=kept.get("added_by_id") == by.pk) as change:
        evidence = Evidence.objects.get(pk=kept.pop("evidence"), claim=change.claim)
        quote = Quote.objects.create(evidence=evidence, **kept)
        change.body |= {"number": evidence.number, "exact": quote.exact, "undoes": removed.seq}
    return quote
