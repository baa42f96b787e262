"""What preflight asks of a claim, live on its page: every line in words, with a link to where it is put right."""

from typing import Any

from claims.models import ChecklistAnswer
from claims.views.claim_page import ClaimPage
from claims.views.reply_rows import replies_in_words
from claims.workflow.preflight_list import ungraded
from claims.workflow.transitions import WORKING


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
        "answered_no": [row for row in answered_no if row["note"]] if page.sees_verdict else [],
    }
