"""What people answer to what the clock asks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Assignment, Claim, Event, Job, Notification, Reminder
from claims.notifications.send import notify
from claims.workflow import answers, edit_review, reminders
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.claims.workflow.test_races import Call

pytestmark = pytest.mark.django_db

DAYS = timedelta(days=6, minutes=1)


def asked(people, claim=None):
    """A claim whose holder was asked whether he is still on it."""
    claim = claim or desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(stage_due_at=timezone.now() + timedelta(days=90))
    Assignment.objects.filter(claim=claim, role="checker", ended_at=None).update(assigned_at=timezone.now() - DAYS)
    reminders.tick()
    assert Reminder.objects.get(claim=claim, kind="still_on_it").person == people.author
    return claim


def holder(claim):
    found = Assignment.objects.filter(claim=claim, role="checker", ended_at=None).first()
    return found and found.person


def test_who_is_still_on_it_says_so_once_and_is_asked_again_after_as_many_days(people):
    claim = asked(people)
    answers.stay_on_it(claim.pk, by=people.author)
    with pytest.raises(Refused, match="answered already"):
        answers.stay_on_it(claim.pk, by=people.author)

    reminders.tick(now=timezone.now() + timedelta(days=5))
    assert Event.objects.filter(action="still_on_it").count() == 1
    reminders.tick(now=timezone.now() + DAYS)

    assert Event.objects.filter(action="still_on_it").count() == 2
    assert Event.objects.filter(action="stay_on_it", actor_ref=people.author.ref).count() == 1
    assert holder(claim) == people.author


def test_what_is_handed_back_lies_ready_for_somebody_else(people):
    claim = asked(people)

    answers.hand_back(claim.pk, by=people.author)

    assert desk.reload(claim).status == "accepted"
    assert holder(claim) is None
    with pytest.raises(Refused, match="answered already"):
        answers.hand_back(claim.pk, by=people.author)


@pytest.mark.parametrize("bring", ["sent back", "public"])
def test_what_has_gone_further_keeps_its_state_and_the_editors_are_told(people, bring):
    if bring == "public":
        claim = desk.published(people)
        apply(claim.pk, "reopen", by=people.editor, reason="A doubt.")
    else:
        claim = desk.in_review(people)
        apply(claim.pk, "return", by=people.editor, reason="Count again.")
    before = desk.reload(claim).status

    answers.hand_back(asked(people, claim).pk, by=people.author)

    assert (desk.reload(claim).status, holder(claim)) == (before, None)
    event = Event.objects.get(chain=claim.chain, action="release")
    assert event.actor_ref == people.author.ref
    notify(None, event=Job.objects.get(kind="notify", key=f"event/{event.pk}").args["event"])()
    told = Notification.objects.filter(event=event).values_list("person", flat=True)
    assert set(told) >= {people.editor.pk, people.other_editor.pk}


def test_nobody_answers_what_was_asked_of_another(people):
    claim = asked(people)

    for answer in (answers.stay_on_it, answers.hand_back):
        with pytest.raises(Refused):
            answer(claim.pk, by=people.editor)
    assert holder(claim) == people.author
    with pytest.raises(Refused):
        answers.stay_on_it(claim.pk + 1, by=people.author)


def waived(people):
    claim = desk.in_cross_check(people)
    apply(claim.pk, "waive_cross_check", by=people.editor, reason="Nobody reads Frisian.")
    reminders.tick(now=timezone.now() + timedelta(days=3, minutes=1))
    return claim


def test_somebody_who_saw_the_verdict_and_wrote_none_of_it_reads_it_again(people):
    claim = waived(people)
    with pytest.raises(Refused, match="wrote none of it"):
        answers.read_again(claim.pk, by=people.author)
    with pytest.raises(Refused, match="wrote none of it"):
        answers.read_again(claim.pk, by=people.auditor)
    with pytest.raises(Refused, match="Look at the verdict"):
        answers.read_again(claim.pk, by=people.other_editor)
    assert Reminder.objects.get(kind="second_read").closed_at is None
    edit_review.show_verdict(claim.pk, by=people.other_editor)

    answers.read_again(claim.pk, by=people.other_editor)
    reminders.tick(now=timezone.now() + timedelta(days=9))

    assert Event.objects.filter(action="read_again", actor_ref=people.other_editor.ref).count() == 1
    assert Event.objects.filter(action="second_read").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_stands(people):
    claim = asked(people)

    calls = [Call(lambda answer=answer: answer(claim.pk, by=people.author)) for answer in (
        answers.stay_on_it, answers.hand_back,
    )]  # fmt: skip
    refused = [found for call in calls if isinstance(found := call.outcome(), Refused)]

    assert len(refused) == 1
