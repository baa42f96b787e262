"""Claims that may say the same: shown while somebody writes a new one, and beside one that waits in triage."""

from collections.abc import Collection

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from claims.matching import decisions, retrieve
from claims.models import Claim, Person
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.live import is_part
from claims.views.merge_targets import LONGEST, Target, as_target
from claims.workflow.transitions import ACCEPTED, INBOX, WATCHING

TEMPLATE = "claims/near_claims.html"
MOST = 5
LOOKED_AT = 50
ASKED_IN = {INBOX, WATCHING, ACCEPTED}


@signed_in
@require_safe
def near_words(request: DeskRequest) -> HttpResponse:
    """The desk's claims that may say what is being typed as a new one."""
    typed = request.GET.get("statement", "")
    near = find_near(typed, request.user, language=request.GET.get("language", "en")[:12])
    response = _show(request, {"near": near, "is_new": True})
    if near and near[0].is_likely:
        trigger_client_event(response, "say", {"value": _("The desk seems to have this claim already")})
    return response


@signed_in
@require_safe
def near_claim(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The other claims of the desk that may say what this one says."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    asked = decisions.ask_claim(claim.pk) if claim.status in ASKED_IN else None
    near = find_near(asked.text, request.user, language=asked.language, exclude=asked.cluster) if asked else []
    may_merge = request.user.is_editor and not claim.is_public
    return _show(request, {"near": near, "claim": claim, "may_merge": may_merge, "live": Claim.LIVE})


def _show(request: DeskRequest, context: dict[str, object]) -> HttpResponse:
    return render(request, f"{TEMPLATE}#near" if is_part(request, "near") else TEMPLATE, context)


def find_near(text: str, person: Person, *, language: str = "en", exclude: Collection[int] = ()) -> list[Target]:
    """Claims of any state that a person may see and that a text is likely, or may be, the same as; best first."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return []
    retrieve.keep_newest()
    found = retrieve.nearest(text, LOOKED_AT, exclude=exclude, language=language)
    near = {int(one.id): one for one in decisions.mains(found) if one.label}
    claims = visible_claims(person).select_related("rating").in_bulk(list(near))
    return [as_target(claims[pk], one) for pk, one in near.items() if pk in claims][:MOST]


urlpatterns = [
    path("claims/near/", near_words, name="near-words"),
    path("claims/<int:claim_id>/near/", near_claim, name="near-claim"),
]
