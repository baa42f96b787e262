"""Which pieces of evidence are one and the same: the same wire report under ten addresses is one source, not ten.

Pure.  Texts are compared by their simhash (Charikar 2002): near texts have near numbers, so that ten thousand are compared
by counting bits.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BITS = 64
FEWEST_WORDS = 30  # of shorter texts nothing can be said
NEAR = 8  # bits: texts that share about 95 of 100 shingles; unrelated ones lie 32 apart, give or take 4
SHINGLE = 3  # words in a row that are looked at as one
_NUMBER = BITS // 8  # bytes
_WORD = SHINGLE * _NUMBER  # bytes of what a word is hashed to: a number for each place in a shingle
_SIGN = 1 << (BITS - 1)
_ALL_BITS = 2 * _SIGN - 1
_SLICE = BITS // (NEAR + 1)  # bits of a slice; what is left over lies in none
_SLICE_BITS = (1 << _SLICE) - 1


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
    """Sixty-four bits, as a signed number, that differ little where texts differ little; ``None`` for a short text.

    Three words in a row are hashed by tabulation (Carter and Wegman 1979): each place has its own number for a word, and the
    three are joined by XOR.  So a word is hashed once, however often it comes.
    """
    words = re.findall(r"\w+", text.casefold())
    if len(words) < FEWEST_WORDS:
        return None
    hashed = {word: hashlib.blake2b(word.encode(), digest_size=_WORD).digest() for word in set(words)}
    row = b"".join([hashed[word] for word in words])
    shingles = len(words) - SHINGLE + 1
    ones = int.from_bytes(b"\1" * shingles)  # the lowest bit of each byte
    found = 0
    for byte in range(_NUMBER):
        column = 0  # this byte of the number of every shingle
        for place in range(SHINGLE):
            begin = place * _WORD + place * _NUMBER + byte
            column ^= int.from_bytes(row[begin::_WORD][:shingles])
        for bit in range(8):
            if 2 * ((column >> bit) & ones).bit_count() > shingles:
                found |= 1 << (byte * 8 + bit)
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
    texts = {mark: number for mark, number in first_with.items() if isinstance(mark, int)}
    for one, other in _near_texts(texts):
        _join(groups, texts[one], texts[other])
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


def _near_texts(texts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """All pairs of near texts, some of them several times.

    Of ``NEAR + 1`` slices of a number ``NEAR`` changed bits leave one untouched, so only texts that have a slice in common
    are compared: the pigeonhole search of Manku, Jain and Das Sarma, "Detecting near-duplicates for web crawling" (2007).
    """
    alike: dict[tuple[int, int], list[int]] = {}
    for text in texts:
        for low in range(0, _SLICE * (NEAR + 1), _SLICE):
            neighbours = alike.setdefault((low, (text >> low) & _SLICE_BITS), [])
            yield from ((other, text) for other in neighbours if are_near(other, text))
            neighbours.append(text)


def _join(groups: dict[int, set[int]], one: int, other: int) -> None:
    if groups[one] is not groups[other]:
        joined = groups[one] | groups[other]
        for number in joined:
            groups[number] = joined
