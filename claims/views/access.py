"""Who is asking: every page of the desk is for people who signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from claims.models import Person

P = ParamSpec("P")


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


class DeskRequest(HtmxHttpRequest):
    """A request of somebody who signed in."""

    user: Person


def signed_in(
    view: Callable[Concatenate[DeskRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Send who is not signed in to the sign-in page."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # the middleware put both there

    return login_required(wrapped)


def is_part(request: HtmxHttpRequest, target: str) -> bool:
    """Does htmx ask for this part of the page only?"""
    return bool(request.htmx) and not request.htmx.boosted and request.htmx.target == target
