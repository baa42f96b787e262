"""Who gets a claim, who takes it over, and what waits for somebody."""

import pytest
from django.db import IntegrityError, transaction

from claims.models import Assignment, Claim, Disclosure, Event, Job
from claims.workflow import assignment, edit_review
from claims.workflow.apply import Refused, apply
from claims.workflow.revisions import latest_revision
from claims.workflow.standing import standing
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db


def holder(claim, role):
    return claim.assignments.get(role=role, ended_at__isnull=True).person


# --- the least loaded of those who may


def test_the_second_verdict_goes_to_the_least_loaded_checker_and_then_to_editors(people):
    busy, idle = people.cross_checker, PersonFactory(role="checker")
    Assignment.objects.create(claim=desk.in_research(people), role="editor", person=busy)
    claim = desk.in_preflight(people)
    found = assignment.eligible_cross_checkers(claim, latest_revision(claim))

    assert [person.pk for person in found] == [idle.pk, busy.pk, people.editor.pk, people.other_editor.pk]
    apply(claim.pk, "pass", by=None)
    assert holder(claim, "cross_checker") == idle


def test_closed_claims_are_no_load(people):
    declined = desk.in_research(people)
    Assignment.objects.create(claim=declined, role="editor", person=people.cross_checker)
    before = {person.pk: person.load for person in assignment.eligible_checkers(declined)}
    apply(declined.pk, "decline", by=people.editor, decline_reason="other", reason="Not worth it.")

    assert before[people.cross_checker.pk] == 1
    assert {person.load for person in assignment.eligible_checkers(declined)} == {0}


def test_authors_the_recused_and_who_saw_the_verdict_are_not_asked(people):
    claim = desk.in_preflight(people)
    by_topic, by_claimant = PersonFactory(role="checker"), PersonFactory(role="checker")
    topic, claimant = TopicFactory(), ClaimantFactory()
    claim.topics.add(topic)
    AppearanceFactory(claim=claim, claimant=claimant, number=1)
    by_topic.recusals.create(topic=topic)
    by_claimant.recusals.create(claimant=claimant)
    Disclosure.objects.create(claim=claim, person=people.cross_checker)
    PersonFactory(role="checker", is_active=False)
    found = assignment.eligible_cross_checkers(claim, latest_revision(claim))

    assert found == [people.editor, people.other_editor]


def test_of_a_public_claim_those_who_did_not_ask_for_the_draft_come_first(people):
    claim = desk.published(people)
    idle = PersonFactory(role="checker")
    Disclosure.objects.create(claim=claim, person=people.cross_checker)
    found = assignment.eligible_cross_checkers(claim, None)

    assert [person for person in found if person.role == "checker"] == [idle, people.cross_checker]
    assert found[-1] == people.cross_checker


def test_a_claim_is_researched_by_nobody_who_cross_checks_it_or_is_recused(people):
    claim = desk.in_cross_check(people)
    assert holder(claim, "cross_checker") == people.cross_checker
    topic = TopicFactory()
    claim.topics.add(topic)
    people.editor.recusals.create(topic=topic)

    assert {*assignment.eligible_checkers(claim)} == {people.author, people.other_editor}


# --- nobody is eligible


def alone(people):
    """A claim in cross-check for which there is nobody."""
    claim = desk.in_preflight(people)
    for person in (people.cross_checker, people.editor, people.other_editor):
        Disclosure.objects.create(claim=claim, person=person)
    return apply(claim.pk, "pass", by=None)


def test_with_nobody_eligible_the_claim_waits_and_no_job_fails(people):
    claim = alone(people)
    desk.hand_cross_check_to(desk.in_cross_check(people), people.cross_checker, people.editor)

    assert claim.status == "in_cross_check"
    assert holder(claim, "cross_checker") is None
    assert list(assignment.waiting_for_cross_checker()) == [claim]
    assert list(assignment.waiting_for_cross_checker(Claim.objects.filter(status="inbox"))) == []
    assert not Job.objects.filter(state="failed").exists()


