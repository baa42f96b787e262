"""Whose second verdict stands, and who may therefore approve."""

import pytest

from claims.models import Approval, Desk
from claims.workflow import edit, edit_review
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db


def reword(claim, by):
    claim = desk.reload(claim)
    return edit.edit_claim(claim.pk, by=by, fields={"context": f"In May, says {by}."}, seen=edit.digests(claim))


def decided(people, cross_checker, code="false"):
    """Two verdicts that differ twice, and an editor's decision."""
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, cross_checker, people.editor)
    apply(claim.pk, "cross_check", by=cross_checker, rating=RatingFactory(code="false"), reason="No.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    return apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code=code), reason="The counts hold.")


def test_a_cross_check_by_somebody_who_became_an_author_no_longer_stands(people):
    claim = desk.in_review(people)
    apply(claim.pk, "return", by=people.editor, reason="Say when.")
    reword(claim, people.cross_checker)

    apply(claim.pk, "submit", by=people.author)

    assert apply(claim.pk, "pass", by=None).status == "in_cross_check"


def test_a_cross_checker_who_edits_in_review_makes_another_one_needed(people):
    editor = PersonFactory(role="editor")
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, editor, people.editor)
    apply(claim.pk, "cross_check", by=editor, rating=RatingFactory(code="true"), reason="Yes.")
    reword(claim, editor)

    with pytest.raises(Refused, match="No cross-check stands"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))


def test_a_waiver_by_somebody_who_became_an_author_no_longer_stands(people):
    claim = desk.in_cross_check(people)
    apply(claim.pk, "waive_cross_check", by=people.other_editor, reason="Nobody is free.")
    reword(claim, people.other_editor)

    with pytest.raises(Refused, match="No cross-check stands"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))


def test_a_decision_stands_by_itself_when_the_cross_checker_became_an_author(people):
    editor = PersonFactory(role="editor")
    claim = decided(people, editor, code="true")
    reword(claim, editor)

    with pytest.raises(Refused, match="three people"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim))
    assert Approval.objects.get().cross_checker == people.editor


def test_a_verdict_that_was_decided_for_is_not_approved_by_who_gave_it(people):
    claim = decided(people, people.other_editor)

    with pytest.raises(Refused, match="three people"):
        apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim))
    third = PersonFactory(role="editor")
    assert apply(claim.pk, "approve", by=third, seen=desk.seen(claim)).status == "approved"


def test_under_two_who_gave_the_verdict_that_was_decided_for_may_approve_it(people):
    Desk.objects.update_or_create(pk=1, defaults={"review_policy": "two"})
    claim = decided(people, people.other_editor)

    assert apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim)).status == "approved"


def test_a_decision_on_a_page_of_before_is_refused(people):
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    page = desk.seen(claim)
    reword(claim, people.other_editor)
    decision = {"rating": RatingFactory(code="true"), "reason": "The counts hold."}

    with pytest.raises(Refused, match="read it again"):
        apply(claim.pk, "decide", by=people.editor, seen=page, **decision)
    assert apply(claim.pk, "decide", by=people.editor, seen=desk.seen(claim), **decision).status == "in_review"


def test_a_headline_is_a_secret_too(people):
    """A claim with a headline but no rating yet: who may not see it cannot fish for it with a form of his own."""
    claim = desk.in_research(people)
    edit.edit_claim(claim.pk, by=people.author, fields={"title": "It never came"}, seen=edit.digests(claim))

    with pytest.raises(Refused, match="Show the verdict"):
        edit.edit_claim(claim.pk, by=people.cross_checker, fields={"title": "It came"}, seen={"title": "guess"})
    edit_review.show_verdict(claim.pk, by=people.cross_checker)
