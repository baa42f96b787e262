"""Right of reply on the claim page: log whom the desk asked, note what came back, put a row right, go on without."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims.forms.parts import AnswerForm, ContactForm, NoWaitForm
from claims.models import Claim, ContactLog
from claims.views.access import DeskRequest, check_may_see, claim_address, signed_in
from claims.views.claim import carry_out, suffix_of
from claims.views.reply_rows import edit_form, make_row
from claims.workflow import replies
from claims.workflow.standing import standing

PLACE = "reply"


@signed_in
@require_POST
def contact_log(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = ContactForm(request.POST, name="contact")

    def log() -> None:
        replies.log_contact(claim_id, by=request.user, **form.cleaned_data)

    return carry_out(request, claim_id, log, place=PLACE, form=form)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: DeskRequest, claim_id: int, contact_id: int) -> HttpResponse:
    """The form of one row, and what it sends; a page of its own for who has no script."""
    check_may_see(request.user, claim_id)
    contact = get_object_or_404(ContactLog, pk=contact_id, claim=claim_id)
    claim = Claim.objects.get(pk=claim_id)
    held = standing(claim, request.user)
    if request.method == "POST":
        form = edit_form(contact, held, request.POST)

        def put_right() -> None:
            replies.edit_contact(contact.pk, by=request.user, **form.cleaned_data)

        return carry_out(request, claim_id, put_right, place=PLACE, form=form, said=_("The row is put right."))
    if not held.may_research:
        return redirect(claim_address(request, claim_id, PLACE))
    row = make_row(contact, held, timezone.now(), edit_form(contact, held))
    context = {"row": row, "claim": claim, "held": held, "now": timezone.now(), "suffix": suffix_of(request)}
    context["item"] = template = "includes/contact_item.html"
    return render(request, template if request.htmx else "claims/part_form.html", context)


@signed_in
@require_POST
def contact_answer(request: DeskRequest, claim_id: int, contact_id: int) -> HttpResponse:
    contact = _contact(claim_id, contact_id)
    form = AnswerForm(contact.pk, request.POST)

    def answer() -> None:
        replies.answer_contact(contact.pk, by=request.user, **form.cleaned_data)

    return carry_out(request, claim_id, answer, place=PLACE, form=form)


@signed_in
@require_POST
def contact_go_on(request: DeskRequest, claim_id: int, contact_id: int) -> HttpResponse:
    """Say why the desk does not wait for this answer."""
    contact = _contact(claim_id, contact_id)
    form = NoWaitForm(contact.pk, request.POST)

    def go_on() -> None:
        replies.go_on_without(contact.pk, by=request.user, reason=form.cleaned_data["reason"])

    return carry_out(request, claim_id, go_on, place=PLACE, form=form)


@signed_in
@require_POST
def contact_remove(request: DeskRequest, claim_id: int, contact_id: int) -> HttpResponse:
    contact = _contact(claim_id, contact_id)
    remove = partial(replies.remove_contact, contact.pk, by=request.user)
    said = _("The question is taken off; the record keeps that it stood there.")
    return carry_out(request, claim_id, remove, place=PLACE, said=said)


def _contact(claim_id: int, contact_id: int) -> ContactLog:
    contact: ContactLog | None = ContactLog.objects.filter(pk=contact_id, claim=claim_id).first()
    if contact is None:
        raise Http404
    return contact


_CONTACTS = "claims/<int:claim_id>/contacts/"
urlpatterns = [
    path(_CONTACTS, contact_log, name="contact-log"),
    path(f"{_CONTACTS}<int:contact_id>/", contact_answer, name="contact-answer"),
    path(f"{_CONTACTS}<int:contact_id>/edit/", contact_edit, name="contact-edit"),
    path(f"{_CONTACTS}<int:contact_id>/go-on/", contact_go_on, name="contact-go-on"),
    path(f"{_CONTACTS}<int:contact_id>/remove/", contact_remove, name="contact-remove"),
]