def test_a_waiting_cross_check_is_taken_in_one_step_by_who_may(people):
    claim = alone(people)
    comes = PersonFactory(role="checker")
    with pytest.raises(Refused, match="asked to see the verdict"):
        apply(claim.pk, "take_cross_check", by=people.cross_checker)
    with pytest.raises(Refused, match="not yours to take"):
        apply(claim.pk, "take_cross_check", by=people.author)
    apply(claim.pk, "take_cross_check", by=comes)

    assert holder(claim, "cross_checker") == comes
    assert list(assignment.waiting_for_cross_checker()) == []
    with pytest.raises(Refused, match="is yours already: give your verdict"):
        apply(claim.pk, "take_cross_check", by=comes)
    assert Event.objects.get(chain=claim.chain, action="take_cross_check").details["person"] == comes.ref


def test_the_recused_do_not_take_it(people):
    claim = alone(people)
    comes, topic = PersonFactory(role="checker"), TopicFactory()
    claim.topics.add(topic)
    comes.recusals.create(topic=topic)

    with pytest.raises(Refused, match="recused"):
        apply(claim.pk, "take_cross_check", by=comes)


# --- from hand to hand


def test_a_part_stays_with_its_holder_until_the_other_accepts(people):
    claim = desk.in_research(people)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)

    assert holder(claim, "checker") == people.author
    assert standing(claim, people.cross_checker).offers == {"checker": people.author.ref}
    apply(claim.pk, "take_over", by=people.cross_checker)
    assert standing(claim, people.cross_checker).is_holder
    assert not standing(claim, people.author).is_holder
    said = Event.objects.filter(chain=claim.chain).order_by("-seq")[0]
    assert (said.action, said.details["before"], said.details["person"]) == (
        "take_over", people.author.ref, people.cross_checker.ref,
    )  # fmt: skip


def test_what_is_turned_down_stays_where_it_is(people):
    claim = desk.in_research(people)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    apply(claim.pk, "turn_down", by=people.cross_checker)

    assert holder(claim, "checker") == people.author
    with pytest.raises(Refused, match="not yours to take"):
        apply(claim.pk, "take_over", by=people.cross_checker)


def test_each_part_is_offered_by_its_holder_to_whom_it_fits(people):
    claim = desk.in_cross_check(people)
    other = PersonFactory(role="checker")
    wrong = [
        (people.cross_checker, "checker", other, "a part that is yours"),
        (people.author, "checker", people.author, "yours already"),
        (people.author, "checker", people.cross_checker, "cross-checks this claim"),
        (people.author, "checker", people.auditor, "active checker"),
        (people.author, "captain", other, "which part"),
        (people.cross_checker, "cross_checker", people.author, "cannot cross-check"),
        (people.editor, "checker", other, "not yours to take"),
    ]
    for by, role, person, sentence in wrong:
        with pytest.raises(Refused, match=sentence):
            apply(claim.pk, "offer", by=by, role=role, person=person)
    apply(claim.pk, "offer", by=people.cross_checker, role="cross_checker", person=other)
    apply(claim.pk, "take_over", by=other)

    assert holder(claim, "cross_checker") == other


def test_an_offer_is_not_accepted_by_who_has_seen_the_verdict_meanwhile(people):
    claim = desk.in_cross_check(people)
    other = PersonFactory(role="checker")
    apply(claim.pk, "offer", by=people.cross_checker, role="cross_checker", person=other)
    edit_review.show_verdict(claim.pk, by=other)

    with pytest.raises(Refused, match="cannot cross-check"):
        apply(claim.pk, "take_over", by=other)
    assert holder(claim, "cross_checker") == people.cross_checker


def test_an_editor_hands_over_at_once_and_the_offer_is_gone(people):
    claim = desk.in_research(people)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.other_editor)

    assert holder(claim, "checker") == people.other_editor
    assert standing(claim, people.cross_checker).offers == {}
    assert standing(claim, None).offers == {}


def test_nobody_offers_a_part_to_himself_or_one_that_nobody_holds(people):
    claim = desk.in_research(people)
    held = claim.assignments.get(role="checker")
    for values in ({"offered_to": people.author}, {"person": None, "offered_to": people.editor}):
        with pytest.raises(IntegrityError, match="offered_by_its_holder"), transaction.atomic():
            Assignment.objects.filter(pk=held.pk).update(**values)
