"""Webhooks against real servers on loopback: what is said, how it is signed, and that it is said until it is heard."""

import base64
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from claims import jobs
from claims.errors import UserFacingError
from claims.models import Claim, Delivery, DeliveryAttempt, Event, Job, Webhook
from claims.notifications import outbox
from claims.notifications.webhook import EVENTS, payload, show_secret, sign
from claims.workflow import comments
from claims.workflow.apply import apply
from claims.workflow.transitions import TRANSITIONS
from tests.claims.web.conftest import serve  # noqa: F401
from tests.claims.web.servers import response
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, RatingFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(serve, settings):  # noqa: F811
    """A server that takes calls; ``status`` is what it answers."""
    server = serve(lambda _path, _request: response(b"thanks", server.status))
    server.status = "200 OK"
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.port}"]
    settings.BASE_URL = "https://desk.example.org"
    return server


@pytest.fixture
def webhook(receiver):
    return Webhook.objects.create(name="Archive", url=receiver.url(host="127.0.0.1"), kinds=list(EVENTS))


def work():
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    return work_off()


def calls(receiver):
    found = []
    for request in receiver.requests:
        head, _blank, body = request.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        found.append(({name.lower(): value for name, value in lines.items()}, body))
    return found


def test_a_step_is_told_with_a_signature_the_receiver_can_check(people, receiver, webhook):
    secret = show_secret(webhook.pk, by=people.administrator, seen=0)
    claim = desk.accepted(people)
    work()

    (headers, body) = calls(receiver)[-1]
    said = json.loads(body)
    assert said["type"] == "claim.accept"
    assert said["data"]["claim"] == claim.pk
    assert said["data"]["statement"] == claim.statement
    assert said["data"]["status"] == "accepted"
    assert (said["data"]["event"]["from"], said["data"]["event"]["to"]) == ("inbox", "accepted")
    assert said["data"]["url"] == f"https://desk.example.org/claims/{claim.pk}/"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == Delivery.objects.get().key

    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60


