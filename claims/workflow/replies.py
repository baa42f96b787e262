"""Right of reply: who was asked what, how, by when, and what came back; every row can be put right later.

Addresses and numbers are confidential: they stand in their column alone, never in an event, a revision or a refusal.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from claims.models import Claim, ContactLog, Person
from claims.models.event import canonical
from claims.workflow.apply import Refused
from claims.workflow.edit import Change, changing
from claims.workflow.reply_lines import desk_manner, is_automatic, line_of, stop_waiting
from claims.workflow.stages import reply_due
from claims.workflow.standing import Standing
from claims.workflow.transitions import AWAITING_REPLY

FIELDS = ("asked", "channel", "contact_detail", "question", "asked_at", "deadline", "answer", "public_line")
CONFIDENTIAL = frozenset({"contact_detail"})


def sees_details(held: Standing) -> bool:
    """Whether addresses and numbers are for this person: an editor, or one of the claim's people who research."""
    person = held.person
    if person is None or not person.can_research:
        return False
    return person.is_editor or held.is_author or person.pk in held.roles.values()


def mark_of(contact: ContactLog) -> str:
    """A short mark of the row as it stands, carried by its form to tell whether somebody changed it meanwhile.

    Keyed, because whoever holds it must not find a telephone number by trying them all.
    """
    row = canonical([str(getattr(contact, name)) for name in FIELDS])
    return salted_hmac("claims.workflow.replies", row, algorithm="sha256").hexdigest()[:16]


def log_contact(
    claim_id: int,
    *,
    by: Person,
    asked: str,
    channel: str,
    question: str,
    deadline: datetime,
    contact_detail: str = "",
    public_line: str = "",
    asked_at: datetime | None = None,
) -> ContactLog:
    """Keep whom was asked what and by when.

    Args:
        contact_detail: address or number; stays out of the record.
        public_line: what readers are told; empty: who was asked and when.
        asked_at: empty: now.
    """
    contact = ContactLog(channel=channel, contact_detail=contact_detail.strip(), deadline=deadline, by=by)
    contact.asked, contact.question = asked.strip(), question.strip()
    contact.asked_at = asked_at or timezone.now()
    _check(contact)
    with changing(claim_id, "log_contact", by=by) as change:
        contact.claim = change.claim
        if contact.deadline <= timezone.now():
            contact.silence_noted_at = timezone.now()  # logged afterwards: the clock has nothing to wait for
        contact.public_line = public_line.strip() or line_of(contact, *desk_manner())
        contact.save()
        _date_wait(change)
        change.body |= {"contact": contact.pk, "asked": contact.asked, "channel": channel, "deadline": deadline}
    return contact


def _check(contact: ContactLog) -> None:
    if not contact.asked or not contact.question:
        raise Refused(_("Say who was asked, and what."), "contact")
    if contact.channel not in ContactLog.Channel.values:
        raise Refused(_("Say how they were asked."), "contact")
    if contact.asked_at > timezone.now():
        raise Refused(_("The day they were asked cannot be ahead."), "contact")
    if contact.deadline <= contact.asked_at:
        raise Refused(_("The answer is due after the question, not before it."), "contact")


def edit_contact(contact_id: int, *, by: Person, seen: str, **fields: Any) -> ContactLog:
    """Put a question or its answer right.  An answer taken out again leaves the question open.

    Args:
        seen: ``mark_of`` the row the person had before his eyes.
        fields: new values of ``FIELDS``.

    Raises:
        Refused: somebody else changed it meanwhile, or it says too little.
    """
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    with changing(_claim_of(contact_id), "edit_contact", by=by) as change:
        contact = _read(contact_id)
        if seen != mark_of(contact):
            raise Refused(_("Somebody else changed this row meanwhile: read it again as it stands now."), "stale")
        _put_right(change, contact, {name: _plain(value) for name, value in fields.items()})
    return contact


def answer_contact(contact_id: int, *, by: Person, answer: str, public_line: str = "") -> ContactLog:
    """Note what somebody answered, in time or late, and what readers are told of it."""
    if not answer.strip():
        raise Refused(_("Write down what was answered."), "contact")
    with changing(_claim_of(contact_id), "answer_contact", by=by) as change:
        contact = _read(contact_id)
        if contact.answer:
            raise Refused(_("An answer is noted already: correct it instead."), "contact")
        _put_right(change, contact, {"answer": answer.strip(), "public_line": public_line.strip()})
    return contact


def _put_right(change: Change, contact: ContactLog, fields: Mapping[str, Any]) -> None:
    """Write what differs; a line nobody worded follows the row.  The event says which confidential field changed, no more."""
    (zone, language), before = desk_manner(), {name: getattr(contact, name) for name in FIELDS}
    automatic = is_automatic(contact, zone)
    for name, value in fields.items():
        if not _is_same_minute(before[name], value):
            setattr(contact, name, value)
    contact.answered_at = (contact.answered_at or timezone.now()) if contact.answer else None
    if contact.answer or contact.deadline > timezone.now():
        contact.silence_noted_at = None
    if contact.deadline != before["deadline"]:
        contact.no_wait_reason = ""
    if not contact.public_line or (automatic and contact.public_line == before["public_line"]):
        contact.public_line = line_of(contact, zone, language)
    _check(contact)
    changed = [name for name in FIELDS if getattr(contact, name) != before[name]]
    change.nothing = not changed
    contact.save()
    _date_wait(change)
    told = [name for name in changed if name not in CONFIDENTIAL]
    change.body |= {
        "contact": contact.pk,
        "asked": contact.asked,
        "before": {name: before[name] for name in told},
        "after": {name: getattr(contact, name) for name in told},
        "confidential": [name for name in changed if name in CONFIDENTIAL],
    }


def _date_wait(change: Change) -> None:
    """A claim that waits for replies is due with the last of their deadlines."""
    if change.claim.status == AWAITING_REPLY:
        Claim.objects.filter(pk=change.claim.pk).update(stage_due_at=reply_due(change.claim))


def go_on_without(contact_id: int, *, by: Person, reason: str) -> ContactLog:
    """Say why the desk does not wait for an answer that may still come; the approver reads it."""
    if not reason.strip():
        raise Refused(_("Say why you do not wait, in a sentence."), "contact")
    with changing(_claim_of(contact_id), "go_on_without", by=by) as change:
        contact = _read(contact_id)
        if contact.answer:
            raise Refused(_("They have answered: there is nothing to wait for."), "contact")
        change.body |= {"contacts": stop_waiting([contact], reason), "reason": reason.strip()}
    return contact


def remove_contact(contact_id: int, *, by: Person) -> None:
    """Take off a question that was logged by mistake; the record keeps that it stood there."""
    with changing(_claim_of(contact_id), "remove_contact", by=by) as change:
        contact = _read(contact_id)
        told = [name for name in FIELDS if name not in CONFIDENTIAL]
        change.body |= {"asked": contact.asked, "before": {name: getattr(contact, name) for name in told}}
        contact.delete()
        _date_wait(change)


def _claim_of(contact_id: int) -> int:
    return _read(contact_id).claim_id


def _read(contact_id: int) -> ContactLog:
    contact = ContactLog.objects.filter(pk=contact_id).first()
    if contact is None:
        raise Refused(_("This question is no longer there."), "gone")
    return contact


def _is_same_minute(before: Any, value: Any) -> bool:
    """Forms know no seconds: the minute a moment lies in is no other moment."""
    return isinstance(value, datetime) and value == before.replace(second=0, microsecond=0)


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
