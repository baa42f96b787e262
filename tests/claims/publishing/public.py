"""Public versions for tests of what readers and machines get: made by the real operation on a claim approved by hand."""

import itertools

from claims.models import Approval, Claim, Event, Reading, Revision
from claims.publishing import publish as publishing
from claims.workflow import revisions
from claims.workflow.readings import mark_recorded
from tests.factories import (
    AppearanceFactory,
    ClaimFactory,
    EvidenceFactory,
    PersonFactory,
    RatingFactory,
    SnapshotFactory,
)

NUMBERS = itertools.count(1)


def approve(claim, author, cross_checker, editor):
    """Write the rows an approval leaves, without the walk there; the database's own checks still hold."""
    mark_recorded(claim)
    revision = revisions.freeze(claim, Revision.Origin.SUBMIT, by=author)
    cross = Reading.objects.create(
        claim=claim,
        revision=revision,
        kind="cross",
        by=cross_checker,
        rating=claim.rating,
        material_sha256=revision.material_sha256,
    )
    Reading.objects.create(
        claim=claim,
        revision=revision,
        kind="first",
        by=author,
        rating=claim.rating,
        material_sha256=revision.material_sha256,
    )
    Approval.objects.create(
        revision=revision,
        content_sha256=revision.content_sha256,
        approver=editor,
        cross_check=cross,
        cross_checker=cross_checker,
        policy="three",
    )


def make_public(claimant=None, said_on=None, url="", code="true", evidence=1, **fields):
    """One published claim; returns its FactCheck."""
    number = next(NUMBERS)
    RatingFactory(code="true")
    RatingFactory(code="false")
    author, cross_checker = PersonFactory(), PersonFactory()
    editor = PersonFactory(role="editor")
    values = {
        "statement": f"The harbour handled {number} ships.",
        "rationale": "Two counts agree [1].",
        "rating": RatingFactory(code=code),
        "confidence": "high",
    }
    claim = ClaimFactory(status="approved", **values | fields)
    Event.objects.append(claim, "create", by=author)
    for index in range(evidence):
        snapshot = SnapshotFactory()
        EvidenceFactory(claim=claim, number=index + 1, resource=snapshot.resource, pinned=snapshot)
    if claimant or url:
        AppearanceFactory(claim=claim, number=1, claimant=claimant, said_on=said_on, url=url, is_first=True)
    approve(Claim.objects.get(pk=claim.pk), author, cross_checker, editor)
    return publishing.publish(claim.pk, by=editor)


def withhold(row, reason="A court asked us to."):
    return publishing.withhold(row.claim_id, by=PersonFactory(role="editor"), reason=reason)


def retract(row, reason="The count was of another day."):
    from claims.workflow.apply import apply

    apply(row.claim_id, "propose_retraction", by=PersonFactory(role="editor"), reason=reason)
    return publishing.retract(row.claim_id, by=PersonFactory(role="editor"))