def test_the_signature_is_that_of_the_standard():
    """The example of the Standard Webhooks specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    assert sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_no_verdict_no_person_and_no_written_word_leaves_the_desk(people, receiver, webhook):
    RatingFactory(code="true", label="Wholly true")
    claim = desk.in_review(people, second="true")
    comments.add_comment(claim.pk, by=people.editor, text="Ask the harbour master at once.")
    apply(claim.pk, "return", by=people.editor, reason="Too strong for two counts.")
    work()

    said = b" ".join(body for _headers, body in calls(receiver)).decode()
    assert {"claim.submit", "claim.pass", "claim.return"} <= {
        json.loads(body)["type"] for _head, body in calls(receiver)
    }
    planted = ["Wholly true", "Two counts agree", "harbour master", "Too strong", "person/", str(people.author)]
    assert [words for words in planted if words in said] == []


def test_a_public_claim_is_told_with_the_address_of_its_page(people, receiver, webhook):
    claim = desk.published(people)
    work()

    said = next(json.loads(body) for _head, body in calls(receiver) if b"claim.publish" in body)
    slug = claim.fact_checks.get().slug
    assert said["data"]["fact_check"] == {
        "url": f"https://desk.example.org/fact-checks/{slug}/",
        "state": "published",
        "version": 1,
    }


def test_nothing_of_a_confidential_claim_is_told(people, receiver, webhook):
    claim = desk.accepted(people)
    Job.objects.all().delete()
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())
    work()

    assert receiver.requests == []
    assert not Delivery.objects.exists()
    assert payload(Event.objects.get(action="assign")) is None


def test_nothing_is_told_of_a_claim_that_became_confidential_before_the_call(people, receiver, webhook):
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    work()

    assert receiver.requests == []
    assert Delivery.objects.get().state == "skipped"


def test_an_address_can_be_told_of_nothing_that_never_happens():
    assert set(EVENTS) - set(TRANSITIONS) == {"publish_refused", "source_changed"}


def test_only_what_was_asked_for_is_told(people, receiver, webhook):
    Webhook.objects.update(kinds=["assign"])
    Webhook.objects.create(name="Off", url=webhook.url, kinds=["assign"], is_active=False)
    desk.in_research(people)
    work()

    assert [json.loads(body)["type"] for _head, body in calls(receiver)] == ["claim.assign"]


def test_one_event_is_told_once_however_often_its_job_runs(people, receiver, webhook):
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    for _again in range(3):
        outbox.call_webhooks(event, claim)
        work()

    assert len(receiver.requests) == 1
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("status", ["500 Broken", "302 Found", "404 Not Found"])
def test_who_does_not_take_it_is_called_again_with_the_same_id(people, receiver, webhook, status):
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    receiver.status = status
    work()

    job = Job.objects.get(kind="call_webhook")
    assert (job.state, job.error_code) == ("queued", f"http_{status[:3]}")
    assert Delivery.objects.get().state == "waiting"

    receiver.status = "204 No Content"
    work()

    ids = {headers["webhook-id"] for headers, _body in calls(receiver)}
    assert len(receiver.requests) == 2
    assert ids == {Delivery.objects.get().key}
    assert Delivery.objects.get().state == "sent"
    log = list(DeliveryAttempt.objects.order_by("number").values_list("number", "status", "answer"))
    assert log[0] == (1, int(status[:3]), "thanks")
    assert (log[1][:2]) == (2, 204)


def test_a_call_whose_answer_was_lost_is_made_again(people, receiver, webhook):
    """The worker died after the call: the job starts again from a row that still waits."""
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    work()
    Delivery.objects.update(state="waiting")
    jobs.enqueue("call_webhook", key="again", delivery=Delivery.objects.get().pk, webhook=webhook.pk)
    work()

    (first, _body), (second, _same) = calls(receiver)
    assert first["webhook-id"] == second["webhook-id"]


def test_who_says_gone_is_not_called_again(people, receiver, webhook):
    receiver.status = "410 Gone"
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    work()

    assert Job.objects.get(kind="call_webhook").state == "failed"
    row = Delivery.objects.get()
    assert (row.state, row.said) == ("given_up", "Archive answered 410.")


def test_an_address_that_leads_inside_is_never_called(people, receiver, webhook, settings):
    settings.OUTBOUND_ALLOW = []
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    work()

    assert receiver.connections == 0
    assert Delivery.objects.get().state == "given_up"
    assert (
        "OUTBOUND_ALLOW" in DeliveryAttempt.objects.get().error or "80 and 443" in DeliveryAttempt.objects.get().error
    )


def test_an_address_switched_off_meanwhile_is_not_called(people, receiver, webhook):
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    Webhook.objects.update(is_active=False)
    work()

    assert (receiver.connections, Delivery.objects.get().state) == (0, "skipped")
    with pytest.raises(UserFacingError, match="switched off"):
        outbox.send_again(Delivery.objects.get().pk, by=people.administrator)


def test_sending_again_calls_with_the_same_id_and_is_on_the_record(people, receiver, webhook):
    event = Event.objects.append(claim := ClaimFactory(), "accept", by=people.editor)
    outbox.call_webhooks(event, claim)
    work()
    row = Delivery.objects.get()

    outbox.send_again(row.pk, by=people.administrator)
    with pytest.raises(UserFacingError, match="already"):
        outbox.send_again(row.pk, by=people.administrator)
    work()

    assert [headers["webhook-id"] for headers, _body in calls(receiver)] == [row.key, row.key]
    assert Event.objects.filter(chain="desk", action="send_again").count() == 1


def test_an_email_is_never_sent_again_by_hand(people):
    event = Event.objects.append(ClaimFactory(), "assign", by=None)
    row = Delivery.objects.create(channel="mail", person=people.author, event=event, key="k", state="sent")

    with pytest.raises(UserFacingError, match="never sent a second time"):
        outbox.send_again(row.pk, by=people.administrator)


def test_a_test_call_says_so_and_nothing_else(people, receiver, webhook):
    outbox.send_test(webhook, by=people.administrator)
    work()

    (_headers, body) = calls(receiver)[0]
    assert json.loads(body)["type"] == "desk.test"
    assert json.loads(body)["data"] == {}


def test_a_changed_source_is_told_as_of_the_claim_that_relies_on_it(people, receiver, webhook):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author, count=1)
    evidence = claim.evidence.get()
    event = Event.objects.append(evidence.resource, "source_changed", by=None, body={"evidence": evidence.pk})

    assert payload(event)["data"]["claim"] == claim.pk


# --- the secret


def test_the_secret_is_shown_once_and_stands_nowhere(people, webhook):
    first = show_secret(webhook.pk, by=people.administrator, seen=0)
    with pytest.raises(UserFacingError, match="shown a moment ago"):
        show_secret(webhook.pk, by=people.administrator, seen=0)
    second = show_secret(webhook.pk, by=people.administrator, seen=1)

    stored = str(Webhook.objects.values().get()) + " ".join(Event.objects.values_list("body", flat=True))
    assert first != second
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
    assert first[6:] not in stored
    assert second[6:] not in stored
    assert Event.objects.filter(chain="desk", action="show_secret").count() == 2


def test_another_installation_makes_another_secret_of_the_same_rows(people, webhook, settings):
    from claims.notifications.webhook import _key_of

    here = _key_of(webhook)
    settings.SECRET_KEY = "another-installation-" + "2" * 40

    assert _key_of(webhook) != here
