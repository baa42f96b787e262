"""What every page may show: counted only when a template asks for it."""

from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from claims.models import Desk, Job, Notification

MOST_JOBS, MOST_NOTICES = 100, 100


def desk(request: HttpRequest) -> dict[str, Any]:
    """``desk_name``, ``jobs_at_work`` (running or given up, at most 100) and ``unread_notices`` (at most 100)."""
    return {
        "desk_name": SimpleLazyObject(_desk_name),
        "jobs_at_work": _jobs_at_work,
        "unread_notices": cache(partial(_unread_notices, request)),
    }


def _desk_name() -> str:
    return Desk.objects.current().name


def _jobs_at_work() -> int:
    return Job.objects.filter(state__in=[Job.State.RUNNING, Job.State.FAILED])[:MOST_JOBS].count()


def _unread_notices(request: HttpRequest) -> int:
    if not request.user.is_authenticated:
        return 0
    return Notification.objects.filter(person=request.user.pk, read_at__isnull=True)[:MOST_NOTICES].count()
