"""Every form takes effect once: a double click, a page sent again or a form replayed does nothing a second time.

A page marks its forms (``includes/once.html``).  What one person sends with one mark to one address is a press; the first
of equal presses is carried out, the others wait for its end and are led to where it led.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from claims.models import Press

FIELD = "once"
PATIENCE, PAUSE = 5.0, 0.05  # seconds the others wait for the first, and between two looks
CSRF = "csrfmiddlewaretoken"  # masked anew on every page
LONGEST_ANSWER = 2000


class SentOnce:
    """Middleware: the view is called for the first of equal presses only.

    A press that came to nothing (an answer of 400 and above, or ``forget_press``) is forgotten, so that the same form
    may be sent again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        mark = getattr(request, "press", "")
        if mark:
            _end(mark, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.method != "POST" or not request.POST.get(FIELD) or not request.user.is_authenticated:
            return None
        mark = mark_of(request)
        if Press.objects.take(mark) or not _first_has_ended(mark):
            request.press = mark  # type: ignore[attr-defined]
            return None
        return _answer_again(request, mark)


def forget_press(request: HttpRequest) -> None:
    """Nothing came of it although the answer does not say so in its status: the same form may be sent again."""
    Press.objects.filter(pk=request.__dict__.pop("press", "")).delete()


def mark_of(request: HttpRequest) -> str:
    """A hash of who sent what to which address, files included."""
    sent = [[name, *values] for name, values in sorted(request.POST.lists()) if name != CSRF]
    digest = hashlib.sha256(repr((request.user.pk, request.path, sent)).encode(errors="surrogatepass"))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name)).encode(errors="surrogatepass"))
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _end(mark: str, response: HttpResponseBase) -> None:
    press = Press.objects.filter(pk=mark)
    if response.status_code >= 400:  # noqa: PLR2004
        press.delete()
        return
    answer = response.headers.get("Location", "")
    is_ours = answer.startswith("/") and len(answer) <= LONGEST_ANSWER
    press.update(ended=True, answer=answer if is_ours else "")


def _first_has_ended(mark: str) -> bool:
    """Wait until the request that took the mark has ended.  If it failed, one of those that wait takes its place.

    Returns:
        true when the first request did what the form asks for; false when this one has to do it.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ended = Press.objects.filter(pk=mark).values_list("ended", flat=True).first()
        if ended:
            return True
        if ended is None and Press.objects.take(mark):
            return False
        time.sleep(PAUSE)
    return True


def _answer_again(request: HttpRequest, mark: str) -> HttpResponse:
    """Where the first press led; a part of a page that was answered already stays as it is."""
    answer = Press.objects.filter(pk=mark).values_list("answer", flat=True).first()
    if not answer and request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.info(request, _("This was sent twice; it was done once."))
    return redirect(answer or _came_from(request))


def _came_from(request: HttpRequest) -> str:
    address = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return resolve_url("claims:start")
