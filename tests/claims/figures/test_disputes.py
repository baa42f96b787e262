"""Who stands against whom: sides of a contradiction, what each saying means for them, and days side by side."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.figures.disputes import (
    MOST_DAYS,
    Dispute,
    Saying,
    Span,
    find_disputes,
    find_voices,
    gather_days,
)


def saying(claim, claimant, position="asserts", day=None, key=0):
    return Saying(claim, claimant, position, day, key)


def test_claims_that_contradict_one_another_stand_on_two_sides():
    found = find_disputes([1, 2, 3, 4, 5, 6], [(1, 4), (2, 4), (4, 3), (6, 5)])

    assert found == [Dispute([1, 2, 3], [4]), Dispute([5], [6])]
    assert found[0].claims == [1, 2, 3, 4]


def test_without_a_contradiction_there_is_no_dispute():
    assert find_disputes([1, 2], []) == []


def test_a_ring_of_three_is_still_told_apart_somehow():
    assert find_disputes([1, 2, 3], [(1, 2), (2, 3), (3, 1)]) == [Dispute([2, 3], [1])]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda pair: pair[0] != pair[1]), max_size=20))
def test_the_order_in_which_contradictions_are_told_does_not_matter(pairs):
    found = find_disputes(range(1, 13), pairs)
    claims = [claim for dispute in found for claim in dispute.claims]

    assert found == find_disputes(range(12, 0, -1), [(b, a) for a, b in reversed(pairs)])
    assert sorted(claims) == sorted({claim for pair in pairs for claim in pair})


@pytest.mark.parametrize(
    ("claim", "position", "effect"),
    [
        (1, "asserts", "for"), (1, "denies", "against"), (4, "asserts", "against"), (4, "denies", "for"),
        (1, "reports", "reports"), (4, "reports", "reports"),
    ],
)  # fmt: skip
def test_who_asserts_the_other_sides_claim_speaks_against(claim, position, effect):
    assert Dispute([1], [4]).effect(saying(claim, "Ministry", position)) == effect


def test_voices_stand_by_side_then_by_their_first_day():
    days = [date(2024, 1, n) for n in (1, 2, 3)]
    dispute = Dispute([1], [4])
    told = [
        saying(4, "Ministry", day=days[0]), saying(1, "Union", day=days[2], key=2), saying(4, "Union", "denies", days[1]),
        saying(1, "Harbour", day=days[0]), saying(1, "Paper", "reports"), saying(1, "Both"), saying(4, "Both"),
        saying(9, "Elsewhere"),
    ]  # fmt: skip
    found = find_voices(dispute, told)

    assert [(voice.name, voice.side) for voice in found] == [
        ("Harbour", "for"), ("Union", "for"), ("Both", "reports"), ("Paper", "reports"), ("Ministry", "against"),
    ]  # fmt: skip
    assert [one.day for one in found[1].sayings] == [days[1], days[2]]


# --- days


def test_few_days_stand_one_by_one_and_an_unknown_one_at_the_end():
    one, two = date(2024, 1, 4), date(2023, 10, 17)

    assert gather_days([one, None, two, one]) == [Span(two, two), Span(one, one), Span(None, None)]
    assert gather_days([]) == []


@given(st.lists(st.dates(), max_size=60))
def test_any_days_fit_side_by_side_and_each_has_its_place(days):
    spans = gather_days(days)

    assert len(spans) <= MOST_DAYS or (max(days).year - min(days).year) > 600
    assert all(sum(span.holds(day) for span in spans) == 1 for day in days)
    assert spans == sorted(spans, key=lambda span: span.first)


def test_the_last_stretch_of_the_calendar_ends_with_it():
    days = [date(9999, 12, day) for day in range(1, 32)]

    assert gather_days(days) == [Span(date(9999, 12, 1), date.max)]


def test_many_days_are_gathered_by_the_month():
    days = [date(2024, 1, 1) + timedelta(days=3 * n) for n in range(30)]

    assert gather_days(days) == [
        Span(date(2024, 1, 1), date(2024, 1, 31)),
        Span(date(2024, 2, 1), date(2024, 2, 29)),
        Span(date(2024, 3, 1), date(2024, 3, 31)),
    ]


def test_an_unknown_day_is_held_by_its_own_span_alone():
    day = date(2024, 1, 1)

    assert [Span(None, None).holds(None), Span(None, None).holds(day)] == [True, False]
    assert [Span(day, day).holds(None), Span(day, day).holds(day)] == [False, True]
