"""The place of a text that answers best, cut to a few lines, with what answers marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.search.query import Answer, Query, answers

LETTERS = 240  # of an excerpt
BEFORE = 60  # letters shown before the first mark
EDGE = 20  # letters an edge may move to meet a blank


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Pieces of a text with whether each answers.

    Attributes:
        terms: numbers of the terms that are answered in it.
    """

    parts: tuple[tuple[str, bool], ...]
    terms: frozenset[int]


def excerpts(
    query: Query, text: str, language: str, *, answered: frozenset[int] = frozenset(), most: int = 2
) -> list[Excerpt]:
    """The stretches of a text that show where its terms stand: the one with most of them, then one with what is missing.

    Args:
        answered: terms that are shown elsewhere already; a stretch is chosen for others.
        most: stretches.
    """
    found, shown = answers(query, text, language), set(answered)
    chosen: list[Excerpt] = []
    while len(chosen) < most and (wanted := [one for one in found if one.term not in shown]):
        chosen.append(_stretch(text, found, wanted, LETTERS))
        shown |= chosen[-1].terms
    return chosen


def excerpt(query: Query, text: str, language: str, *, letters: int = LETTERS) -> Excerpt | None:
    """The stretch that answers the most terms, the first of several; ``None`` where nothing in the text answers.

    Args:
        letters: about how long it may be; a shorter text is shown whole.
    """
    found = answers(query, text, language)
    return _stretch(text, found, found, letters) if found else None


def _stretch(text: str, found: Sequence[Answer], wanted: Sequence[Answer], letters: int) -> Excerpt:
    """The stretch with the most terms of those wanted, with all that answers in it marked."""
    if len(text) <= letters:
        return Excerpt(_parts(text, 0, len(text), found), frozenset(one.term for one in found))
    first = _best(wanted, letters - BEFORE)
    start = _edge(text, max(0, min(first.start - BEFORE, len(text) - letters)))
    end = max(first.end, _end_edge(text, min(len(text), start + letters)))
    inside = [one for one in found if one.start >= start and one.end <= end]
    return Excerpt(_parts(text, start, end, inside), frozenset(one.term for one in inside))


def _best(found: Sequence[Answer], letters: int) -> Answer:
    """The answer after which, within so many letters, the most different terms are answered."""
    best, most = found[0], 0
    for n, one in enumerate(found[:200]):
        inside = {other.term for other in found[n : n + 40] if other.end <= one.start + letters}
        if len(inside) > most:
            best, most = one, len(inside)
    return best


def _edge(text: str, start: int) -> int:
    """A beginning that cuts no word, where a blank is near."""
    blank = text.find(" ", start, start + EDGE) if start else -1
    return blank + 1 if blank >= 0 else start


def _end_edge(text: str, end: int) -> int:
    blank = text.rfind(" ", end - EDGE, end) if end < len(text) else -1
    return blank if blank >= 0 else end


def _parts(text: str, start: int, end: int, found: Sequence[Answer]) -> tuple[tuple[str, bool], ...]:
    parts: list[tuple[str, bool]] = []
    at = start
    for one in found:
        parts += [(text[at : one.start], False), (text[one.start : one.end], True)]
        at = one.end
    parts.append((text[at:end], False))
    if start:
        parts.insert(0, ("… ", False))
    if end < len(text):
        parts.append((" …", False))
    return tuple((words, marked) for words, marked in parts if words)
