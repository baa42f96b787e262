"""The day a page was published, as it says itself, and where it says so.  Pure; none rather than a guess.

Prose, comments, other articles' teasers, images and dates of change are no source: a day counts only where pages state
their own, and a source that names several days names none.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from html import escape
from urllib.parse import urlsplit

from htmldate import find_date
from selectolax.lexbor import LexborHTMLParser, LexborNode

_DAY = re.compile(r"\s*((?:19|20)\d\d)-(\d\d)-(\d\d)(?=$|[T\s])")
_IN_PATH = re.compile(r"(?<=/)((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?=$|[/-])")
_META = (
    "meta[property='article:published_time'], meta[property='og:article:published_time'], meta[name='date' i], "
    "meta[name='dc.date' i], meta[name='dcterms.created' i], meta[name='citation_publication_date'], "
    "meta[itemprop='datePublished']"
)
_TIME = "time[itemprop='datePublished'], time[pubdate]"
_HEADER_TIME = "article header time[datetime], main header time[datetime]"
_DATED = re.compile(
    r"(?:^|[-_])(?:date(?:line)?|byline|published|publish(?:ing)?date|pubdate|posted(?:on)?|timestamp)(?:$|[-_])", re.I
)
_NOT_OF_PUBLISHING = re.compile(
    r"event|modif|updat|change|dead|due|birth|expir|start|end(?:$|[-_])|current|today", re.I
)
_APART = frozenset(("aside", "nav", "footer"))
_APART_CLASS = re.compile(r"comment|related|teaser|sidebar|recommend|footer|copyright", re.I)
_SIDES = frozenset(("comment", "review", "userreview", "imageobject", "videoobject", "itemlist", "event"))
_AMBIGUOUS = re.compile(r"\b\d{1,2}[/-]\d{1,2}[/-](?:\d\d){1,2}\b")  # 3/4: March or April, by country
_MAX_CANDIDATES = 50
_MAX_BYLINE = 120
_MAX_DEPTH = 200


def find_published(tree: LexborHTMLParser, url: str) -> tuple[date | None, str]:
    """The day of publication and where the page says so; (None, "") when it does not."""
    sources: tuple[tuple[str, Callable[[], Iterable[object]]], ...] = (
        ("JSON-LD", lambda: _json_ld(tree)),
        ("page metadata", lambda: _attributes(tree, _META, "content")),
        ("time element", lambda: _attributes(tree, _TIME, "datetime")),
        ("time element", lambda: _attributes(tree, _HEADER_TIME, "datetime")),
        ("address", lambda: ("-".join(found) for found in _IN_PATH.findall(urlsplit(url).path))),
        ("byline", lambda: _bylines(tree)),
    )
    for basis, texts in sources:
        days = {day for text in texts() if (day := _day(text))}
        if len(days) == 1:
            return days.pop(), basis
    return None, ""


def _day(text: object) -> date | None:
    found = _DAY.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _json_ld(tree: LexborHTMLParser) -> Iterator[object]:
    """Of the page's own nodes alone: what hangs below them is its comments, lists and pictures."""
    for script in tree.css("script[type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text())]
        except (ValueError, RecursionError):
            continue
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += value
            elif isinstance(value, dict) and not _SIDES & {kind.lower() for kind in _kinds(value)}:
                yield value.get("datePublished")
                waiting += [value.get("@graph"), value.get("mainEntity")]


def _kinds(node: dict[str, object]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _attributes(tree: LexborHTMLParser, selector: str, name: str) -> Iterator[object]:
    for node in tree.css(selector)[:_MAX_CANDIDATES]:
        if not _is_apart(node) and not _NOT_OF_PUBLISHING.search(_named(node)):
            yield node.attributes.get(name)


def _bylines(tree: LexborHTMLParser) -> Iterator[str]:
    """Days in what the page calls its dateline, as ISO 8601."""
    nodes = tree.css("[class*=date i], [class*=byline i], [class*=publi i], [class*=posted i], [class*=timestamp i]")
    for node in nodes[:_MAX_CANDIDATES]:
        names = _named(node).split()
        if not any(map(_DATED.search, names)) or any(map(_NOT_OF_PUBLISHING.search, names)) or _is_apart(node):
            continue
        text = " ".join(node.text(separator=" ").split())
        if len(text) <= _MAX_BYLINE and not _AMBIGUOUS.search(text):
            yield _in_words(text)


def _in_words(text: str) -> str:
    """A day as people write it, as ISO 8601.  Bounds are fixed, so that the same page gives the same day ever after."""
    line = f'<html><body><p class="date">{escape(text)}</p></body></html>'
    return find_date(line, extensive_search=False, min_date="1990-01-01", max_date="2100-12-31") or ""


def _is_apart(node: LexborNode) -> bool:
    """Whether it belongs to something beside the article: a comment, a teaser, the foot of the page."""
    inside: LexborNode | None = node
    for _ in range(_MAX_DEPTH):
        if inside is None:
            return False
        if inside.tag in _APART or _APART_CLASS.search(_named(inside)):
            return True
        inside = inside.parent
    return True


def _named(node: LexborNode) -> str:
    """What the page calls an element: its class, its id and its meaning."""
    return " ".join(node.attributes.get(name) or "" for name in ("class", "id", "itemprop"))
