"""What a captured file is, by its bytes, and what could be read of it.  Pure and light: the parsers are elsewhere."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claims.language import marked as _
from claims.language import say

EXTRACTOR = "bodytext/1"  # offsets of quotes hold only within one version
MAX_CHARACTERS = 5_000_000  # of text that is kept

PROBLEMS = {
    "empty": _("The page came without any text. It may need a browser to show; upload a PDF of it instead."),
    "encrypted": _("The file is protected by a password. Upload a copy without one."),
    "no_text_layer": _("The PDF holds pictures of pages, not text. Upload a copy with text, or type the passage."),
    "shortened": _("The document is very long; only its beginning was read."),
    "unreadable": _("The file is damaged, or is not what it says it is, and could not be read."),
    "unsupported": _("This kind of file holds no text that can be read here; the file itself is kept."),
    "too_heavy": _("Reading the file took too much time or memory. The file itself is kept; upload a simpler copy."),
}

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
ZIP = "application/zip"

_SNIFF = 1024
_LOOKS_LIKE_HTML = re.compile(
    rb"(?:<\?xml[^>]*>|<!--(?:(?!-->).)*-->|\s)*<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I | re.S
)
_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_BINARY = {  # what no text begins with
    _ZIP: ZIP,
    b"\x1f\x8b": "application/gzip",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
_CALLED_TEXT = frozenset(("", "application/octet-stream", "application/xhtml+xml", "text/html", "text/plain"))
_IN_A_WORD_FILE = b"word/document.xml"


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
        return say(PROBLEMS.get(self.state, ""))


def page_at(pages: Sequence[int], position: int) -> int | None:
    """The page, counted from 1, on which an offset of ``body_text`` lies; None when the text has no pages."""
    return bisect_right(pages, position) or None


def sniff(data: bytes, content_type: str) -> str:
    """The media type by the bytes, else as declared, else ``application/octet-stream``.

    A file that can be read in two ways is read as a browser would show it: as what it begins with, and a page that
    only speaks of a PDF in its first lines as a PDF when it was served as one.
    """
    declared = content_type.partition(";")[0].strip().lower()
    start = data[:_SNIFF].removeprefix(b"\xef\xbb\xbf")
    is_html = bool(_LOOKS_LIKE_HTML.match(start)) or declared == "application/xhtml+xml"
    if start.lstrip().startswith(_PDF) or (_PDF in start and (declared == PDF or not is_html)):
        return PDF
    # The names of a zip archive's members stand in it unpacked; opening it is left to the limited process.
    if start.startswith(_ZIP) and _IN_A_WORD_FILE in data:
        return DOCX
    if declared in _CALLED_TEXT and (told := _by_its_sign(data)):
        return told
    if is_html:
        return HTML
    if declared in {"", "application/octet-stream"} and data and b"\x00" not in start:
        return "text/plain"
    return declared[:100] or "application/octet-stream"


def _by_its_sign(data: bytes) -> str:
    return next((mime for sign, mime in _BINARY.items() if data.startswith(sign)), "")
