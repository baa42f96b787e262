"""Calls to other programs when something happens to a claim, signed in the manner of Standard Webhooks.

At least once: a call whose answer was lost is made again, with the same ``webhook-id``, by which the receiver knows it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.errors import FetchFailed, UserFacingError
from claims.jobs import JobRun
from claims.models import Claim, Delivery, DeliveryAttempt, Event, FactCheck, Person, Webhook
from claims.models.delivery import MOST_ANSWER
from claims.models.event import canonical
from claims.notifications.outbox import MOST_SAID, claim_of
from claims.web.dial import Answer, dial
from claims.workflow.people import record_setting

State = Delivery.State

# What an address can be told of; the action of the event -> its name in words.
EVENTS = {
    "accept": gettext_lazy("accepted"),
    "decline": gettext_lazy("declined"),
    "merge": gettext_lazy("merged into another claim"),
    "assign": gettext_lazy("given to a checker"),
    "submit": gettext_lazy("submitted"),
    "pass": gettext_lazy("preflight passed"),
    "fail": gettext_lazy("preflight failed"),
    "return": gettext_lazy("returned for changes"),
    "approve": gettext_lazy("approved"),
    "void": gettext_lazy("changed, so reviewed again"),
    "schedule": gettext_lazy("given a date to publish"),
    "publish": gettext_lazy("published"),
    "publish_refused": gettext_lazy("not published at its date"),
    "reopen": gettext_lazy("reopened"),
    "stand": gettext_lazy("looked at again and stands"),
    "withhold": gettext_lazy("page withheld"),
    "lift": gettext_lazy("page put back"),
    "retract": gettext_lazy("retracted"),
    "source_changed": gettext_lazy("a source changed"),
}


class CallFailed(UserFacingError):
    """The other side did not say that it took the call."""


class CallRefused(CallFailed):
    permanent = True


def call_webhook(job: JobRun, *, delivery: int, webhook: int) -> Callable[[], None] | None:
    """Make one call, and keep the answer in the log.

    Raises:
        CallFailed: anything but an answer between 200 and 299; the job tries again.
    """
    row = Delivery.objects.select_related("webhook", "event").get(pk=delivery)
    if row.state not in {State.WAITING, State.GIVEN_UP}:
        return None
    assert row.webhook is not None
    assert row.event is not None
    body = payload(row.event)
    if body is None or not row.webhook.is_active:
        said = _("The claim is confidential or gone.") if body is None else _("The address was switched off.")
        return partial(_end, row.pk, State.SKIPPED, said)
    _call(row, row.webhook, canonical(body).encode())
    return partial(_end, row.pk, State.SENT)


def _call(row: Delivery, webhook: Webhook, body: bytes) -> None:
    Delivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    row.attempts += 1
    stamp = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": row.key,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(_key_of(webhook), row.key, stamp, body),
    }
    try:
        answer = dial(webhook.url, body=body, headers=headers, allow=settings.OUTBOUND_ALLOW)
    except FetchFailed as failed:
        _note(row, error=str(failed))
        raise (CallRefused if failed.permanent else CallFailed)(str(failed), failed.code) from failed
    _note(row, answer)
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        gone = answer.status == HTTPStatus.GONE  # "do not call any more", says Standard Webhooks
        sentence = _("%(name)s answered %(status)s.") % {"name": webhook.name, "status": answer.status}
        raise (CallRefused if gone else CallFailed)(sentence, f"http_{answer.status}")


def _note(row: Delivery, answer: Answer | None = None, error: str = "") -> None:
    words = answer.body.decode(errors="replace").replace("\x00", "") if answer else ""
    DeliveryAttempt.objects.bulk_create(
        [
            DeliveryAttempt(
                delivery=row,
                number=row.attempts,
                status=answer.status if answer else None,
                answer=words[:MOST_ANSWER],
                error=error[:MOST_SAID],
            )
        ],
        ignore_conflicts=True,
    )


def _end(pk: int, state: str, said: str = "") -> None:
    Delivery.objects.filter(pk=pk).update(state=state, said=said[:MOST_SAID], ended_at=timezone.now())


# --- what it says


def payload(event: Event) -> dict[str, Any] | None:
    """What a call says: which step was taken on which claim, and where to read more; ``None``: nothing may be said.

    Never a verdict, a person, a reason or anything else somebody wrote with the step: whoever may read those finds them
    behind the address.  Nothing at all of a confidential claim.
    """
    moment = event.at.astimezone(UTC).isoformat(timespec="milliseconds")
    if event.chain == "desk":
        return {"type": "desk.test", "timestamp": moment, "data": {}}
    claim = claim_of(event)
    if claim is None or claim.confidential:
        return None
    data = {
        "claim": claim.pk,
        "external_id": claim.external_id,
        "statement": claim.statement,
        "status": claim.status,
        "event": {
            "chain": event.chain,
            "seq": event.seq,
            "from": event.details.get("from"),
            "to": event.details.get("to"),
        },
        "url": f"{settings.BASE_URL}{reverse('claims:claim-detail', args=[claim.pk])}",
        "fact_check": _fact_check(claim),
    }
    return {"type": f"claim.{event.action}", "timestamp": moment, "data": data}


def _fact_check(claim: Claim) -> dict[str, Any] | None:
    """The public page, when there is one: its verdict is read there, as every reader reads it."""
    found = FactCheck.objects.filter(claim=claim).order_by("-number").values("slug", "kind", "number").first()
    if found is None:
        return None
    address = f"{settings.BASE_URL}{reverse('claims:fact-check-detail', args=[found['slug']])}"
    return {"url": address, "state": found["kind"], "version": found["number"]}


# --- the signature


def sign(key: bytes, message_id: str, stamp: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    signed = b".".join([message_id.encode(), str(stamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _key_of(webhook: Webhook) -> bytes:
    """32 bytes made from this installation's ``SECRET_KEY`` and the row's salt: the database alone does not tell them."""
    return salted_hmac("claims.webhook", f"{webhook.pk}.{webhook.salt}", algorithm="sha256").digest()


@transaction.atomic
def show_secret(webhook_id: int, *, by: Person, seen: int) -> str:
    """The signing secret, as ``whsec_`` and base64.  Each is shown once: the next time it is another one.

    Args:
        seen: the number of the secret that was shown last, 0 for none: a second press replaces nothing.

    Raises:
        UserFacingError: it was shown or replaced meanwhile.
    """
    row = Webhook.objects.select_for_update().get(pk=webhook_id)
    is_first = row.secret_shown_at is None
    if seen != (0 if is_first else row.secret_version):
        raise UserFacingError(_("This secret was shown a moment ago; ask for a new one."), "secret_shown")
    if not is_first:
        row.salt, row.secret_version = secrets.token_hex(32), row.secret_version + 1
    row.secret_shown_at = timezone.now()
    row.save(update_fields=["salt", "secret_version", "secret_shown_at"])
    record_setting(row, "show_secret", by=by, before={}, after={"secret_version": row.secret_version})
    return "whsec_" + base64.b64encode(_key_of(row)).decode()
