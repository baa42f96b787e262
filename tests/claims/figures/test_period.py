"""The days a chart looks at: presets, free dates, and one sentence for what makes no period."""

import itertools
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from claims.figures.period import MOST_SLICES, PRESETS, Period, Slice, end_of, preset, read_period, start_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("asked", "first", "query"),
    [
        ({}, date(2026, 10, 24), "period=30"),
        ({"period": "90"}, date(2026, 8, 25), "period=90"),
        ({"period": "year"}, date(2026, 1, 1), "period=year"),
        ({"period": "nonsense"}, date(2026, 10, 24), "period=30"),
        ({"from": "2026-11-01"}, date(2026, 11, 1), "from=2026-11-01&to=2026-11-22"),
    ],
)
def test_a_period_is_read_from_its_address_and_written_back(asked, first, query):
    period, problem = read_period(asked, TODAY)

    assert (period.first, period.last, period.query, problem) == (first, TODAY, query, "")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "2026-13-01"}, "“2026-13-01” is no date: the charts show the last 30 days."),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "“9999-12-31” is no date: the charts show the last 30 days."),
        ({"to": "2026-01-01"}, "Say from which day: the charts show the last 30 days."),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "The first day is after the last one: the charts show the last 30 days."),
        ({"from": "1900-01-01"}, "At most 30 years can be shown at once: the charts show the last 30 days."),
    ],
)  # fmt: skip
def test_dates_that_make_no_period_are_answered_with_one_sentence(asked, sentence):
    assert read_period(asked, TODAY) == (preset("30", TODAY), sentence)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_ends_today(name):
    assert preset(name, TODAY).last == TODAY


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 30 * 365))
def test_slices_follow_one_another_without_a_gap(first, days):
    period = Period(first, first + timedelta(days=days))
    slices = period.slices()

    assert (slices[0].first, slices[-1].last) == (period.first, period.last)
    assert all(one.last + timedelta(days=1) == other.first for one, other in itertools.pairwise(slices))
    assert len(slices) <= MOST_SLICES


def test_a_month_is_cut_into_slices_of_three_days():
    assert [(part.last - part.first).days for part in preset("30", TODAY).slices()] == [2] * 10


def test_a_year_is_cut_by_the_month():
    slices = preset("year", TODAY).slices()

    assert (slices[1], len(slices)) == (Slice(date(2026, 2, 1), date(2026, 2, 28)), 11)


@pytest.mark.parametrize(
    ("first", "last", "label", "short"),
    [
        (date(2026, 1, 2), date(2026, 1, 2), "2 Jan 2026", "2 Jan"),
        (date(2026, 1, 2), date(2026, 2, 1), "2 Jan \u2013 1 Feb 2026", "Jan \u201926"),
        (date(2025, 12, 31), date(2026, 1, 2), "31 Dec 2025 \u2013 2 Jan 2026", "31 Dec"),
        (date(2025, 1, 1), date(2025, 12, 31), "1 Jan \u2013 31 Dec 2025", "2025"),
    ],
)
def test_days_in_words(first, last, label, short):
    assert (Slice(first, last).label, Slice(first, last).short) == (label, short)
    assert Period(first, last).label == label


def test_a_day_begins_and_ends_where_the_reader_is():
    with timezone.override("Asia/Seoul"):
        assert start_of(TODAY).isoformat() == "2026-11-22T00:00:00+09:00"
        assert end_of(TODAY).isoformat() == "2026-11-23T00:00:00+09:00"
