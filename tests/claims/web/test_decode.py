import dataclasses
import gzip
import random
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from claims.errors import FetchFailed
from claims.web import decode as decode_module
from claims.web.decode import decode
from claims.web.wire import LIMITS

TEXT = b"The bridge opened in 1998 and was closed in 2011. " * 2000
BOMB = bytes(100 * 1024 * 1024)  # twice what is kept; bench/bomb.py takes 300 MB


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (gzip.compress(TEXT, mtime=0), "identity, gzip"),
        (gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"trailing junk", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (brotli.compress(TEXT), "br"),
        (zstandard.compress(TEXT), "zstd"),
        (zstandard.compress(TEXT[:100]) + zstandard.compress(TEXT[100:]), "zstd"),
        (zstandard.compress(TEXT) + b"x" * 200, "zstd"),
    ],
)
def test_every_usual_encoding_is_undone(data, encoding):
    assert decode(data, encoding, LIMITS) == TEXT


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "compress"])
def test_nothing_stays_nothing(encoding):
    assert decode(b"", encoding, LIMITS) == b""


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [
        (gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip, gzip", "multi_encoding"),
        (TEXT, "compress", "encoding"),
        (TEXT, "gzip", "decode"),
        (gzip.compress(TEXT, mtime=0)[:-20], "gzip", "decode"),
        (gzip.compress(TEXT, mtime=0)[:5], "gzip", "decode"),
        (TEXT, "deflate", "decode"),
        (zlib.compress(TEXT)[:-10], "deflate", "decode"),
        (TEXT, "br", "decode"),
        (brotli.compress(TEXT)[:-3], "br", "decode"),
        (TEXT, "zstd", "decode"),
        (zstandard.compress(TEXT)[:-10], "zstd", "decode"),
        (
            zstandard.ZstdCompressor(
                compression_params=zstandard.ZstdCompressionParameters(window_log=27)
            ).compressobj().compress(TEXT)
            + b"\x00" * 100,
            "zstd",
            "decode",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_undone_says_why(data, encoding, code):
    with pytest.raises(FetchFailed) as caught:
        decode(data, encoding, LIMITS)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", lambda data: gzip.compress(data, 1, mtime=0)),
        ("deflate", raw_deflate),
        ("br", lambda data: brotli.compress(data, quality=1)),
        ("zstd", zstandard.compress),
    ],
)
def test_a_bomb_is_refused_in_little_memory(encoding, pack):
    packed = pack(BOMB)
    tracemalloc.start()

    with pytest.raises(FetchFailed) as caught:
        decode(packed, encoding, LIMITS)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == "bomb"
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("limit", "value"), [("ratio", 20), ("decoded", 1_900_000)], ids=["too many times its size", "too large in all"]
)
def test_each_limit_refuses_by_itself(limit, value):
    """Two megabytes from a hundredth of them: neither limit alone may be what stops every bomb."""
    packed = gzip.compress(random.Random(1).randbytes(10_000) * 200, mtime=0)
    assert len(decode(packed, "gzip", LIMITS)) == 2_000_000

    with pytest.raises(FetchFailed) as caught:
        decode(packed, "gzip", dataclasses.replace(LIMITS, **{limit: value}))

    assert caught.value.code == "bomb"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_no_piece_is_unpacked_at_once_whatever_it_holds(encoding):
    packed = gzip.compress(bytes(4_000_000), mtime=0) if encoding == "gzip" else zlib.compress(bytes(4_000_000))

    assert max(len(piece) for piece, _consumed in decode_module._DECODERS[encoding](packed)) <= decode_module._OUT


def test_a_zstd_window_beyond_eight_megabytes_is_not_granted():
    parameters = zstandard.ZstdCompressionParameters(window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(TEXT) + packer.flush()
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == TEXT

    with pytest.raises(FetchFailed) as caught:
        decode(packed, "zstd", LIMITS)

    assert caught.value.code == "decode"


def test_a_large_page_that_is_no_bomb_is_undone():
    data = random.Random(1).randbytes(3_000_000).hex().encode() + bytes(500_000)

    for encoding, pack in (("gzip", gzip.compress), ("zstd", zstandard.compress)):
        assert decode(pack(data), encoding, LIMITS) == data
    assert decode(brotli.compress(data, quality=1), "br", LIMITS) == data
