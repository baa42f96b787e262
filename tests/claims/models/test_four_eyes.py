"""Nobody approves his own work, whatever the application thinks (migration 0006)."""

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Approval, Reading, RevisionAuthor
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def good(people):
    """An approval that holds; each test spoils one thing of it."""
    claim = desk.in_review(people)
    revision = claim.revisions.get()
    return {
        "revision": revision,
        "content_sha256": revision.content_sha256,
        "approver": people.editor,
        "cross_check": Reading.objects.get(claim=claim, kind="cross"),
        "cross_checker": people.cross_checker,
        "policy": "three",
    }


def approve(**values):
    with transaction.atomic():
        Approval.objects.create(**values)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_good_approval_is_kept(good):
    approve(**good)
    assert Approval.objects.count() == 1


def test_the_author_never_approves(good, people):
    with pytest.raises(IntegrityError, match="can neither approve nor cross-check"):
        approve(**good | {"approver": people.author})


def test_the_author_never_cross_checks(good, people):
    own = Reading.objects.get(kind="first")
    with pytest.raises(IntegrityError, match="can neither approve nor cross-check"):
        approve(**good | {"cross_check": own, "cross_checker": people.author})


def test_the_cross_checker_is_who_the_reading_says(good, people):
    with pytest.raises(IntegrityError, match="approval_cross_checker_read_it"):
        approve(**good | {"cross_checker": people.other_editor})


def test_under_three_the_cross_checker_does_not_approve(good, people):
    with pytest.raises(IntegrityError, match="approval_keeps_policy"):
        approve(**good | {"approver": people.cross_checker})


def test_under_two_the_cross_checker_may_approve(good, people):
    approve(**good | {"approver": people.cross_checker, "policy": "two"})
    assert Approval.objects.get().policy == "two"


def test_there_is_no_third_policy(good):
    with pytest.raises(IntegrityError, match="approval_keeps_policy"):
        approve(**good | {"policy": "one"})


def test_an_approval_of_another_text_is_refused(good):
    with pytest.raises(IntegrityError, match="names another text"):
        approve(**good | {"content_sha256": "0" * 64})


def test_a_first_verdict_is_no_cross_check(good, people):
    Reading.objects.filter(kind="first").get()
    first = Reading.objects.create(
        claim=good["revision"].claim,
        revision=good["revision"],
        kind="first",
        by=people.cross_checker,
        rating=good["cross_check"].rating,
        material_sha256=good["revision"].material_sha256,
    )
    with pytest.raises(IntegrityError, match="does not stand for the material"):
        approve(**good | {"cross_check": first})


def test_a_cross_check_of_other_material_does_not_stand(good, people):
    other = Reading.objects.create(
        claim=good["revision"].claim,
        revision=good["revision"],
        kind="cross",
        by=people.cross_checker,
        rating=good["cross_check"].rating,
        material_sha256="0" * 64,
    )
    with pytest.raises(IntegrityError, match="does not stand for the material"):
        approve(**good | {"cross_check": other})


def test_a_cross_check_of_another_claim_does_not_stand(good, people):
    other = desk.in_review(people)
    elsewhere = Reading.objects.get(claim=other, kind="cross")
    with pytest.raises(IntegrityError, match="does not stand for the material"):
        approve(**good | {"cross_check": elsewhere})


def test_the_authors_of_an_approved_revision_are_settled(good, people):
    approve(**good)
    with pytest.raises(IntegrityError, match="its authors are settled"), transaction.atomic():
        RevisionAuthor.objects.create(revision=good["revision"], person=people.other_editor)


@pytest.fixture
def decided(people):
    """An approval that rests on a decision for the second verdict, which an editor had given."""
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.other_editor, people.editor)
    apply(claim.pk, "cross_check", by=people.other_editor, rating=RatingFactory(code="false"), reason="No.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code="false"), reason="The second count holds.")
    decision = Reading.objects.get(kind="decision")
    return {
        "revision": claim.revisions.latest("number"),
        "content_sha256": claim.revisions.latest("number").content_sha256,
        "approver": PersonFactory(role="editor"),
        "cross_check": decision,
        "cross_checker": people.editor,
        "decision": decision,
        "policy": "three",
    }


def test_an_approval_may_rest_on_a_decision(decided):
    approve(**decided)
    assert Approval.objects.count() == 1


def test_who_gave_the_verdict_that_was_decided_for_does_not_approve_it(decided, people):
    with pytest.raises(IntegrityError, match="gave the verdict that was decided for"):
        approve(**decided | {"approver": people.other_editor})


def test_a_decision_of_another_claim_does_not_stand(good, decided):
    with pytest.raises(IntegrityError, match="decision does not stand"):
        approve(**good | {"decision": decided["decision"]})


def test_a_cross_check_is_no_decision(good):
    with pytest.raises(IntegrityError, match="decision does not stand"):
        approve(**good | {"decision": good["cross_check"]})


def test_an_author_decides_nothing(good, people):
    own = Reading.objects.create(
        claim=good["revision"].claim,
        revision=good["revision"],
        kind="decision",
        by=people.author,
        rating=good["cross_check"].rating,
        reason="Mine.",
        material_sha256=good["revision"].material_sha256,
    )
    with pytest.raises(IntegrityError, match="decision does not stand"):
        approve(**good | {"decision": own})
