"""A session that ended while somebody was writing: he signs in again and his text is still there.

With scripts this happens in the page (``static/js/signin.js``).  Without, what was sent waits in the browser's session
until its writer has signed in, and is shown to him to be sent again.
"""

import secrets
import time
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

KEY = "sent_signed_out"
KEPT_FOR = 3600  # seconds
MOST_TEXT = 200_000  # characters
NOT_SHOWN = {"csrfmiddlewaretoken", "once"}
SIGNER = signing.Signer(salt="claims.views.sign_in")


def new_mark(request: HttpRequest) -> str:
    """A mark for the forms of one page, which also tells whose page it was."""
    token = secrets.token_hex(8)
    return f"{token}.{_sign(token, request.user.pk or 0)}"


def _sign(token: str, person_id: int) -> str:
    return SIGNER.signature(f"{token} {person_id}")[:16]


def keep_and_ask(request: HttpRequest) -> HttpResponse:
    """Keep what a form sent and ask its writer to sign in; he finds it afterwards at ``sent_again``."""
    data = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    if sum(len(value) for _name, values in data for value in values) > MOST_TEXT:
        messages.info(request, _("Your session has ended and nothing was saved: go back for your text, it is long."))
        return redirect_to_login(reverse("claims:start"))
    request.session[KEY] = {"path": request.get_full_path(), "data": data, "at": time.time()}
    messages.info(request, _("Your session has ended. Sign in: what you sent is kept, and can be sent again."))
    return redirect_to_login(reverse("claims:sent-again"))


@never_cache
@require_safe
def sent_again(request: HttpRequest) -> HttpResponse:
    """What was sent after the session had ended, to be sent again; shown only to who wrote it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    kept = _kept(request)
    shown = [(name, value) for name, value in kept.get("data", []) if name not in NOT_SHOWN and value.strip()]
    context = {"kept": kept, "shown": [pair for pair in shown if not pair[0].startswith("seen-")]}
    return render(request, "claims/sent_again.html", context)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What waits in the session; empty when nothing does, it is too old, or it is somebody else's."""
    found: dict[str, Any] = request.session.get(KEY, {})
    data = [(name, value) for name, values in found.get("data", []) for value in values]
    token, _dot, signature = dict(data).get("once", "").partition(".")
    if time.time() - found.get("at", 0) > KEPT_FOR or not request.user.pk:
        return {}
    if not secrets.compare_digest(signature.encode(), _sign(token, request.user.pk).encode()):
        return {}
    return {"path": found["path"], "data": [pair for pair in data if pair[0] != "once"]}


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page is older than a sign-in in another window.  A script renews the token; else its writer sends it again.

    Nothing is kept of a form that does not carry the mark of a page of this very person: it may come from anywhere.
    """
    if request.headers.get("HX-Request"):
        return csrf_failure(request, reason)
    if not request.user.is_authenticated:
        signed_out = request.path != reverse("account_login")  # that page itself was open too long
        return render(request, "403_csrf.html", {"signed_out": signed_out}, status=HTTPStatus.FORBIDDEN)
    keep_and_ask(request)
    if not _kept(request):
        request.session.pop(KEY, None)
        return csrf_failure(request, reason)
    list(messages.get_messages(request))  # he is signed in
    return redirect("claims:sent-again")


@never_cache
@require_safe
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The dialog in which somebody signs in without leaving his page; fetched when it is needed."""
    return render(request, "claims/sign_in_again.html", {"login": request.GET.get("login", "")[:254]})


@never_cache
@require_safe
def who_is_here(request: HttpRequest) -> HttpResponse:
    """Who is signed in now, and the token his forms must carry: asked by a page whose session may have ended."""
    return JsonResponse({"person": request.user.pk or 0, "csrf": get_token(request)})


urlpatterns = [
    path("sent-again/", sent_again, name="sent-again"),
    path("sign-in-again/", sign_in_again, name="sign-in-again"),
    path("here/", who_is_here, name="who-is-here"),
]
