"""Clusters of duplicates are flat (migration 0002 and the constraints beside it)."""

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Claim
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def point(claim, target):
    Claim.objects.filter(pk=claim.pk).update(duplicate_of=target)


@transaction.atomic
def point_and_commit(claim, target):
    point(claim, target)
    check_now()


def test_a_duplicate_points_at_a_main_claim():
    main, one, two = ClaimFactory.create_batch(3)
    point(one, main)
    point(two, main)
    check_now()
    assert list(main.duplicates.order_by("pk")) == [one, two]


def test_a_duplicate_of_a_duplicate_is_refused():
    main, one, two = ClaimFactory.create_batch(3)
    point(one, main)
    with pytest.raises(IntegrityError, match="claim_duplicate_of_a_main"):
        point_and_commit(two, one)


def test_a_main_claim_with_duplicates_cannot_become_one_itself():
    main, one, two = ClaimFactory.create_batch(3)
    point(one, main)
    with pytest.raises(IntegrityError, match="claim_duplicate_of_a_main"):
        point_and_commit(main, two)


def test_a_cluster_moves_to_another_main_claim_in_one_transaction():
    main, one, two = ClaimFactory.create_batch(3)
    point(one, main)
    with transaction.atomic():
        point(main, two)
        point(one, two)
    check_now()
    assert set(two.duplicates.all()) == {main, one}


def test_a_claim_is_not_its_own_duplicate():
    claim = ClaimFactory()
    with pytest.raises(IntegrityError, match="claim_not_its_own_duplicate"), transaction.atomic():
        point(claim, claim)


def test_a_claim_in_state_duplicate_points_somewhere():
    with pytest.raises(IntegrityError, match="claim_duplicate_has_a_main"), transaction.atomic():
        ClaimFactory(status="duplicate")
