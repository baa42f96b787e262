"""A captured page or file -> the texts we keep of it and what it says about itself.

Pure, but the parsers below it meet hostile input: call it through ``claims.web.limited``.
"""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import py3langid
import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode
from trafilatura.metadata import Document as Reading
from trafilatura.metadata import examine_meta, extract_author, extract_meta_json, extract_title
from trafilatura.utils import load_html

from claims.errors import FetchRefused
from claims.web.dates import find_published
from claims.web.documents import Document, read_docx, read_pdf
from claims.web.guard import parse_url
from claims.web.media import DOCX, HTML, MAX_CHARACTERS, PDF, Extract, sniff
from claims.web.text import decode_text, fold_lines, one_line

_MAX_SOURCE = 10_000_000  # characters that are read; in markup four may be an element of a hundred bytes
_MAX_MAIN_TEXT_INPUT = 5_000_000  # characters; trafilatura's time grows faster than its input
_MIN_LETTERS_FOR_LANGUAGE = 20
_LETTERS_WITHIN = 1024
_MAX_URL = 2000

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

_LINE = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")  # a line end in the source is only a blank on the page
_TEXT_TYPES = re.compile(r"text/(?!rtf).*|application/(?:.*\+)?(?:json|xml|x-ndjson|javascript|yaml|csv)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])", re.IGNORECASE)


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
        source = decode_text(data, charset)
        text = fold_lines(source[:_MAX_SOURCE])
        kept = text[:MAX_CHARACTERS]
        is_whole = len(source) <= _MAX_SOURCE and len(kept) == len(text)
        return Extract(_state(kept, is_whole), mime, kept, kept, language=guess_language(kept))
    return Extract("unsupported", mime)


def guess_language(text: str) -> str:
    """ISO 639-1 code by the words; empty when there are too few to tell."""
    if sum(char.isalpha() for char in text[:_LETTERS_WITHIN]) < _MIN_LETTERS_FOR_LANGUAGE:
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
    markup = html[:_MAX_SOURCE]
    if _is_too_deep(markup):
        return Extract("too_heavy", HTML)
    tree = LexborHTMLParser(markup)
    whole_text = body_text_of(tree)
    body_text = whole_text[:MAX_CHARACTERS]
    main_text, title, author = _main_text(markup, url)
    day, basis = find_published(tree, url)
    return Extract(
        _state(body_text, len(markup) == len(html) and len(body_text) == len(whole_text)),
        HTML,
        body_text,
        main_text or body_text,
        (),
        one_line(title or _text_at(tree, "title"), 400),
        one_line(author, 200),
        day,
        basis,
        _canonical(tree, url),
        _declared_language(tree) or guess_language(main_text or body_text),
    )


def _state(text: str, is_whole: bool) -> str:
    if not is_whole:
        return "shortened"
    return "ok" if text else "empty"


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
    above: list[tuple[LexborNode | None, str]] = []  # where to go on behind each open element, and how it ends
    node = tree.root
    while node is not None or above:
        if node is None:
            node, edge = above.pop()
            parts.append(edge)
        elif node.is_text_node:
            text = node.text_content or ""
            parts.append(text if text.isprintable() else _LINE.sub(" ", text))
            node = node.next
        elif node.is_element_node and (tag := node.tag) not in _SKIPPED:
            edge = "\n" if tag in _BLOCKS else " " if tag in {"td", "th"} else ""
            parts.append(edge)
            above.append((node.next, edge))
            node = node.child
        else:
            node = node.next
    return fold_lines("".join(parts))


def _main_text(html: str, url: str) -> tuple[str, str, str]:
    """The article without its surroundings, and trafilatura's reading of title and author; its others are not used."""
    if len(html) > _MAX_MAIN_TEXT_INPUT:
        return "", "", ""
    try:
        tree = load_html(html)
        document = trafilatura.bare_extraction(tree, url=url, include_comments=False) if tree is not None else None
        if document is None:
            return "", "", ""
        about = _title_and_author(tree)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "", "", ""
    assert isinstance(document, Reading)
    return fold_lines(document.text or ""), about.title or "", about.author or ""


def _title_and_author(tree: Any) -> Reading:
    """What ``trafilatura.extract_metadata`` finds, without its search for a date, a licence and tags."""
    about = examine_meta(tree)
    if about.author and " " not in about.author:
        about.author = None
    with suppress(Exception):  # as trafilatura does: what a page says of itself may be anything
        about = extract_meta_json(tree, about)
    about.title = about.title or extract_title(tree)
    about.author = about.author or extract_author(tree)
    about.clean_and_trim()
    return about


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
