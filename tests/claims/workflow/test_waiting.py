"""What waits for a person is what he may do now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Assignment, Claim, Desk, Reminder
from claims.workflow import edit_review
from claims.workflow.apply import apply
from claims.workflow.waiting import waiting_for
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


def waits_for(*staff):
    """For whom of these the only claim there is waits."""
    return [person for person in staff if waiting_for(Claim.objects.all(), person).exists()]


def team(people):
    return [people.contributor, people.author, people.cross_checker, people.editor, people.other_editor, people.auditor]


def test_a_claim_in_review_waits_for_the_editors_who_may_approve_it(people):
    claim = desk.in_review(people)
    assert waits_for(*team(people)) == [people.editor, people.other_editor]

    apply(claim.pk, "hand_over", by=people.editor, role="editor", person=people.other_editor)
    assert waits_for(*team(people)) == [people.other_editor]


def test_who_wrote_it_does_not_review_it(people):
    people.author.role = "editor"
    people.author.save()
    desk.in_review(people)

    assert waits_for(people.author, people.editor) == [people.editor]


def test_who_cross_checked_it_reviews_it_only_under_the_policy_of_two(people):
    people.cross_checker.role = "editor"
    people.cross_checker.save()
    desk.in_review(people)
    assert waits_for(people.cross_checker, people.editor) == [people.editor]

    Desk.objects.update_or_create(pk=1, defaults={"review_policy": "two"})
    assert waits_for(people.cross_checker, people.editor) == [people.cross_checker, people.editor]


def test_a_cross_check_waits_for_who_is_named_for_it(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    assert waits_for(*team(people)) == [people.cross_checker]


def test_a_cross_check_nobody_has_waits_for_everybody_who_may_take_it(people):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker", ended_at=None).update(person=None)
    assert waits_for(*team(people)) == [people.cross_checker, people.editor, people.other_editor]

    edit_review.show_verdict(claim.pk, by=people.editor)
    topic = claim.topics.create(slug="harbour", name="Harbour")
    people.other_editor.recusals.create(topic=topic)
    assert waits_for(*team(people)) == [people.cross_checker]


def test_changes_are_asked_of_its_checker(people):
    claim = desk.in_review(people)
    apply(claim.pk, "return", by=people.editor, reason="Count again.")

    assert waits_for(*team(people)) == [people.author]


def test_an_approved_claim_waits_to_be_published_unless_it_has_a_date(people):
    claim = desk.approved(people)
    assert waits_for(*team(people)) == [people.editor, people.other_editor]

    apply(claim.pk, "schedule", by=people.editor, publish_at=desk.soon())
    assert waits_for(*team(people)) == []


def test_a_retraction_that_is_proposed_waits_for_another_editor(people):
    claim = desk.published(people)
    assert waits_for(*team(people)) == []
    apply(claim.pk, "propose_retraction", by=people.editor, reason="It was two ships.")

    assert waits_for(*team(people)) == [people.other_editor]


def test_what_is_asked_of_a_person_waits_for_him_until_it_is_answered(people):
    claim = desk.in_research(people)
    assert waits_for(*team(people)) == []
    asked = Reminder.objects.create(claim=claim, kind="still_on_it", due_at=timezone.now(), person=people.author)
    Assignment.objects.filter(claim=claim, role="checker").update(offered_to=people.cross_checker)
    assert waits_for(*team(people)) == [people.author, people.cross_checker]

    Reminder.objects.filter(pk=asked.pk).update(closed_at=timezone.now() + timedelta(minutes=1))
    assert waits_for(*team(people)) == [people.cross_checker]


def test_a_verdict_that_differs_goes_back_to_its_checker_and_then_to_the_editors(people):
    claim = desk.in_review(people, second="false")
    assert waits_for(*team(people)) == [people.author]
    apply(claim.pk, "submit", by=people.author)
    assert desk.reload(claim).status == "preflight"
    apply(claim.pk, "pass", by=None)  # the second verdict stands for this material

    assert waits_for(*team(people)) == [people.editor, people.other_editor]
