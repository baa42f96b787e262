"""What preflight asks of a claim, live on its page: every line in words, with a link to where it is put right."""

from typing import Any

from django.utils.translation import gettext as _

from claims.models import ChecklistAnswer
from claims.views.capture_line import is_perhaps_no_page
from claims.views.claim_page import ClaimPage
from claims.views.reply_rows import replies_in_words
from claims.workflow.preflight_list import CLAIMANT_ASKED, ungraded
from claims.workflow.transitions import WORKING


def read_preflight(page: ClaimPage) -> dict[str, Any]:
    """What the panel shows: the list, where the replies stand, what was answered "no", what nobody graded, what reads as no page; asks the database nothing.

    The reasons of a "no" are for who sees the verdict, because they may speak of it.
    """
    answered_no = [
        row for row in page.values.checklist if row["required"] and row["answer"] == ChecklistAnswer.Answer.NO
    ]
    unlogged = _unlogged(page)
    return {
        "ungraded": ungraded(page.evidence),
        "no_pages": [item.number for item in page.evidence if is_perhaps_no_page(item)],
        "shows_preflight": page.claim.status in WORKING,
        "asked_and_missing": [item for item in page.preflight if item.missing],
        "asked_and_met": [item for item in page.preflight if not item.missing],
        "replies_line": replies_in_words(page.contacts, page.now),
        "reply_hint": _reply_hint(page),
        "answered_no": [row for row in answered_no if row["note"]] if page.sees_verdict else [],
        "unlogged": unlogged,
        "unlogged_note": unlogged["note"] if unlogged and page.sees_verdict else "",
    }


def _reply_hint(page: ClaimPage) -> str:
    """Where the checklist says less than the right of reply; more than that is a line of the list."""
    if page.contacts and _answer(page, ChecklistAnswer.Answer.NO):
        return _("Somebody was asked, but the checklist says that the claimant was not: put one of the two right.")
    return ""


def _unlogged(page: ClaimPage) -> dict[str, Any] | None:
    """The question whether the claimant was asked, where "yes" is all that says so; a note has to say why."""
    return None if page.contacts else _answer(page, ChecklistAnswer.Answer.YES)


def _answer(page: ClaimPage, answer: ChecklistAnswer.Answer) -> dict[str, Any] | None:
    given = (row for row in page.values.checklist if (row["code"], row["answer"]) == (CLAIMANT_ASKED, answer))
    return next(given, None)
