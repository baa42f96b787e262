"""The hours a desk works: a moment so many hours or days of work after another.

Pure: plain values in, plain values out; no model and no clock.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import NamedTuple

DAY = timedelta(days=1)
LIMIT = re.compile(r"([1-9][0-9]?)([hd])")


@dataclass(frozen=True)
class Limit:
    """How long something may take: so many hours of work (``h``), or so many working days (``d``)."""

    amount: int
    unit: str

    @classmethod
    def read(cls, text: str) -> "Limit | None":
        """``4h`` or ``2d``; empty: as long as it takes, so ``None``.

        Raises:
            ValueError: it is neither.
        """
        if not text:
            return None
        found = LIMIT.fullmatch(text)
        if found is None:
            raise ValueError(f"no time: {text}")
        return cls(int(found[1]), found[2])


class Shift(NamedTuple):
    """One working day, or what is left of it: the day it began on, and its true begin and end in UTC."""

    day: date
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Calendar:
    """When a desk works.

    Attributes:
        days: working days, 1 for Monday to 7 for Sunday; of a shift that lasts past midnight, the day it begins.
        starts: when a working day begins, on the clock of ``zone``.
        ends: when it ends; not after ``starts``: on the next day (the same time: it lasts around the clock).
    """

    zone: tzinfo
    days: frozenset[int]
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(1, 8)):
            raise ValueError("a desk works on some days of the week, 1 for Monday to 7 for Sunday")

    def at(self, day: date, clock: time) -> datetime:
        """A time on a day, in UTC.  One the clock leaps over is as much later; of one it passes twice, the first."""
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def shifts(self, day: date) -> Iterator[Shift]:
        """The working days from a day on.

        A clock that is put forward or back makes one shorter or longer; one that it swallows whole is left out.
        """
        while True:
            if day.isoweekday() in self.days:
                starts = self.at(day, self.starts)
                ends = self.at(day if self.starts < self.ends else day + DAY, self.ends)
                if starts < ends:
                    yield Shift(day, starts, ends)
            day += DAY

    def shifts_from(self, moment: datetime) -> Iterator[Shift]:
        """What is left of the shift under way, and all those that follow."""
        day_before = moment.astimezone(self.zone).date() - DAY  # its shift may last past midnight
        for shift in self.shifts(day_before):  # pragma: no branch  # working days never end
            if shift.ends > moment:
                yield shift._replace(starts=max(shift.starts, moment))


def add_working_time(moment: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """The moment that is so much working time after another, in UTC.

    Hours are hours at work as they pass: nights, days off and the hours a clock leaps over do not count.  Days are
    working days: the same time of day, so many working days on.  What begins outside working hours begins with the
    next working day.
    """
    shifts = calendar.shifts_from(moment.astimezone(UTC))
    add = _add_hours if limit.unit == "h" else _add_days
    return add(limit.amount, shifts, calendar)


def _add_hours(hours: int, shifts: Iterator[Shift], calendar: Calendar) -> datetime:
    left, shift = timedelta(hours=hours), next(shifts)
    while left > shift.ends - shift.starts:
        left -= shift.ends - shift.starts
        shift = next(shifts)
    return shift.starts + left


def _add_days(days: int, shifts: Iterator[Shift], calendar: Calendar) -> datetime:
    first = next(shifts)
    last = next(islice(calendar.shifts(first.day + DAY), days - 1, None))
    begun = first.starts.astimezone(calendar.zone)
    same_time = calendar.at(last.day + (begun.date() - first.day), begun.time())
    return min(max(same_time, last.starts), last.ends)
