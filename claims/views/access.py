"""Who is asking, which claim he may see, and how an operation's outcome is answered."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from claims.models import Claim, Person
from claims.models.claim import ClaimQuerySet
from claims.views.sign_in import keep_and_ask

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: Person
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[DeskRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Ask strangers to sign in, and keep what they sent; a script asks in the page (``signin.js``) or goes there."""

    @wraps(view)
    def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(cast(DeskRequest, request), *args, **kwargs)
        if request.headers.get("HX-Request"):
            refusal = HttpResponseClientRedirect(reverse("account_login"))
            refusal.status_code = HTTPStatus.UNAUTHORIZED
            return refusal
        if request.method == "POST":
            return keep_and_ask(request)
        return redirect_to_login(request.get_full_path())

    return asked


def visible_claims(person: Person) -> ClaimQuerySet:
    found: ClaimQuerySet = Claim.objects.visible_to(person)
    return found


def check_may_see(person: Person, claim_id: int) -> None:
    """A confidential claim does not exist for those who neither work on it nor edit.

    Raises:
        Http404: there is none, or none for this person.
    """
    if not visible_claims(person).filter(pk=claim_id).exists():
        raise Http404


def claim_address(request: HttpRequest, claim_id: int, place: str = "", **query: str) -> str:
    """Where a claim's page is, still inside the result list the person came from."""
    query |= {name: request.GET[name] for name in ("from", "at") if name in request.GET}
    address = reverse("claims:claim-detail", args=[claim_id])
    return address + (f"?{urlencode(query)}" if query else "") + (f"#{place}" if place else "")


def back_to_claim(request: DeskRequest, claim_id: int, place: str = "") -> HttpResponse:
    return redirect(claim_address(request, claim_id, place))
