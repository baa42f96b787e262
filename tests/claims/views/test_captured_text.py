import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.views import captured_text
from claims.views.captured_text import Passage, difference, render_text

TEXT = "First <b>line</b> & more.\nSecond “line” with 🚢 and é.\nThird."


def text_content(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def passage(start, end, number=1, css="hl"):
    return Passage(start, end, number, str(number), f"Passage {number}, unchanged", css)


def test_each_line_is_a_paragraph_and_nothing_of_the_text_is_markup():
    assert render_text("One <script>x</script>\nTwo", []) == "<p>One &lt;script&gt;x&lt;/script&gt;\n</p><p>Two</p>"


def test_passage_is_marked_and_numbered_outside_the_text():
    assert render_text("One two three", [passage(4, 7)]) == (
        '<p>One <mark class="hl" id="q1" data-passages="1">two</mark>'
        '<a class="hl-n" href="#p1" data-n="1" aria-label="Passage 1, unchanged"></a> three</p>'
    )


def test_passage_over_two_lines_is_one_passage_with_one_name():
    markup = render_text("One two\nthree four", [passage(4, 13)])

    assert markup.count('id="q1"') == 1
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", markup) == ["two\n", "three"]
    assert markup.count("hl-n") == 1


def test_overlapping_passages_share_the_words_they_share():
    markup = render_text("one two three", [passage(0, 7, 1), passage(4, 13, 2, "hl hl-alt")])

    assert re.findall(r'<mark class="([^"]*)"[^>]*data-passages="([^"]*)">([^<]*)', markup) == [
        ("hl", "1", "one "), ("hl hl-alt", "1 2", "two"), ("hl hl-alt", "2", " three"),
    ]  # fmt: skip
    assert re.findall(r'id="(q\d)"', markup) == ["q1", "q2"]


def test_pages_of_a_pdf_begin_where_they_begin():
    markup = render_text("One.\nTwo.\nStill two.\nThree.", [], [0, 5, 21])

    assert re.findall(r'<p data-page="(\d)">(\w+)', markup) == [("1", "One"), ("2", "Two"), ("3", "Three")]
    assert "<p>Still two." in markup


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("ab <&>\"'é🚢\u0301\n\u2028"), max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=4),
)
def test_text_content_is_the_stored_text_character_for_character(text, spans):
    passages = [
        passage(start, min(start + length, len(text)), number)
        for number, (start, length) in enumerate(spans, 1)
        if start < len(text)
    ]

    assert text_content(render_text(text, passages)) == text


def test_a_long_text_comes_in_parts_that_say_the_same(monkeypatch):
    monkeypatch.setattr(captured_text, "LONG", 40)
    monkeypatch.setattr(captured_text, "PART", 30)
    long = "\n".join(f"Line {number} of <it>." for number in range(7))

    markup = render_text(long, [passage(5, len(long) - 3)])

    assert text_content(markup) == long
    assert markup.count('<div class="read-part"><p>') == markup.count("</p></div>") == markup.count("<div") > 2
    assert markup.count("<mark") == 7
    assert "<div" not in render_text(long[:40], [])


# --- difference


def shown(rows):
    return [row.skipped or [kind for kind, _ in row.parts] for row in rows]


def test_difference_shows_words_and_counts_what_stayed():
    old = "\n".join(f"Line {n}." for n in range(10))
    new = old.replace("Line 5.", "Line five.")

    rows = difference(old, new)

    assert shown(rows) == [4, ["equal"], ["equal", "delete", "insert", "equal"], ["equal"], 3]
    assert ("delete", "5") in rows[2].parts
    assert ("insert", "five") in rows[2].parts


def test_two_copies_that_say_the_same_differ_in_nothing():
    assert shown(difference("One.\nTwo.", "One.\nTwo.")) == [2]


@pytest.mark.parametrize(("old", "new", "kinds"), [("", "One.", ["insert"]), ("One.", "", ["delete"])])
def test_text_that_came_or_went(old, new, kinds):
    assert shown(difference(old, new)) == [kinds]
    assert difference("", "") == []


def test_short_unchanged_stretch_is_shown_whole():
    rows = difference("a\nb\nc\nd\ne", "A\nb\nc\nd\nE")

    assert shown(rows)[1] == ["equal"]
    assert rows[1].parts == (("equal", "b\nc\nd\n"),)


def test_rewritten_long_text_is_taken_out_and_put_in(monkeypatch):
    monkeypatch.setattr("claims.views.captured_text.MOST_COMPARISONS", 3)
    monkeypatch.setattr("claims.views.captured_text.MOST_LETTERS_BY_WORD", 10)

    assert shown(difference("One.\nTwo.\nThree.", "One.\nZwei.")) == [["delete", "insert"]]


def test_a_carriage_return_is_written_so_that_a_browser_keeps_it():
    assert render_text("One\rtwo", []).count("&#13;") == 1
    assert "\r" not in render_text("One\rtwo\r\nthree", [])


def test_the_number_of_a_second_place_leads_to_the_line_of_its_passage():
    markup = render_text("One two", [Passage(4, 7, 1, "5-elsewhere", "Old words", "hl-off", item="5")])

    assert 'id="q5-elsewhere" data-passages="5-elsewhere">two</mark>' in markup
    assert 'href="#p5"' in markup
