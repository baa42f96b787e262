"""One's own profile: who one is here, and what one must not work on."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from claims.errors import UserFacingError
from claims.forms.fields import keep_to
from claims.forms.profile import LanguageForm, RecusalForm, ZoneForm
from claims.models import Recusal
from claims.views.access import DeskRequest, signed_in
from claims.views.context import language_of
from claims.workflow import people as staff

TEMPLATE = "claims/profile_recusals.html"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile_detail(request: DeskRequest) -> HttpResponse:
    """Who one is on this desk, one's language and time zone, and the ways to what else one may set."""
    person = request.user
    given = request.POST if request.method == "POST" else None
    speaks = given if given is not None and "language" in given else None
    zone = ZoneForm(None if speaks else given, name="zone", initial={"time_zone": person.time_zone})
    tongue = LanguageForm(speaks, name="tongue", initial={"language": person.language})
    if tongue.is_bound and tongue.is_valid():
        return _speak(request, tongue.cleaned_data["language"])
    if zone.is_bound and zone.is_valid():
        staff.set_time_zone(person, zone.cleaned_data["time_zone"])
        messages.success(request, _("Times are shown in your time zone now."))
        return redirect("claims:profile")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if given is not None else HTTPStatus.OK
    context = {"person": person, "form": zone, "tongue": tongue}
    return render(request, "claims/profile_detail.html", context, status=status)


def _speak(request: DeskRequest, code: str) -> HttpResponse:
    """Keep the choice, and say so in the language chosen."""
    staff.set_language(request.user, code)
    request.user.language = code
    with translation.override(language_of(request)):
        messages.success(request, _("The desk speaks this language to you now."))
    return redirect("claims:profile")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def recusal_list(request: DeskRequest) -> HttpResponse:
    """One's recusals, and a form for another."""
    person = request.user
    form = keep_to(RecusalForm(request.POST if request.method == "POST" else None, name="recusal"), person)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, released = staff.recuse(person, by=person, **form.cleaned_data)
        except UserFacingError as refused:
            refusal = str(refused)
        else:
            messages.success(
                request, " ".join(filter(None, (_("Your recusal is recorded."), _released(len(released)))))
            )
            return redirect("claims:recusal-list")
    context = {"recusals": _own(request), "form": form, "refusal": refusal}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal or form.errors else HTTPStatus.OK
    return render(request, TEMPLATE, context, status=status)


@signed_in
@require_POST
def recusal_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    staff.withdraw_recusal(get_object_or_404(Recusal, pk=pk, person=request.user), by=request.user)
    messages.success(request, _("Your recusal is withdrawn."))
    return redirect("claims:recusal-list")


def _own(request: DeskRequest) -> list[Recusal]:
    return list(Recusal.objects.filter(person=request.user).select_related("claimant", "topic").order_by("-pk"))


def _released(count: int) -> str:
    words = ngettext(
        "%(count)d claim you held a part of waits for somebody else.",
        "%(count)d claims you held a part of wait for somebody else.",
        count,
    )
    return words % {"count": count} if count else ""


urlpatterns = [
    path("profile/", profile_detail, name="profile"),
    path("profile/recusals/", recusal_list, name="recusal-list"),
    path("profile/recusals/<int:pk>/withdraw/", recusal_withdraw, name="recusal-withdraw"),
]
