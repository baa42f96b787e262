"""Claims a person may know of, and the others: together they are all, and none is both."""

import pytest

from claims.models import Assignment, Claim
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["contributor", "checker", "editor", "auditor", "administrator"])
def test_what_is_hidden_is_all_that_is_not_visible(role):
    person, other = PersonFactory(role=role), PersonFactory(role="checker")
    plain, own, held, strange, left, adopted = (
        ClaimFactory(confidential=n > 0, created_by=maker)
        for n, maker in enumerate([other, person, other, other, other, None])
    )
    Assignment.objects.create(claim=held, role="checker", person=person)
    Assignment.objects.create(claim=strange, role="checker", person=other)
    Assignment.objects.create(claim=left, role="checker", person=person, ended_at=left.created_at)

    hidden = set(Claim.objects.hidden_from(person))

    assert hidden == (set() if role == "editor" else {strange, left, adopted})
    assert set(Claim.objects.visible_to(person)) == {plain, own, held, strange, left, adopted} - hidden
