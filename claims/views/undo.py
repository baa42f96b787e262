"""Undo, as the message after an action offers it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.errors import UserFacingError
from claims.language import labelled
from claims.views.access import DeskRequest, signed_in
from claims.workflow import undo


@signed_in
@require_POST
def undo_last(request: DeskRequest) -> HttpResponse:
    """Take back what the token of a message names, and go back to where it was pressed."""
    try:
        undone = undo.undo(request.POST.get("token", ""), by=request.user)
    except UserFacingError as refusal:
        messages.error(request, str(refusal))
        return _back(request)
    if undone.claims:
        count = len(undone.claims)
        messages.success(request, ngettext("Undone.", "Undone on %(n)d claims.", count) % {"n": count})
    if undone.refused:
        one = len(undone.refused) == 1 and not undone.claims
        told = (sentence if one else labelled(f"C-{pk}", sentence) for pk, sentence in undone.refused.items())
        messages.error(request, " ".join(told))
    return _back(request)


def _back(request: DeskRequest) -> HttpResponse:
    address = request.POST.get("back", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return redirect(address if is_ours else reverse("claims:claim-list"))


urlpatterns = [path("undo/", undo_last, name="undo")]
