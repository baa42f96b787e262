import pytest

from claims.search.words import (
    BETWEEN_FIELDS,
    MOST_PLACES,
    grams,
    kept,
    plain,
    tokens,
    vector,
    vocabulary,
    without_particle,
)


def forms(text):
    return [token.form for token in tokens(text)]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Café", "cafe"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("1,700", "1700"),
        ("3.5", "3.5"),
        ("Ёлка", "елка"),
        ("Йод", "йод"),
        ("за́мок", "замок"),
        ("الرِّئِيس", "الرييس"),
        ("أسلحة", "اسلحه"),
        ("آلاف", "الاف"),
        ("إلى", "الي"),
        ("كـــتاب", "كتاب"),
        ("٢٠٢٤", "2024"),
        ("북한", "북한"),
        ("ﬁre", "fire"),
        ("Ωμέγα", "ωμεγα"),
    ],
)
def test_ways_to_write_a_word_have_one_form(written, form):
    assert plain(written) == form


def test_words_are_told_apart_by_blanks_hyphens_and_apostrophes():
    text = "Putin's KN-23 flew 1,700 km; l'homme"
    found = list(tokens(text))

    assert [token.form for token in found] == ["putin", "kn", "23", "flew", "1700", "km", "l", "homme"]
    assert [text[token.start : token.end] for token in found][:3] == ["Putin's", "KN", "23"]


def test_a_word_of_signs_alone_is_none():
    assert forms("ـ – …") == []


def test_case_forms_of_russian_meet_in_one_stem():
    assert {kept(form, "ru")[-1].lstrip("~") for form in ("ракета", "ракеты", "ракетами", "ракет")} == {"ракет"}


def test_a_word_of_another_script_is_stemmed_by_its_script():
    assert "~ракет" in kept("ракеты", "en")
    assert "~visit" in kept("visited", "ru")
    assert kept("ракети", "uk") == ("ракети",)


def test_an_arabic_word_is_kept_without_article_and_conjunction():
    for form in ("الصواريخ", "والصواريخ", "بالصواريخ", "للصواريخ"):
        assert "~صواريخ" in kept(plain(form), "ar")


def test_a_korean_word_is_kept_with_each_of_its_endings():
    assert kept("남북정상회담을", "ko") == (
        "남북정상회담을", "북정상회담을", "정상회담을", "상회담을", "회담을", "담을",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "rest"), [("북한은", "북한"), ("러시아에서", "러시아"), ("무기", "무기"), ("에서", "에서")]
)
def test_a_particle_is_taken_off_where_a_word_remains(word, rest):
    assert without_particle(word) == rest


def test_a_vector_has_places_weights_and_a_gap_between_fields():
    assert vector([("A", "Ships came"), ("D", "came")], "en") == (
        f"'ships':1A '~ship':1A 'came':2A,{2 + BETWEEN_FIELDS + 1}"
    )


def test_a_vector_has_no_place_the_server_does_not_know():
    text = " ".join(f"w{n}" for n in range(MOST_PLACES + 5)) + " last last"

    assert f"'last':{MOST_PLACES}" in vector([("D", text)], "en").split(" ")


def test_words_to_compare_with_are_no_figures_and_nothing_short():
    assert vocabulary(["The 2024 missiles of Kim", "북한"]) == {"missiles"}


def test_runs_of_three_letters_know_where_a_word_begins_and_ends():
    assert grams("kim") == ["  k", " ki", "im ", "kim"]
