"""A captured page or file -> the texts we keep of it and what it says about itself.

Pure, but the parsers below it meet hostile input: call it through ``claims.web.limited``.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import py3langid
import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from claims.errors import FetchRefused
from claims.web.documents import Document, is_docx, read_docx, read_pdf
from claims.web.guard import parse_url
from claims.web.text import decode_text, fold_lines, one_line

EXTRACTOR = "bodytext/1"  # offsets of quotes hold only within one version

PROBLEMS = {
    "empty": "The page came without any text. It may need a browser to show; upload a PDF of it instead.",
    "encrypted": "The file is protected by a password. Upload a copy without one.",
    "no_text_layer": "The PDF holds pictures of pages, not text. Upload a copy with text, or type the passage.",
    "shortened": "The document is very long; only its beginning was read.",
    "unreadable": "The file is damaged, or is not what it says it is, and could not be read.",
    "unsupported": "This kind of file holds no text that can be read here; the file itself is kept.",
    "too_heavy": "Reading the file took too much time or memory. The file itself is kept; upload a simpler copy.",
}

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"

_MAX_MAIN_TEXT_INPUT = 5_000_000  # characters; trafilatura's time grows faster than its input
_MIN_LETTERS_FOR_LANGUAGE = 20
_MAX_URL = 2000
_SNIFF = 1024

_SKIPPED = frozenset((
    "script", "style", "noscript", "template", "head", "iframe", "frame", "object", "embed", "svg", "math",
    "canvas", "audio", "video", "map", "datalist",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre",
    "search", "section", "select", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
))  # fmt: skip
_MAX_DEPTH = 10_000  # browsers stop at 512; the parser's time grows with the square of it
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
_NEVER_DEEP = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "p", "li", "dt", "dd", "option", "tr", "td", "th",
))  # fmt: skip

_LOOKS_LIKE_HTML = re.compile(
    rb"(?:<\?xml[^>]*>|<!--(?:(?!-->).)*-->|\s)*<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I | re.S
)
_LINE = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")  # a line end in the source is only a blank on the page
_TEXT_TYPES = re.compile(r"text/(?!rtf).*|application/(?:.*\+)?(?:json|xml|x-ndjson|javascript|yaml|csv)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])", re.IGNORECASE)
_DAY = re.compile(r"\s*((?:19|20)\d\d)-(\d\d)-(\d\d)(?=$|[T\s])")
_DATE_SELECTORS = (
    ("meta[property='article:published_time']", "content", "page metadata"),
    ("meta[property='og:article:published_time']", "content", "page metadata"),
    ("meta[name='date' i], meta[name='dc.date' i], meta[name='dcterms.created' i]", "content", "page metadata"),
    ("meta[name='citation_publication_date'], meta[itemprop='datePublished']", "content", "page metadata"),
    ("time[itemprop='datePublished'], time[pubdate]", "datetime", "time element"),
)
# Fixed bounds, so that the same page gives the same date whenever it is read; no search through the prose.
_DATE_SEARCH = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2100-12-31"}


@dataclass(frozen=True, slots=True)
class Extract:
    """What could be read.  ``state`` is "ok" or a code of ``PROBLEMS``, and ``problem`` its sentence.

    ``pages`` are the offsets in ``body_text`` (code points) at which the pages of a PDF begin.
    """

    state: str
    mime: str
    body_text: str = ""
    main_text: str = ""
    pages: tuple[int, ...] = ()
    title: str = ""
    author: str = ""
    published_on: date | None = None
    date_basis: str = ""
    canonical_url: str = ""
    language: str = ""
    extractor: str = EXTRACTOR

    @property
    def problem(self) -> str:
        return PROBLEMS.get(self.state, "")


def extract(data: bytes, content_type: str, charset: str, url: str) -> Extract:
    """Read a page, a PDF, a Word file or plain text.

    Args:
        data: the decoded body.
        content_type: as the server declared it; what the bytes are goes before what they are called.
        charset: as the server declared it, or empty.
        url: where it came from, to complete a relative canonical address.
    """
    mime = sniff(data, content_type)
    if mime == PDF:
        return _from_document(read_pdf(data), mime)
    if mime == DOCX:
        return _from_document(read_docx(data), mime)
    if mime == HTML:
        return _from_html(decode_text(data, charset), url)
    if _TEXT_TYPES.fullmatch(mime):
        text = fold_lines(decode_text(data, charset))
        return Extract("ok" if text else "empty", mime, text, text, language=guess_language(text))
    return Extract("unsupported", mime)


def page_at(pages: Sequence[int], position: int) -> int | None:
    """The page, counted from 1, on which an offset of ``body_text`` lies; None when the text has no pages."""
    return bisect_right(pages, position) or None


def sniff(data: bytes, content_type: str) -> str:
    """The media type by the bytes, else as declared, else ``application/octet-stream``."""
    declared = content_type.partition(";")[0].strip().lower()
    start = data[:_SNIFF]
    if b"%PDF-" in start:
        return PDF
    if start.startswith(b"PK\x03\x04") and is_docx(data):
        return DOCX
    if _LOOKS_LIKE_HTML.match(start.removeprefix(b"\xef\xbb\xbf")) or declared == "application/xhtml+xml":
        return HTML
    if declared in {"", "application/octet-stream"} and data and b"\x00" not in start:
        return "text/plain"
    return declared[:100] or "application/octet-stream"


def guess_language(text: str) -> str:
    """ISO 639-1 code by the words; empty when there are too few to tell."""
    if sum(char.isalpha() for char in text[:_SNIFF]) < _MIN_LETTERS_FOR_LANGUAGE:
        return ""
    return str(py3langid.classify(text[:5000])[0])


def _from_document(document: Document, mime: str) -> Extract:
    return Extract(
        document.state or "ok",
        mime,
        document.text,
        document.text,
        document.pages,
        one_line(document.title, 400),
        one_line(document.author, 200),
        document.created,
        "file properties" if document.created else "",
        language=guess_language(document.text),
    )


def _from_html(html: str, url: str) -> Extract:
    if _is_too_deep(html):
        return Extract("too_heavy", HTML)
    tree = LexborHTMLParser(html)
    body_text = body_text_of(tree)
    main_text, meta = _main_text(html, url)
    day, basis = _published(tree, meta)
    return Extract(
        "ok" if body_text else "empty",
        HTML,
        body_text,
        main_text or body_text,
        (),
        one_line(meta.get("title") or _text_at(tree, "title"), 400),
        one_line(meta.get("author"), 200),
        day,
        basis,
        _canonical(tree, url),
        _declared_language(tree) or guess_language(main_text or body_text),
    )


def _is_too_deep(html: str) -> bool:
    """Whether more elements are open at once than any page for people has."""
    if html.count("<") - 2 * html.count("</") <= _MAX_DEPTH:
        return False
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _NEVER_DEEP:
            depth += -1 if tag[1] else 1
        if depth > _MAX_DEPTH:
            return True
    return False


def body_text_of(tree: LexborHTMLParser) -> str:
    """Everything a reader could see, block by block, whitespace folded: algorithm ``bodytext/1``.

    Walks with a stack of its own, so that a million nested tags are just a long page.
    """
    parts: list[str] = []
    waiting: list[LexborNode | str] = [tree.root] if tree.root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        if node.next is not None:
            waiting.append(node.next)
        if node.is_text_node:
            parts.append(_LINE.sub(" ", node.text_content or ""))
        elif node.is_element_node and node.tag not in _SKIPPED:
            edge = "\n" if node.tag in _BLOCKS else " " if node.tag in {"td", "th"} else ""
            parts.append(edge)
            waiting.append(edge)
            if node.child is not None:
                waiting.append(node.child)
    return fold_lines("".join(parts))


def _main_text(html: str, url: str) -> tuple[str, dict[str, Any]]:
    """The article without its surroundings, and trafilatura's reading of the metadata."""
    if len(html) > _MAX_MAIN_TEXT_INPUT:
        return "", {}
    try:
        document = trafilatura.bare_extraction(
            html, url=url, include_comments=False, with_metadata=True, date_extraction_params=_DATE_SEARCH
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "", {}
    if document is None:
        return "", {}
    found = document if isinstance(document, dict) else document.as_dict()
    return fold_lines(found.get("text") or ""), found


def _published(tree: LexborHTMLParser, meta: dict[str, Any]) -> tuple[date | None, str]:
    """The day of publication and where the page says so; none rather than a guess."""
    for text in _json_ld_dates(tree):
        if day := _day(text):
            return day, "JSON-LD"
    for selector, attribute, basis in _DATE_SELECTORS:
        for node in tree.css(selector):
            if day := _day(node.attributes.get(attribute)):
                return day, basis
    if day := _day(meta.get("date")):
        return day, "page text or address"
    return None, ""


def _day(text: object) -> date | None:
    found = _DAY.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _json_ld_dates(tree: LexborHTMLParser) -> Iterator[object]:
    for script in tree.css("script[type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text())]
        except (ValueError, RecursionError):
            continue
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                yield value.get("datePublished")
                waiting += list(value.values())[::-1]
            elif isinstance(value, list):
                waiting += value[::-1]


def _canonical(tree: LexborHTMLParser, url: str) -> str:
    """The address the page gives itself, if it is one that may be dialled."""
    node = tree.css_first("link[rel='canonical' i]")
    href = (node.attributes.get("href") or "").strip() if node else ""
    if not href:
        return ""
    try:
        canonical = parse_url(urljoin(url, href)).url
    except (FetchRefused, ValueError):
        return ""
    return canonical if len(canonical) <= _MAX_URL else ""


def _declared_language(tree: LexborHTMLParser) -> str:
    node = tree.css_first("html")
    found = _LANGUAGE.match((node.attributes.get("lang") or "").strip()) if node else None
    return found[0].lower() if found else ""


def _text_at(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return node.text() if node else ""
