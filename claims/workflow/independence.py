"""Which pieces of evidence are one and the same: the same wire report under ten addresses is one source, not ten.

Pure.  Texts are compared by their simhash (Charikar 2002): near texts have near numbers, so that ten thousand are compared
by counting bits.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

BITS = 64
SHINGLE = 3  # words
FEWEST_WORDS = 30  # of shorter texts nothing can be said
NEAR = 8  # bits: texts that share about 95 of 100 shingles; unrelated ones lie 32 apart, give or take 4
_LANE = 24  # bits of one counter: enough for sixteen million shingles
_SIGN = 1 << (BITS - 1)

# For each byte the eight counters it raises, side by side in one long integer: 64 sums with one addition for each byte.
_SPREAD = [sum(((byte >> bit) & 1) << (bit * _LANE) for bit in range(8)) for byte in range(256)]


@dataclass(frozen=True)
class Piece:
    """One piece of evidence, as far as its independence goes.

    Attributes:
        origin: what an editor wrote: "the same release".
        addresses: where its copy came from: the last address, the canonical one.
        likeness: the simhash of its main text; ``None`` when it is too short or not there.
    """

    number: int
    origin: str = ""
    addresses: frozenset[str] = frozenset()
    likeness: int | None = None


def simhash(text: str) -> int | None:
    """Sixty-four bits, as a signed number, that differ little where texts differ little; ``None`` for a short text."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < FEWEST_WORDS:
        return None
    sums, shingles = [0] * (BITS // 8), 0
    for start in range(len(words) - SHINGLE + 1):
        digest = hashlib.blake2b(" ".join(words[start : start + SHINGLE]).encode(), digest_size=BITS // 8).digest()
        shingles += 1
        for place, byte in enumerate(digest):
            sums[place] += _SPREAD[byte]
    mask, found = (1 << _LANE) - 1, 0
    for bit in range(BITS):
        if 2 * ((sums[bit // 8] >> (bit % 8 * _LANE)) & mask) > shingles:
            found |= 1 << bit
    return found - 2 * _SIGN if found & _SIGN else found


def are_near(one: int | None, other: int | None) -> bool:
    """Whether two texts are almost the same."""
    if one is None or other is None:
        return False
    return ((one ^ other) & (2 * _SIGN - 1)).bit_count() <= NEAR


def are_one(one: Piece, other: Piece) -> bool:
    """Whether two pieces come from one origin: an editor says so, or address or text do."""
    if one.origin and one.origin == other.origin:
        return True
    return bool(one.addresses & other.addresses) or are_near(one.likeness, other.likeness)


def independent_groups(pieces: Iterable[Piece]) -> list[list[int]]:
    """The numbers of the pieces, those of one origin together, each group and all groups in ascending order.

    What is one with a second, which is one with a third, is one with the third.
    """
    rows: Sequence[Piece] = list(pieces)
    group_of = {piece.number: {piece.number} for piece in rows}
    for one, other in combinations(rows, 2):
        if group_of[one.number] is not group_of[other.number] and are_one(one, other):
            joined = group_of[one.number] | group_of[other.number]
            for number in joined:
                group_of[number] = joined
    return [list(group) for group in sorted({tuple(sorted(group)) for group in group_of.values()})]
