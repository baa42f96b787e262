"""The right of reply as the claim page shows it: one row for each question, and where the replies stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms.fields import PlainForm
from claims.forms.parts import AnswerForm, ContactEditForm, NoWaitForm
from claims.models import ContactLog
from claims.templatetags.moments import short_day
from claims.workflow.replies import mark_of, sees_details
from claims.workflow.reply_lines import Replies, count_replies
from claims.workflow.standing import Standing


@dataclass
class ReplyRow:
    """One question as ``includes/contact_item.html`` shows it.

    Attributes:
        state: answered, silent, unawaited (a reason was given not to wait) or awaited.
        detail: the address or number; empty for who must not know it.
        form: the row's own form where it stands open.
    """

    contact: ContactLog
    state: str
    detail: str
    answer_form: AnswerForm | None = None
    wait_form: NoWaitForm | None = None
    form: ContactEditForm | None = None


def reply_rows(
    contacts: Iterable[ContactLog], held: Standing, now: datetime, bound: PlainForm | None = None
) -> list[ReplyRow]:
    """The rows of a claim for one person; what is confidential is taken out before the template sees it.

    Args:
        bound: a form that came back with a refusal; it stands open in its row.
    """
    return [make_row(contact, held, now, bound) for contact in contacts]


def make_row(contact: ContactLog, held: Standing, now: datetime, bound: PlainForm | None = None) -> ReplyRow:
    row = ReplyRow(contact, _state(contact, now), contact.contact_detail if sees_details(held) else "")
    if held.may_research and not contact.answer:
        row.answer_form = AnswerForm(contact.pk)
        row.wait_form = NoWaitForm(contact.pk) if row.state == "awaited" else None
    if bound is not None and getattr(bound, "contact", None) == contact.pk:
        row.answer_form = bound if isinstance(bound, AnswerForm) else row.answer_form
        row.wait_form = bound if isinstance(bound, NoWaitForm) else row.wait_form
        row.form = bound if isinstance(bound, ContactEditForm) else None
    return row


def edit_form(contact: ContactLog, held: Standing, data: object = None) -> ContactEditForm:
    return ContactEditForm(contact, data, seen=mark_of(contact), sees_details=sees_details(held))


def _state(contact: ContactLog, now: datetime) -> str:
    if contact.answer:
        return "answered"
    if contact.deadline <= now:
        return "silent"
    return "unawaited" if contact.no_wait_reason else "awaited"


def replies_in_words(contacts: Iterable[ContactLog], now: datetime) -> str:
    """One line for who approves: how many were asked, how many answered, who is silent; empty when nobody was asked."""
    found = count_replies(contacts, now)
    return ", ".join(_parts(found, now)) if found.asked else ""


def _parts(found: Replies, now: datetime) -> list[str]:
    parts = [
        ngettext("%(n)d asked", "%(n)d asked", found.asked) % {"n": found.asked},
        ngettext("%(n)d answered", "%(n)d answered", found.answered) % {"n": found.answered},
    ]
    if found.passed_on is not None:
        parts.append(_("%(n)d silent") % {"n": found.silent})
        parts.append(_("deadline passed on %(day)s") % {"day": short_day(found.passed_on.date(), now.date())})
    if found.until is not None:
        parts.append(
            _("%(n)d awaited until %(day)s") % {"n": found.awaited, "day": short_day(found.until.date(), now.date())}
        )
    return parts
