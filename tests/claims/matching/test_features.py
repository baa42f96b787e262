import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.features import clean, profile, stems_of, words_of


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Look: https://t.co/abc and www.example.org/x", "Look: and"),
        (
            "The dam broke pic.twitter.com/AbC1 — Elizabeth Bennet (@bennet) March 3, 2019",
            "The dam broke Elizabeth Bennet",
        ),
        ("The dam broke — Lizzy (@ Lizzy1) Sept. 30, 2019", "The dam broke Lizzy"),
        ("#LeedsDamBreak2019 by @eliza_bennet", "Leeds Dam Break 2019 by eliza bennet"),
        ("#DAMBreak", "DAM Break"),
        ("It\u2019s \ufb01ne \u2013 \u201cquite\u201d", 'It\'s fine - "quite"'),
        ("  two\n lines ", "two lines"),
    ],
)
def test_posts_are_cleaned_to_the_words_that_help(text, cleaned):
    assert clean(text) == cleaned


def test_words_lose_possessives_and_marks_of_thousands():
    assert words_of("Brook's 12,500 fish at 3.5 kg, and the dogs' 1,2") == [
        "brook", "12500", "fish", "at", "3.5", "kg", "and", "the", "dogs", "1,2",
    ]  # fmt: skip


def test_stems_follow_the_language_and_leave_out_the_commonest_words():
    assert stems_of("The dams were leaking") == ["dam", "leak"]
    assert stems_of("плотины протекали", "ru") == ["плотин", "протека"]
    assert stems_of("댐이 무너졌다", "ko") == ["댐이", "무너졌다"]


def test_a_profile_holds_what_two_texts_are_compared_by():
    found = profile("Video: in 1950 the Brook Dam did not break, said Brook pic.twitter.com/x")

    assert found.numbers == {"1950"}
    assert found.names == {"brook", "dam"}
    assert found.negated
    assert (found.has_picture, found.tells_of_picture) == (True, True)
    assert found.spellings["break"] == "break"
    assert found.grams[" vi"] == 1


def test_a_plain_text_has_no_marks():
    found = profile("the dam holds")

    assert (found.negated, found.has_picture, found.tells_of_picture, found.names, found.numbers) == (
        False, False, False, frozenset(), frozenset(),
    )  # fmt: skip


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ru", "ko", ""]))
def test_a_profile_can_be_made_of_anything_and_knows_the_spelling_of_every_stem(text, language):
    found = profile(text, language)

    assert set(found.stems) == set(found.spellings)
    assert list(found.stems) == stems_of(text, language)


@given(st.text(alphabet="ab #@A1-—.()", max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    assert words_of(clean(clean(text))) == words_of(clean(text))
