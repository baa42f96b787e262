"""The days a chart looks at, read from its address and cut into slices that can be drawn side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_SLICES = 13  # more would be thinner than a finger on a telephone
DAYS_IN_SLICES = 91  # longer periods are cut by the calendar
LONGEST_YEARS = 30
PRESETS: dict[str, str | Promise] = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "year": gettext_lazy("This year"),
}


class BadPeriod(ValueError):
    """Dates that make no period; its words say why."""


@dataclass(frozen=True)
class Slice:
    """Some days of a period, both ends included."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """The days in words, as short as they can be told apart."""
        if self.first == self.last:
            return date_format(self.first, "SHORT_DATE_FORMAT")
        if self.first.year != self.last.year:
            return (
                f"{date_format(self.first, 'SHORT_DATE_FORMAT')} \u2013 {date_format(self.last, 'SHORT_DATE_FORMAT')}"
            )
        return f"{date_format(self.first, 'MONTH_DAY_FORMAT')} \u2013 {date_format(self.last, 'SHORT_DATE_FORMAT')}"

    @property
    def short(self) -> str:
        """Where it begins, for an axis: the day, of months the month, of years the year."""
        days = (self.last - self.first).days
        month = "SHORT_MONTH_OF_YEAR_FORMAT" if days > 26 else "MONTH_DAY_FORMAT"  # noqa: PLR2004
        return date_format(self.first, "Y" if days > 200 else month)  # noqa: PLR2004


@dataclass(frozen=True)
class Period:
    """Some days up to a day, both included; ``preset`` is a key of ``PRESETS``, empty for days chosen freely."""

    first: date
    last: date
    preset: str = ""

    @property
    def query(self) -> str:
        """The part of the address after the question mark."""
        if self.preset:
            return urlencode({"period": self.preset})
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})

    @property
    def label(self) -> str:
        return Slice(self.first, self.last).label

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def slices(self) -> list[Slice]:
        """At most ``MOST_SLICES`` parts without a gap; only the first (and by the calendar the last) may be shorter."""
        if self.days <= DAYS_IN_SLICES:
            return self._by_days(-(-self.days // MOST_SLICES))
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next(n for n in (1, 3, 6, 12, 36) if months <= n * (MOST_SLICES - 1) or n == 36)  # noqa: PLR2004
        return self._by_months(step)

    def _by_days(self, step: int) -> list[Slice]:
        found, last = [], self.last
        while last >= self.first:
            found.append(Slice(max(self.first, last - timedelta(days=step - 1)), last))
            last -= timedelta(days=step)
        return found[::-1]

    def _by_months(self, step: int) -> list[Slice]:
        found, first = [], self.first
        while first <= self.last:
            month = first.year * 12 + first.month - 1
            onward = month - month % step + step
            following = date(onward // 12, onward % 12 + 1, 1)
            found.append(Slice(first, min(self.last, following - timedelta(days=1))))
            first = following
        return found


def start_of(day: date) -> datetime:
    """The moment a day begins in the reader's time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def end_of(day: date) -> datetime:
    """The moment the next day begins."""
    return start_of(day + timedelta(days=1))


def preset(name: str, today: date) -> Period:
    first = today.replace(month=1, day=1) if name == "year" else today - timedelta(days=int(name) - 1)
    return Period(first, today, name)


def read_period(asked: Mapping[str, str], today: date) -> tuple[Period, str]:
    """The period an address asks for.

    Returns:
        the period, and why the dates asked for were left aside (empty: they were not); then it is the last 30 days.
    """
    try:
        return _read(asked, today), ""
    except BadPeriod as problem:
        return preset("30", today), str(problem)


def _read(asked: Mapping[str, str], today: date) -> Period:
    first, last = asked.get("from", "").strip(), asked.get("to", "").strip()
    if not first and not last:
        name = asked.get("period", "")
        return preset(name if name in PRESETS else "30", today)
    chosen = Period(_day(first) if first else date.min, _day(last) if last else today)
    if not first:
        raise BadPeriod(_("Say from which day: the charts show the last 30 days."))
    if chosen.first > chosen.last:
        raise BadPeriod(_("The first day is after the last one: the charts show the last 30 days."))
    if chosen.days > LONGEST_YEARS * 366:
        raise BadPeriod(
            _("At most %(n)d years can be shown at once: the charts show the last 30 days.") % {"n": LONGEST_YEARS}
        )
    return chosen


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
        start_of(found), end_of(found)  # the ends of time have no next day
    except (ValueError, OverflowError):
        raise BadPeriod(_("“%(text)s” is no date: the charts show the last 30 days.") % {"text": text[:20]}) from None
    return found
