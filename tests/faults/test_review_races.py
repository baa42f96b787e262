"""Two people at once, a thousand times, on real connections; each race has a twin without its guard that must fail."""

from dataclasses import asdict

import pytest

from claims.workflow import edit, guards
from tests.claims.workflow import desk
from tests.faults import review_rounds as rounds
from tests.faults.racers import in_two_processes

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

EACH = 500  # rounds in each of two processes
TWIN = 60  # rounds in which a missing guard must show


def test_of_a_thousand_pairs_of_saves_one_wins_each_and_no_character_is_lost():
    people = desk.hire()
    claims = [desk.ready(people) for _ in range(2)]

    tallies = in_two_processes(
        *[lambda claim=claim: asdict(rounds.save_pairs(claim, people, EACH)) for claim in claims]
    )

    assert [tally["wrong"] for tally in tallies] == [[], []]
    assert [tally["rounds"] for tally in tallies] == [EACH, EACH]


def test_without_the_look_at_what_was_seen_one_text_overwrites_the_other(monkeypatch):
    people = desk.hire()
    claim = desk.ready(people)
    monkeypatch.setattr(edit, "merge", lambda _row, fields, _seen: dict(fields))

    assert rounds.save_pairs(claim, people, TWIN, until_wrong=True).wrong


def test_in_a_thousand_rounds_of_approve_edit_and_publish_no_unapproved_text_is_public():
    people = rounds.hire()
    claims = [desk.in_review(people) for _ in range(2)]

    tallies = in_two_processes(
        *[lambda claim=claim: asdict(rounds.review_rounds(claim, people, EACH)) for claim in claims]
    )

    assert [tally["wrong"] for tally in tallies] == [[], []]
    assert [tally["rounds"] for tally in tallies] == [EACH, EACH]
    for what in ("approve done", "approve refused", "edit done", "edit refused", "publish done", "publish refused"):
        assert sum(tally["seen"].get(what, 0) for tally in tallies) >= EACH // 20, what  # the race was one


def test_without_the_look_at_the_page_an_editor_approves_what_he_never_saw(monkeypatch):
    people = rounds.hire()
    claim = desk.in_review(people)
    monkeypatch.setitem(guards.GUARDS, "seen_is_current", lambda _attempt: [])

    assert rounds.review_rounds(claim, people, TWIN, until_wrong=True).wrong
