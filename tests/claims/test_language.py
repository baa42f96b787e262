"""How modules that know no Django speak: in the language that was lent to them, and in English without one."""

import pytest
from django.utils import translation
from django.utils.translation import get_language, gettext

from claims import language
from claims.web import guard
from claims.web.media import Extract


@pytest.fixture
def nobody_lends():
    language.speak_with(str, lambda: None)
    yield
    language.speak_with(gettext, get_language)


def test_a_sentence_of_a_pure_module_is_in_the_language_of_the_reader():
    with translation.override("de"):
        assert str(guard.failure("tls")).startswith("Das Zertifikat der Website")
        assert Extract("empty", "text/html").problem.startswith("Die Seite kam ohne Text.")
    assert str(guard.failure("tls")) == guard.FAILURES["tls"]
    assert Extract("ok", "text/html").problem == ""


def test_a_colon_stands_as_the_language_sets_it():
    assert language.labelled("C-3", "declined") == "C-3: declined"
    with translation.override("fr"):
        assert language.labelled("C-3", "écartée") == "C-3\u00a0: écartée"


def test_without_a_translator_it_is_english(nobody_lends):
    with translation.override("de"):
        assert language.say("Try again") == "Try again"
        assert language.midway("Redaktion") == "redaktion"


@pytest.mark.parametrize(
    ("code", "words", "inside"),
    [("en", "In review", "in review"), ("en", "PDF of the page", "PDF of the page"), ("de", "In Abnahme", "In Abnahme"),
     ("de-at", "Redaktion", "Redaktion"), ("fr", "À revoir", "à revoir"), ("en", "", ""), ("en", "A", "a")],
)  # fmt: skip
def test_a_label_inside_a_sentence_begins_small_but_where_nouns_are_large(code, words, inside):
    with translation.override(code):
        assert language.midway(words) == inside
