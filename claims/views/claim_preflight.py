"""What preflight asks of a claim, live on its page: every line in words, with a link to where it is put right."""

from typing import Any

from django.utils.translation import gettext as _

from claims.models import ChecklistAnswer
from claims.views.claim_page import ClaimPage
from claims.views.reply_rows import replies_in_words
from claims.workflow.preflight_list import ungraded
from claims.workflow.transitions import WORKING

CLAIMANT_ASKED = "reply"  # the code of that question in the checklist a desk begins with; no hint where it has another


def read_preflight(page: ClaimPage) -> dict[str, Any]:
    """What the panel shows: the list, where the replies stand, what was answered "no", what nobody graded; asks the database nothing.

    The reasons of a "no" are for who sees the verdict, because they may speak of it.
    """
    answered_no = [
        row for row in page.values.checklist if row["required"] and row["answer"] == ChecklistAnswer.Answer.NO
    ]
    return {
        "ungraded": ungraded(page.evidence),
        "shows_preflight": page.claim.status in WORKING,
        "asked_and_missing": [item for item in page.preflight if item.missing],
        "asked_and_met": [item for item in page.preflight if not item.missing],
        "replies_line": replies_in_words(page.contacts, page.now),
        "reply_hint": _reply_hint(page),
        "answered_no": [row for row in answered_no if row["note"]] if page.sees_verdict else [],
    }


def _reply_hint(page: ClaimPage) -> str:
    """Where the checklist and the right of reply tell two stories."""
    answer = next((row["answer"] for row in page.values.checklist if row["code"] == CLAIMANT_ASKED), "")
    if answer == ChecklistAnswer.Answer.YES and not page.contacts:
        return _(
            "The checklist says that the claimant was asked, but nobody stands under “Right of reply”: log whom you asked."
        )
    if answer == ChecklistAnswer.Answer.NO and page.contacts:
        return _("Somebody was asked, but the checklist says that the claimant was not: put one of the two right.")
    return ""
