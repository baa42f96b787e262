"""Text nobody can see, and marks that turn the words around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workflow.readable import EMBEDDINGS, ISOLATES, clean, close_directions, has_visible, isolate

MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t\u00a0\u2003\u3000", "\u200b\u200c\u200d\u2060\ufeff", "\u200e\u200f\u061c", MARKS, "\u00ad",
        "\ufe0f\U000e0101", "\u034f", "\u3164\u115f\u1160\uffa0", "\u2800", "\U000e0041", "\u0301", "\u180e", "\x7f",
        " \u200b\u202e\ufe0f ",
    ],
)  # fmt: skip
def test_what_nobody_sees_is_no_text(text):
    assert not has_visible(text)


@pytest.mark.parametrize(
    "text",
    ["a", "7", "?", "\u200ba", "ش", "ก็", "한", "👍", "❤\ufe0f", "\u202eabc", "ⴰ", "\ue000", "e\u0301", "क्‍ष"],
)
def test_what_somebody_sees_is(text):
    assert has_visible(text)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("plain", "plain"),
        ("\u202eturned", "turned"),
        ("name\u202c", "name"),
        ("name\u2069", "name"),
        ("\u2067open", "open"),
        ("a \u202bشكرا\u202c b", "a \u202bشكرا\u202c b"),
        ("a \u2068شكرا\u2069 b", "a \u2068شكرا\u2069 b"),
        ("\u2068a \u202eb\u2069 c", "\u2068a b\u2069 c"),
        ("\u202ea \u2068b\u202c c\u2069", "a \u2068b c\u2069"),
        ("\u202ba\u202c\u202c", "\u202ba\u202c"),
        ("\u202eone\ntwo\u202c", "one\ntwo"),
        ("\u202bone\u202c\r\n\u202etwo", "\u202bone\u202c\r\ntwo"),
        ("\u200fשלום\u200f", "\u200fשלום\u200f"),
    ],
)
def test_marks_of_direction_without_a_counterpart_on_their_line_go(text, closed):
    assert close_directions(text) == closed


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("Ann Other", "Ann Other"),
        ("Ünal (3)", "Ünal (3)"),
        ("سلمى", "\u2068سلمى\u2069"),
        ("\u05d3\u05e0\u05d9 7", "\u2068\u05d3\u05e0\u05d9 7\u2069"),
        ("Ann\u202e Other", "\u2068Ann Other\u2069"),
        ("Ann\u2069", "\u2068Ann\u2069"),
    ],
)
def test_a_name_of_another_direction_is_kept_apart_from_the_sentence_it_stands_in(text, isolated):
    assert isolate(text) == isolated


@given(st.text(st.sampled_from("ab\n" + MARKS), max_size=30))
def test_what_is_closed_is_whole_and_closed(text):
    closed = close_directions(text)

    assert [char for char in closed if char not in MARKS] == [char for char in text if char not in MARKS]
    assert close_directions(closed) == closed
    for line in closed.splitlines():
        assert sum(line.count(mark) for mark in EMBEDDINGS) == line.count("\u202c")
        assert sum(line.count(mark) for mark in ISOLATES) == line.count("\u2069")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a bell\x07 and \x1b[31mred", "a bell and [31mred"),
        ("\x00\x08\x7f\x80\x9f", ""),
        ("a tab\tand lines\nof\r\ntwo\rmachines", "a tab\tand lines\nof\r\ntwo\nmachines"),
        ("one\x0btwo\x0cthree\x85four\x1ffive", "one two three four five"),
        ("\u202ebell\x07", "bell"),
        ("\u202ddigits\u202c and \u202bשלום\u202c", "digits and \u202bשלום\u202c"),
        ("\u202ba \u202eb\u202c c\u202c", "\u202ba b c\u202c"),
        ("\u200fשלום, क्\u200dष", "\u200fשלום, क्\u200dष"),
    ],
)
def test_control_characters_and_overrides_are_not_kept(text, kept):
    assert clean(text) == kept
    assert clean(kept) == kept


@given(st.text())
def test_what_is_kept_stays_as_it_is(text):
    assert clean(clean(text)) == clean(text)
