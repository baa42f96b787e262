"""Who stands against whom on a topic, and when it was said.  Pure: plain values in, plain values out."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

FOR, AGAINST, REPORTS = "for", "against", "reports"
MOST_DAYS = 14  # dates side by side; more are gathered into months, quarters, years


@dataclass(frozen=True)
class Saying:
    """One appearance of a claim: who took which position on which claim, and on which day it was said."""

    claim: int
    claimant: str  # its name
    position: str
    day: date | None
    key: int  # of the appearance


@dataclass
class Dispute:
    """Claims that contradict one another, on two sides; or claims nobody contradicts, all on the first."""

    left: list[int]
    right: list[int] = field(default_factory=list)

    @property
    def claims(self) -> list[int]:
        return [*self.left, *self.right]

    def effect(self, saying: Saying) -> str:
        """Whether it speaks for the first side or against it: who asserts the second side's claim denies the first's."""
        if saying.position == REPORTS:
            return REPORTS
        return FOR if (saying.position == "asserts") == (saying.claim in self.left) else AGAINST


def find_disputes(claims: Sequence[int], contradicting: Iterable[tuple[int, int]]) -> list[Dispute]:
    """Split claims into groups that contradict one another, each in two sides; the largest group first.

    The side with more claims comes first, then the one with the lower id.  Claims that contradict each other in a ring
    of odd length cannot all stand opposite; the later one stays where it was put first.
    """
    opposite: dict[int, set[int]] = defaultdict(set)
    for one, other in contradicting:
        opposite[one].add(other)
        opposite[other].add(one)
    side: dict[int, bool] = {}
    found = [_spread(claim, opposite, side) for claim in sorted(set(claims) & set(opposite)) if claim not in side]
    return sorted(found, key=lambda one: (-len(one.claims), min(one.claims)))


def _spread(start: int, opposite: dict[int, set[int]], side: dict[int, bool]) -> Dispute:
    side[start] = True
    waiting, group = deque([start]), [start]
    while waiting:
        here = waiting.popleft()
        for there in sorted(opposite[here]):
            if there not in side:
                side[there] = not side[here]
                waiting.append(there)
                group.append(there)
    halves = [sorted(claim for claim in group if side[claim] is half) for half in (True, False)]
    halves.sort(key=lambda half: (-len(half), half[:1]))
    return Dispute(*halves)


# --- days side by side


@dataclass(frozen=True)
class Span:
    """A day, or days gathered; without days: said nobody knows when."""

    first: date | None
    last: date | None

    def holds(self, day: date | None) -> bool:
        if day is None or self.first is None or self.last is None:
            return day is None and self.first is None
        return self.first <= day <= self.last


def gather_days(days: Iterable[date | None]) -> list[Span]:
    """The days on which something was said as at most ``MOST_DAYS`` spans in order, an unknown day at the end."""
    known = list(days)
    told = sorted({day for day in known if day})
    spans = [Span(day, day) for day in told]
    for months in (1, 3, 12, 60, 600):
        if len(spans) <= MOST_DAYS:
            break
        spans = _by_months(told, months)
    return spans + ([Span(None, None)] if None in known else [])


def _by_months(days: Sequence[date], months: int) -> list[Span]:
    starts = sorted({(day.year * 12 + day.month - 1) // months for day in days})
    return [Span(_month(start * months), _before((start + 1) * months)) for start in starts]


def _month(number: int) -> date:
    return date(max(1, number // 12), number % 12 + 1, 1)


def _before(number: int) -> date:
    """The last day before a month; there is none after the year 9999."""
    return date.max if number // 12 > date.max.year else _month(number) - timedelta(days=1)


# --- who speaks where


@dataclass(frozen=True)
class Voice:
    """A claimant and all he said in a dispute, in order; ``side`` is ``for``, ``against`` or ``reports`` (or both)."""

    name: str
    side: str
    sayings: tuple[Saying, ...]


def find_voices(dispute: Dispute, sayings: Iterable[Saying]) -> list[Voice]:
    """Everybody who spoke in a dispute: who is for the first side, who reports or says both, who is against; by date."""
    said: dict[str, list[Saying]] = defaultdict(list)
    for one in sayings:
        if one.claim in dispute.claims:
            said[one.claimant].append(one)
    found = [_voice(dispute, name, rows) for name, rows in said.items()]
    order = {FOR: 0, REPORTS: 1, AGAINST: 2}
    return sorted(found, key=lambda voice: (order[voice.side], _when(voice.sayings[0]), voice.name))


def _voice(dispute: Dispute, name: str, rows: list[Saying]) -> Voice:
    effects = {dispute.effect(row) for row in rows} - {REPORTS}
    side = effects.pop() if len(effects) == 1 else REPORTS
    order = dispute.claims.index
    return Voice(name, side, tuple(sorted(rows, key=lambda row: (_when(row), order(row.claim), row.key))))


def _when(saying: Saying) -> date:
    return saying.day or date.max
