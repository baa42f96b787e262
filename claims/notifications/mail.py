"""Hand one e-mail to the mail server, at most once.

A row goes from "waiting" to "sending" in a transaction of its own before the first byte, and to "sent" after the last.
Found in "sending", the worker died in between: the mail may have arrived, so it is not sent again, and the row says so.
Only a server that certainly did not take it (no connection, or a refusal in its own words) is tried again.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.jobs import JobRun
from claims.models import Claim, Delivery, DeliveryAttempt, Desk, Notification, Person
from claims.models.delivery import MOST_ANSWER
from claims.models.desk import spoken, zone
from claims.notifications import choices, my_day, unsubscribe
from claims.notifications.messages import notice
from claims.notifications.outbox import MOST_SAID
from claims.workflow.standing import standing

State = Delivery.State
LONGEST_SUBJECT = 150
PERMANENT = 500  # SMTP answers from here on would be the same at the next try
# Of the person or the message; any other refusal, as of a password, is of the desk's settings, and they can be mended.
OF_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class MailRefused(UserFacingError):
    """The mail server certainly did not take it: it may be offered again."""


class MailRefusedForGood(MailRefused):
    permanent = True


def send_mail(job: JobRun, *, delivery: int) -> Callable[[], None] | None:
    """Send one e-mail, unless it went out before, may have gone out, or is no longer wanted.

    Raises:
        MailRefused: the server did not take it; the job tries again.
    """
    row = Delivery.objects.select_related("person", "event").get(pk=delivery)
    if row.state == State.SENDING:
        said = _("The worker died while handing it over; it may have arrived, so it is not sent a second time.")
        return partial(_end, row.pk, State.SENDING, State.UNKNOWN, said)
    if row.state not in {State.WAITING, State.GIVEN_UP}:
        return None
    message = _compose(row)
    if message is None:
        return partial(_end, row.pk, row.state, State.SKIPPED, _("There was nothing to tell any more."))
    _hand_over(row, message)
    return None


def _hand_over(row: Delivery, message: EmailMultiAlternatives) -> None:
    message.connection = connection = get_connection()
    Delivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    row.attempts += 1
    try:
        _open(row, connection)
        if _take(row):
            _try(row, message)
    finally:  # also of a server that was reached and refused the password
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _open(row: Delivery, connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise _keep_refusal(row, error) from error


def _try(row: Delivery, message: EmailMultiAlternatives) -> None:
    try:
        message.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        _end(row.pk, State.SENDING, State.WAITING, "")
        raise _keep_refusal(row, error) from error
    except (smtplib.SMTPException, OSError) as error:
        said = _("The connection broke while it was handed over; it may have arrived, so it is not sent a second time.")
        _note(row, error=_words(error))
        _end(row.pk, State.SENDING, State.UNKNOWN, said)
        return
    _end(row.pk, State.SENDING, State.SENT, "")


def _take(row: Delivery) -> bool:
    """Mark it as being sent; False when another worker did so first."""
    free = Delivery.objects.filter(pk=row.pk, state=row.state)
    return bool(free.update(state=State.SENDING, said="", ended_at=None))


def _end(pk: int, before: str, after: str, said: str) -> None:
    ended_at = None if after == State.WAITING else timezone.now()
    changed = Delivery.objects.filter(pk=pk, state=before).update(state=after, said=said[:MOST_SAID], ended_at=ended_at)
    if not changed and after == State.SENT:  # somebody took this worker for dead; it was not
        Delivery.objects.filter(pk=pk, state=State.UNKNOWN).update(state=after, said="", ended_at=ended_at)


def _keep_refusal(row: Delivery, error: Exception) -> MailRefused:
    code, words = _answer(error)
    _note(row, status=code, answer=words if code else "", error="" if code else words)
    sentence = _("The mail server did not take it: %(words)s") % {"words": words}
    for_good = isinstance(error, OF_THIS_MAIL) and code is not None and code >= PERMANENT
    kind = MailRefusedForGood if for_good else MailRefused
    return kind(sentence[:MOST_SAID], "mail_refused")


def _note(row: Delivery, *, status: int | None = None, answer: str = "", error: str = "") -> None:
    DeliveryAttempt.objects.bulk_create(
        [
            DeliveryAttempt(
                delivery=row,
                number=row.attempts,
                status=status,
                answer=answer[:MOST_ANSWER],
                error=error[:MOST_SAID],
            )
        ],
        ignore_conflicts=True,
    )


def _answer(error: Exception) -> tuple[int | None, str]:
    """The code and the words of a refusal; no code when there was no answer at all."""
    found: tuple[int, bytes | str] | None = None
    if isinstance(error, smtplib.SMTPResponseException):
        found = (error.smtp_code, error.smtp_error)
    elif isinstance(error, smtplib.SMTPRecipientsRefused):
        found = next(iter(error.recipients.values()), None)
    if found is None:
        return None, _words(error)
    code, words = found
    return code, words.decode(errors="replace") if isinstance(words, bytes) else words


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


# --- what it says


def _compose(row: Delivery) -> EmailMultiAlternatives | None:
    """The message, made from what the person may see now; ``None`` when there is nothing to tell him (any more)."""
    person = row.person
    if person is None or not person.is_active or not person.email:
        return None
    desk = Desk.objects.current()
    language = spoken(person.language, desk.language)
    with timezone.override(zone(person.time_zone or desk.time_zone)), translation.override(language):
        made = _notice(row, person) if row.channel == Delivery.Channel.MAIL else _digest(row, person)
        if made is None:
            return None
        template, subject, context, headers = made
        stop = unsubscribe.address_of(person, str(context["kind"]))
        context |= {"desk": desk.name, "person": person, "preferences": _address("notice-choices"), "stop": stop}
        message = EmailMultiAlternatives(
            f"[{desk.name}] {Truncator(' '.join(subject.split())).chars(LONGEST_SUBJECT)}",
            render_to_string(f"email/{template}.txt", context),
            to=[person.email],
            headers=_headers(row, stop) | headers,
        )
        message.attach_alternative(render_to_string(f"email/{template}.html", context), "text/html")
    return message


Made = tuple[str, str, dict[str, object], dict[str, str]]


def _notice(row: Delivery, person: Person) -> Made | None:
    told = Notification.objects.filter(person=person, event=row.event).select_related("claim", "event").first()
    if told is None or told.claim is None or told.settled_at:
        return None
    if not Claim.objects.visible_to(person).filter(pk=told.claim_id).exists():
        return None
    context: dict[str, object] = {
        "text": _text(told, person),
        "url": _address("claim-detail", told.claim.pk),
        "why": choices.kind_of(told.kind).label,
        "at": told.event.at,
        "kind": told.kind,
    }
    thread = f"<claim.{told.claim.pk}@{_host()}>"
    return "notice", _plain(told, told.claim), context, {"References": thread, "In-Reply-To": thread}


def _text(told: Notification, person: Person) -> str:
    """The notice as it was told; without what somebody wrote with the step, once the person must be blind to that."""
    assert told.claim is not None
    return told.text if standing(told.claim, person).sees_verdict else _plain(told, told.claim)


def _plain(told: Notification, claim: Claim) -> str:
    kind, _slash, pk = told.event.actor_ref.partition("/")
    who = str(Person.objects.filter(pk=pk).first() or "") if kind == "person" else ""
    return notice(told.kind, claim.statement, who, told.event.details, sees_verdict=False)


def _digest(row: Delivery, person: Person) -> Made | None:
    day = my_day.read(person, until=row.created_at)
    if not day:
        return None
    for told in day.notices:
        told.text = _text(told, person)
    context: dict[str, object] = {"day": day, "base": settings.BASE_URL, "url": _address("my-day")}
    context["kind"] = choices.MY_DAY
    return "my_day", _("My day: %(count)s") % {"count": day.in_words()}, context, {}


def _headers(row: Delivery, stop: str) -> dict[str, str]:
    return {
        "Message-ID": f"<{row.key}@{_host()}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _address(name: str, *args: int) -> str:
    return f"{settings.BASE_URL}{reverse(f'claims:{name}', args=args)}"


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"
