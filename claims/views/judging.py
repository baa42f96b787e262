"""Evidence judged on its card: which way it speaks and what it is worth, saved at once and without a new page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from claims.forms.parts import GradeForm
from claims.models import Claim, Evidence
from claims.views.access import DeskRequest, back_to_claim, check_may_see, claim_address, signed_in
from claims.views.claim import Outcome, press, read_context, render_claim, without_history
from claims.views.claim_cards import Card, judged_values
from claims.views.live import read_id
from claims.views.stale import press_form
from claims.workflow import edit_parts
from claims.workflow.conflicts import OF_EVIDENCE
from claims.workflow.edit import digest

TEMPLATE = "claims/claim_evidence.html"
SPEAKS = {
    "supports": gettext_lazy("Evidence %(number)d supports the claim now."),
    "refutes": gettext_lazy("Evidence %(number)d refutes the claim now."),
    "context": gettext_lazy("Evidence %(number)d is context now."),
}


@signed_in
@require_safe
def evidence_card(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    """One piece of evidence, with its form (``?edit``) or that of its grade (``?grade``) when asked for.

    Who has no script gets the whole page.
    """
    check_may_see(request.user, claim_id)
    is_asked = {name for name in ("edit", "grade") if name in request.GET}
    if not request.htmx:
        query = {"edit": str(number)} if is_asked else {}
        return HttpResponseRedirect(claim_address(request, claim_id, f"e{number}", **query))
    context, card = _read_card(request, claim_id, number, Outcome(edited=number if "edit" in is_asked else None))
    if "grade" in is_asked and card.may_edit:
        values = {"reliability": card.reliability, "credibility": card.credibility, "grade_reason": card.grade_reason}
        seen = {name: digest(value) for name, value in values.items()}
        card.grade_form = GradeForm(name=f"grade{number}", seen=seen, initial=values)
    return render(request, f"{TEMPLATE}#card", context)


@signed_in
@require_POST
def evidence_move(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Say which way a piece of evidence speaks; ``to`` names both: ``3:refutes``."""
    number, _colon, stance = request.POST.get("to", "").partition(":")
    item = get_object_or_404(Evidence, claim=claim_id, number=read_id(number) or 0)
    if stance not in SPEAKS:
        raise Http404
    move = partial(edit_parts.edit_evidence, item.pk, by=request.user, stance=stance)
    return answer_on_card(request, item, move, said=SPEAKS[stance] % {"number": item.number})


@signed_in
@require_POST
def evidence_grade(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    """Say what the source and its information are worth."""
    item = get_object_or_404(Evidence, claim=claim_id, number=number)
    form = GradeForm(request.POST, name=f"grade{number}")

    def grade() -> None:
        edit_parts.edit_evidence(item.pk, by=request.user, seen=form.seen, **form.cleaned_data)

    said = _("Evidence %(number)d is graded.") % {"number": number}
    return answer_on_card(request, item, grade, said=said, form=form)


def answer_on_card(
    request: DeskRequest, item: Evidence, operation: Callable[[], object], *, said: str, form: GradeForm | None = None
) -> HttpResponse:
    """Call one operation; the card as it stands then, with what counts it: the columns, the origins, what is missing.

    An edit that takes the claim back to another stage brings the whole page anew.
    """
    place, claim_id = f"e{item.number}", item.claim_id
    stage = Claim.objects.values_list("status", flat=True).get(pk=claim_id)
    given: dict[str, Any] = {"place": place, "said": said, "undoable": True}
    if form is None:
        refused = press(request, claim_id, operation, **given)
    else:
        refused = press_form(
            request, claim_id, operation, form=form, now=lambda: stands(item), part=(OF_EVIDENCE, item.number), **given
        )
    if not request.htmx:
        return render_claim(request, claim_id, refused) if refused else back_to_claim(request, claim_id, place)
    context, card = _read_card(request, claim_id, item.number, refused or Outcome())
    if context["claim"].status != stage:
        return HttpResponseClientRefresh()
    if refused and card.may_edit:
        card.grade_form = form
    context["is_graded"] = form is not None
    response = render(request, f"{TEMPLATE}#judged", context, status=context["refusal"].status)
    return without_history(request, reswap(retarget(response, f"#{place}"), "outerHTML"))


def stands(item: Evidence) -> dict[str, Any]:
    """The fields of a piece of evidence as they stand now."""
    return judged_values(Evidence.objects.select_related("resource").get(pk=item.pk))


def _read_card(request: DeskRequest, claim_id: int, number: int, outcome: Outcome) -> tuple[dict[str, Any], Card]:
    context = read_context(request, claim_id, outcome)
    card = next((card for column in context["columns"].values() for card in column if card.number == number), None)
    if card is None:
        raise Http404
    return {**context, "card": card}, card


_EVIDENCE = "claims/<int:claim_id>/evidence/"
urlpatterns = [
    path(f"{_EVIDENCE}<int:number>/", evidence_card, name="evidence-card"),
    path(f"{_EVIDENCE}<int:number>/grade/", evidence_grade, name="evidence-grade"),
    path(f"{_EVIDENCE}move/", evidence_move, name="evidence-move"),
]
