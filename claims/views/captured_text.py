"""A captured text as HTML built by us: its ``textContent`` is the stored text, character for character."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.evidence.difference import word_diff
from claims.templatetags.turns import show_turns

CONTEXT_LINES = 1  # unchanged paragraphs shown on either side of a change
MOST_COMPARISONS = 4_000_000  # pairs of paragraphs; beyond, the middle is shown as taken out and put in
MOST_LETTERS_BY_WORD = 40_000
LONG, PART = 300_000, 10_000  # letters; a longer text comes in parts, of which a browser lays out those in sight
TAGS = {"same": "equal", "removed": "delete", "added": "insert"}  # anchor's words -> those of {% diff %}


@dataclass(frozen=True, slots=True)
class Passage:
    """A marked span of a text, in code points, and the number and sentence of the mark at its end.

    Attributes:
        key: names the mark; ``item``, where it is another, the line beside the text that the number leads to.
        href: where the number leads when that line is not on the page.
    """

    start: int
    end: int
    number: int
    key: str
    label: str
    css: str = "hl"
    item: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of a difference: ``parts`` of one changed or unchanged stretch, or how many paragraphs were left out."""

    parts: tuple[tuple[str, str], ...] = ()
    skipped: int = 0


def render_text(text: str, passages: Iterable[Passage], pages: Sequence[int] = ()) -> SafeString:
    """One ``<p>`` for each line, passages marked; in a long text a ``<div>`` around some of them.

    Numbers of passages and pages are drawn by the stylesheet, so that they are no part of the text.
    """
    waiting = sorted(passages, key=lambda passage: (passage.start, passage.end))
    begun: set[str] = set()
    parts, start = [], 0
    for line in text.splitlines(keepends=True) if "\n" in text else [text]:
        end = start + len(line)
        inside = [passage for passage in waiting if passage.start < end and passage.end > start]
        body = "".join(_pieces(text, start, end, inside, begun)) if inside else _escape(line)
        parts.append(f"<p{_page_mark(pages, start, end) if pages else ''}>{body}</p>")
        start = end
    return SafeString("".join(_in_parts(parts) if len(text) > LONG else parts))


def _in_parts(lines: Iterable[str]) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= PART:
            yield f'<div class="read-part">{"".join(part)}</div>'
            part, size = [], 0
    if part:
        yield f'<div class="read-part">{"".join(part)}</div>'


def _pieces(text: str, start: int, end: int, passages: list[Passage], begun: set[str]) -> Iterator[str]:
    """The line cut at every edge of a passage."""
    edges = {edge for passage in passages for edge in (passage.start, passage.end) if start < edge < end}
    cuts = [start, *sorted(edges), end]
    for low, high in pairwise(cuts):
        here = [passage for passage in passages if passage.start <= low and passage.end >= high]
        words = _escape(text[low:high])
        yield _mark(words, here, begun) if here else words
        for passage in passages:
            if passage.end == high:
                yield _number(passage)


def _escape(words: str) -> str:
    """As HTML; a browser would read a bare carriage return as a line feed, and the text would be another."""
    return show_turns(escape(words).replace("\r", "&#13;"))


def _mark(words: str, here: list[Passage], begun: set[str]) -> str:
    css = " ".join(dict.fromkeys(name for passage in here for name in passage.css.split()))
    keys = " ".join(passage.key for passage in here)
    new = next((passage.key for passage in here if passage.key not in begun), "")
    begun.update(passage.key for passage in here)
    name = format_html(' id="q{}"', new) if new else ""
    return format_html('<mark class="{}"{} data-passages="{}">{}</mark>', css, name, keys, SafeString(words))


def _number(passage: Passage) -> str:
    return format_html(
        '<a class="hl-n" href="{}" data-n="{}" aria-label="{}"></a>',
        passage.href or f"#p{passage.item or passage.key}",
        passage.number,
        passage.label,
    )


def _page_mark(pages: Sequence[int], start: int, end: int) -> str:
    """Where a page of a PDF begins in this line: its number, counted from 1."""
    before, now = bisect_right(pages, start - 1), bisect_right(pages, end - 1)
    return f' data-page="{before + 1}"' if now > before else ""


def difference(old: str, new: str) -> list[Row]:
    """What changed between two copies: paragraphs first, then word by word; long unchanged stretches are counted."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    rows: list[Row] = []
    for kind, a, b, c, d in _compare(before, after):
        if kind == "equal":
            rows += _shorten(before[a:b], first=a == 0, last=b == len(before) and d == len(after))
        else:
            rows.append(Row(_by_word("".join(before[a:b]), "".join(after[c:d]))))
    return rows


def _compare(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(before) * len(after) > MOST_COMPARISONS:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _by_word(old: str, new: str) -> tuple[tuple[str, str], ...]:
    if len(old) + len(new) > MOST_LETTERS_BY_WORD:
        parts: tuple[tuple[str, str], ...] = (("removed", old), ("added", new))
    else:
        parts = word_diff(old, new)
    return tuple((TAGS[kind], words) for kind, words in parts if words)


def _shorten(lines: list[str], *, first: bool, last: bool) -> Iterator[Row]:
    """Unchanged paragraphs: those next to a change, and how many lie between."""
    head, tail = 0 if first else CONTEXT_LINES, 0 if last else CONTEXT_LINES
    if len(lines) <= head + tail + 1 and not (first and last):
        yield Row((("equal", "".join(lines)),))
        return
    if head:
        yield Row((("equal", "".join(lines[:head])),))
    yield Row(skipped=len(lines) - head - tail)
    if tail:
        yield Row((("equal", "".join(lines[-tail:])),))
