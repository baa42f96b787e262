"""Prose with marked passages: its text is the stored text, whatever is marked in it."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.templatetags.prose import Span, prose

TEXT = "Two counts <agree> [1, 2].\n\nThe log says twelve;\nnine is \U0001f6a2 wrong [3]."


def text_content(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def marked(markup):
    return "".join(text_content(piece) for piece in re.findall(r"<mark[^>]*>(.*?)</mark>", markup, re.DOTALL))


def span(words, number=1, text=TEXT):
    start = text.index(words)
    return Span(start, start + len(words), number, f"comment-{number}", f"Comment {number}")


def test_paragraphs_and_citations_are_shown_and_nothing_of_the_text_is_lost():
    markup = prose(TEXT)

    assert text_content(markup) == TEXT
    assert markup.count("<p>") == 2
    assert "twelve;<br>\nnine" in markup
    assert '<a class="cite" href="#e2" aria-label="Evidence 2">2</a>' in markup
    assert "&lt;agree&gt;" in markup


def test_a_passage_is_marked_across_citations_and_paragraphs_and_its_number_stands_once():
    words = "agree> [1, 2].\n\nThe log"
    markup = prose(TEXT, [span(words)])

    assert marked(markup) == "agree> [1, 2].The log"
    assert markup.count('href="#comment-1"') == 1
    assert text_content(markup) == TEXT


def test_passages_overlap_and_each_keeps_its_number():
    markup = prose(TEXT, [span("counts <agree>", 1), span("<agree> [1", 2)])

    assert marked(markup).startswith("counts <agree> [1, 2]")
    assert (markup.count('href="#comment-1"'), markup.count('href="#comment-2"')) == (1, 1)


@given(st.data(), st.text(alphabet="ab <&[]1,\r\n", max_size=60))
def test_whatever_is_marked_the_text_stays_what_it_was(data, text):
    edges = st.integers(0, len(text))
    spans = [
        Span(min(a, b), max(a, b), n, f"c{n}", "")
        for n, (a, b) in enumerate(data.draw(st.lists(st.tuples(edges, edges), max_size=4)))
    ]

    assert text_content(prose(text, spans)) == text


@pytest.mark.parametrize("text", ["", "One."])
def test_a_short_text_is_one_paragraph(text):
    assert prose(text) == f"<p>{text}</p>"


def test_a_comment_on_a_passage_is_no_citation_to_the_eye_nor_to_the_ear():
    markup = prose(TEXT, [span("The log says twelve", 1)])
    comment = re.search(r'<a class="talk-n".*?</a>', markup)[0]

    assert 'aria-label="Comment 1"' in comment
    assert "#message-square" in comment
    assert '<mark class="talk">The log says twelve</mark>' in markup
    assert 'class="cite"' not in comment
    assert text_content(markup) == TEXT
