"""Working time added to a moment, across nights, weekends and clocks that are put forward and back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workflow.hours import Calendar, Limit, add_working_time

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = frozenset({1, 2, 3, 4, 5})
EVERY_DAY = frozenset(range(1, 8))
OFFICE = Calendar(BERLIN, WEEK, time(9), time(18))
NIGHT = Calendar(BERLIN, EVERY_DAY, time(22), time(6))
ALWAYS = Calendar(BERLIN, EVERY_DAY, time(0), time(0))
# In Berlin the clock leaps from 02:00 to 03:00 on 29 March 2026 and back from 03:00 to 02:00 on 25 October 2026; both
# are Sundays.


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def added(start, limit, calendar):
    due = add_working_time(berlin(start), Limit.read(limit), calendar)
    assert due.tzinfo is UTC
    return due.astimezone(BERLIN).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-06-01T10:00", "4h", "Mon 2026-06-01 14:00"),
        ("2026-06-01T16:00", "4h", "Tue 2026-06-02 11:00"),  # over a night
        ("2026-06-05T16:00", "4h", "Mon 2026-06-08 11:00"),  # over a weekend
        ("2026-06-06T12:00", "4h", "Mon 2026-06-08 13:00"),  # begun on a day off
        ("2026-06-01T06:00", "4h", "Mon 2026-06-01 13:00"),  # begun before the day
        ("2026-06-01T20:00", "4h", "Tue 2026-06-02 13:00"),  # and after it
        ("2026-06-01T14:00", "4h", "Mon 2026-06-01 18:00"),  # the last minute of the day is still today's
        ("2026-06-01T18:00", "1h", "Tue 2026-06-02 10:00"),
        ("2026-06-01T10:00", "20h", "Wed 2026-06-03 12:00"),
        ("2026-06-01T10:00", "1d", "Tue 2026-06-02 10:00"),
        ("2026-06-05T10:00", "1d", "Mon 2026-06-08 10:00"),
        ("2026-06-05T10:00", "6d", "Mon 2026-06-15 10:00"),
        ("2026-06-06T12:00", "1d", "Tue 2026-06-09 09:00"),
        ("2026-06-01T20:00", "1d", "Wed 2026-06-03 09:00"),
    ],
)
def test_nights_and_days_off_do_not_count(start, limit, due):
    assert added(start, limit, OFFICE) == due


@pytest.mark.parametrize(
    ("calendar", "start", "limit", "due"),
    [
        # The same time of day on both sides, though the day between has 23 or 25 hours.
        (OFFICE, "2026-03-27T10:00", "1d", "Mon 2026-03-30 10:00"),
        (OFFICE, "2026-10-23T10:00", "1d", "Mon 2026-10-26 10:00"),
        (OFFICE, "2026-03-27T17:00", "2h", "Mon 2026-03-30 10:00"),
        (OFFICE, "2026-10-23T17:00", "2h", "Mon 2026-10-26 10:00"),
        # A night shift during which the clock jumps has an hour less to work, or one more.
        (NIGHT, "2026-03-28T22:00", "7h", "Sun 2026-03-29 06:00"),
        (NIGHT, "2026-03-28T22:00", "8h", "Sun 2026-03-29 23:00"),
        (NIGHT, "2026-10-24T22:00", "9h", "Sun 2026-10-25 06:00"),
        (NIGHT, "2026-10-24T22:00", "8h", "Sun 2026-10-25 05:00"),
        (NIGHT, "2026-06-02T03:00", "1d", "Wed 2026-06-03 03:00"),  # after midnight, the shift of the day before
        # Around the clock hours are hours; a day is the same time of the next.
        (ALWAYS, "2026-03-28T12:00", "24h", "Sun 2026-03-29 13:00"),
        (ALWAYS, "2026-03-28T12:00", "1d", "Sun 2026-03-29 12:00"),
        (ALWAYS, "2026-10-24T12:00", "24h", "Sun 2026-10-25 11:00"),
        (ALWAYS, "2026-10-24T12:00", "1d", "Sun 2026-10-25 12:00"),
        # A time that there is not on that day is as much later.
        (ALWAYS, "2026-03-28T02:30", "1d", "Sun 2026-03-29 03:30"),
    ],
)
def test_clocks_put_forward_and_back_keep_the_time_of_day_and_the_hours_worked(calendar, start, limit, due):
    assert added(start, limit, calendar) == due


def test_a_shift_that_the_clock_swallows_is_no_working_day():
    brief = Calendar(BERLIN, EVERY_DAY, time(2, 30), time(3, 10))  # on 29 March it would end before it begins

    assert added("2026-03-28T02:30", "1d", brief) == "Mon 2026-03-30 02:30"


def test_a_day_that_the_clock_shortens_ends_no_later_than_it_ends():
    early = Calendar(BERLIN, EVERY_DAY, time(1), time(3, 15))  # 29 March: 01:00 to 03:15 is one hour and a quarter

    assert added("2026-03-28T02:30", "1d", early) == "Sun 2026-03-29 03:15"


@pytest.mark.parametrize("text", ["0h", "-1d", "4", "h", "4w", "four"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="no time"):
        Limit.read(text)


def test_no_limit_is_no_limit():
    assert Limit.read("") is None


@pytest.mark.parametrize("days", [(), (0,), (8,), (1, 9)])
def test_a_desk_works_on_days_there_are(days):
    with pytest.raises(ValueError, match="some days of the week"):
        Calendar(BERLIN, frozenset(days), time(9), time(18))


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata"]
).map(ZoneInfo)
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
CALENDARS = st.builds(Calendar, ZONES, st.frozensets(st.integers(1, 7), min_size=1), CLOCKS, CLOCKS)
MOMENTS = st.builds(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), st.integers(0, 2**21)
)
LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from("hd"))


def works_at(calendar, moment):
    """Whether a moment is in a shift or its very end."""
    around = calendar.shifts(moment.astimezone(calendar.zone).date() - timedelta(days=2))
    return any(shift.starts <= moment <= shift.ends for shift, _ in zip(around, range(5), strict=False))


@given(MOMENTS, LIMITS, CALENDARS)
def test_what_is_due_is_due_later_and_at_work(moment, limit, calendar):
    due = add_working_time(moment, limit, calendar)

    assert due > moment
    assert works_at(calendar, due)


@given(MOMENTS, MOMENTS, LIMITS, CALENDARS)
def test_what_begins_later_is_not_due_earlier(one, other, limit, calendar):
    first, second = sorted([one, other])

    assert add_working_time(first, limit, calendar) <= add_working_time(second, limit, calendar)


@given(MOMENTS, st.integers(1, 30), st.integers(1, 30), CALENDARS)
def test_hours_add_up(moment, some, more, calendar):
    at_once = add_working_time(moment, Limit(some + more, "h"), calendar)

    assert add_working_time(add_working_time(moment, Limit(some, "h"), calendar), Limit(more, "h"), calendar) == at_once


@given(MOMENTS, st.integers(1, 30), ZONES)
def test_around_the_clock_hours_are_hours(moment, hours, zone):
    calendar = Calendar(zone, EVERY_DAY, time(0), time(0))

    assert add_working_time(moment, Limit(hours, "h"), calendar) == moment + timedelta(hours=hours)


@given(MOMENTS, st.integers(1, 20), CALENDARS)
def test_no_more_working_time_lies_between_than_was_given(moment, hours, calendar):
    due = add_working_time(moment, Limit(hours, "h"), calendar)
    between = timedelta()
    for shift in calendar.shifts_from(moment):
        if shift.starts >= due:
            break
        between += min(shift.ends, due) - shift.starts

    assert between == timedelta(hours=hours)
