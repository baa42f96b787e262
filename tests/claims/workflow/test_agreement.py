"""Agreement of second verdicts: the measure on known numbers, and which pairs count."""

from datetime import date

import pytest

from claims.workflow import edit, readings
from claims.workflow.agreement import Agreement, Pair, by_month, measure
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import RatingFactory

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def pairs(*chosen, month=JUNE):
    return [Pair(number, month, first, second) for number, (first, second) in enumerate(chosen)]


# The worked examples A and B of Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [("0100000010", "1110010000", 0.095), ("aabbdcccedda", "babbbccceddd", 0.692)],
)
def test_alpha_is_the_published_one(first, second, alpha):
    chosen = [(ord(one), ord(other)) for one, other in zip(first, second, strict=True)]

    assert measure(pairs(*chosen)).alpha == pytest.approx(alpha, abs=0.0005)


def test_alpha_of_always_agreeing_is_one_and_of_always_differing_below_nought():
    assert measure(pairs(*[(1, 1), (2, 2)] * 5)).alpha == 1
    assert measure(pairs(*[(1, 2), (2, 1)] * 5)).alpha < 0


def test_with_few_pairs_or_one_verdict_only_there_is_a_share_and_no_alpha():
    assert measure(pairs((1, 1), (1, 2))) == Agreement(2, 1, None)
    assert measure(pairs((1, 1), (1, 2))).percent == 50
    assert not measure(pairs((1, 1))).is_enough
    assert measure(pairs(*[(1, 1)] * 12)) == Agreement(12, 12, None)
    assert measure(pairs(*[(1, 1)] * 12)).is_enough
    assert measure([]) == Agreement(0, 0, None)
    assert measure([]).percent == 0


def test_months_come_newest_first():
    found = by_month([*pairs((1, 1), (1, 2)), *pairs((2, 2), month=JULY)])

    assert found == [(JULY, Agreement(1, 1, None)), (JUNE, Agreement(2, 1, None))]


# --- which pairs count


@pytest.mark.django_db
def test_blind_pairs_count_and_informed_ones_do_not():
    people = desk.hire()
    claim = desk.in_review(people)
    found = readings.recorded_pairs()
    public = desk.published(people)
    apply(public.pk, "reopen", by=people.editor, reason="A reader wrote.")
    told = {"correction_kind": "correction", "correction_text": "A third count was found."}
    fields = {"rating": RatingFactory(code="false")} | told
    edit.edit_claim(public.pk, by=people.author, fields=fields, seen=edit.digests(desk.reload(public)))
    apply(public.pk, "submit", by=people.author)
    apply(public.pk, "pass", by=None)
    desk.hand_cross_check_to(public, people.cross_checker, people.editor)
    apply(public.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="false"), reason="Yes.")

    true = RatingFactory(code="true").pk
    assert [(pair.claim, pair.first, pair.second) for pair in found] == [(claim.pk, true, true)]
    assert [pair.claim for pair in readings.recorded_pairs()] == [claim.pk, public.pk]


@pytest.mark.django_db
def test_a_claim_that_somebody_may_still_judge_blind_moves_no_figure():
    people = desk.hire()
    claim = desk.in_review(people, second="false")
    assert (claim.status, readings.recorded_pairs()) == ("changes_requested", [])
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    claim = desk.reload(claim)
    if claim.status == "in_cross_check":
        desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
        assert readings.recorded_pairs() == []
        apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="false"), reason="No.")

    assert {pair.agrees for pair in readings.recorded_pairs()} == {False}
