"""What was found wrong with sources and their copies is not taken back by a statement (migration 0047)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.models import Blob, QuoteCheck, Snapshot, SourceAlert
from tests.factories import EvidenceFactory, SnapshotFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def alert():
    copy = SnapshotFactory()
    evidence = EvidenceFactory(resource=copy.resource, pinned=copy)
    quote = evidence.quotes.create(snapshot=copy, exact="twelve ships", start=32, end=44)
    return SourceAlert.objects.create(quote=quote, check_row=quote.checks.create(state="altered", flags=["numbers"]))


@pytest.fixture
def copy():
    copy = SnapshotFactory(text_changed=True)
    Blob.objects.filter(pk=copy.body_id).update(damage="damaged")
    return copy


def end_transaction():
    """What waits for the end of one happens now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refuses(change, words):
    def to_the_end():
        with transaction.atomic():
            change()
            end_transaction()

    with pytest.raises(IntegrityError, match=words):
        to_the_end()


def without_guards():
    end_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


TAKEN_BACK = {
    "an alert": (lambda: SourceAlert.objects.all()._raw_delete("default"), "only with its passage"),
    "a look": (lambda: QuoteCheck.objects.update(state="unchanged"), "never changes"),
    "the day of a look": (lambda: QuoteCheck.objects.update(at=NOW + timedelta(days=1)), "newer"),
    "the day of an alert": (lambda: SourceAlert.objects.update(opened_at=NOW + timedelta(days=1)), "only confirmed"),
    "damage": (lambda: Blob.objects.update(damage=""), "only the check"),
    "its kind": (lambda: Blob.objects.update(damage="missing"), "only the check"),
    "the need of a check": (lambda: Blob.objects.update(checked_at=NOW), "only the check"),
    "the place": (lambda: Blob.objects.update(key="elsewhere"), "never changes"),
    "a changed text": (lambda: Snapshot.objects.update(text_changed=False), "only the check"),
}


@pytest.mark.parametrize("what", TAKEN_BACK)
def test_no_statement_takes_back_what_was_found(alert, copy, what):
    change, words = TAKEN_BACK[what]
    refuses(change, words)


@pytest.mark.parametrize("what", TAKEN_BACK)
def test_it_is_the_trigger_that_refuses(alert, copy, what):
    without_guards()
    assert TAKEN_BACK[what][0]() != 0


def test_an_alert_is_confirmed_and_closed_once(alert):
    alerts = SourceAlert.objects.filter(pk=alert.pk)
    assert alerts.update(opened_at=NOW - timedelta(days=2)) == 1
    assert alerts.update(confirmed_at=NOW) == 1
    refuses(lambda: alerts.update(confirmed_at=None), "only confirmed")
    assert alerts.update(closed_at=NOW, resolution="The page was moved.") == 1
    refuses(lambda: alerts.update(closed_at=None, resolution=""), "closed once")
    refuses(lambda: alerts.update(resolution="Nothing to see."), "closed once")


def test_an_alert_goes_with_its_passage(alert):
    alert.quote.delete()
    end_transaction()

    assert not SourceAlert.objects.exists()


def test_alerts_are_never_emptied(alert):
    def empty():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL factcheck.flush = 'off'")
            cursor.execute("TRUNCATE claims_sourcealert")

    end_transaction()
    refuses(empty, "never emptied")


def test_more_may_be_found_and_a_check_asked_for(copy):
    whole = SnapshotFactory()
    assert Blob.objects.filter(pk=whole.body_id).update(damage="missing") == 1
    assert Blob.objects.filter(pk=whole.body_id).update(checked_at=None) == 1
    assert Snapshot.objects.filter(pk=whole.pk).update(text_changed=True) == 1
