"""What is written on the claim page besides steps: evidence, appearances, rubric, checklist."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from claims.errors import StaleEdit
from claims.forms.fields import keep_to
from claims.forms.parts import (
    AppearanceEditForm,
    AppearanceForm,
    ChecklistForm,
    LinksForm,
    RubricForm,
)
from claims.models import Appearance, ChecklistItem, Evidence, RubricQuestion
from claims.views.access import DeskRequest, back_to_claim, check_may_see, claim_address, signed_in
from claims.views.claim import Outcome, carry_out, render_claim, suffix_of
from claims.views.claim_cards import edit_form
from claims.views.conflict import show_both
from claims.views.judging import stands
from claims.views.stale import press_form
from claims.workflow import edit_appearances, edit_parts, edit_review
from claims.workflow.attempt import Missing
from claims.workflow.conflicts import OF_APPEARANCE, OF_EVIDENCE
from claims.workflow.edit import own_changes
from claims.workflow.judge import judge_evidence
from claims.workflow.standing import standing

# --- evidence


@signed_in
@require_POST
def evidence_add(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Cite addresses, one a line; those that are refused stay in the form, each with its sentence."""
    form = LinksForm(request.POST, name="links")
    results: list[tuple[str, str]] = []

    def add() -> None:
        given = form.cleaned_data
        judged = {name: given[name] for name in ("stance", "kind", "origin")}
        results.extend(edit_parts.add_links(claim_id, by=request.user, urls=given["urls"], **judged))
        if added := sum(not problem for _url, problem in results):
            messages.success(request, _told(added))  # before the answer is drawn, or a later page would say it

    answer = carry_out(request, claim_id, add, place="evidence", form=form)
    refused = [(url, problem) for url, problem in results if problem]
    if not refused:
        return answer
    told = [Missing(f"{url}: {problem}", "evidence") for url, problem in refused]
    sentence = " ".join(one.sentence for one in told)
    left = _with_urls(request, [url for url, _problem in refused])
    return render_claim(request, claim_id, Outcome(sentence, "evidence", told, left))


def _with_urls(request: DeskRequest, urls: list[str]) -> LinksForm:
    data = request.POST.copy()
    data["urls"] = "\n".join(urls)
    form = LinksForm(data, name="links")
    form.is_valid()
    return form


def _told(count: int) -> str:
    return ngettext("%(n)d address added.", "%(n)d addresses added.", count) % {"n": count}


