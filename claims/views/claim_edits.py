"""New claims, and changes to what a claim says: two people at once lose nothing."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims.errors import StaleEdit, UserFacingError
from claims.forms.claim import ArrangeForm, EditForm, NewClaimForm, StatementForm, VerdictForm
from claims.forms.fields import MOST_TEXT, keep_to
from claims.forms.marked import read_seen
from claims.models import Claim, Rating
from claims.models.rating import RatingScale
from claims.views.access import (
    DeskRequest,
    check_may_see,
    signed_in,
)
from claims.views.claim import carry_out
from claims.views.conflict import show_both
from claims.views.merge_targets import Target
from claims.views.near_claims import find_near
from claims.workflow import drafts, edit, edit_appearances
from claims.workflow.topics import name_topic


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: DeskRequest) -> HttpResponse:
    """Put a claim into the inbox, with its first appearance or a reason why there is none."""
    if not request.user.can_contribute:
        return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
    initial = {"statement": request.GET.get("statement", "")[:MOST_TEXT]}
    form = keep_to(NewClaimForm(request.POST or None, name="claim", initial=initial), request.user)
    if not request.user.is_editor:
        del form.fields["confidential"]
    near = find_near(str(form["statement"].value() or ""), request.user, language=str(form["language"].value()))
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            _check_near_was_shown(request, near)
            claim = _create(request, form)
        except UserFacingError as error:
            refusal = str(error)
        else:
            return redirect("claims:claim-detail", claim.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal or form.errors else HTTPStatus.OK
    context = {"form": form, "refusal": refusal, "near": near}
    return render(request, "claims/claim_form.html", context, status=status)


def _check_near_was_shown(request: DeskRequest, near: list[Target]) -> None:
    """Nobody puts a claim beside one that is likely the same without having seen that one.

    Raises:
        UserFacingError: one of them was not on the page yet.
    """
    shown = set(request.POST.getlist("shown"))
    if any(one.is_likely and str(one.claim.pk) not in shown for one in near):
        raise UserFacingError(
            _("The desk seems to have this claim already: see below, and press again if yours says something else."),
            "known_claim",
        )


@transaction.atomic
def _create(request: DeskRequest, form: NewClaimForm) -> Claim:
    given = form.cleaned_data
    fields = {name: given[name] for name in edit.PLAIN_FIELDS if name != "statement"}
    named = [name_topic(name, by=request.user) for name in form.named_topics]
    topics = dict.fromkeys([*given["topics"], *named])
    claim = edit.create_claim(by=request.user, statement=given["statement"], topics=topics, **fields)
    if given.get("confidential"):
        edit.arrange_claim(claim.pk, by=request.user, confidential=True)
    if form.appearance:
        edit_appearances.add_appearance(claim.pk, by=request.user, **form.appearance)
    return claim


@signed_in
@require_POST
def claim_edit(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Change the statement and what explains it."""
    return _save(request, claim_id, StatementForm(request.POST, name="statement"), place="statement")


@signed_in
@require_POST
def verdict_edit(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Change rating, rationale and the texts readers will see."""
    check_may_see(request.user, claim_id)
    claim = Claim.objects.select_related("rating").get(pk=claim_id)
    form = VerdictForm(request.POST, ratings=offered_ratings(claim), public=bool(claim.public_state))
    return _save(request, claim_id, form, place="verdict")


def offered_ratings(claim: Claim) -> list[Rating]:
    """Today's scale, and what the claim has already."""
    current = RatingScale.objects.filter(is_current=True)
    offered = Q(scale__in=current, is_retired=False) | Q(pk=claim.rating_id)
    return list(Rating.objects.filter(offered).order_by("position", "pk"))


def _save(request: DeskRequest, claim_id: int, form: EditForm, *, place: str) -> HttpResponse:
    def save() -> None:
        seen = read_seen(request.POST)
        edit.edit_claim(claim_id, by=request.user, fields=edit.own_changes(form.sent, seen), seen=seen)
        draft, taken_up = request.POST.get("draft", ""), request.POST.get("instead_of", "")
        drafts.settle_drafts(claim_id, by=request.user, part=place, key=draft, instead_of=taken_up)

    try:
        return carry_out(
            request, claim_id, save, place=place, form=form, said=_("Saved."), undoable=place == "statement"
        )
    except StaleEdit as stale:
        return show_both(request, claim_id, form, stale, place)


@signed_in
@require_POST
def claim_arrange(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Date, priority, topics, confidentiality: editors arrange them."""
    form = ArrangeForm(request.POST, name="arrange")

    def arrange() -> None:
        given: dict[str, Any] = edit.own_changes(form.sent, form.seen)
        edit.arrange_claim(claim_id, by=request.user, topics=given.pop("topics", None), seen=form.seen, **given)

    try:
        return carry_out(request, claim_id, arrange, place="people", form=form, said=_("Arranged."), undoable=True)
    except StaleEdit as stale:
        return show_both(request, claim_id, form, stale, "people")


urlpatterns = [
    path("claims/new/", claim_new, name="claim-new"),
    path("claims/<int:claim_id>/edit/", claim_edit, name="claim-edit"),
    path("claims/<int:claim_id>/verdict/", verdict_edit, name="verdict-edit"),
    path("claims/<int:claim_id>/arrange/", claim_arrange, name="claim-arrange"),
]
