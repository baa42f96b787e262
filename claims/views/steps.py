"""The buttons of the workflow: one address for each row of the table."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from claims.models import Person
from claims.publishing import publish
from claims.views.access import DeskRequest, signed_in
from claims.views.claim import carry_out
from claims.views.claim_moves import ELSEWHERE, make_form
from claims.views.claim_page import read_page
from claims.views.context import desk_of
from claims.views.merge_targets import find_targets
from claims.views.step_words import said_of
from claims.workflow.apply import apply
from claims.workflow.transitions import TRANSITIONS
from claims.workflow.undo import INVERSES


@signed_in
@require_POST
def claim_step(request: DeskRequest, claim_id: int, action: str) -> HttpResponse:
    """Take one step of the workflow with what its form gives."""
    if action not in TRANSITIONS or TRANSITIONS[action].by_system_only:
        raise Http404
    page = read_page(claim_id, request.user, desk_of(request))
    form = make_form(page, action, request.POST)
    if action == "merge" and not form.is_valid():
        form.offered = find_targets(page.claim, request.user, str(form["target"].value() or ""))

    def take() -> None:
        step_for(action)(claim_id, by=request.user, **form.cleaned_data)

    place = ELSEWHERE.get(action, "your-move")
    said = said_of(action, form.cleaned_data, request.user) if form.is_valid() else ""
    return carry_out(request, claim_id, take, place=place, form=form, said=said, undoable=action in INVERSES)


def step_for(action: str) -> Callable[..., Any]:
    """The operation behind an action: publishing brings its effect along, the others are ``apply``."""
    publishing: dict[str, Callable[..., Any]] = {
        "publish": publish.publish,
        "withhold": publish.withhold,
        "lift": _lift,
        "retract": _retract,
    }
    return publishing.get(action) or partial(_apply, action)


def _apply(action: str, claim_id: int, *, by: Person, **given: Any) -> object:
    return apply(claim_id, action, by=by, **given)


def _lift(claim_id: int, *, by: Person, **given: Any) -> object:
    return publish.lift(claim_id, by=by)


def _retract(claim_id: int, *, by: Person, **given: Any) -> object:
    return publish.retract(claim_id, by=by)


urlpatterns = [path("claims/<int:claim_id>/steps/<slug:action>/", claim_step, name="claim-step")]
