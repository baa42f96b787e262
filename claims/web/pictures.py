"""Pictures by their bytes: of which kind, how large, and whether all of one is there.  Pure; no pixel is decoded."""

import re
import struct
import zlib
from dataclasses import dataclass

PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
PICTURES = frozenset((PNG, JPEG, GIF, WEBP))
MOST_PIXELS = 100_000_000  # more is a camera of the future, or a file made to fill a browser's memory

_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the segments that tell height and width
_JPEG_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # without a length
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>|<!--(?:(?!-->).)*-->|<!doctype\s+svg[^>]*>|\s)*<svg[\s>]", re.I | re.S)
_WITHIN = 4096  # bytes in which a drawing must begin


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture says of itself; width and height in pixels, 0 where they are not known."""

    mime: str
    width: int = 0
    height: int = 0
    is_whole: bool = True

    @property
    def can_be_shown(self) -> bool:
        return self.is_whole and self.width * self.height <= MOST_PIXELS


def read_picture(data: bytes) -> Picture | None:
    """The picture a file begins as; None when it begins as none.  A part that is missing or damaged makes it not whole.

    Source: PNG specification, section 5 (chunks and their check sums); ITU-T T.81, annex B (markers of JPEG).
    """
    if data.startswith(_PNG_START):
        return _read_png(data)
    if data.startswith(_JPEG_START):
        return _read_jpeg(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
        return Picture(GIF, width, height, is_whole=data.rstrip(b"\x00").endswith(b";"))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Picture(WEBP, is_whole=len(data) >= int.from_bytes(data[4:8], "little") + 8)
    return None


def is_svg(data: bytes) -> bool:
    """Whether a file is a drawing in SVG, which may hold scripts and is none of the kinds that are shown."""
    return bool(_SVG.match(data[:_WITHIN].removeprefix(b"\xef\xbb\xbf")))


def _read_png(data: bytes) -> Picture:
    """From chunk to chunk: length, name, content, check sum."""
    at, width, height = len(_PNG_START), 0, 0
    unpacked = zlib.decompressobj()
    has_pixels = False
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 8 + length
        content = data[at + 8 : end]
        if zlib.crc32(name + content) != int.from_bytes(data[end : end + 4], "big"):
            break
        if name == b"IHDR" and length >= 8:  # noqa: PLR2004 (two numbers of four bytes)
            width, height = struct.unpack(">II", content[:8])
        if name == b"IDAT" and not has_pixels:
            has_pixels = _begins_well(unpacked, content)
        if name == b"IEND":
            return Picture(PNG, width, height, is_whole=has_pixels and width * height > 0)
        at = end + 4
    return Picture(PNG, width, height, is_whole=False)


def _begins_well(unpacked: "zlib._Decompress", content: bytes) -> bool:
    """Whether packed pixels can be unpacked; a few are enough."""
    try:
        return bool(unpacked.decompress(content, 64))
    except zlib.error:
        return False


def _read_jpeg(data: bytes) -> Picture:
    """From marker to marker, up to the pixels."""
    at, width, height = 2, 0, 0
    while at + 4 <= len(data) and data[at] == _JPEG_START[0]:
        marker = data[at + 1]
        if marker == _JPEG_START[0]:  # padding
            at += 1
            continue
        if marker in _JPEG_BARE:
            at += 2
            continue
        if marker in _JPEG_SIZES and at + 9 <= len(data):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
        if marker == _JPEG_SCAN:
            return Picture(JPEG, width, height, is_whole=width > 0 and data.find(_JPEG_END, at) > 0)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return Picture(JPEG, width, height, is_whole=False)
