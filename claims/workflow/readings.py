"""Verdicts given one after another: the first, the cross-check, the tally, the decision, the approval."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from claims.models import Approval, Claim, Person, Reading, Revision
from claims.workflow import revisions
from claims.workflow.agreement import Pair
from claims.workflow.attempt import Attempt, cross_check_for_approval
from claims.workflow.record_rows import seal
from claims.workflow.sight import PUBLIC
from claims.workflow.transitions import (
    AWAITING_REPLY,
    CHANGES_REQUESTED,
    IN_CROSS_CHECK,
    IN_RESEARCH,
    IN_REVIEW,
    PREFLIGHT,
)

BEFORE_REVIEW = (IN_RESEARCH, AWAITING_REPLY, CHANGES_REQUESTED, PREFLIGHT, IN_CROSS_CHECK)


def add_first(claim: Claim, revision: Revision, by: Person) -> Reading:
    """Keep the verdict a claim is submitted with."""
    return Reading.objects.create(
        claim=claim,
        revision=revision,
        kind=Reading.Kind.FIRST,
        by=by,
        rating_id=claim.rating_id,
        confidence=claim.confidence,
        reason=claim.rationale,
        material_sha256=revision.material_sha256,
        informed=claim.is_public,
    )


def _second(attempt: Attempt, kind: Reading.Kind, **values: Any) -> Reading:
    revision = attempt.revision
    assert revision is not None
    assert attempt.by is not None
    return Reading.objects.create(
        claim=attempt.claim,
        revision=revision,
        kind=kind,
        by=attempt.by,
        reason=attempt.reason,
        material_sha256=revision.material_sha256,
        informed=attempt.claim.is_public,
        **values,
    )


def add_cross(attempt: Attempt) -> tuple[Reading, str]:
    """Keep an independent second verdict and tally the two.

    Returns:
        the reading, and where it leads: to review, or back to its checker the first time the verdicts differ.
    """
    differed_before = _differed_before(attempt)
    rating = attempt.data["rating"]
    reading = _second(attempt, Reading.Kind.CROSS, rating=rating, confidence=attempt.data.get("confidence", ""))
    differs = rating.pk != attempt.claim.rating_id
    return reading, CHANGES_REQUESTED if differs and not differed_before else IN_REVIEW


def _differed_before(attempt: Attempt) -> bool:
    """Whether an earlier cross-check of this round (since the claim was last public) differed from its first verdict."""
    since = attempt.public_version.revision.number if attempt.public_version else 0
    crosses = Reading.objects.filter(claim=attempt.claim, kind=Reading.Kind.CROSS, revision__number__gt=since)
    first = {"revision__readings__kind": Reading.Kind.FIRST}
    return crosses.filter(**first).exclude(rating=F("revision__readings__rating")).exists()


def add_waiver(attempt: Attempt) -> Reading:
    return _second(attempt, Reading.Kind.WAIVER)


def add_decision(attempt: Attempt) -> dict[str, Any]:
    """Settle two verdicts that differ for one of them.  Deciding for the second makes it the claim's, and a new
    revision is frozen; deciding is not authorship."""
    claim, rating = attempt.claim, attempt.data["rating"]
    body: dict[str, Any] = {"rating": rating.label}
    if rating.pk != claim.rating_id:
        behind = unrecorded(claim)
        claim.rating = rating
        Claim.objects.filter(pk=claim.pk).update(rating=rating)
        claim.refresh_from_db(fields=["content_version"])
        attempt.__dict__["revision"] = revision = revisions.freeze(claim, "edit", by=None)
        mark_recorded(claim, leaving=behind)
        body |= {"revision": revision.number, "content_sha256": revision.content_sha256}
        body |= {"revision_sha256": seal(revision)}
    reading = _second(attempt, Reading.Kind.DECISION, rating=rating)
    return body | in_the_record(reading)


def in_the_record(reading: Reading) -> dict[str, Any]:
    """What an Event says of a reading, so that it cannot change unseen."""
    return {"reading": reading.pk, "material_sha256": reading.material_sha256, "reading_sha256": seal(reading)}


def add_approval(attempt: Attempt) -> Approval:
    """Bind one editor's approval to the exact text on his page."""
    second, revision = attempt.second_verdict, attempt.revision
    assert second is not None
    assert revision is not None
    assert attempt.by is not None
    rests_on = cross_check_for_approval(revision, second)
    return Approval.objects.create(
        revision=revision,
        content_sha256=attempt.seen,
        approver=attempt.by,
        cross_check=rests_on,
        cross_checker=rests_on.by,
        decision=second if second.kind == Reading.Kind.DECISION else None,
        policy=attempt.desk.review_policy,
    )


def unrecorded(claim: Claim) -> int:
    """How many changes of a locked claim the record does not know yet: made by SQL or ``loaddata``, see ``adopt``."""
    return max(0, claim.content_version - claim.recorded_version)


def mark_recorded(claim: Claim, *, leaving: int = 0) -> None:
    """Note that the record tells of the claim as it stands, so that the clock does not adopt it.

    Args:
        leaving: how many changes were ``unrecorded`` before this one; they stay so until the clock adopts them.
    """
    Claim.objects.filter(pk=claim.pk).update(recorded_version=F("content_version") - leaving)
    claim.refresh_from_db(fields=["content_version", "recorded_version"])


def recorded_pairs() -> list[Pair]:
    """Every first verdict with the one given on the same version without sight of it, the oldest first.

    Informed ones are left out, and so are claims somebody may still have to judge blind: until they come to review
    again, no figure moves by what is hidden.
    """
    first = Reading.objects.filter(revision=OuterRef("revision"), kind=Reading.Kind.FIRST).values("rating")[:1]
    rows = blind_seconds().annotate(first=Subquery(first)).order_by("pk")
    pairs = rows.values_list("claim_id", "at", "first", "rating_id")
    return [Pair(claim, timezone.localtime(at).date().replace(day=1), one, two) for claim, at, one, two in pairs]


def blind_seconds() -> QuerySet[Reading]:
    """Second verdicts given without sight of the first one on the same version, in claims that nobody judges blind."""
    still_blind = Q(claim__status__in=BEFORE_REVIEW) & ~Q(claim__public_state__in=PUBLIC)
    first = Reading.objects.filter(revision=OuterRef("revision"), kind=Reading.Kind.FIRST)
    return Reading.objects.filter(Exists(first), kind=Reading.Kind.CROSS, informed=False).exclude(still_blind)
