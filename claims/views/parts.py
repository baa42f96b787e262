"""What is written on the claim page besides steps: evidence, appearances, replies, answers."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.forms.parts import (
    AnswerForm,
    AppearanceForm,
    ChecklistForm,
    ContactForm,
    LinksForm,
    RubricForm,
)
from claims.models import Appearance, ChecklistItem, ContactLog, Evidence, RubricQuestion
from claims.views.access import DeskRequest, signed_in
from claims.views.claim import Outcome, carry_out, render_claim
from claims.views.claim_cards import edit_form
from claims.workflow import edit_parts, edit_review

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

    answer = carry_out(request, claim_id, add, place="evidence", form=form)
    refused = [(url, problem) for url, problem in results if problem]
    if results:
        messages.success(request, _told(len(results) - len(refused)))
    if not refused:
        return answer
    sentence = " ".join(f"{url}: {problem}" for url, problem in refused)
    left = _with_urls(request, [url for url, _problem in refused])
    return render_claim(request, claim_id, Outcome(sentence, "evidence", form=left))


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

    def judge() -> None:
        edit_parts.edit_evidence(item.pk, by=request.user, **form.cleaned_data)

    return carry_out(request, claim_id, judge, place=f"e{number}", form=form, edited=number)


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
    form = AppearanceForm(request.POST, name="appearance")

    def add() -> None:
        given = form.cleaned_data
        if not given["is_first"]:
            del given["is_first"]  # the first one added is the first known, unless somebody says otherwise
        edit_parts.add_appearance(claim_id, by=request.user, **given)

    return carry_out(request, claim_id, add, place="appearances", form=form)


@signed_in
@require_POST
def appearance_remove(request: DeskRequest, claim_id: int, number: int) -> HttpResponse:
    row = get_object_or_404(Appearance, claim=claim_id, number=number)
    remove = partial(edit_parts.remove_appearance, row.pk, by=request.user)
    said = _("The appearance is taken off.")
    return carry_out(request, claim_id, remove, place="appearances", said=said, undoable=True)


# --- rubric, checklist, right of reply


@signed_in
@require_POST
def rubric_answer(request: DeskRequest, claim_id: int) -> HttpResponse:
    asked = [{"code": question.code, "text": question.text} for question in RubricQuestion.objects.current()]
    form = RubricForm(request.POST, questions=asked)

    def answer() -> None:
        edit_review.answer_rubric(claim_id, by=request.user, answers=form.answers, reason=form.cleaned_data["reason"])

    return carry_out(request, claim_id, answer, place="rubric", form=form)


@signed_in
@require_POST
def checklist_answer(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = ChecklistForm(request.POST, name="checklist")

    def answer() -> None:
        item = get_object_or_404(ChecklistItem.objects.current(), pk=form.cleaned_data["item"])
        edit_review.answer_checklist(claim_id, by=request.user, item=item, answer=form.cleaned_data["answer"])

    return carry_out(request, claim_id, answer, place="checklist", form=form)


@signed_in
@require_POST
def contact_log(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = ContactForm(request.POST, name="contact")

    def log() -> None:
        edit_review.log_contact(claim_id, by=request.user, **form.cleaned_data)

    return carry_out(request, claim_id, log, place="reply", form=form)


@signed_in
@require_POST
def contact_answer(request: DeskRequest, claim_id: int, contact_id: int) -> HttpResponse:
    contact = get_object_or_404(ContactLog, pk=contact_id, claim=claim_id)
    form = AnswerForm(request.POST, name="answer")

    def answer() -> None:
        edit_review.answer_contact(contact.pk, by=request.user, **form.cleaned_data)

    return carry_out(request, claim_id, answer, place="reply", form=form)


# --- asking to see the verdict


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
    path(f"{_CLAIM}appearances/<int:number>/remove/", appearance_remove, name="appearance-remove"),
    path(f"{_CLAIM}rubric/", rubric_answer, name="rubric-answer"),
    path(f"{_CLAIM}checklist/", checklist_answer, name="checklist-answer"),
    path(f"{_CLAIM}contacts/", contact_log, name="contact-log"),
    path(f"{_CLAIM}contacts/<int:contact_id>/", contact_answer, name="contact-answer"),
    path(f"{_CLAIM}show-verdict/", verdict_show, name="verdict-show"),
]
