"""Bring together two texts that two people made of one, word by word, without losing a character of either."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

MINE, THEIRS, END = "⟦", "⟧⟦", "⟧"  # around two versions of the same words, in a text that is still to be settled
TOKEN = re.compile(r"\s+|\w+|[^\w\s]+")
ANCHOR_WORDS = 2  # fewer common words between two conflicts do not keep them apart


@dataclass(frozen=True)
class Piece:
    """A stretch of text as it was, and what each of the two made of it."""

    base: str
    mine: str
    theirs: str

    @property
    def is_conflict(self) -> bool:
        return self.mine != self.theirs and self.base not in (self.mine, self.theirs)

    @property
    def text(self) -> str:
        """What both want; where they want different things, both, mine first."""
        if self.is_conflict:
            return f"{MINE}{self.mine}{THEIRS}{self.theirs}{END}"
        return self.theirs if self.mine == self.base else self.mine


@dataclass(frozen=True)
class Merged:
    """Two texts brought together; joining ``base``, ``mine`` or ``theirs`` of the pieces gives each text whole."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_clean(self) -> bool:
        return not any(piece.is_conflict for piece in self.pieces)


def merge_words(base: str | None, mine: str, theirs: str) -> Merged:
    """Merge two changes of one text.

    What only one side changed is taken from that side.  Where both changed the same words the piece is a conflict and
    the merged text holds both versions.

    Args:
        base: what both began with; ``None`` when it is not known: then nothing counts as deleted, so that every word
            of either side stays.

    Source: Khanna, Kunal and Pierce, "A Formal Investigation of Diff3" (2007), with words for lines.
    """
    left, right = _tokens(mine), _tokens(theirs)
    if base is None:
        common = list(_same(left, right))
        origin = [left[place] for place, _other in common]
        anchors = [(number, *places) for number, places in enumerate(common)]
    else:
        origin = _tokens(base)
        in_left, in_right = dict(_same(origin, left)), dict(_same(origin, right))
        anchors = [(place, in_left[place], in_right[place]) for place in sorted(in_left.keys() & in_right.keys())]
    return Merged(tuple(_close_up(_stretches(origin, left, right, anchors))))


def is_settled(text: str) -> bool:
    """Whether no two versions stand side by side in a merged text any more."""
    return THEIRS not in text


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text.replace("\r\n", "\n"))


def _same(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """Places of the same words in both; blanks hold only beside a word, for they say nothing alone."""
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        words = old[block.a : block.a + block.size]
        if any(not word.isspace() for word in words):
            yield from ((block.a + n, block.b + n) for n in range(block.size))


def _stretches(
    origin: list[str], left: list[str], right: list[str], anchors: list[tuple[int, int, int]]
) -> Iterator[Piece]:
    """The texts cut at every word that all have in common."""
    bounds = [(-1, -1, -1), *anchors, (len(origin), len(left), len(right))]
    for (o1, l1, r1), (o2, l2, r2) in pairwise(bounds):
        between = Piece("".join(origin[o1 + 1 : o2]), "".join(left[l1 + 1 : l2]), "".join(right[r1 + 1 : r2]))
        if between != Piece("", "", ""):
            yield between
        if o2 < len(origin):
            yield Piece(origin[o2], origin[o2], origin[o2])


def _close_up(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Conflicts with next to nothing in common between them are one: nobody can read "a |b c| d |e f|"."""
    waiting: list[Piece] = []  # a conflict, and what came after it
    for piece in pieces:
        waiting.append(piece)
        if piece.is_conflict:
            waiting = [_joined(waiting)]
        elif not waiting[0].is_conflict or _words(waiting[1:]) > ANCHOR_WORDS:
            yield from waiting
            waiting = []
    yield from waiting


def _joined(pieces: list[Piece]) -> Piece:
    return Piece(
        "".join(piece.base for piece in pieces),
        "".join(piece.mine for piece in pieces),
        "".join(piece.theirs for piece in pieces),
    )


def _words(pieces: list[Piece]) -> int:
    return sum(1 for piece in pieces if not piece.text.isspace())
