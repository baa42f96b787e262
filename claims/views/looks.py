"""What changed since a person last looked at a claim: the panel of its page, and the word that he has seen it."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from claims.models import Claim, Event, Person
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.compare_rows import difference
from claims.views.live import is_part, read_id
from claims.views.record_list import told_rows
from claims.workflow.looks import Look, keep_look, last_look, newest_seq, read_mark
from claims.workflow.revisions import read_content
from claims.workflow.standing import standing
from claims.workflow.transitions import TRANSITIONS

MOST_EVENTS = 200
MOST_TOLD = 4
# Beside changes of the text, what is news to somebody who comes back.
NEWS = {*TRANSITIONS, "comment", "log_contact", "answer_contact", "adopt"}


@signed_in
@require_safe
def claim_since(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The panel "since you last looked", which the claim page loads by itself; the comparison for who has no script."""
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    if not is_part(request, "since"):
        return redirect(f"{reverse('claims:claim-compare', args=[claim.pk])}?from=seen&to=now")
    return _panel(request, claim)


def _panel(request: DeskRequest, claim: Claim) -> HttpResponse:
    look, seq = last_look(read_mark(claim, request.user), timezone.now()), newest_seq(claim)
    context: dict[str, Any] = {"claim": claim, "seq": seq, "look": look}
    if look is not None and seq > look.seq:
        context |= _news(claim, request.user, look)
    return render(request, "claims/claim_since.html", context)


def _news(claim: Claim, person: Person, look: Look) -> dict[str, Any]:
    """What others did meanwhile; nothing when only the person himself did."""
    others = Event.objects.filter(chain=claim.chain, seq__gt=look.seq).exclude(actor_ref=person.ref)
    events = list(others.order_by("-seq")[:MOST_EVENTS])
    if not events:
        return {}
    sees = standing(claim, person).sees_verdict
    rows = difference(json.loads(look.content), json.loads(read_content(claim).body), sees_verdict=sees)
    steps = [event for event in events if event.action in NEWS]
    told = told_rows(steps[:MOST_TOLD], person=person, sees_verdict=sees)
    return {"rows": rows, "told": told, "more": len(steps) - len(told), "sees_verdict": sees}


@signed_in
@require_POST
def claim_seen(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The page says that it has been before somebody's eyes, or he says himself that he has read what changed.

    A browser that only loads ahead is not somebody's eyes.
    """
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    has_read = "read" in request.POST
    if not _is_ahead_of_time(request):
        keep_look(claim, person=request.user, seq=read_id(request.POST.get("seq", "")) or 0, has_read=has_read)
    if not has_read:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _panel(request, claim) if is_part(request, "since") else redirect("claims:claim-detail", claim.pk)


def _is_ahead_of_time(request: HttpRequest) -> bool:
    """Browsers mark what they ask for before anybody looks at it."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any("prefetch" in said or "prerender" in said or "preview" in said for said in purposes)


urlpatterns = [
    path("claims/<int:claim_id>/since/", claim_since, name="claim-since"),
    path("claims/<int:claim_id>/seen/", claim_seen, name="claim-seen"),
]
