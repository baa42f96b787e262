"""Bytes to text, and text to the one form we keep: what every kind of captured file has in common."""

import codecs
import re
import unicodedata

import charset_normalizer

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(
    rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:+-]+)|<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:+-]+)""", re.IGNORECASE
)
_META_WITHIN = 4096
_DETECT_WITHIN = 50_000

# WHATWG "Encoding": what browsers make of these labels, and what they refuse to read.
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_NEVER = re.compile(r"utf-7|utf-32|unicode.escape|punycode|idna|mbcs|oem|undefined|charmap|palmos", re.IGNORECASE)

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NO_LINE_ENDS = "\x1c\x1d\x1e"  # Python ends a line at these, no browser does
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def decode_text(data: bytes, declared: str) -> str:
    """Read bytes by their byte order mark, else the header, else the page's own word, else by what they look like.

    A declaration that most of the bytes contradict is a lie and is passed over.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    meta = _META.search(data[:_META_WITHIN])
    in_page = (meta[1] or meta[2]).decode("ascii", "replace") if meta else ""
    if in_page.lower().startswith("utf-16"):  # a page that was readable so far is not UTF-16
        in_page = "utf-8"
    for label in (declared, in_page):
        text = _read(data, label)
        if text is not None:
            return text
    return _detect(data)


def _read(data: bytes, label: str) -> str | None:
    name = _codec(label)
    if not name:
        return None
    text = data.decode(name, "replace")
    broken = text.count("\ufffd")
    if broken and broken * 2 > sum(not char.isascii() for char in text) - broken:
        return None
    return text


def _codec(label: str) -> str:
    """Python's name of a charset; empty for one that is unknown or that no browser reads."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    try:
        "".encode(name)  # only charsets: Python's registry also knows base64, zip and the like
    except LookupError:
        return ""
    return "" if _NEVER.search(name) else _READ_AS.get(name, name)


def _detect(data: bytes) -> str:
    text = _read(data, "utf-8")
    if text is not None:
        return text
    if sum(byte > 0x7F for byte in data[:_DETECT_WITHIN]) * 20 < len(data[:_DETECT_WITHIN]):  # noqa: PLR2004 (ASCII)
        return data.decode("cp1252", "replace")  # a few quotation marks say too little, and most are these
    best = charset_normalizer.from_bytes(data[:_DETECT_WITHIN]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")


def fold_lines(text: str) -> str:
    """White space as one blank, line ends as one newline, nothing that a database or a reader cannot show."""
    for sign in _NO_LINE_ENDS:
        text = text.replace(sign, "")
    lines = (line if line.isprintable() else _UNPRINTABLE.sub("", line) for line in text.splitlines())
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def one_line(text: object, length: int) -> str:
    """A title or a name: one line without direction marks, at most so many characters; empty when it is no text."""
    if not isinstance(text, str):
        return ""
    return unicodedata.normalize("NFC", fold_lines(_BIDI.sub("", text)).replace("\n", " "))[:length]
