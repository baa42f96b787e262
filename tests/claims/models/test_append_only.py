"""Events, revisions, readings, approvals, copies and public versions never change (migration 0003)."""

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Approval, Correction, Event, FactCheck, Reading, Revision, RevisionAuthor, Snapshot
from tests.claims.workflow import desk

RECORDS = {
    Event: {"action": "another"},
    Revision: {"body": "{}"},
    RevisionAuthor: {"person_id": 0},
    Snapshot: {"title": "Another title"},
    Reading: {"reason": "Another reason."},
    Approval: {"policy": "two"},
    FactCheck: {"page": "[]"},
    Correction: {"text": "Another text."},
}
EVERY_RECORD = pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)


@pytest.fixture
def record(db):
    """One row or more of every kind that is kept for good."""
    people = desk.hire()
    claim = desk.published(people)
    fact_check = claim.fact_checks.get()
    Correction.objects.create(claim=claim, fact_check=fact_check, kind="correction", text="The day was put right.")
    assert all(model.objects.exists() for model in RECORDS)


@EVERY_RECORD
def test_a_record_is_never_changed(record, model):
    with pytest.raises(IntegrityError, match=r"append-only: (rows|events) are never changed"), transaction.atomic():
        model.objects.update(**RECORDS[model])


@EVERY_RECORD
def test_a_record_is_never_deleted(record, model):
    with pytest.raises(IntegrityError, match=r"append-only: .* deleted"), transaction.atomic():
        model.objects.all()._raw_delete("default")


@EVERY_RECORD
def test_a_table_of_the_record_is_never_emptied(record, model):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL factcheck.flush = 'off'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="append-only: it is never emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


@EVERY_RECORD
def test_saying_the_same_again_is_let_through(record, model):
    column = next(iter(RECORDS[model]))
    row = model.objects.first()
    assert model.objects.filter(pk=row.pk).update(**{column: getattr(row, column)}) == 1


@EVERY_RECORD
def test_it_is_the_trigger_that_refuses(record, model):
    """The twin without the guard: with triggers off the same update goes through."""
    row = model.objects.order_by("pk").last()
    if model is RevisionAuthor:
        RECORDS[model]["person_id"] = row.person_id + 1000
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
    assert model.objects.filter(pk=row.pk).update(**RECORDS[model]) == 1


def test_words_of_an_event_are_emptied_only_by_the_erasing_operation(record):
    event = Event.objects.first()
    words = Event.objects.filter(pk=event.pk)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        words.update(body="", salt="")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL factcheck.erase = 'on'")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        words.update(body="other words", salt="")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        words.update(body="", salt="", action="another")
    assert words.update(body="", salt="") == 1
