"""A claim's evidence as a step reads it: two hundred pieces with sources, copies, passages and waivers in one statement.

Plain values under the names the models give them, so that what reads ``revisions.evidence_rows`` reads these too.  Rows
of the models would cost a step more than all else it does.
"""

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from claims.models import Claim, Evidence

# Copies that may lack words by nature (a picture, a table) are not of these types.
HOLD_TEXT = r"^(text/|application/(pdf$|vnd\.openxmlformats-officedocument\.wordprocessingml\.document$))"

_EVIDENCE = """
SELECT jsonb_agg(jsonb_build_array(
    piece.number, piece.resource_id, piece.stance, piece.kind, piece.origin, piece.note, piece.reliability,
    piece.credibility, piece.withheld, piece.withheld_reason,
    jsonb_build_array(source.url, source.host, source.title, source.published_on, publisher.name),
    CASE WHEN copy.id IS NOT NULL THEN jsonb_build_array(
        copy.sha256, copy.kind, copy.final_url, copy.canonical_url, copy.likeness, copy.captured_at) END,
    copy.problem > '' AND copy.body_text = '' AND copy.pages = '[]' AND copy.mime ~ %(hold_text)s,
    coalesce(copy.text_changed, false)
        OR EXISTS (SELECT FROM claims_blob blob WHERE NOT (blob.damage = '') AND blob.sha256 IN (copy.body_id, copy.warc_id)),
    copy.id IS NULL AND EXISTS (SELECT FROM claims_snapshot other WHERE other.resource_id = piece.resource_id),
    (SELECT jsonb_agg(jsonb_build_array(quote.exact, quote.prefix, quote.suffix, quote.added_at, look.state, look.at,
        look.problem) ORDER BY quote.start, quote.id)
     FROM claims_quote quote LEFT JOIN LATERAL (
        SELECT seen.state, seen.at, seen.problem FROM claims_quotecheck seen WHERE seen.quote_id = quote.id
        ORDER BY seen.at DESC, seen.id DESC LIMIT 1) look ON true
     WHERE quote.evidence_id = piece.id),
    (SELECT jsonb_agg(jsonb_build_array(waiver.kind, waiver.reason) ORDER BY waiver.id)
     FROM claims_waiver waiver WHERE waiver.evidence_id = piece.id)
) ORDER BY piece.number)
FROM claims_evidence piece
JOIN claims_resource source ON source.id = piece.resource_id
LEFT JOIN claims_publisher publisher ON publisher.id = source.publisher_id
LEFT JOIN claims_snapshot copy ON copy.id = piece.pinned_id
WHERE piece.claim_id = %(claim)s
"""


class PublisherFacts(NamedTuple):
    name: str


class SourceFacts(NamedTuple):
    pk: int
    url: str | None
    host: str
    title: str
    published_on: date | None
    publisher: PublisherFacts | None

    @property
    def chain(self) -> str:
        return f"resource/{self.pk}"


class CopyFacts(NamedTuple):
    sha256: str
    kind: str
    final_url: str
    canonical_url: str
    likeness: int | None
    captured_at: datetime


class PassageFacts(NamedTuple):
    """A quote with the newest look at it: ``state``, ``looked_at``, ``problem``; ``None`` where nobody has looked yet."""

    exact: str
    prefix: str
    suffix: str
    added_at: datetime
    state: str | None
    looked_at: datetime | None
    problem: str | None


class WaiverFacts(NamedTuple):
    kind: str
    reason: str


class EvidenceFacts(NamedTuple):
    """One piece; see ``revisions.evidence_rows`` for what the names say."""

    number: int
    resource_id: int
    stance: str
    kind: str
    origin: str
    note: str
    reliability: str
    credibility: int
    withheld: bool
    withheld_reason: str
    resource: SourceFacts
    pinned: CopyFacts | None
    copy_unreadable: bool
    copy_damaged: bool
    copy_at_hand: bool
    passages: list[PassageFacts]
    exceptions: list[WaiverFacts]


Piece = Evidence | EvidenceFacts


def read_evidence(claim: Claim) -> list[EvidenceFacts]:
    """All pieces of a claim in their order, as they stand now; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_EVIDENCE, {"claim": claim.pk, "hold_text": HOLD_TEXT})
        row: tuple[str | None] | None = cursor.fetchone()
    return [_piece(*piece) for piece in json.loads((row and row[0]) or "[]")]


def _piece(*said: Any) -> EvidenceFacts:
    *own, source, copy, unreadable, damaged, at_hand, quotes, waivers = said
    return EvidenceFacts._make(
        (
            *own,
            _source(own[1], *source),
            _copy(*copy) if copy else None,
            bool(unreadable),
            damaged,
            at_hand,
            [_passage(*quote) for quote in quotes or ()],
            [WaiverFacts(*waiver) for waiver in waivers or ()],
        )
    )


def _source(pk: int, url: str | None, host: str, title: str, on: str | None, publisher: str | None) -> SourceFacts:
    published_on = date.fromisoformat(on) if on else None
    return SourceFacts(pk, url, host, title, published_on, PublisherFacts(publisher) if publisher is not None else None)


def _copy(sha256: str, kind: str, final_url: str, canonical_url: str, likeness: int | None, at: str) -> CopyFacts:
    return CopyFacts(sha256, kind, final_url, canonical_url, likeness, datetime.fromisoformat(at))


def _passage(exact: str, prefix: str, suffix: str, added: str, *look: Any) -> PassageFacts:
    state, looked, problem = look
    looked_at = datetime.fromisoformat(looked) if looked else None
    return PassageFacts(exact, prefix, suffix, datetime.fromisoformat(added), state, looked_at, problem)
