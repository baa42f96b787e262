"""Prose in which passages can be selected and marked: its ``textContent`` is the stored text, character for character.

So a browser counts in it what the server counts.  What a reader need not see of the text (the brackets of a citation, the
blank lines between paragraphs) stands there all the same.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.templatetags.marks import icon
from claims.workflow.citations import MARK, NUMBER

_PIECE = re.compile(rf"(?P<gap>(?:\r?\n){{2,}})|(?P<line>\r?\n)|(?P<cited>{MARK.pattern})")


class Span(NamedTuple):
    """A marked passage in code points; ``place`` is the id the number at its end leads to."""

    start: int
    end: int
    number: int
    place: str
    label: str


def prose(text: str, spans: Iterable[Span] = ()) -> SafeString:
    """Paragraphs with citations as links and passages marked; everything else is escaped."""
    marked = sorted(spans)
    edges = {edge for span in marked for edge in (span.start, span.end)}
    html = "".join(_piece(text[start:end], kind, start, end, marked) for kind, start, end in _pieces(text, edges))
    return SafeString(f"<p>{html}</p>")


def _pieces(text: str, edges: set[int]) -> Iterator[tuple[str, int, int]]:
    """The text as (kind, start, end); plain words are cut at the edges of passages, citations and line ends are not."""
    done = 0
    for found in (*_PIECE.finditer(text), None):
        start = found.start() if found else len(text)
        inner = sorted(edge for edge in edges if done < edge < start)
        yield from (("plain", low, high) for low, high in pairwise([done, *inner, start]) if low < high)
        if found:
            yield found.lastgroup or "cited", start, found.end()
            done = found.end()


def _piece(words: str, kind: str, start: int, end: int, marked: list[Span]) -> str:
    plain = conditional_escape(words).replace("\r", "&#13;")  # a browser would read a bare one as a line feed
    html = {"gap": f"</p>{plain}<p>", "line": f"<br>{plain}", "plain": plain}.get(kind) or _cited(words)
    if kind in {"plain", "cited"} and any(span.start < end and span.end > start for span in marked):
        html = f'<mark class="talk">{html}</mark>'
    return html + "".join(_number(span) for span in marked if start < span.end <= end)


def _cited(words: str) -> str:
    """``[1, 2]`` as two links; the brackets are there for who counts, not for who reads."""
    link = rf'<a class="cite" href="#e\g<0>" aria-label="{_("Evidence")} \g<0>">\g<0></a>'
    return f"<span hidden>[</span>{NUMBER.sub(link, words[1:-1])}<span hidden>]</span>"


def _number(span: Span) -> str:
    html = '<a class="talk-n" href="#{}" data-n="{}" aria-label="{}" title="{}">{}</a>'
    return format_html(html, span.place, span.number, span.label, span.label, icon("message-square"))
