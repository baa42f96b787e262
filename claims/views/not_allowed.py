"""An address that only takes a press was visited, by a reload or from the history: a browser shows an empty window then."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render


def say_not_allowed(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: for somebody who sees the answer, the refusal of a method is a page with a way back."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or not _is_seen(request):
            return response
        page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return respond


def _is_seen(request: HttpRequest) -> bool:
    """Is it a page that was asked for, by a browser, and not a part of one?"""
    return "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers
