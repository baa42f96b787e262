"""Which pieces of evidence are one and the same: the same wire report under ten addresses is one source, not ten.

Pure.  Texts are compared by their simhash (Charikar 2002): near texts have near numbers, so that ten thousand are compared
by counting bits.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

BITS = 64
FEWEST_WORDS = 30  # of shorter texts nothing can be said
NEAR = 8  # bits: texts that share about 95 of 100 shingles; unrelated ones lie 32 apart, give or take 4
_LANE = 24  # bits of one counter: enough for sixteen million shingles
_SIGN = 1 << (BITS - 1)
_ALL_BITS = 2 * _SIGN - 1

# For each byte the eight counters it raises, side by side in one long integer: eight sums with one addition for each byte
# value that occurs in a place.
_SPREAD = [sum(((byte >> bit) & 1) << (bit * _LANE) for bit in range(8)) for byte in range(256)]


@dataclass(frozen=True)
class Piece:
    """One piece of evidence, as far as its independence goes.

    Attributes:
        origin: what an editor wrote: "the same release".
        addresses: where its copy came from: the last address, the canonical one.
        likeness: the simhash of its main text; ``None`` when it is too short or not there.
        copy: the sha256 of its copy's bytes; the same file under two names is one file.
    """

    number: int
    origin: str = ""
    addresses: frozenset[str] = frozenset()
    likeness: int | None = None
    copy: str = ""


def simhash(text: str) -> int | None:
    """Sixty-four bits, as a signed number, that differ little where texts differ little; ``None`` for a short text."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < FEWEST_WORDS:
        return None
    encoded = " ".join(words).encode().split(b" ")
    digests = b"".join(
        [
            hashlib.blake2b(shingle, digest_size=BITS // 8).digest()
            for shingle in map(b" ".join, zip(encoded, encoded[1:], encoded[2:], strict=False))
        ]
    )
    shingles = len(digests) // (BITS // 8)
    sums = [
        sum(times * _SPREAD[byte] for byte, times in Counter(digests[place :: BITS // 8]).items())
        for place in range(BITS // 8)
    ]
    mask, found = (1 << _LANE) - 1, 0
    for bit in range(BITS):
        if 2 * ((sums[bit // 8] >> (bit % 8 * _LANE)) & mask) > shingles:
            found |= 1 << bit
    return found - 2 * _SIGN if found & _SIGN else found


def are_near(one: int, other: int) -> bool:
    """Whether two texts are almost the same."""
    return ((one ^ other) & _ALL_BITS).bit_count() <= NEAR


def independent_groups(pieces: Iterable[Piece]) -> list[list[int]]:
    """The numbers of the pieces, those of one origin together, each group and all groups in ascending order.

    Two are one when an editor says so (the same ``origin``), or address, file or text do.  What is one with a second, which is
    one with a third, is one with the third.
    """
    groups: dict[int, set[int]] = {}
    first_with: dict[object, int] = {}
    for piece in pieces:
        groups[piece.number] = {piece.number}
        for mark in _marks(piece):
            _join(groups, piece.number, first_with.setdefault(mark, piece.number))
    # Of equal texts one is enough, so that two hundred copies of one report are compared once.
    texts = [(mark, number) for mark, number in first_with.items() if isinstance(mark, int)]
    for (one, number), (other, second) in combinations(texts, 2):
        if are_near(one, other):
            _join(groups, number, second)
    return [list(group) for group in sorted({tuple(sorted(group)) for group in groups.values()})]


def _marks(piece: Piece) -> Iterator[object]:
    """What only pieces of one origin share; a text is the number itself."""
    if piece.origin:
        yield "origin", piece.origin
    for address in piece.addresses:
        yield "address", address
    if piece.copy:
        yield "copy", piece.copy
    if piece.likeness is not None:
        yield piece.likeness


def _join(groups: dict[int, set[int]], one: int, other: int) -> None:
    if groups[one] is not groups[other]:
        joined = groups[one] | groups[other]
        for number in joined:
            groups[number] = joined
