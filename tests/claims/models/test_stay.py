"""Each time a claim leaves a stage, how long it stood there is kept (migration 0035)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from claims.models import Claim, Stay
from claims.publishing.publish import publish
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db

SHORT = timedelta(minutes=2)


def stays():
    return list(Stay.objects.order_by("left_at", "pk").values_list("claim", "stage", "next_stage"))


def test_a_claim_that_leaves_a_stage_leaves_the_time_it_stood_there():
    people = desk.hire()
    claim, began = ClaimFactory(), timezone.now() - timedelta(days=9)
    Claim.objects.filter(pk=claim.pk).update(status_since=began)
    apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())

    (stay,) = Stay.objects.all()
    assert (stay.stage, stay.next_stage, stay.began_at) == ("inbox", "watching", began)
    assert timedelta(0) <= timezone.now() - stay.left_at < SHORT
    Claim.objects.filter(pk=claim.pk).update(priority=1, status="watching")
    assert Stay.objects.count() == 1


def test_what_was_left_before_the_table_was_there_is_read_from_the_record():
    people = desk.hire()
    published = publish(desk.approved(people).pk, by=people.editor).claim
    apply(published.pk, "reopen", by=people.editor, reason="New figures.")
    declined = desk.accepted(people)
    apply(declined.pk, "decline", by=people.editor, reason="No.", decline_reason="not_spread")
    apply(declined.pk, "restore", by=people.editor)
    kept = {(stay.claim_id, stay.stage, stay.next_stage): stay for stay in Stay.objects.all()}
    Stay.objects.all().delete()

    with connection.cursor() as cursor:
        cursor.execute(import_module("claims.migrations.0035_stays_are_kept").PAST)

    read = {(stay.claim_id, stay.stage, stay.next_stage): stay for stay in Stay.objects.all()}
    assert read.keys() == kept.keys()
    assert len(kept) >= 9
    for key, stay in read.items():
        assert abs(stay.began_at - kept[key].began_at) < SHORT
        assert abs(stay.left_at - kept[key].left_at) < SHORT
