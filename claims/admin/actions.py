"""Actions that ask before they act: what will happen, to which rows, and why, on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from claims.errors import UserFacingError

MOST_AT_ONCE = 200
Text = str | Promise
Method = Callable[[Any, HttpRequest, list[Any], str], None]
Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


@dataclass(frozen=True)
class Question:
    """What the page says before an action is taken.

    Attributes:
        happens: what will happen, in full sentences.
        press: the words on the button.
        wants_reason: whether a reason must be given, which goes on the record.
    """

    title: Text
    happens: Text
    press: Text
    wants_reason: bool = False


def asks(question: Question) -> Callable[[Method], Action]:
    """Turn ``method(self, request, rows, reason)`` into an action of the panel that asks first."""

    def decorated(method: Method) -> Action:
        @wraps(method)
        def action(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            rows = list(queryset[: MOST_AT_ONCE + 1])
            if len(rows) > MOST_AT_ONCE:
                words = _("That is more than %(most)d rows at once: choose fewer.") % {"most": MOST_AT_ONCE}
                self.message_user(request, words, messages.ERROR)
                return None
            reason = request.POST.get("reason", "").replace("\x00", "").strip()[:300]
            is_sent = "confirmed" in request.POST
            if is_sent and (reason or not question.wants_reason):
                method(self, request, rows, reason)
                return None
            return _page(self, request, question, rows, is_sent)

        return action

    return decorated


def _page(admin: Any, request: HttpRequest, question: Question, rows: list[Any], is_sent: bool) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": question.title,
        "question": question,
        "rows": rows,
        "action": request.POST.get("action", ""),
        "refusal": _("Say why, in a sentence: it goes on the record.") if is_sent else "",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_sent else HTTPStatus.OK
    return TemplateResponse(request, "admin/ask.html", context, status=status)


def each(admin: Any, request: HttpRequest, rows: list[Any], operation: Callable[[Any], object], done: Text) -> None:
    """Do it to each row by itself, and say how many it was done to and why it was not done to the others."""
    count = 0
    for row in rows:
        try:
            operation(row)
            count += 1
        except UserFacingError as refusal:
            admin.message_user(request, f"{row}: {refusal}", messages.ERROR)
    if count:
        admin.message_user(request, str(done) % {"count": count}, messages.SUCCESS)
