"""What a file from a person's hands is, by its bytes, and whether its name says something else.  Pure."""

from pathlib import PurePath

from claims.web.media import DOCX, HTML, PDF, sniff
from claims.web.pictures import GIF, JPEG, PNG, WEBP

TEXT = "text/plain"
READABLE = frozenset((PDF, HTML, DOCX, TEXT))

_OTHER = "application/octet-stream"
_NAMED = {
    TEXT: ".txt .text .md .csv .tsv .json .log",
    HTML: ".html .htm .xhtml",
    PDF: ".pdf",
    DOCX: ".docx",
    PNG: ".png",
    JPEG: ".jpg .jpeg",
    GIF: ".gif",
    WEBP: ".webp",
    _OTHER: ".doc .rtf .odt .xls .xlsx .ods .ppt .pptx .svg .zip .exe .js .mp3 .mp4",
}
_KIND_OF = {ending: mime for mime, endings in _NAMED.items() for ending in endings.split()}
_NOT_TEXT = (b"{\\rtf", b"%!PS", b"MZ", b"#!")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 64 * 1024  # bytes
_STRANGE = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b"))  # no text holds more than a few of these
_FEW = 0.01


def readable_kind(name: str, data: bytes) -> str:
    """The media type of a file whose text can be read; empty for any other.

    Its bytes tell it; the name only tells two kinds of text apart.
    """
    mime = TEXT if data.startswith(_UTF_16) else sniff(data, "")
    if mime == TEXT and _named(name) == HTML:
        mime = HTML
    if mime not in READABLE or (mime in {TEXT, HTML} and not _is_text(data)):
        return ""
    return mime


def is_misnamed(name: str, mime: str) -> bool:
    """Whether a file is called as files of another kind are; an ending that tells no kind says nothing."""
    return _named(name) not in {"", mime}


def _named(name: str) -> str:
    return _KIND_OF.get(PurePath(name).suffix.lower(), "")


def _is_text(data: bytes) -> bool:
    """Whether the first bytes are letters, as nearly all of a text's are."""
    start = data[:_LOOKED_AT]
    if start.startswith(_UTF_16):
        start = start.decode("utf-16", "ignore").encode()
    return not data.startswith(_NOT_TEXT) and len(start) - len(start.translate(None, _STRANGE)) <= len(start) * _FEW
