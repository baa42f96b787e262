"""Webhooks and the log in the panel: who adds them, what is shown of them, and that the secret is shown once."""

import re

import pytest
from django.urls import reverse

from claims.models import Claim, Delivery, DeliveryAttempt, Event, Job, Webhook
from claims.notifications.webhook import EVENTS
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

ADDRESS = "https://hooks.example.org/in?token=5ecret"


@pytest.fixture
def administrator(client, people):
    client.force_login(people.administrator)
    return people.administrator


@pytest.fixture
def webhook():
    return Webhook.objects.create(name="Archive", url=ADDRESS, kinds=["publish"])


@pytest.fixture
def delivery(webhook):
    event = Event.objects.append(ClaimFactory(), "publish", by=None)
    row = Delivery.objects.create(channel="webhook", webhook=webhook, event=event, key="msg_1", state="given_up")
    DeliveryAttempt.objects.create(delivery=row, number=1, status=503, answer="We are closed today")
    return row


def send(client, name="Archive", url=ADDRESS, kinds=("publish", "retract"), **more):
    data = {"name": name, "url": url, "kinds": list(kinds), "is_active": "on", **more}
    return client.post(reverse("admin:claims_webhook_add"), data)


def secrets_in(response):
    return re.findall(r"whsec_[A-Za-z0-9+/=]{20,}", response.content.decode())


def test_an_administrator_adds_an_address_and_its_key_does_not_enter_the_record(client, administrator):
    send(client)

    row = Webhook.objects.get()
    assert (row.url, row.kinds, row.is_active) == (ADDRESS, ["publish", "retract"], True)
    said = Event.objects.get(chain="desk", action="add_setting").body
    assert "Archive" in said
    assert "5ecret" not in said


def test_a_changed_address_is_on_the_record_by_its_host(client, administrator, webhook):
    data = {"name": "Archive", "url": "https://other.example.net/x", "kinds": ["publish"], "is_active": "on"}
    client.post(reverse("admin:claims_webhook_change", args=[webhook.pk]), data)

    said = " ".join(Event.objects.filter(chain="desk").values_list("body", flat=True))
    assert "other.example.net" in said
    assert "hooks.example.org" in said
    assert "5ecret" not in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://10.0.0.7/in", "OUTBOUND_ALLOW"),
        ("http://example.org/in", "https://"),
        ("https://localhost/", "OUTBOUND_ALLOW"),
        ("nonsense", "complete web address"),
    ],
)
def test_an_address_that_would_never_be_called_is_not_taken(client, administrator, url, words):
    response = send(client, url=url)

    assert words in response.content.decode()
    assert not Webhook.objects.exists()


def test_a_private_address_the_operator_named_is_taken(client, administrator, settings):
    settings.OUTBOUND_ALLOW = ["intranet:8080"]

    send(client, url="http://intranet:8080/in")

    assert Webhook.objects.exists()


@pytest.mark.parametrize("kinds", [(), ("create_everything",)])
def test_kinds_must_be_known_ones(client, administrator, kinds):
    send(client, kinds=kinds)

    assert not Webhook.objects.exists()
    assert "create_everything" not in EVENTS


def test_the_secret_is_on_one_page_once(client, administrator, webhook):
    page = reverse("admin:claims_webhook_secret", args=[webhook.pk])

    assert secrets_in(client.get(page)) == []
    shown = client.post(page, {"seen": "0"})
    (first,) = secrets_in(shown)
    assert "no-store" in shown["Cache-Control"]
    assert secrets_in(client.get(page)) == []
    assert secrets_in(client.post(page, {"seen": "0"}, follow=True)) == []  # a second press replaces nothing
    assert secrets_in(client.post(page, {"seen": "x"}, follow=True)) == []
    (second,) = secrets_in(client.post(page, {"seen": "1"}))

    assert first != second
    lists = [reverse("admin:claims_webhook_changelist"), reverse("admin:claims_webhook_change", args=[webhook.pk])]
    assert all(secrets_in(client.get(address)) == [] for address in lists)


@pytest.mark.parametrize("role", ["auditor"])
def test_who_only_reads_the_panel_sees_neither_secret_nor_address(client, webhook, delivery, role):
    client.force_login(PersonFactory(role=role))

    for address in (
        reverse("admin:claims_webhook_changelist"),
        reverse("admin:claims_webhook_change", args=[webhook.pk]),
        reverse("admin:claims_delivery_changelist"),
        reverse("admin:claims_delivery_change", args=[delivery.pk]),
    ):
        body = client.get(address).content.decode()
        assert "Archive" in body
        assert "5ecret" not in body
    page = reverse("admin:claims_webhook_secret", args=[webhook.pk])
    assert secrets_in(client.post(page, {"seen": "0"}, follow=True)) == []
    client.post(reverse("admin:claims_delivery_again", args=[delivery.pk]))
    assert Delivery.objects.get().state == "given_up"


def test_the_log_shows_what_was_answered_and_the_button_sends_it_again(client, administrator, delivery):
    listed = client.get(reverse("admin:claims_delivery_changelist")).content.decode()
    page = client.get(reverse("admin:claims_delivery_change", args=[delivery.pk])).content.decode()
    assert "503" in listed
    assert "We are closed today" in page
    assert "Send again" in page

    client.post(reverse("admin:claims_delivery_again", args=[delivery.pk]))

    assert Delivery.objects.get().state == "waiting"
    assert Job.objects.filter(kind="call_webhook", args__delivery=delivery.pk).exists()


def test_looking_at_the_address_of_the_button_sends_nothing(client, administrator, delivery):
    client.get(reverse("admin:claims_delivery_again", args=[delivery.pk]))

    assert Delivery.objects.get().state == "given_up"


def test_several_are_sent_again_and_what_cannot_be_is_said(client, administrator, delivery):
    event = Event.objects.append(ClaimFactory(), "assign", by=None)
    mail = Delivery.objects.create(channel="mail", person=administrator, event=event, key="k", state="sent")
    data = {"action": "send_again", "_selected_action": [delivery.pk, mail.pk]}

    body = client.post(reverse("admin:claims_delivery_changelist"), data, follow=True).content.decode()

    assert "never sent a second time" in body
    assert "on its way again" in body
    assert Delivery.objects.get(pk=delivery.pk).state == "waiting"


def test_deliveries_about_confidential_claims_are_not_listed(client, administrator, delivery):
    Claim.objects.update(confidential=True)

    assert "503" not in client.get(reverse("admin:claims_delivery_changelist")).content.decode()
    assert client.get(reverse("admin:claims_delivery_change", args=[delivery.pk])).status_code == 302


def test_a_test_call_is_left_for_each_active_address(client, administrator, webhook):
    Webhook.objects.create(name="Off", url=ADDRESS, kinds=["publish"], is_active=False)
    data = {"action": "send_a_test", "_selected_action": list(Webhook.objects.values_list("pk", flat=True))}

    client.post(reverse("admin:claims_webhook_changelist"), data)

    assert Delivery.objects.get().webhook == webhook


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_however_long(client, administrator, delivery, count, django_assert_num_queries):
    for number in range(count - 1):
        event = Event.objects.append(ClaimFactory(), "publish", by=None)
        Delivery.objects.create(channel="webhook", webhook=delivery.webhook, event=event, key=f"msg_{number}x")

    with django_assert_num_queries(11):  # one of them for the numbers of the bar
        client.get(reverse("admin:claims_delivery_changelist"))
