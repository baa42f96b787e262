"""Only a step of the workflow moves a claim (migration 0004)."""

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Claim
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


def name_the_step(value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.step', %s, true)", [str(value)])


@pytest.mark.parametrize("change", [{"status": "accepted"}, {"public_state": "published", "slug": "somewhere"}])
def test_a_claim_does_not_move_by_an_update(change):
    claim = ClaimFactory()
    with pytest.raises(IntegrityError, match="only through a step of the workflow"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**change)


def test_the_step_of_one_claim_moves_no_other():
    one, other = ClaimFactory.create_batch(2)
    name_the_step(one.pk)
    Claim.objects.filter(pk=one.pk).update(status="accepted")
    with pytest.raises(IntegrityError, match=f"claim {other.pk}:"), transaction.atomic():
        Claim.objects.filter(pk=other.pk).update(status="accepted")


def test_everything_else_of_a_claim_may_be_updated():
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(priority=1, status="inbox")
    claim.refresh_from_db()
    assert (claim.priority, claim.status) == (1, "inbox")


def test_a_step_leaves_no_leave_to_move_the_claim_by_hand():
    people = desk.hire()
    claim = desk.accepted(people)

    apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())

    with pytest.raises(IntegrityError, match="only through a step"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(status="published")
