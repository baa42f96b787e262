"""What every page may show: counted only when a template asks for it."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from claims.models import Desk, Job, Notification
from claims.models.desk import zone
from claims.views.sign_in import new_mark

MOST_JOBS, MOST_NOTICES = 100, 100


def desk(request: HttpRequest) -> dict[str, Any]:
    """``desk_name``, ``once`` (the mark of the page's forms), ``jobs_at_work`` (running or given up, at most 100) and ``unread_notices`` (at most 100)."""
    return {
        "desk_name": SimpleLazyObject(lambda: desk_of(request).name),
        "jobs_at_work": _jobs_at_work,
        "once": cache(partial(new_mark, request)),
        "unread_notices": cache(partial(_unread_notices, request)),
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


def _jobs_at_work() -> int:
    return Job.objects.filter(state__in=[Job.State.RUNNING, Job.State.FAILED])[:MOST_JOBS].count()


def _unread_notices(request: HttpRequest) -> int:
    if not request.user.is_authenticated:
        return 0
    unread = Notification.objects.filter(person=request.user.pk, read_at__isnull=True, in_app=True)
    return unread[:MOST_NOTICES].count()