@signed_in
@require_POST
def evidence_edit(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    """Judge one piece of evidence anew: stance, type, grade, origin."""
    item = get_object_or_404(Evidence.objects.select_related("resource"), claim=claim_id, number=number)
    form = edit_form(item, request.POST)

    def save() -> None:
        judge_evidence(item, by=request.user, fields=form.cleaned_data, seen=form.seen)

    said, place = _("Evidence %(number)d is saved.") % {"number": number}, f"e{number}"
    # A title is shared by every claim that cites the source: it is not taken back with this one's judgement.
    undoable = request.POST.get("title", "").strip() in {"", item.resource.title}
    refused = press_form(
        request, claim_id, save, form=form, now=lambda: stands(item), place=place, said=said, edited=number,
        undoable=undoable,
        part=(OF_EVIDENCE, number),
    )  # fmt: skip
    return render_claim(request, claim_id, refused) if refused else back_to_claim(request, claim_id, place)


@signed_in
@require_POST
def evidence_remove(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    item = get_object_or_404(Evidence, claim=claim_id, number=number)
    remove = partial(edit_parts.remove_evidence, item.pk, by=request.user)
    said = _("Evidence %(number)d is taken off; its copies and the record stay.") % {"number": number}
    return carry_out(request, claim_id, remove, place="evidence", said=said, undoable=True)


# --- appearances


@signed_in
@require_POST
def appearance_add(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = keep_to(AppearanceForm(request.POST, name="appearance"), request.user)

    def add() -> None:
        given = form.cleaned_data
        if not given["is_first"]:
            del given["is_first"]  # the first one added is the first known, unless somebody says otherwise
        edit_appearances.add_appearance(claim_id, by=request.user, **given)

    return carry_out(request, claim_id, add, place="appearances", form=form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def appearance_edit(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    """The form of one appearance, and what it sends; a page of its own for who has no script."""
    check_may_see(request.user, claim_id)
    row = get_object_or_404(
        Appearance.objects.select_related("claim", "claimant", "article__publisher"), claim=claim_id, number=number
    )
    if request.method == "POST":
        form = AppearanceEditForm(row, request.POST)
        return _put_right(request, row, form)
    held = standing(row.claim, request.user)
    if not held.may_change(row):
        return redirect(claim_address(request, claim_id, "appearances"))
    context = {"row": row, "form": AppearanceEditForm(row), "claim": row.claim, "held": held}
    context |= {"suffix": suffix_of(request), "item": "includes/appearance_item.html"}
    template = "includes/appearance_item.html" if request.htmx else "claims/part_form.html"
    return render(request, template, context)


def _put_right(request: DeskRequest, row: Appearance, form: AppearanceEditForm) -> HttpResponse:
    def save() -> None:
        edit_appearances.edit_appearance(row.pk, by=request.user, seen=form.seen, **form.cleaned_data)

    def now() -> Mapping[str, Any]:
        return AppearanceEditForm(Appearance.objects.select_related("claimant").get(pk=row.pk)).initial

    claim_id, place = row.claim_id, "appearances"
    refused = press_form(request, claim_id, save, form=form, now=now, place=place, part=(OF_APPEARANCE, row.number))
    return render_claim(request, claim_id, refused) if refused else back_to_claim(request, claim_id, place)


@signed_in
@require_POST
def appearance_remove(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    row = get_object_or_404(Appearance, claim=claim_id, number=number)
    remove = partial(edit_appearances.remove_appearance, row.pk, by=request.user)
    said = _("The appearance is taken off.")
    return carry_out(request, claim_id, remove, place="appearances", said=said, undoable=True)


# --- rubric and checklist


@signed_in
@require_POST
def rubric_answer(request: DeskRequest, claim_id: int) -> HttpResponse:
    asked = [{"code": question.code, "text": question.text} for question in RubricQuestion.objects.current()]
    form = RubricForm(request.POST, questions=asked)

    def answer() -> None:
        given = own_changes(form.sent, form.seen)
        reason = given.pop("reason", None)
        answers = {name.removeprefix(edit_review.QUESTION): answer for name, answer in given.items()}
        edit_review.answer_rubric(claim_id, by=request.user, answers=answers, reason=reason, seen=form.seen)

    try:
        return carry_out(request, claim_id, answer, place="rubric", form=form, said=_("The answers are saved."))
    except StaleEdit as stale:
        return show_both(request, claim_id, form, stale, "rubric")


@signed_in
@require_POST
def checklist_answer(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = ChecklistForm(request.POST, name="checklist")

    def answer() -> None:
        item = get_object_or_404(ChecklistItem, pk=form.cleaned_data["item"])
        given = {name: form.cleaned_data[name] for name in ("answer", "note")}
        edit_review.answer_checklist(claim_id, by=request.user, item=item, **given)

    return carry_out(request, claim_id, answer, place="checklist", form=form)


@signed_in
@require_POST
def verdict_show(request: DeskRequest, claim_id: int) -> HttpResponse:
    """See an unpublished verdict; recorded, and the end of cross-checking it."""
    show = partial(edit_review.show_verdict, claim_id, by=request.user)
    return carry_out(request, claim_id, show, place="verdict")


_CLAIM = "claims/<int:claim_id>/"
urlpatterns = [
    path(f"{_CLAIM}evidence/add/", evidence_add, name="evidence-add"),
    path(f"{_CLAIM}evidence/<int:number>/edit/", evidence_edit, name="evidence-edit"),
    path(f"{_CLAIM}evidence/<int:number>/remove/", evidence_remove, name="evidence-remove"),
    path(f"{_CLAIM}appearances/", appearance_add, name="appearance-add"),
    path(f"{_CLAIM}appearances/<int:number>/edit/", appearance_edit, name="appearance-edit"),
    path(f"{_CLAIM}appearances/<int:number>/remove/", appearance_remove, name="appearance-remove"),
    path(f"{_CLAIM}rubric/", rubric_answer, name="rubric-answer"),
    path(f"{_CLAIM}checklist/", checklist_answer, name="checklist-answer"),
    path(f"{_CLAIM}show-verdict/", verdict_show, name="verdict-show"),
]
