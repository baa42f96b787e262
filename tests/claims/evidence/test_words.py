import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.words import MOST, whole_words

# What is selected stands between the bars; what is quoted comes behind it.
CASES = [
    ("Twelve sh|ips ca|me.", "ships came"),
    ("|Twelve ships| came.", "Twelve ships"),
    ("Twelve |ships came.|", "ships came."),
    ("It cost 1|2|,500.75 euros.", "12,500.75"),
    ("In 20|24|. Then.", "2024"),
    ("In 2024,| 3 ships, 4|, then", " 3 ships, 4"),
    ("Zürich|\u2019s| quay", "Zürich\u2019s"),
    ("\u2018|Yes|\u2019, he said", "Yes"),
    ("'|Yes'|", "Yes'"),
    ("so\u00adft |hy\u00adph|en", "hy\u00adphen"),
    (
        "\u0645\u06cc\u200c\u062e|\u0648\u0627|\u0647\u0645 \u0631\u0641\u062a",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ),
    ("na|i|\u0308ve cafe\u0301", "nai\u0308ve"),
    ("well-|kno|wn", "known"),
    ("\U0001f6a2|shi|ps\U0001f6a2", "ships"),
    ("\U0001d538\U0001d7d8|\U00010400|", "\U0001d538\U0001d7d8\U00010400"),
    ("\u4e2d|\u6587\u6587|\u672c", "\u6587\u6587"),
    ("\u0e40\u0e23|\u0e37\u0e2d|\u0e21\u0e32", "\u0e37\u0e2d"),
    ("2|02|4\u5e74", "2024"),
    ("\ud478|\ud2f4|\uc740 \ubc29\ubb38\ud588\ub2e4", "\ud478\ud2f4\uc740"),
    ("One\nt|w|o\nthree", "two"),
]


@pytest.mark.parametrize(("marked", "whole"), CASES)
def test_a_passage_is_widened_to_whole_words_and_numbers(marked, whole):
    before, selected, after = marked.split("|")
    text = before + selected + after

    low, high = whole_words(text, len(before), len(before) + len(selected))

    assert text[low:high] == whole


def test_what_is_longer_than_any_word_is_left_as_it_is_marked():
    text = "x" * (3 * MOST)

    assert whole_words(text, MOST, 2 * MOST) == (0, 3 * MOST)
    assert whole_words(text, MOST + 1, 2 * MOST - 1) == (MOST + 1, 2 * MOST - 1)


@given(st.text(alphabet="ab1 ,.'\u2019\u4e2d\n", max_size=30), st.data())
def test_a_passage_is_never_narrowed_and_widening_it_again_changes_nothing(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    low, high = whole_words(text, start, end)

    assert 0 <= low <= start <= end <= high <= len(text)
    assert whole_words(text, low, high) == (low, high)
