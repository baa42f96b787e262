"""Dates as the desk says them: the nearer, the fewer words."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims.templatetags.marks import icon

MINUTE, HOUR = 60, 3600  # seconds
WEEK_DAYS = 7
DUE = '<time class="%swhitespace-nowrap" %s>%s%s</time>'  # of what is finished already: a page has fifty of them


@lru_cache(maxsize=2048)
def _day(day: date, pattern: str, _language: str | None) -> str:
    return date_format(day, pattern)


def short_day(day: date, today: date) -> str:
    """ "Mon 23 Nov", with the year when it is another one."""
    return _day(day, "WEEKDAY_DATE_FORMAT" if day.year == today.year else "WEEKDAY_YEAR_FORMAT", get_language())


def _time(local: datetime) -> str:
    return time_format(local, "TIME_FORMAT")


@lru_cache(maxsize=2048)
def _full(local: datetime, _zone: tzinfo | None, _language: str | None) -> str:
    """Equal moments of two zones are one key, and are said differently: so the zone is part of it."""
    return date_format(local, "LONG_DATETIME_FORMAT")


def _lateness(late: float, days: int) -> str:
    if days:
        return _("%(n)s d late") % {"n": days}
    if late >= HOUR:
        return _("%(n)s h late") % {"n": int(late // HOUR)}
    return _("%(n)s min late") % {"n": max(int(late // MINUTE), 1)}


def due(at: datetime | None, now: datetime | None = None, *, settled: bool = False) -> SafeString:
    """When a claim is due: late in red, today in amber, else the day; "no date" without one.

    Args:
        now: for rows prepared together, so that all are judged at one moment.
        settled: the work is over, so nothing is late any more.
    """
    if at is None:
        return _undated(get_language())
    local = timezone.localtime(at)
    here = (now or timezone.now()).astimezone(local.tzinfo)
    language = get_language()
    if not settled and at < here:
        css, words = "late ", _lateness((here - at).total_seconds(), (here.date() - local.date()).days)
    elif not settled and local.date() == here.date():
        css, words = "due-today ", _("today %(time)s") % {"time": _time(local)}
    else:
        css, words = "", short_day(local.date(), here.date())
    return SafeString(
        DUE
        % (css, _stamp(local, local.tzinfo, language), f"{icon('clock', css='i-sm')} " if css else "", escape(words))
    )


@lru_cache(maxsize=2048)
def _stamp(local: datetime, zone: tzinfo | None, language: str | None) -> str:
    """The attributes of a moment that hold it whole."""
    whole = _full(local, zone, language)
    return format_html('datetime="{}" title="{}"', local.isoformat(timespec="minutes"), whole)


@lru_cache(maxsize=16)
def _undated(_language: str | None) -> SafeString:
    return format_html('<span class="meta">{}</span>', _("no date"))


def moment(at: datetime | None, now: datetime | None = None) -> SafeString:
    """When something happened: "09:14" today, "Sat 18:02" this week, else "15 Nov", with another year named."""
    if at is None:
        return format_html('<span class="meta">{}</span>', _("never"))
    local, here = timezone.localtime(at), timezone.localtime(now)
    days = (here.date() - local.date()).days
    if days == 0:
        words = _time(local)
    elif 0 < days < WEEK_DAYS:
        words = f"{_day(local.date(), 'D', get_language())} {_time(local)}"
    else:
        words = _day(
            local.date(), "MONTH_DAY_FORMAT" if local.year == here.year else "SHORT_DATE_FORMAT", get_language()
        )
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        _full(local, local.tzinfo, get_language()),
        words,
    )
