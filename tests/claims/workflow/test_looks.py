"""What a person last saw of a claim, and what the next comparison begins with."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from claims.models import Event, ReadMark
from claims.workflow import edit, edit_review, looks
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db

MONDAY = timezone.datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def claim(people):
    with time_machine.travel(MONDAY, tick=False):
        return desk.ready(people)


def look(claim, person, at, **how):
    with time_machine.travel(at, tick=False):
        return looks.keep_look(desk.reload(claim), person=person, seq=looks.newest_seq(claim), **how)


def base(claim, person, at):
    return looks.last_look(looks.read_mark(claim, person), at)


def change(claim, by, at, **fields):
    with time_machine.travel(at, tick=False):
        edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def test_the_first_look_has_nothing_to_compare_with(people, claim):
    assert base(claim, people.editor, MONDAY) is None
    look(claim, people.editor, MONDAY)

    assert base(claim, people.editor, MONDAY) is None
    assert base(claim, people.editor, MONDAY + timedelta(minutes=30)) is None


def test_the_next_visit_compares_with_the_end_of_the_one_before(people, claim):
    look(claim, people.editor, MONDAY)
    change(claim, people.author, MONDAY + timedelta(hours=1), context="At dawn.")
    found = base(claim, people.editor, MONDAY + timedelta(hours=2))

    assert (found.at, json.loads(found.content)["context"]) == (MONDAY, "")


def test_looking_again_within_a_visit_does_not_make_its_news_old(people, claim):
    look(claim, people.editor, MONDAY)
    change(claim, people.author, MONDAY + timedelta(hours=1), context="At dawn.")
    for minutes in (120, 121, 140, 165):
        look(claim, people.editor, MONDAY + timedelta(minutes=minutes))
        found = base(claim, people.editor, MONDAY + timedelta(minutes=minutes + 1))
        assert json.loads(found.content)["context"] == ""

    later = base(claim, people.editor, MONDAY + timedelta(hours=8))
    assert (later.at, json.loads(later.content)["context"]) == (MONDAY + timedelta(minutes=165), "At dawn.")


def test_who_says_that_he_has_read_it_compares_from_there(people, claim):
    look(claim, people.editor, MONDAY)
    change(claim, people.author, MONDAY + timedelta(hours=1), context="At dawn.")
    look(claim, people.editor, MONDAY + timedelta(hours=2), has_read=True)
    found = base(claim, people.editor, MONDAY + timedelta(hours=2, minutes=1))

    assert (found.seq, json.loads(found.content)["context"]) == (looks.newest_seq(claim), "At dawn.")


def test_a_look_at_a_page_that_was_overtaken_is_not_kept(people, claim):
    seq = looks.newest_seq(claim)
    change(claim, people.author, MONDAY + timedelta(hours=1), context="At dawn.")

    assert looks.keep_look(desk.reload(claim), person=people.editor, seq=seq) is False
    assert not ReadMark.objects.exists()


def test_a_change_that_comes_while_the_content_is_read_is_not_taken_for_seen(people, claim, monkeypatch):
    seq = looks.newest_seq(claim)
    read = looks.seen_content

    def overtaken(*asked):
        content = read(*asked)
        Event.objects.append(claim, "comment", by=people.author, body={})
        return content

    monkeypatch.setattr(looks, "seen_content", overtaken)

    assert looks.keep_look(desk.reload(claim), person=people.editor, seq=seq) is False


def test_what_the_blind_review_keeps_from_a_person_is_not_kept_as_seen_by_him(people, claim):
    change(claim, people.author, MONDAY, rationale="Planted rationale.", title="Planted title")
    look(claim, people.editor, MONDAY)
    look(claim, people.author, MONDAY)

    assert "Planted" not in ReadMark.objects.get(person=people.editor).content
    assert "Planted" in ReadMark.objects.get(person=people.author).content

    edit_review.show_verdict(claim.pk, by=people.editor)
    look(claim, people.editor, MONDAY + timedelta(hours=1))
    assert "Planted" in ReadMark.objects.get(person=people.editor).content


def test_a_claim_without_a_record_is_looked_at_too(people):
    claim = ClaimFactory()
    looks.keep_look(claim, person=people.editor, seq=0)

    assert ReadMark.objects.get().seq == 0


def test_loading_the_page_twice_costs_little(people, claim, django_assert_num_queries):
    look(claim, people.editor, MONDAY)
    claim = desk.reload(claim)
    with django_assert_num_queries(6), time_machine.travel(MONDAY + timedelta(minutes=1), tick=False):
        looks.keep_look(claim, person=people.editor, seq=looks.newest_seq(claim))
