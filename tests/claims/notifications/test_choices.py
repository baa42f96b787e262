import pytest

from claims.models import NoticePreference
from claims.notifications import choices
from claims.notifications.choices import AT_ONCE, KINDS, MORNING, SILENT, Wish
from claims.notifications.messages import SENTENCES
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_every_kind_anybody_is_told_can_be_chosen_and_has_its_own_words():
    assert set(SENTENCES) - set(KINDS) == set()
    assert sorted(choices.kinds_sent()) == sorted(SENTENCES)
    grouped = [kind for group in choices.GROUPS for kind in choices.kinds_of(group)]
    assert sorted(grouped) == sorted(SENTENCES)
    labels = [str(kind.label) for kind in KINDS.values()]
    assert len(labels) == len(set(labels))


def test_a_kind_the_table_does_not_know_comes_with_the_morning(monkeypatch):
    monkeypatch.setitem(SENTENCES, "brand_new", "It is new: %(claim)s")

    assert choices.kinds_sent()[-1] == "brand_new"
    assert choices.default_of("brand_new") == MORNING
    assert choices.kind_of("brand_new").label == "Brand new"


def test_whatever_asks_for_a_person_comes_at_once_and_news_stay_in_the_app():
    assert choices.default_of("cross_check_wanted") == AT_ONCE
    assert choices.default_of("mention") == AT_ONCE
    assert choices.default_of("comment") == MORNING
    assert choices.default_of("publish") == SILENT


def test_a_choice_is_kept_and_one_that_is_the_default_leaves_no_row():
    person = PersonFactory()

    choices.save_wishes(person, {"publish": AT_ONCE, "assign": AT_ONCE, "comment": choices.NOWHERE})
    choices.save_wishes(person, {"publish": MORNING})

    assert choices.wish_of(person, "publish") == MORNING
    assert choices.wish_of(person, "assign") == AT_ONCE
    assert choices.wish_of(person, "comment") == Wish(in_app=False)
    assert set(NoticePreference.objects.values_list("kind", flat=True)) == {"publish", "comment"}

    choices.save_wishes(person, {"publish": SILENT})

    assert set(NoticePreference.objects.values_list("kind", flat=True)) == {"comment"}


def test_one_person_chooses_for_himself_only():
    person, other = PersonFactory(), PersonFactory()

    choices.save_wishes(person, {"assign": choices.NOWHERE})

    assert choices.wish_of(other, "assign") == AT_ONCE
