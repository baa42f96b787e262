from claims.search.excerpts import LETTERS, excerpt, excerpts
from claims.search.query import read_query


def shown(found):
    return "".join(f"[{words}]" if answers else words for words, answers in found.parts)


def test_a_short_text_is_shown_whole():
    assert shown(excerpt(read_query("ships "), "Twelve ships came.", "en")) == "Twelve [ships] came."


def test_nothing_is_shown_where_nothing_answers():
    assert excerpt(read_query("ships "), "Twelve trains came.", "en") is None


def test_of_a_long_text_the_stretch_with_the_most_terms_is_shown_and_cuts_no_word():
    text = "A ship came. " + "Nothing happened there. " * 40 + "The harbour counted the ship. " + "Nothing more. " * 40
    found = excerpt(read_query("harbour ship "), text, "en")
    told = shown(found)

    assert "[harbour] counted the [ship]" in told
    assert (told[:2], told[-2:]) == ("… ", " …")
    assert found.terms == {0, 1}
    assert len(told) < LETTERS + 20
    assert set(told.strip("… ").replace("[", "").replace("]", "").split()) <= set(text.split())


def test_a_text_without_blanks_is_cut_where_it_must_be():
    text = "회의" * 400 + " 정상회담 " + "회의" * 400
    found = shown(excerpt(read_query("정상회담"), text, "ko"))

    assert "[정상회담]" in found
    assert len(found) < LETTERS + 20


def test_the_end_of_a_text_is_shown_to_its_end():
    text = "Nothing happened there. " * 40 + "Then a ship."

    assert shown(excerpt(read_query("ship "), text, "en")).endswith("Then a [ship].")


def test_a_second_stretch_shows_what_the_first_does_not():
    text = "A ship came. " + "Nothing happened there. " * 40 + "Then the harbour closed. " + "Nothing more. " * 40
    query = read_query("ship harbour ")

    assert [found.terms for found in excerpts(query, text, "en")] == [{0}, {1}]
    assert [found.terms for found in excerpts(query, text, "en", most=1)] == [{0}]
    assert [shown(found).count("[") for found in excerpts(query, text, "en", answered=frozenset({0}))] == [1]
    assert excerpts(query, text, "en", answered=frozenset({0, 1})) == []


def test_what_answers_is_never_cut_off_at_the_end():
    text = "A word. " * 60 + "harbour" + "x" * 5
    long = '"' + "a word " * 27 + '"'

    assert shown(excerpt(read_query(long), "A word " * 90, "en")).count("]") == 1
    assert "[harbourxxxxx]" in shown(excerpt(read_query("harbour"), text, "en"))
