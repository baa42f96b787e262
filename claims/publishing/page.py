"""What a public page says: put together once from an approved revision, frozen, and read again by page, feeds and search."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from claims.models import (
    Appearance,
    ChecklistAnswer,
    Claim,
    Desk,
    EvidenceKind,
    FactCheck,
    Rating,
    Reading,
    Revision,
)
from claims.models.event import canonical
from claims.publishing.claimreview import Claimant, PublicChange, Publisher, Review, Verdict
from claims.workflow.attempt import Attempt
from claims.workflow.evidence_facts import Piece
from claims.workflow.preflight_list import lacks_copy

FORMAT = 1
Page = dict[str, Any]

MOMENTS = ("at", "published_at", "first_published_at")
DATES = ("on",)
CHANGES = frozenset({"clarification", "correction", "update", "retraction"})


def address_of(slug: str) -> str:
    """The full address of a public page."""
    return f"{settings.BASE_URL}{reverse('claims:fact-check-detail', args=[slug])}"


# --- put together


def build_page(attempt: Attempt, revision: Revision) -> Page:
    """Everything the reader is shown of one approved revision; three statements beside what the step has read."""
    assert attempt.claim.rating is not None  # no reading, hence no approval, is without a verdict
    return {
        **_content(attempt, revision.body),
        "review": _review(attempt, revision),
        "content_sha256": revision.content_sha256,
    }


def draft_page(attempt: Attempt) -> Page:
    """What the reader would be shown of a claim as it stands; who checked it is told once it is approved."""
    return {**_content(attempt, attempt.content.body), "content_sha256": attempt.content.content_sha256}


def _content(attempt: Attempt, body: str) -> Page:
    claim, said = attempt.claim, json.loads(body)
    rating = claim.rating
    return {
        "format": FORMAT,
        "statement": said["statement"],
        "headline": said["title"] or said["statement"],
        "context": said["context"],
        "language": said["language"],
        "summary": said["summary"],
        "body": said["body"],
        "rationale": said["rationale"],
        "confidence": said["confidence"],
        "exception": said["evidence_exception"],
        "contacts": said["contacts"],
        "topics": attempt.facts.topics,
        "rating": rating_of(rating) if rating else None,
        "scale": scale_of(rating) if rating else [],
        **_appearances_and_claimants(claim),
        "evidence": _evidence_rows(attempt.evidence),
        "checklist": [_answered(row) for row in attempt.facts.checklist],
        "publisher": publisher_of(attempt.desk),
    }


def build_notice(page: Page) -> Page:
    """What is left of a page that is withheld or retracted: which claim it was about, and no verdict."""
    return {key: page[key] for key in ("format", "statement", "language", "publisher")}


def rating_of(rating: Rating) -> dict[str, Any]:
    return {
        "code": rating.code,
        "label": rating.label,
        "definition": rating.definition,
        "family": rating.family,
        "value": rating.value,
    }


def scale_of(rating: Rating) -> list[dict[str, Any]]:
    """The scale a rating belongs to, as it is published today; a retired rating only where it is the one given."""
    offered = Rating.objects.filter(Q(is_retired=False) | Q(pk=rating.pk), scale=rating.scale_id)
    return [rating_of(one) for one in offered.order_by("position", "pk")]


def publisher_of(desk: Desk) -> dict[str, str]:
    return {"name": desk.name, "url": desk.publisher_url, "logo": desk.logo_url}


def _appearances_and_claimants(claim: Claim) -> Page:
    """Where the claim was made, by its own account and by the claims merged into it, and by whom."""
    rows = list(
        Appearance.objects.filter(Q(claim=claim) | Q(claim__duplicate_of=claim, claim__confidential=False))
        .select_related("claimant", "article__publisher")
        .order_by("-is_first", "claim_id", "number")
    )
    rows.sort(key=lambda row: row.claim_id != claim.pk)
    claimants = {row.claimant.pk: row.claimant for row in rows if row.claimant}
    return {
        "appearances": [_appearance(row, claim) for row in rows],
        "claimants": [
            {
                "name": one.name,
                "kind": one.kind,
                "role": one.position,
                "organisation": one.organisation,
                "wikidata": one.wikidata,
            }
            for one in claimants.values()
        ],
    }


def _appearance(row: Appearance, claim: Claim) -> Page:
    # The words of a merged claim are not among those the approval was given for, so only their place is told.
    own = row.claim_id == claim.pk
    article = row.article
    return {
        "claimant": row.claimant.name if row.claimant else "",
        "position": row.position,
        "on": row.said_on,
        "url": row.url or (article.url if article else ""),
        "where": article.title if article else "",
        "outlet": article.publisher.name if article and article.publisher else "",
        "verbatim": row.verbatim if own else "",
        "first": row.is_first and own,
        "merged": not own,
    }


def _evidence_rows(evidence: Iterable[Piece]) -> list[Page]:
    labels = {kind: str(label) for kind, label in EvidenceKind.choices}  # in the reader's language, once for all rows
    return [_evidence(item, labels) for item in evidence]


def _evidence(item: Piece, labels: Mapping[str, str]) -> Page:
    if item.withheld:
        return {"number": item.number, "stance": item.stance, "withheld": item.withheld_reason}
    resource, copy = item.resource, item.pinned
    waivers = {waiver.kind: waiver.reason for waiver in item.exceptions}
    return {
        "number": item.number,
        "stance": item.stance,
        "withheld": "",
        "url": resource.url or "",
        "title": resource.title or resource.url or "",
        "publisher": resource.publisher.name if resource.publisher else resource.host or item.origin,
        "on": resource.published_on,
        "kind": item.kind,
        "kind_label": labels[item.kind],
        "reliability": item.reliability,
        "credibility": item.credibility,
        "origin": item.origin,
        "note": item.note,
        "quotes": [quote.exact for quote in item.passages],
        "copy": {"at": copy.captured_at, "sha256": copy.sha256, "kind": copy.kind} if copy else None,
        "no_copy": waivers.get("capture", "") if copy is None else "",
        "unreadable": waivers.get("capture", "") if copy and lacks_copy(item) else "",
        "not_rechecked": waivers.get("quote_check", ""),
    }


def _answered(row: dict[str, Any]) -> Page:
    return {"text": row["text"], "answer": str(ChecklistAnswer.Answer(row["answer"]).label)}


def _review(attempt: Attempt, revision: Revision) -> Page:
    """How many people gave a verdict of their own or approved it, and in the open what was done without; no names."""
    approval = attempt.approval
    assert approval is not None  # the guards asked for it
    cross = approval.cross_check
    waived = cross.kind == Reading.Kind.WAIVER
    people = _gave_a_verdict(attempt, revision) | {approval.approver_id} | (set() if waived else {cross.by_id})
    return {
        "people": len(people),
        "policy": approval.policy,
        "waived": cross.reason if waived else "",
        "informed": cross.informed and not waived,
        "decided": approval.decision_id is not None,
    }


def _gave_a_verdict(attempt: Attempt, revision: Revision) -> set[int]:
    """Ids of who gave a verdict since the public version before: the first, a second, or the decision between them."""
    before = attempt.public_version
    since = before.revision.number if before else 0
    given = Reading.objects.filter(
        claim=revision.claim_id, revision__number__gt=since, revision__number__lte=revision.number
    )
    return set(given.exclude(kind=Reading.Kind.WAIVER).values_list("by_id", flat=True))


# --- read again


def read_page(row: FactCheck) -> Page:
    """A stored page with its dates as dates."""
    return _thawed(row.page)


def as_stored(page: Page) -> Page:
    """A page as it would come back after it was stored: its moments are those that are kept."""
    return _thawed(canonical(page))


def _thawed(text: str) -> Page:
    found: Page = json.loads(text, object_hook=_revived)
    return found


def _revived(found: Page) -> Page:
    for key in MOMENTS:
        if isinstance(found.get(key), str):
            found[key] = datetime.fromisoformat(found[key])
    for key in DATES:
        if isinstance(found.get(key), str):
            found[key] = date.fromisoformat(found[key])
    return found


def review_of(page: Page) -> Review:
    """A page in the words of ``claimreview``.  Withheld counts as retracted: neither may be told on."""
    url = address_of(page["slug"])
    numbers = [one["value"] for one in page.get("scale", []) if one["value"] is not None]
    counts = len(set(numbers)) > 1  # a scale of one number says nothing
    return Review(
        url=url,
        claim_text=page["statement"],
        title=page.get("headline") or page["statement"],
        publisher=_publisher(page["publisher"]),
        verdict=_verdict(page, max(numbers) if counts else None, min(numbers) if counts else None),
        published=page["first_published_at"],
        modified=page["published_at"] if page["version"] > 1 else None,
        claimant=_first_claimant(page),
        claim_date=_claim_date(page),
        appearances=tuple(dict.fromkeys(one["url"] for one in _made(page) if one["url"])),
        sources=tuple(one["url"] for one in page.get("evidence", []) if one.get("url")),
        language=page["language"],
        summary=page.get("summary") or "",
        changes=tuple(
            PublicChange(one["kind"], one["text"], one["at"].date())
            for one in page["history"]
            if one["kind"] in CHANGES
        ),
        retracted=page["kind"] != FactCheck.Kind.PUBLISHED,
    )


def _publisher(found: dict[str, str]) -> Publisher:
    base = settings.BASE_URL
    methodology = f"{base}{reverse('claims:methodology')}"
    return Publisher(
        name=found["name"],
        url=found["url"] or f"{base}/",
        logo=found["logo"],
        corrections_policy=f"{base}{reverse('claims:correction-list')}",
        methodology=methodology,
        sources_policy=f"{methodology}#sources",
    )


def _verdict(page: Page, best: float | None, worst: float | None) -> Verdict:
    rating = page.get("rating") or {}
    return Verdict(
        label=rating.get("label", ""),
        value=rating.get("value") if best is not None else None,
        best=best,
        worst=worst,
        explanation=page.get("rationale", ""),
    )


def _made(page: Page) -> list[Page]:
    """Appearances in which the claim is made or passed on, not denied."""
    return [one for one in page.get("appearances", []) if one["position"] != Appearance.Position.DENIES]


def said_by(page: Page) -> list[str]:
    """Names of who made the claim: those who assert it, or where nobody does those who pass it on."""
    made = [one for one in _made(page) if one["claimant"]]
    asserted = [one for one in made if one["position"] == Appearance.Position.ASSERTS]
    return list(dict.fromkeys(one["claimant"] for one in asserted or made))


def _first_claimant(page: Page) -> Claimant | None:
    """Who made the claim: the first who asserts it, else the first who passes it on."""
    made = sorted((one for one in _made(page) if one["claimant"]), key=lambda one: one["position"] != "asserts")
    known = {one["name"]: one for one in page.get("claimants", [])}
    if not made:
        return None
    one = known[made[0]["claimant"]]
    return Claimant(
        name=one["name"],
        is_person=one["kind"] == "person",
        job_title=", ".join(filter(None, [one["role"], one["organisation"]])),
        same_as=(f"https://www.wikidata.org/wiki/{one['wikidata']}",) if one["wikidata"] else (),
    )


def _claim_date(page: Page) -> date | None:
    dated = [one for one in _made(page) if one["on"]]
    first: date | None = next((one["on"] for one in dated if one["first"]), None)
    return first or min((one["on"] for one in dated), default=None)
