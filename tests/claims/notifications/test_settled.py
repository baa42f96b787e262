"""A notice that asks for something waits for nobody once that is done, by whomever."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Assignment, Claim, Event, Notification
from claims.notifications import my_day
from claims.notifications.messages import SENTENCES
from claims.notifications.send import notify
from claims.notifications.settled import OF_THE_STAGE, QUESTIONS, settle
from claims.workflow import answers, edit, edit_review, reminders
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.claims.workflow.test_answers import asked
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def deliver(claim, *, newest_first=False):
    """Run the job of every event of a claim's chain, in their order or the other way round."""
    for event in Event.objects.filter(chain=claim.chain).order_by("-seq" if newest_first else "seq"):
        notify(None, event=event.pk)()


def waiting(claim, kind):
    """Who has not read and not done what a kind of notice asks."""
    rows = Notification.objects.filter(claim=claim, kind=kind, read_at=None, settled_at=None)
    return {row.person for row in rows}


def settled(claim, kind):
    return {row.person for row in Notification.objects.filter(claim=claim, kind=kind).exclude(settled_at=None)}


def test_what_waits_for_an_editor_is_settled_for_all_of_them_once_one_has_acted(people):
    claim = desk.in_review(people)
    deliver(claim)
    assert waiting(claim, "review_wanted") == {people.editor, people.other_editor}

    apply(claim.pk, "return", by=people.editor, reason="Say where the count was made.")
    deliver(claim)

    assert waiting(claim, "review_wanted") == set()
    assert settled(claim, "review_wanted") == {people.editor, people.other_editor}
    assert waiting(claim, "return") == {people.author}


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_order_in_which_jobs_run_makes_no_difference(people, newest_first):
    claim = desk.approved(people)
    deliver(claim, newest_first=newest_first)

    asking = Notification.objects.filter(claim=claim, kind__in=OF_THE_STAGE)
    assert asking.exists()
    assert not asking.filter(settled_at=None).exists()
    assert waiting(claim, "approve") == {people.author}


def test_news_that_asks_for_nothing_stays_unread(people):
    claim = desk.in_review(people)
    deliver(claim)

    assert waiting(claim, "cross_check") == {people.author}


def test_what_was_read_before_it_was_done_is_settled_too_and_keeps_when_it_was_read(people):
    claim = desk.in_review(people)
    deliver(claim)
    earlier = timezone.now() - timedelta(hours=1)
    Notification.objects.filter(kind="review_wanted", person=people.editor).update(read_at=earlier)
    apply(claim.pk, "return", by=people.other_editor, reason="Say where.")
    settle(desk.reload(claim))

    row = Notification.objects.get(kind="review_wanted", person=people.editor)
    assert (row.read_at, row.settled_at is not None) == (earlier, True)


def test_a_cross_check_somebody_else_took_waits_for_nobody_else(people):
    claim = desk.in_preflight(people)
    for person in (people.cross_checker, people.editor, people.other_editor):
        edit_review.show_verdict(claim.pk, by=person)
    claim = apply(claim.pk, "pass", by=None)
    deliver(claim)
    assert waiting(claim, "cross_check_wanted") == {people.editor, people.other_editor}

    apply(claim.pk, "take_cross_check", by=PersonFactory(role="checker"))
    notify(None, event=Event.objects.filter(chain=claim.chain).latest("seq").pk)()

    assert waiting(claim, "cross_check_wanted") == set()
    assert desk.reload(claim).status == "in_cross_check"


def test_who_was_asked_for_the_second_verdict_is_not_told_that_it_is_done_while_it_is_his(people):
    claim = desk.in_cross_check(people)
    chosen = claim.assignments.get(role="cross_checker", ended_at=None).person
    deliver(claim)

    assert waiting(claim, "cross_check_wanted") == {chosen}


def test_what_was_offered_is_settled_when_it_is_answered(people):
    claim = desk.in_research(people)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    deliver(claim)
    assert waiting(claim, "offer") == {people.cross_checker}
    apply(claim.pk, "turn_down", by=people.cross_checker)
    deliver(claim)

    assert waiting(claim, "offer") == set()


def test_a_question_of_the_clock_is_settled_by_its_answer(people):
    claim = asked(people)
    deliver(claim)
    assert waiting(claim, "still_on_it") == {people.author}
    answers.stay_on_it(claim.pk, by=people.author)
    deliver(claim)

    assert waiting(claim, "still_on_it") == set()


def test_what_is_overdue_is_settled_when_it_is_given_more_time(people):
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(stage_due_at=None, due_at=timezone.now() - timedelta(minutes=5))
    reminders.tick()
    deliver(claim)
    assert people.author in waiting(claim, "overdue")
    assert settle(desk.reload(claim)) == 0

    edit.arrange_claim(claim.pk, by=people.editor, due_at=desk.soon())
    settle(desk.reload(claim))

    assert waiting(claim, "overdue") == set()


def test_a_proposal_to_retract_is_settled_when_it_stands_no_more(people):
    claim = desk.published(people)
    apply(claim.pk, "propose_retraction", by=people.editor, reason="The count was wrong.")
    deliver(claim)
    assert people.other_editor in waiting(claim, "propose_retraction")
    apply(claim.pk, "retract", by=people.other_editor, effect=desk.showing("retracted"))
    deliver(claim)

    assert waiting(claim, "propose_retraction") == set()


def test_settling_is_one_statement_however_many_notices_there_are(people):
    claim = desk.in_review(people)
    deliver(claim)
    apply(claim.pk, "return", by=people.editor, reason="Say where.")
    with CaptureQueriesContext(connection) as statements:
        assert settle(desk.reload(claim)) > 1

    assert len(statements) - 1 == 1  # the other one read the claim anew


def test_what_is_done_is_neither_counted_nor_told_in_the_morning_but_still_listed(client, people):
    claim = desk.in_review(people)
    deliver(claim)
    apply(claim.pk, "return", by=people.editor, reason="Say where.")
    Assignment.objects.filter(claim=claim, person=people.other_editor).update(ended_at=timezone.now())
    deliver(claim)
    client.force_login(people.other_editor)
    listed = client.get("/notices/").content.decode()
    unread = client.get("/notices/?show=unread").content.decode()

    assert my_day.read(people.other_editor).notices == []
    assert "waits for an editor to approve it" in listed
    assert '<span class="tag">done</span>' in listed
    assert "waits for an editor to approve it" not in unread
    assert "0 unread notices" in listed


def test_every_kind_that_asks_for_something_is_one_that_is_told():
    assert set(SENTENCES) >= OF_THE_STAGE | QUESTIONS
