"""What preflight asks of a claim, live on its page: every line in words, with a link to where it is put right."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from claims.models import ChecklistAnswer
from claims.views.access import DeskRequest, signed_in
from claims.views.claim_page import ClaimPage, read_page
from claims.views.context import desk_of
from claims.views.reply_rows import replies_in_words
from claims.workflow.transitions import WORKING


def read_preflight(page: ClaimPage) -> dict[str, Any]:
    """What the panel shows: the list, where the replies stand, and what was answered "no"; asks the database nothing.

    The reasons of a "no" are for who sees the verdict, because they may speak of it.
    """
    answered_no = [
        row for row in page.values.checklist if row["required"] and row["answer"] == ChecklistAnswer.Answer.NO
    ]
    return {
        "shows_preflight": page.claim.status in WORKING,
        "replies_line": replies_in_words(page.contacts, page.now),
        "answered_no": [row for row in answered_no if row["note"]] if page.sees_verdict else [],
    }


@signed_in
@require_safe
def claim_preflight(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The panel alone: asked for again when something on the page changed without the page."""
    page = read_page(claim_id, request.user, desk_of(request))
    context = {"page": page, "claim": page.claim, **read_preflight(page)}
    return render(request, "claims/claim_preflight.html", context)


urlpatterns = [path("claims/<int:claim_id>/preflight/", claim_preflight, name="claim-preflight")]
