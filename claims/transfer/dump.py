"""Claims of the desk -> a file: as records that an import reads back, or as the ClaimReviews readers were given."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Appearance, Claim, Event, Evidence, FactCheck, Topic
from claims.transfer.read import Record
from claims.transfer.write import csv_lines, jsonl_lines, mark_of

CHUNK = 500  # claims read at once; five statements each time
PUBLIC = (Claim.PublicState.PUBLISHED, Claim.PublicState.WITHHELD)
FORMATS = ("csv", "jsonl", "claimreview")


@dataclass(frozen=True)
class Reach:
    """What an export may tell of.  As it is made: nothing that the blind review or confidence hides.

    Attributes:
        verdicts: of claims that are not public, too.
        confidential: confidential claims, and sources that readers are not told of.
    """

    verdicts: bool = False
    confidential: bool = False


def export(form: str, reach: Reach = Reach()) -> Iterator[str]:
    """The text of an export, piece by piece; the same number of statements for every ``CHUNK`` claims."""
    if form == "claimreview":
        return feed_pieces()
    return (csv_lines if form == "csv" else jsonl_lines)(records(claims_for(reach), reach))


def claims_for(reach: Reach) -> QuerySet[Claim]:
    found = Claim.objects.all() if reach.confidential else Claim.objects.filter(confidential=False)
    return with_parts(found).order_by("pk")


def with_parts(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with all that a record tells; four statements whatever their number."""
    appearances = Appearance.objects.select_related("claimant", "article").defer("article__text").order_by("number")
    evidence = Evidence.objects.select_related("resource").order_by("number")
    return claims.select_related("rating__scale").prefetch_related(
        Prefetch("topics", Topic.objects.order_by("name")),
        Prefetch("appearances", appearances),
        Prefetch("evidence", evidence),
    )


def records(claims: QuerySet[Claim], reach: Reach) -> Iterator[Record]:
    """Their records, read in chunks through a cursor of the server."""
    mark = desk_mark()
    for claim in claims.iterator(chunk_size=CHUNK):
        yield record_of(claim, reach, mark)


def desk_mark() -> str:
    """What the desk calls its own claims in front of their number: drawn with its first event, so no two desks share it."""
    first = Event.objects.order_by("pk").values_list("hash", flat=True).first() or "0" * 10
    return f"desk-{first[:10]}"


def record_of(claim: Claim, reach: Reach, mark: str) -> Record:
    """One claim as a record.

    Args:
        claim: one of ``with_parts``.
        mark: the ``desk_mark``, for a claim that no other system named.
    """
    record = Record(0, {"external_id": claim.external_id or f"{mark}/{claim.pk}", "mark": "", **_of_claim(claim)})
    if reach.verdicts or claim.is_public:
        record.values |= _verdict(claim)
    record.appearances = [_of_appearance(row) for row in claim.appearances.all()]
    if record.appearances and not any(item["first"] for item in record.appearances):
        record.appearances[0]["first"] = True  # as an import understands it
    told = [row for row in claim.evidence.all() if reach.confidential or not row.withheld]
    record.evidence = [_of_evidence(row) for row in told]
    record.values["mark"] = mark_of(record)
    return record


def _of_claim(claim: Claim) -> dict[str, Any]:
    same = ("statement", "context", "language", "kind", "no_appearance_reason", "confidential", "priority", "worth",
            "worth_reason")  # fmt: skip
    topics = sorted({topic.name for topic in claim.topics.all()})
    return {name: getattr(claim, name) for name in same} | {"topics": topics}


def _verdict(claim: Claim) -> dict[str, Any]:
    same = ("confidence", "rationale", "evidence_exception", "title", "summary", "body")
    rating = f"{claim.rating.scale.slug}/{claim.rating.code}" if claim.rating else ""
    return {"rating": rating, **{name: getattr(claim, name) for name in same}}


def _of_appearance(row: Appearance) -> dict[str, Any]:
    return {
        "appearance_number": row.number,
        "claimant": row.claimant.name if row.claimant else "",
        "claimant_kind": row.claimant.kind if row.claimant else "",
        "position": row.position,
        "said_on": row.said_on,
        "date_basis": row.date_basis,
        "appearance_url": row.url or (row.article.url if row.article else ""),
        "verbatim": row.verbatim,
        "place": row.place,
        "first": row.is_first,
    }


def _of_evidence(row: Evidence) -> dict[str, Any]:
    return {
        "evidence_number": row.number,
        "evidence_url": row.resource.url or "",
        "evidence_title": row.resource.title,
        "evidence_kind": row.kind,
        "stance": row.stance,
        "origin": row.origin,
        "reliability": row.reliability,
        "credibility": str(row.credibility),
        "grade_reason": row.grade_reason,
        "evidence_note": row.note,
        "withheld_reason": row.withheld_reason if row.withheld else "",
    }


# --- ClaimReview


def public_checks() -> QuerySet[FactCheck]:
    """What readers may be told of today; a claim that was made confidential since is none of it."""
    return FactCheck.objects.in_force().filter(claim__confidential=False).exclude(jsonld="")


def feed_pieces() -> Iterator[str]:
    """The checks that are public, as a Data Commons feed; ``identifier`` says which claim of the desk each is."""
    head = {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "dateModified": timezone.now().isoformat("T", "seconds"),
    }
    yield json.dumps(head)[:-1] + ', "dataFeedElement": ['
    mark, comma = desk_mark(), "\n"
    for row in public_checks().select_related("claim").order_by("pk").iterator(chunk_size=CHUNK):
        yield comma + json.dumps(_feed_item(row, mark), ensure_ascii=False)
        comma = ",\n"
    yield "\n]}\n"


def _feed_item(row: FactCheck, mark: str) -> dict[str, Any]:
    review = json.loads(row.jsonld) | {"identifier": row.claim.external_id or f"{mark}/{row.claim_id}"}
    return {
        "@type": "DataFeedItem",
        "dateCreated": row.first_published_at.isoformat("T", "seconds"),
        "dateModified": row.at.isoformat("T", "seconds"),
        "url": review["url"],
        "item": [review],
    }


# --- what is not in it


def left_out(form: str, reach: Reach) -> list[str]:
    """What an export does not hold, a sentence each with its number; nothing of what is not there."""
    hidden, confidential = ~Q(public_state__in=PUBLIC), Q(confidential=True)
    written = Q(rating__isnull=False) | ~Q(rationale="") | ~Q(title="") | ~Q(summary="") | ~Q(body="")
    rows = Claim.objects.all() if reach.confidential else Claim.objects.filter(confidential=False)
    numbers = rows.aggregate(verdicts=Count("pk", filter=hidden & written), hidden=Count("pk", filter=hidden))
    numbers["confidential"] = Claim.objects.filter(confidential).count()
    numbers["withheld"] = Evidence.objects.filter(claim__in=rows, withheld=True).count()
    if form == "claimreview":
        said = [(_("claims that are not public: a ClaimReview is of a published check"), numbers["hidden"])]
    else:
        said = [
            (_("verdicts of claims that are not public"), 0 if reach.verdicts else numbers["verdicts"]),
            (_("sources that readers are not told of"), 0 if reach.confidential else numbers["withheld"]),
        ]
    if form == "claimreview" or not reach.confidential:
        said.append((_("confidential claims"), numbers["confidential"]))
    return [f"{number} {what}" for what, number in said if number]
