"""A leaver's work goes back to nobody, on the record."""

import pytest

from claims.models import Assignment, Event
from claims.workflow import people as staff
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


def test_a_leavers_roles_wait_for_others():
    people = desk.hire()
    claim = desk.in_cross_check(people)

    released = staff.let_go(people.author, by=people.administrator)

    assert released == 1
    assert Assignment.objects.get(claim=claim, role="checker", ended_at__isnull=True).person is None
    assert Event.objects.filter(chain=claim.chain, action="release").get().details["before"] == people.author.ref
    assert Event.objects.get(chain="desk", action="let_go").actor_ref == people.administrator.ref


def test_somebody_who_left_leaves_once():
    people = desk.hire()
    staff.let_go(people.author, by=people.administrator)

    assert staff.let_go(people.author, by=people.administrator) == 0
    assert Event.objects.filter(chain="desk", action="let_go").count() == 1
