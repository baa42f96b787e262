"""Whatever changes a text, by whatever way, marks it to be read again; what changes no text marks nothing."""

import pytest
from django.db import connection

from claims.models import Claim, SearchDue, Snapshot
from tests.factories import (
    AppearanceFactory,
    ClaimantFactory,
    ClaimFactory,
    EvidenceFactory,
    PersonFactory,
    ResourceFactory,
    SnapshotFactory,
)

pytestmark = pytest.mark.django_db


def marks():
    found = set(SearchDue.objects.values_list("kind", "object_id"))
    SearchDue.objects.all().delete()
    return found


def test_what_comes_is_marked():
    claim, who, person = ClaimFactory(), ClaimantFactory(), PersonFactory()
    said, source = AppearanceFactory(claim=claim), ResourceFactory()
    copy, piece = SnapshotFactory(resource=source), EvidenceFactory(claim=claim, resource=source)

    assert marks() == {
        ("claim", claim.pk),
        ("claimant", who.pk),
        ("person", person.pk),
        ("said", said.pk),
        ("resource", source.pk),
        ("copy", copy.resource_id),
        ("evidence", piece.pk),
    }


def test_another_text_is_marked_and_another_date_is_not():
    claim, person = ClaimFactory(), PersonFactory()
    marks()
    Claim.objects.update(priority=1, due_at="2030-01-01T00:00Z")
    person.last_login = "2030-01-01T00:00Z"
    person.save()
    assert marks() == set()

    Claim.objects.update(rationale="Counted.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_person SET name = 'Desk One'")
    assert marks() == {("claim", claim.pk), ("person", person.pk)}


def test_many_at_once_are_marked_and_what_goes_is_too():
    claims = Claim.objects.bulk_create(Claim(statement=f"Ship {n} came.") for n in range(3))
    assert marks() == {("claim", claim.pk) for claim in claims}

    Claim.objects.all().delete()
    assert marks() == {("claim", claim.pk) for claim in claims}


def test_two_copies_of_one_source_mark_the_source_once_a_statement():
    source = ResourceFactory()
    rows = [SnapshotFactory.build(resource=source, body=SnapshotFactory(resource=source).body) for _ in range(2)]
    marks()
    Snapshot.objects.bulk_create(rows)

    assert list(SearchDue.objects.values_list("kind", "object_id")) == [("copy", source.pk)]
