"""A rating somebody gave keeps its words and its number (migration 0008)."""

import pytest
from django.db import IntegrityError, transaction

from claims.models import Rating
from tests.claims.workflow import desk
from tests.factories import RatingFactory, ScaleFactory

pytestmark = pytest.mark.django_db

CHANGES = {
    "code": "quite-true",
    "label": "Quite true",
    "definition": "In other words.",
    "value": 4,
    "family": "mixed",
}


@pytest.fixture
def used(db):
    desk.in_preflight(desk.hire())
    return Rating.objects.get(code="true")


@pytest.mark.parametrize("field", CHANGES)
def test_a_rating_in_use_is_never_edited(used, field):
    with pytest.raises(IntegrityError, match="is in use: retire it and add another"), transaction.atomic():
        Rating.objects.filter(pk=used.pk).update(**{field: CHANGES[field]})


def test_a_rating_in_use_stays_on_its_scale(used):
    other = ScaleFactory(slug="other", is_current=False)
    with pytest.raises(IntegrityError, match="is in use"), transaction.atomic():
        Rating.objects.filter(pk=used.pk).update(scale=other)


def test_a_rating_in_use_is_retired(used):
    Rating.objects.filter(pk=used.pk).update(is_retired=True, position=9)
    assert used not in Rating.objects.offered()


def test_a_rating_nobody_gave_yet_may_be_edited(db):
    rating = RatingFactory(code="false")
    Rating.objects.filter(pk=rating.pk).update(**CHANGES)
    rating.refresh_from_db()
    assert rating.label == "Quite true"


def test_one_scale_at_a_time_is_current(db):
    ScaleFactory()
    with pytest.raises(IntegrityError, match="one_current_scale"), transaction.atomic():
        ScaleFactory(slug="other")
