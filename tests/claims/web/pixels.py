"""The smallest pictures of each kind, written by hand."""

import struct
import zlib


def chunk(name, content=b""):
    check = zlib.crc32(name + content)
    return len(content).to_bytes(4, "big") + name + content + check.to_bytes(4, "big")


def png(width=3, height=2, says=None):
    """Grey pixels, shades from dark to light; ``says`` is the size its header tells, where that is a lie."""
    header = struct.pack(">IIBBBBB", *(says or (width, height)), 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + bytes((x + y) * 255 // (width + height) for x in range(width)) for y in range(height))
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def segment(marker, content):
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(width=4, height=5, before=b""):
    """The segments of a JPEG in their order, its pixels left out."""
    sizes = segment(0xC0, b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return b"\xff\xd8" + before + segment(0xE0, b"JFIF\x00") + sizes + scan + b"\x00\x00\xff\xd9"


def gif(width=6, height=7):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00" + b"\x2c;"


def webp():
    content = b"WEBPVP8 " + b"\x00" * 12
    return b"RIFF" + len(content).to_bytes(4, "little") + content
