"""What is to leave the desk: a row for each e-mail and each call, written before anything is sent, and its job."""

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import UserFacingError
from claims.models import Claim, Delivery, Event, Person, Webhook
from claims.workflow.people import record_setting

Channel, State = Delivery.Channel, Delivery.State
MOST_SAID = 300


def mail_notices(event: Event, claim: Claim, people: Iterable[int]) -> None:
    """One e-mail about an event for each of these people; a second call adds nothing."""
    Delivery.objects.bulk_create(
        (
            Delivery(channel=Channel.MAIL, person_id=pk, event=event, key=_key(f"notice.{event.pk}.{pk}"))
            for pk in people
        ),
        ignore_conflicts=True,
    )
    for pk in Delivery.objects.filter(event=event, channel=Channel.MAIL, state=State.WAITING).values_list(
        "pk", flat=True
    ):
        jobs.enqueue("send_mail", key=f"delivery/{pk}", claim=claim, delivery=pk)


def call_webhooks(event: Event, claim: Claim) -> None:
    """One call about an event to each active address that asked for its kind; none about a confidential claim."""
    if claim.confidential:
        return
    asked = Webhook.objects.filter(is_active=True, kinds__contains=[event.action])
    _add_calls(event, asked, claim)


def send_test(webhook: Webhook, *, by: Person) -> None:
    """Call an address with an event that says it is a test; recorded on the desk's chain."""
    with transaction.atomic():
        event = Event.objects.append("desk", "test_webhook", by=by, body={"name": webhook.name})
        _add_calls(event, [webhook], None)


def _add_calls(event: Event, webhooks: Iterable[Webhook], claim: Claim | None) -> None:
    Delivery.objects.bulk_create(
        (
            Delivery(channel=Channel.WEBHOOK, webhook=row, event=event, key=f"msg_{secrets.token_hex(16)}")
            for row in webhooks
        ),
        ignore_conflicts=True,
    )
    for row in Delivery.objects.filter(event=event, channel=Channel.WEBHOOK, state=State.WAITING):
        _enqueue_call(row, claim)


def _enqueue_call(row: Delivery, claim: Claim | None) -> None:
    jobs.enqueue("call_webhook", key=f"delivery/{row.pk}", claim=claim, delivery=row.pk, webhook=row.webhook_id)


@transaction.atomic
def send_again(delivery_id: int, *, by: Person) -> None:
    """Call an address once more about the same event, with the same ``webhook-id``; recorded on the desk's chain.

    Raises:
        UserFacingError: in words that say why not.
    """
    row = Delivery.objects.select_for_update(of=("self",)).select_related("webhook", "event").get(pk=delivery_id)
    if row.webhook is None:
        raise UserFacingError(_("An e-mail is never sent a second time."), "mail_once")
    if not row.webhook.is_active:
        raise UserFacingError(_("This address is switched off; switch it on first."), "webhook_off")
    if row.state == State.WAITING:
        raise UserFacingError(_("It is waiting to be sent already."), "waiting")
    Delivery.objects.filter(pk=row.pk).update(state=State.WAITING, said="", ended_at=None)
    record_setting(row, "send_again", by=by, before={"state": row.state}, after={"webhook_id": row.key})
    _enqueue_call(row, claim_of(row.event) if row.event else None)


def claim_of(event: Event) -> Claim | None:
    """The claim an event is about; what happens to a source is about the claim that relies on it."""
    kind, _slash, pk = event.chain.partition("/")
    about = {"claim": Q(pk=pk), "resource": Q(evidence=event.details.get("evidence"))}
    found: Claim | None = Claim.objects.filter(about[kind]).first() if kind in about else None
    return found


def give_up(*, claim_id: int | None, sentence: str, delivery: int, webhook: int | None = None) -> None:
    """The job that was to send it ended without success.  What was being handed over may have arrived."""
    ended = {"said": sentence[:MOST_SAID], "ended_at": timezone.now()}
    Delivery.objects.filter(pk=delivery, state=State.WAITING).update(state=State.GIVEN_UP, **ended)
    Delivery.objects.filter(pk=delivery, state=State.SENDING).update(state=State.UNKNOWN, **ended)


def new_digest_key(person: int) -> str:
    return _key(f"day.{person}")


def _key(stem: str) -> str:
    return f"{stem}.{secrets.token_hex(8)}"
