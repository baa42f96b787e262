"""One-press answers to what the clock asks on the claim page."""

from functools import partial

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.views.access import DeskRequest, signed_in
from claims.views.claim import carry_out
from claims.workflow import answers


@signed_in
@require_POST
def stay_on_it(request: DeskRequest, claim_id: int) -> HttpResponse:
    answer = partial(answers.stay_on_it, claim_id, by=request.user)
    return carry_out(request, claim_id, answer, place="your-move", said=_("Good: you are still on it."))


@signed_in
@require_POST
def hand_back(request: DeskRequest, claim_id: int) -> HttpResponse:
    answer = partial(answers.hand_back, claim_id, by=request.user)
    said = _("You handed it back; it waits for somebody.")
    return carry_out(request, claim_id, answer, place="your-move", said=said)


@signed_in
@require_POST
def read_again(request: DeskRequest, claim_id: int) -> HttpResponse:
    answer = partial(answers.read_again, claim_id, by=request.user)
    return carry_out(request, claim_id, answer, place="your-move", said=_("Noted: read again, it stands."))


urlpatterns = [
    path("claims/<int:claim_id>/still-on-it/", stay_on_it, name="still-on-it"),
    path("claims/<int:claim_id>/hand-back/", hand_back, name="hand-back"),
    path("claims/<int:claim_id>/read-again/", read_again, name="read-again"),
]
