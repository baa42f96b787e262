"""By when each stage is due, and what an editor's own date does to it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from claims.models import Claim, ContactLog, Desk
from claims.workflow import edit, edit_review, replies, stages
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import RatingFactory, make_rubric

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)  # ten o'clock in Berlin
SETTINGS = {
    "time_zone": "Europe/Berlin", "triage_limit": "4h", "research_limit": "5d", "cross_check_limit": "2d",
    "review_limit": "1d", "publication_limit": "3h",
}  # fmt: skip


@pytest.fixture
def people():
    Desk.objects.update_or_create(pk=1, defaults=SETTINGS)
    with time_machine.travel(MONDAY, tick=False):
        yield desk.hire()


def berlin(claim):
    due = Claim.objects.get(pk=claim.pk).next_due_at
    return due and due.astimezone(Desk.objects.current().zone).strftime("%a %d %H:%M")


def test_each_stage_is_due_so_much_working_time_after_it_began(people):
    make_rubric()
    claim = edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")
    assert berlin(claim) == "Mon 01 14:00"
    edit_review.answer_rubric(
        claim.pk, by=people.editor, answers={"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    )
    apply(claim.pk, "accept", by=people.editor)
    apply(claim.pk, "assign", by=people.author)
    assert berlin(claim) == "Mon 08 10:00"
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author)

    apply(claim.pk, "submit", by=people.author)
    assert berlin(claim) is None  # preflight is the machine's
    apply(claim.pk, "pass", by=None)
    assert berlin(claim) == "Wed 03 10:00"
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="true"), reason="Counted too.")
    assert berlin(claim) == "Tue 02 10:00"
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    assert berlin(claim) == "Mon 01 13:00"
    apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))
    assert berlin(claim) is None


def test_a_stage_the_desk_sets_no_limit_for_is_not_due(people):
    Desk.objects.update(triage_limit="")

    assert berlin(desk.accepted(people)) is None


def test_the_date_of_the_whole_claim_stays_through_its_stages_and_the_nearer_one_is_shown(people):
    claim = desk.accepted(people)
    apply(claim.pk, "assign", by=people.editor, person=people.author, due=MONDAY + timedelta(days=2))
    assert berlin(claim) == "Wed 03 10:00"  # before research would be due

    edit.arrange_claim(claim.pk, by=people.editor, due_at=MONDAY + timedelta(days=60))
    assert berlin(claim) == "Mon 08 10:00"
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author)
    apply(claim.pk, "submit", by=people.author)
    assert Claim.objects.get(pk=claim.pk).next_due_at == MONDAY + timedelta(days=60)

    edit.arrange_claim(claim.pk, by=people.editor, due_at=None)
    assert berlin(claim) is None


def test_a_claim_that_waits_for_replies_is_due_at_the_last_open_deadline(people):
    claim = desk.in_research(people)
    for name, days in (("The port", 1), ("The ministry", 3)):
        replies.log_contact(
            claim.pk, by=people.author, asked=name, channel="email", question="How many?", deadline=desk.soon(days=days)
        )
    Claim.objects.filter(pk=claim.pk).update(due_at=None)

    apply(claim.pk, "request_reply", by=people.author)
    assert berlin(claim) == "Thu 04 10:00"
    replies.answer_contact(ContactLog.objects.get(asked="The port").pk, by=people.author, answer="Twelve.")
    apply(claim.pk, "resume", by=people.author, reason="Enough.")
    assert berlin(claim) == "Mon 08 10:00"


def test_a_date_to_publish_is_when_an_approved_claim_is_due(people):
    claim = desk.approved(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=None)

    apply(claim.pk, "schedule", by=people.editor, publish_at=MONDAY + timedelta(days=9))

    assert Claim.objects.get(pk=claim.pk).next_due_at == MONDAY + timedelta(days=9)


def test_a_withheld_page_is_due_after_three_days_until_it_is_put_back(people):
    claim = desk.published(people)

    apply(claim.pk, "withhold", by=people.editor, reason="A doubt.", effect=desk.showing("withheld"))
    assert Claim.objects.get(pk=claim.pk).next_due_at == MONDAY + timedelta(hours=72)
    with time_machine.travel(MONDAY + timedelta(hours=73)):
        Claim.objects.filter(pk=claim.pk).update(stage_due_at=timezone.now() - timedelta(hours=1))
    apply(claim.pk, "lift", by=people.editor, effect=desk.showing("published"))
    assert berlin(claim) is None


def test_a_withheld_page_that_is_worked_on_is_due_when_its_stage_is_and_after_that_as_before(people):
    claim = desk.published(people)
    apply(claim.pk, "reopen", by=people.editor, reason="A doubt.")
    apply(claim.pk, "withhold", by=people.editor, reason="A doubt.", effect=desk.showing("withheld"))
    assert berlin(claim) == "Mon 08 10:00"

    apply(claim.pk, "stand", by=people.editor, reason="Looked again.")
    assert Claim.objects.get(pk=claim.pk).next_due_at == MONDAY + timedelta(hours=72)
    apply(claim.pk, "reopen", by=people.editor, reason="Another doubt.")
    apply(claim.pk, "lift", by=people.editor, effect=desk.showing("published"))
    assert berlin(claim) == "Mon 08 10:00"


def test_nobody_sets_a_due_date_in_the_past_and_a_late_claim_can_be_arranged_all_the_same(people):
    claim = desk.accepted(people)
    late = MONDAY - timedelta(days=1)
    with pytest.raises(Refused, match="passed already"):
        edit.arrange_claim(claim.pk, by=people.editor, due_at=late)
    Claim.objects.filter(pk=claim.pk).update(due_at=late)

    edit.arrange_claim(claim.pk, by=people.editor, due_at=late, priority=1)

    assert desk.reload(claim).priority == 1


def test_a_desk_that_was_never_saved_has_its_usual_hours():
    assert stages.after(Desk(pk=1), "triage_limit", MONDAY) == MONDAY + timedelta(days=2, hours=1)
