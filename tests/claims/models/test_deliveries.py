"""The database holds that nothing goes out twice and that the log is never rewritten (migration 0026)."""

import pytest
from django.db import IntegrityError, connection, transaction

from claims.models import Delivery, DeliveryAttempt, Event, NoticePreference, Webhook
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

STATES = Delivery.State.values
ALLOWED = {
    ("waiting", "sending"), ("waiting", "skipped"), ("waiting", "given_up"), ("sending", "sent"), ("sending", "waiting"),
    ("sending", "unknown"), ("sending", "given_up"), ("given_up", "sending"), ("given_up", "skipped"),
    ("unknown", "sent"),
}  # fmt: skip


@pytest.fixture
def event():
    return Event.objects.append(ClaimFactory(), "assign", by=None)


@pytest.fixture
def webhook():
    return Webhook.objects.create(name="Archive", url="https://example.org/", kinds=["assign"])


def mail(event, **fields):
    fields = {"channel": "mail", "person": PersonFactory(), "event": event, "key": "k"} | fields
    return Delivery.objects.create(**fields)


def refused(match):
    return pytest.raises(IntegrityError, match=match)


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_mail_moves_only_forward(event, before, after):
    row = mail(event, state=before)
    moved = Delivery.objects.filter(pk=row.pk)

    if before == after or (before, after) in ALLOWED:
        assert moved.update(state=after) == 1
    else:
        with refused("goes out once"), transaction.atomic():
            moved.update(state=after)


def test_it_is_the_trigger_that_refuses(event):
    row = mail(event, state="sent")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")

    assert Delivery.objects.filter(pk=row.pk).update(state="waiting") == 1


def test_a_webhook_may_be_called_again(event, webhook):
    row = Delivery.objects.create(channel="webhook", webhook=webhook, event=event, key="k", state="sent")

    assert Delivery.objects.filter(pk=row.pk).update(state="waiting") == 1


@pytest.mark.parametrize("change", [{"key": "another"}, {"channel": "digest"}, {"person_id": 0}])
def test_what_a_delivery_is_for_never_changes(event, change):
    row = mail(event)

    with refused("what one is for"), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(**change)


def test_deliveries_and_their_attempts_are_kept(event):
    row = mail(event)
    DeliveryAttempt.objects.create(delivery=row, number=1, status=500)

    with refused("never deleted"), transaction.atomic():
        Delivery.objects.filter(pk=row.pk)._raw_delete("default")
    with refused("never deleted"), transaction.atomic():
        DeliveryAttempt.objects.all()._raw_delete("default")
    with refused("never changed"), transaction.atomic():
        DeliveryAttempt.objects.update(status=200)


@pytest.mark.parametrize("table", ["claims_delivery", "claims_deliveryattempt"])
def test_the_log_is_never_emptied(event, table):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL factcheck.flush = 'off'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("never emptied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_one_event_is_mailed_to_one_person_once(event):
    first = mail(event)

    with refused("delivery_once"), transaction.atomic():
        mail(event, person=first.person, key="other")


def test_one_day_is_mailed_once(event):
    first = Delivery.objects.create(channel="digest", person=PersonFactory(), day="2026-03-02", key="a")

    with refused("delivery_once"), transaction.atomic():
        Delivery.objects.create(channel="digest", person=first.person, day="2026-03-02", key="b")


def test_one_event_calls_one_address_once(event, webhook):
    Delivery.objects.create(channel="webhook", webhook=webhook, event=event, key="a")

    with refused("delivery_once"), transaction.atomic():
        Delivery.objects.create(channel="webhook", webhook=webhook, event=event, key="b")


@pytest.mark.parametrize(
    "fields",
    [
        {"channel": "mail"},
        {"channel": "digest", "day": "2026-03-02"},
        {"channel": "webhook"},
        {"channel": "post", "day": "2026-03-02"},
    ],
)
def test_a_delivery_has_exactly_one_aim(event, fields):
    with refused("delivery_has_one_aim"), transaction.atomic():
        Delivery.objects.create(key="k", event=event, **fields)


def test_one_kind_is_mailed_at_once_or_in_the_morning_not_both():
    with refused("notice_mailed_once"), transaction.atomic():
        NoticePreference.objects.create(person=PersonFactory(), kind="assign", email=True, digest=True)
