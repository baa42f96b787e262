"""A quote's place in a text, and again in a later text.

Exact words first, then the best alignment by edit distance; what stands around the quote decides between places.
Offsets are code points of the text as stored; comparing is done on a folded copy that remembers where it came from.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import edlib

from claims.evidence.difference import warning_flags, word_diff

CONTEXT = 64  # characters kept on either side of a quote

UNCHANGED, MOVED, ALTERED, GONE = "unchanged", "moved", "altered", "gone"

# Tried on 100 kB of text, 100 trials of each kind of change.
SAME_CONTEXT = 0.7  # from here an exact match stands where it stood
SAME_QUOTE = 0.6  # below, the words are other words
WEAK_CONTEXT = 0.5  # below, a match is flagged: a person decides
LOOKALIKE_CONTEXT, LOOKALIKE_QUOTE = 0.35, 0.85  # both below: another sentence that happens to look alike
SHORT = 25  # characters; so few words also stand elsewhere by chance
WEIGHTS = (0.5, 0.45, 0.05)  # quote, context, position

_MAX_PLACES = 200
_MAX_WORD = 64
_MAX_FOLDED_TEXTS = 4
_MAX_LETTERS = 255  # of one alphabet: one byte each, and 0 for what is not in it

_ONE_FOR_MANY = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
# Thai, Lao, Burmese, Khmer, Chinese and Japanese put no blanks between words: there a border cuts nothing.
_NO_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff"
_ENDS_OPEN = re.compile(rf"[^\W{_NO_BLANKS}]\Z")
_GOES_ON = re.compile(rf"[^\W{_NO_BLANKS}]|[\u0300-\u036f]|[.,](?=\d)")
_ENDS_POINT = re.compile(r"\d[.,]\Z")
_DIGIT = re.compile(r"\d")
_PLAIN_OR_ONE = re.compile(r"([!-_a-~]+(?: [!-_a-~]+)*)|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Selector:
    """A quote: its words, up to 64 characters on either side, and where it stood (code points)."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote may stand now; similarities from 0.0 to 1.0."""

    start: int
    end: int
    quote: float
    context: float

    @property
    def score(self) -> float:
        """Quote and context together, without position."""
        return round((WEIGHTS[0] * self.quote + WEIGHTS[1] * self.context) / (WEIGHTS[0] + WEIGHTS[1]), 4)


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a quote.

    ``diff`` is the old quote against the words now in its place: (kind, words), kind "same", "removed" or "added".
    ``in_place`` is set on "moved" when the old place now holds an altered version: then ``diff`` and ``flags``
    speak of that one, because the copy elsewhere may be there to hide it.
    """

    state: str
    start: int | None = None
    end: int | None = None
    score: float = 0.0
    diff: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    in_place: Place | None = None


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text made comparable; ``origin[i]`` is where the i-th folded character came from.

    ``raw`` holds the same characters as one byte each, by the ``letters`` of this text: what the aligner reads twenty
    times faster than a string.  In a text of many letters, as in Chinese, the rare ones share a byte, so that a place it
    finds must be looked at as it is written.
    """

    text: str
    origin: "array[int]"
    letters: Mapping[int, int]
    raw: bytes

    def position(self, original: int) -> int:
        return bisect_left(self.origin, original)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stored characters behind a folded span that is not empty."""
        return self.origin[start], self.origin[end - 1] + 1


def make_selector(text: str, start: int, end: int) -> Selector:
    """Select ``text[start:end]``.

    Raises:
        ValueError: the span is empty or outside the text.
    """
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise ValueError("A quote is a span of the text that is not empty.")
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Selector(text[start:end], before, after, start, end)


def find(text: str, selector: Selector) -> Place | None:
    """Where the quote stands in a text, altered or not; None when it is gone.  A look-alike is never returned."""
    return _Search(text, selector).best()


def check(text: str, selector: Selector) -> Check:
    """What became of a quote in a later text: unchanged, moved, altered or gone.

    Source: thresholds and weights were measured, see the constants; alignment is edlib's infix mode
    (Šošić and Šikić, "Edlib", 2017).
    """
    search = _Search(text, selector)
    place = search.best()
    if place is None:
        return Check(GONE)
    if place.quote < 1:
        now = text[place.start : place.end]
        flags = warning_flags(selector.exact, now) + (("weak_context",) if place.context < WEAK_CONTEXT else ())
        return Check(ALTERED, place.start, place.end, place.score, word_diff(selector.exact, now), flags)
    if place.context >= SAME_CONTEXT:
        return Check(UNCHANGED, place.start, place.end, place.score)
    is_guess = place.context < LOOKALIKE_CONTEXT and len(selector.exact) < SHORT
    weak = ("weak_context",) if is_guess else ()
    old = search.altered_in_place()
    if old is None:
        return Check(MOVED, place.start, place.end, place.score, (), weak)
    now = text[old.start : old.end]
    flags = warning_flags(selector.exact, now) + weak
    return Check(MOVED, place.start, place.end, place.score, word_diff(selector.exact, now), flags, old)


class _Search:
    """One quote in one text, both folded."""

    def __init__(self, text: str, selector: Selector) -> None:
        self._text = _fold(text)
        marked = _fold(selector.exact).text
        self._quote = marked.strip()
        self._prefix = _fold(selector.prefix).text.lstrip()
        self._suffix = _fold(selector.suffix).text.rstrip()
        if marked.startswith(" "):  # a blank at the edge of the mark belongs to what stands around it
            self._prefix = self._prefix.rstrip() + " "
        if marked.endswith(" "):
            self._suffix = " " + self._suffix.lstrip()
        self._letters, self._raw = self._text.letters, self._text.raw
        self._expected = self._text.position(selector.start)
        self._begins_inside = _is_inside(self._prefix, self._quote)
        self._ends_inside = _is_inside(self._quote, self._suffix)

    def best(self) -> Place | None:
        if not self._quote:
            return None
        exact = [self._place(start, start + len(self._quote), 1.0) for start in self._exact_starts()]
        if exact:
            return max(exact, key=self._rank)
        place = max(self._alike(), key=self._rank, default=None)
        return None if place is None or _is_other_sentence(place) else place

    def altered_in_place(self) -> Place | None:
        """An altered version where the context of old still stands."""
        places = [place for place in self._by_context() if place.context >= SAME_CONTEXT and place.quote < 1]
        return max((place for place in places if place.quote >= SAME_QUOTE), key=self._rank, default=None)

    def _exact_starts(self) -> list[int]:
        """Nearest to the old place first: a cap taken from the top would drop the right one."""
        text, starts = self._text.text, []
        start = text.find(self._quote)
        while start >= 0:
            if self._is_whole(start, start + len(self._quote)):
                starts.append(start)
            start = text.find(self._quote, start + 1)
        return sorted(starts, key=lambda found: abs(found - self._expected))[:_MAX_PLACES]

    def _is_whole(self, start: int, end: int) -> bool:
        """Not the beginning of "100" for a quote that ends with "10"."""
        text = self._text.text
        begins_inside = _is_inside(text[max(0, start - 2) : start], text[start:end])
        ends_inside = _is_inside(text[start:end], text[end : end + 2])
        return (begins_inside, ends_inside) == (self._begins_inside, self._ends_inside)

    def _alike(self) -> Iterator[Place]:
        yield from self._by_words(0, len(self._text.text))
        yield from self._by_context()

    def _by_words(self, low: int, high: int) -> Iterator[Place]:
        """The spans of a window that are nearest to the quote by edit distance."""
        most = int((1 - SAME_QUOTE) * len(self._quote))
        found = _align(_as_bytes(self._quote, self._letters), self._raw[low:high], "HW", most)
        if found["editDistance"] < 0:
            return
        for start, end in found["locations"][:_MAX_PLACES]:
            if start is not None and end >= start:
                yield self._whole_words(low + start, low + end + 1)

    def _by_context(self) -> Iterator[Place]:
        """The spans beside what stood before and after the quote, wherever that is now."""
        room = 2 * len(self._quote) + CONTEXT
        ends = [end + 1 for _, end in self._nearest(self._prefix)]
        starts = sorted(start for start, _ in self._nearest(self._suffix) if start is not None)
        for end in ends:
            yield from self._by_words(max(0, end - 2), end + room)
            after = bisect_left(starts, end + 1)
            if after < len(starts) and starts[after] <= end + room:
                yield self._whole_words(end, starts[after])
        for start in starts:
            yield from self._by_words(max(0, start - room), start + 2)

    def _nearest(self, words: str) -> list[tuple[int | None, int]]:
        """Where some context stands, with at most three in ten characters changed."""
        if not words:
            return []
        found = _align(_as_bytes(words, self._letters), self._raw, "HW", int(0.3 * len(words)))
        return list(found["locations"])[:_MAX_PLACES] if found["editDistance"] >= 0 else []

    def _whole_words(self, start: int, end: int) -> Place:
        """A span that begins and ends between words: an alignment may cut "2024" to "024"."""
        text = self._text.text
        low, high = max(0, start - _MAX_WORD), min(len(text), end + _MAX_WORD)
        while start > low and _is_inside(text[max(0, start - 2) : start], text[start : start + 2]):
            start -= 1
        while end < high and _is_inside(text[end - 2 : end], text[end : end + 2]):
            end += 1
        while start < end - 1 and text[start].isspace():
            start += 1
        while end > start + 1 and text[end - 1].isspace():
            end -= 1
        return self._place(start, end, _similarity(self._quote, text[start:end]))

    def _place(self, start: int, end: int, quote: float) -> Place:
        text = self._text.text
        before = text[max(0, start - len(self._prefix)) : start]
        after = text[end : end + len(self._suffix)]
        known = len(self._prefix) + len(self._suffix)
        if known:
            same = len(self._prefix) * _similarity(self._prefix, before)
            same += len(self._suffix) * _similarity(self._suffix, after)
            context = same / known
        else:
            context = 1.0  # the quote was the whole text
        return Place(*self._text.span(start, end), quote, context)

    def _rank(self, place: Place) -> tuple[float, int]:
        distance = abs(self._text.position(place.start) - self._expected)
        position = 1 - distance / max(1, len(self._text.text))
        score = WEIGHTS[0] * place.quote + WEIGHTS[1] * place.context + WEIGHTS[2] * position
        return score, -distance


def _is_inside(before: str, after: str) -> bool:
    """Whether the border between two pieces of text cuts a word, an accented letter or a number."""
    cuts_a_word = _ENDS_OPEN.search(before) and _GOES_ON.match(after)
    cuts_a_number = _ENDS_POINT.search(before) and _DIGIT.match(after)
    return bool(cuts_a_word or cuts_a_number)


def _is_other_sentence(place: Place) -> bool:
    if place.quote < SAME_QUOTE:
        return True
    return place.context < LOOKALIKE_CONTEXT and place.quote < LOOKALIKE_QUOTE


def _similarity(one: str, other: str) -> float:
    """1.0 for the same words, 0.0 for nothing in common: 1 - edit distance / length of the longer."""
    if one == other:
        return 1.0
    letters = _letters(dict.fromkeys(one))
    distance = _align(_as_bytes(one, letters), _as_bytes(other, letters), "NW")["editDistance"]
    return 1 - max(1, int(distance)) / max(len(one), len(other))  # two letters that share a number are not the same


def _align(words: bytes, text: bytes, mode: str, most: int = -1) -> dict[str, Any]:
    task = "locations" if mode == "HW" else "distance"
    return dict(edlib.align(words, text, mode=mode, task=task, k=most))


def _letters(characters: Iterable[str]) -> dict[int, int]:
    """A number for each character; the few beyond 255 share one, which makes words a little more alike."""
    return {ord(char): 1 + index % _MAX_LETTERS for index, char in enumerate(characters)}


def _as_bytes(text: str, letters: Mapping[int, int]) -> bytes:
    """One byte for each character, 0 for all that are none of these letters."""
    return text.translate(defaultdict(int, letters)).encode("latin-1")


@lru_cache(maxsize=_MAX_FOLDED_TEXTS * 4)
def _fold(text: str) -> _Folded:
    """Compatibility forms taken apart, quotation marks and dashes made one, invisible signs dropped, blanks joined.

    Letters and accents are taken apart (NFKD), so that both ways of writing "é" are the same text.
    """
    letters: list[str] = []
    origin = array("I")
    is_blank = False
    for found in _PLAIN_OR_ONE.finditer(text):
        if found[1]:
            letters.append(found[1])
            origin.extend(range(found.start(), found.end()))
            is_blank = False
            continue
        folded = _fold_char(found[0])
        if folded == " " and is_blank:
            continue
        if folded:
            is_blank = folded == " "
        letters.append(folded)
        origin.extend([found.start()] * len(folded))
    folded = "".join(letters)
    alphabet = sorted(set(folded))
    if len(alphabet) > _MAX_LETTERS:  # the frequent ones do not share a number with each other
        alphabet = [letter for letter, _times in Counter(folded).most_common()]
    numbers = _letters(alphabet)
    return _Folded(folded, origin, numbers, _as_bytes(folded, numbers))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char.isspace():
        return " "
    if char in _ONE_FOR_MANY:
        return _ONE_FOR_MANY[char]
    if unicodedata.category(char) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", char)
    return "".join(_ONE_FOR_MANY.get(part, part) for part in parts if not part.isspace()) or " "
