"""What comes due by itself, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Claim, ContactLog, Event, Job
from claims.workflow import deadlines, replies
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return desk.hire()


def test_a_watched_claim_comes_back_on_its_day_and_not_before(people):
    early, late = ClaimFactory(), ClaimFactory()
    for claim in (early, late):
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    Claim.objects.filter(pk=late.pk).update(look_again_at=timezone.now() - timedelta(minutes=1))

    for _ in range(2):
        deadlines.tick()

    assert (desk.reload(early).status, desk.reload(late).status) == ("watching", "inbox")
    assert Event.objects.filter(chain=late.chain, action="wake").count() == 1


@pytest.mark.parametrize("line", ["", "We asked the harbour office twice."])
def test_silence_past_the_deadline_ends_the_wait_and_is_said_to_readers(people, line):
    claim = desk.in_research(people)
    replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="phone", question="How many?",
        deadline=desk.soon(), public_line=line,
    )  # fmt: skip
    apply(claim.pk, "request_reply", by=people.author)
    deadlines.tick()
    assert desk.reload(claim).status == "awaiting_reply"
    ContactLog.objects.update(deadline=timezone.now() - timedelta(minutes=1))
    adopt_outside_changes()

    deadlines.tick()

    claim = desk.reload(claim)
    assert claim.status == "in_research"
    assert claim.content_version == claim.recorded_version
    assert (line or "did not answer") in ContactLog.objects.get().public_line


def test_a_scheduled_claim_is_published_by_a_job(people):
    claim = desk.approved(people)
    apply(claim.pk, "schedule", by=people.editor, publish_at=desk.soon())
    deadlines.tick()
    assert not Job.objects.filter(kind="publish_due").exists()
    Claim.objects.filter(pk=claim.pk).update(publish_at=timezone.now() - timedelta(minutes=1))

    for _ in range(2):
        deadlines.tick()

    assert Job.objects.get(kind="publish_due").claim == claim
