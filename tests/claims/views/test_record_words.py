"""Tables of the record that are kept in step by hand: what happens has words, and is found under one kind."""

from claims.models import Reminder
from claims.views.record_list import KINDS
from claims.views.record_words import WORDS

OF_NO_KIND = {"decide_match", "cancel_job", "retry_job"}  # found under "other"


def test_whatever_has_words_is_of_one_kind_or_said_to_be_of_none():
    listed = [action for kind in KINDS.values() for action in kind.actions]

    assert len(listed) == len(set(listed))
    assert {*listed, *OF_NO_KIND} == set(WORDS)


def test_whatever_the_clock_reminds_of_is_found_under_reminders():
    assert set(Reminder.Kind.values) <= KINDS["clock"].actions
