"""What every page may show: counted only when a template asks for it."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from claims.models import Desk, Job, Notification, Person
from claims.models.desk import spoken, zone
from claims.views.ready import CappedCount, Ready, put_together
from claims.views.sign_in import new_mark

MOST_JOBS, MOST_NOTICES = 100, 100


def desk(request: HttpRequest) -> dict[str, Any]:
    """``desk_name``, ``once`` (the mark of the page's forms), ``jobs_in_trouble`` (as the page of background work counts them, at most 100) and ``unread_notices`` (at most 100)."""
    numbers = cache(partial(_numbers, request))
    return {
        "desk_name": SimpleLazyObject(lambda: desk_of(request).name),
        "jobs_in_trouble": lambda: numbers()[0],
        "once": cache(partial(new_mark, request)),
        "unread_notices": lambda: numbers()[1],
    }


def desk_of(request: HttpRequest) -> Desk:
    """The desk, read once for a request; with its defaults, and nothing written, when none was set up yet."""
    if not hasattr(request, "desk"):
        request.desk = Desk.objects.filter(pk=1).first() or Desk(pk=1)  # type: ignore[attr-defined]
    found: Desk = request.desk  # type: ignore[attr-defined]
    return found


def local_manner(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: pages in the language of the person, else of his browser; dates are shown and read in his time zone,
    else that of the desk, and in UTC without a session.

    What is public is in the desk's language for everybody: those views say so themselves, in ``Content-Language``.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        language = language_of(request)
        with timezone.override(zone(_time_zone(request))), translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return respond


class BrowserLanguage(LocaleMiddleware):
    """Django's, but what says its language itself does not differ from browser to browser."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if getattr(response, "one_language", False):
            return response
        return super().process_response(request, response)


def language_of(request: HttpRequest) -> str:
    """What the person chose, else what the browser asks for; nobody is asked who he is without a session."""
    person = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    chosen = person.language if person is not None and person.is_authenticated else ""
    return spoken(chosen) if chosen else translation.get_language_from_request(request)


def _time_zone(request: HttpRequest) -> str:
    """Without a session nobody is asked who he is: what the public reads stays the same for every cache."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return "UTC"
    return request.user.time_zone or desk_of(request).time_zone


def _numbers(request: HttpRequest) -> tuple[int, int]:
    """How many jobs are in trouble, and how many notices this person has not read; one statement."""
    found = _numbers_of(request.user.pk).rows() if request.user.pk else []
    return (min(found[0][0], MOST_JOBS), found[0][1]) if found else (0, 0)


@lru_cache(1000)
def _numbers_of(person_id: int) -> Ready:
    # Two counts and not one, because each has a partial index of its own.
    given_up, tried_again = Job.objects.given_up(), Job.objects.tried_again()
    unread = Notification.objects.filter(person=person_id, read_at__isnull=True, in_app=True)
    return put_together(
        Person.objects.filter(pk=person_id).values_list(
            CappedCount(given_up, most=MOST_JOBS) + CappedCount(tried_again, most=MOST_JOBS),
            CappedCount(unread, most=MOST_NOTICES),
        )
    )
