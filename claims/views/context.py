"""What every page may show: counted only when a template asks for it."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from claims.models import Desk, Job, Notification, Person
from claims.models.desk import zone
from claims.views.ready import CappedCount, Ready, put_together
from claims.views.sign_in import new_mark

MOST_JOBS, MOST_NOTICES = 100, 100


def desk(request: HttpRequest) -> dict[str, Any]:
    """``desk_name``, ``once`` (the mark of the page's forms), ``jobs_at_work`` (running or given up, at most 100) and ``unread_notices`` (at most 100)."""
    numbers = cache(partial(_numbers, request))
    return {
        "desk_name": SimpleLazyObject(lambda: desk_of(request).name),
        "jobs_at_work": lambda: numbers()[0],
        "once": cache(partial(new_mark, request)),
        "unread_notices": lambda: numbers()[1],
    }


def desk_of(request: HttpRequest) -> Desk:
    """The desk, read once for a request; with its defaults, and nothing written, when none was set up yet."""
    if not hasattr(request, "desk"):
        request.desk = Desk.objects.filter(pk=1).first() or Desk(pk=1)  # type: ignore[attr-defined]
    found: Desk = request.desk  # type: ignore[attr-defined]
    return found


def local_time(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: dates are shown and read in the time zone of the person, else of the desk; the public reads UTC."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone(_time_zone(request))):
            return get_response(request)

    return respond


def _time_zone(request: HttpRequest) -> str:
    """Without a session nobody is asked who he is: what the public reads stays the same for every cache."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return "UTC"
    return request.user.time_zone or desk_of(request).time_zone


def _numbers(request: HttpRequest) -> tuple[int, int]:
    """How many jobs run or were given up, and how many notices this person has not read; one statement."""
    found = _numbers_of(request.user.pk).rows() if request.user.pk else []
    return (found[0][0], found[0][1]) if found else (0, 0)


@lru_cache(1000)
def _numbers_of(person_id: int) -> Ready:
    jobs = Job.objects.filter(state__in=[Job.State.RUNNING, Job.State.FAILED])
    unread = Notification.objects.filter(person=person_id, read_at__isnull=True, in_app=True)
    return put_together(
        Person.objects.filter(pk=person_id).values_list(
            CappedCount(jobs, most=MOST_JOBS), CappedCount(unread, most=MOST_NOTICES)
        )
    )
