"""Undo a page's content-encoding without ever holding more of it than the limits allow."""

import zlib
from collections.abc import Iterator

import brotli
import zstandard

from claims.web.guard import failure
from claims.web.wire import Limits

_IN = 16 * 1024
_OUT = 256 * 1024
_ZSTD_IN = 64  # zstandard's decoder has no output limit: 64 bytes unpack to 2 MB at most
_ZSTD_WINDOW = 8 * 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP, _ZLIB, _RAW = 31, 15, -15

Pieces = Iterator[tuple[bytes, int]]


class _Damaged(Exception):
    pass


def decode(data: bytes, encoding: str, limits: Limits) -> bytes:
    """The body of a page as its author wrote it.

    Args:
        encoding: the Content-Encoding header, all its lines joined with commas.

    Raises:
        FetchFailed: code ``encoding``, ``multi_encoding``, ``decode`` or ``bomb``.
    """
    names = [name for name in encoding.lower().replace(" ", "").split(",") if name not in {"", "identity"}]
    if not names or not data:
        return data
    if len(names) > 1:
        raise failure("multi_encoding")
    if names[0] not in _DECODERS:
        raise failure("encoding")
    out = bytearray()
    try:
        for piece, consumed in _DECODERS[names[0]](data):
            out += piece
            if len(out) > min(limits.decoded, max(limits.ratio_floor, limits.ratio * consumed)):
                raise failure("bomb")
    except (_Damaged, zlib.error, brotli.error, zstandard.ZstdError):
        raise failure("decode") from None
    return bytes(out)


def _gzip(data: bytes) -> Pieces:
    """Every member of a gzip file; what follows the last one is ignored, as browsers do."""
    position = 0
    while True:
        for piece, consumed in _inflate(data, position, _GZIP):
            yield piece, consumed
            position = consumed
        if data[position : position + 2] != _GZIP_MAGIC:
            return


def _deflate(data: bytes) -> Pieces:
    """RFC 9110 means zlib by "deflate"; many servers send it raw."""
    has_zlib_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0  # noqa: PLR2004 (RFC 1950)
    yield from _inflate(data, 0, _ZLIB if has_zlib_header else _RAW)


def _inflate(data: bytes, start: int, wbits: int) -> Pieces:
    inflater = zlib.decompressobj(wbits)
    position, pending = start, b""
    while not inflater.eof:
        if not pending:
            pending = data[position : position + _IN]
            position += len(pending)
        piece = inflater.decompress(pending, _OUT)
        if not piece and not pending and not inflater.eof:
            raise _Damaged
        pending = inflater.unconsumed_tail
        yield piece, position - len(inflater.unused_data)


def _brotli(data: bytes) -> Pieces:
    decoder = brotli.Decompressor()
    for position in range(0, len(data), _IN):
        piece = decoder.process(data[position : position + _IN], output_buffer_limit=_OUT)
        yield piece, position + _IN
        while not decoder.can_accept_more_data():
            yield decoder.process(b"", output_buffer_limit=_OUT), position + _IN
    while not decoder.is_finished():  # the last of the output may still be inside
        piece = decoder.process(b"", output_buffer_limit=_OUT)
        if not piece:
            raise _Damaged
        yield piece, len(data)


def _zstd(data: bytes) -> Pieces:
    """Every frame; what follows the last one is ignored."""
    position = 0
    while True:
        for piece, consumed in _zstd_frame(data, position):
            yield piece, consumed
            position = consumed
        if data[position : position + 4] != _ZSTD_MAGIC:
            return


def _zstd_frame(data: bytes, start: int) -> Pieces:
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    for position in range(start, len(data), _ZSTD_IN):
        pending = data[position : position + _ZSTD_IN]
        piece = decoder.decompress(pending)
        yield piece, position + len(pending) - len(decoder.unused_data)
        if decoder.eof:
            return
    raise _Damaged


_DECODERS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
