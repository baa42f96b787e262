"""What a chart is: one question, and a table of numbers each of which leads to its claims."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.functional import Promise

from claims.figures.numbers import in_full
from claims.figures.period import Period
from claims.models import Person
from claims.models.claim import ClaimQuerySet

MOST_LINES = 12  # drawn; the table and the file hold up to MOST_KEPT
MOST_KEPT = 200


@dataclass(frozen=True)
class Series:
    """One kind of number: its word, its glyph in the sprite and its class, so that colour never stands alone."""

    key: str
    label: str | Promise
    css: str
    glyph: str


@dataclass(frozen=True)
class Mark:
    """One number, and the address of the list it counts (what follows the queue's question mark)."""

    count: int
    query: str

    @property
    def words(self) -> str:
        return in_full(self.count)


@dataclass(frozen=True)
class Line:
    """One row of numbers.

    Attributes:
        marks: one for each series; ``None`` where there is nothing to count.
        more: what else is said of it, as words for the table.
        spans: lengths that are drawn instead of the number, in the unit of the chart.
        short: its label where there is little room.
    """

    label: str
    marks: tuple[Mark | None, ...]
    more: tuple[str, ...] = ()
    spans: tuple[float, ...] = ()
    short: str = ""

    @property
    def total(self) -> int:
        return sum(mark.count for mark in self.marks if mark)


@dataclass(frozen=True)
class Chart:
    """An answer to one question.

    Attributes:
        form: how it is drawn: ``bars``, ``columns``, ``spans`` or ``grid``.
        heads: what the lines are, and what ``Line.more`` holds.
        finding: the answer in a few words.
        hidden: lines beyond ``MOST_KEPT``.
    """

    form: str
    heads: tuple[str, ...]
    series: tuple[Series, ...]
    lines: list[Line]
    finding: str
    hidden: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(line.total for line in self.lines)


class Question(NamedTuple):
    """A chart every desk has.

    Attributes:
        title: the question an editor really has.
        nothing: what would come here, said while there is nothing.
        notes: what one must know to read it.
        key: the series whose marks are explained below it.
        room: the height it takes on a small desk, in units of its drawing.
        dated: whether the period changes it.
    """

    title: str | Promise
    nothing: str | Promise
    answer: Callable[[Person, Period], Chart]
    notes: tuple[str | Promise, ...]
    key: tuple[Series, ...] = ()
    room: int = 264
    dated: bool = True


class Listed(NamedTuple):
    """A list of claims that a mark leads to, as its address names it: ``name~part~part``."""

    fits: Callable[[list[str]], bool]
    narrow: Callable[[ClaimQuerySet, Person, list[str]], ClaimQuerySet]
    words: Callable[[list[str]], str]


def mark(count: int, *parts: object) -> Mark | None:
    """A number with the list behind it; nothing is drawn for zero."""
    return Mark(count, urlencode({"figure": "~".join(str(part) for part in parts)})) if count else None


@dataclass
class Tally:
    """Lines that are still being counted: label and numbers by the keys of the series."""

    label: str
    counts: dict[str, int] = field(default_factory=dict)
