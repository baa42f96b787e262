"""How far second verdicts agree with first ones.  Pure: plain values in, plain values out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# Below it alpha swings with every new pair and says nothing; the share that agrees is told with any number.
FEWEST_PAIRS = 10


@dataclass(frozen=True)
class Pair:
    """A first verdict and the one given on the same version without sight of it, by what they chose."""

    claim: int
    month: date  # its first day
    first: int
    second: int

    @property
    def agrees(self) -> bool:
        return self.first == self.second


@dataclass(frozen=True)
class Agreement:
    """Agreement of some pairs.

    Attributes:
        alpha: Krippendorff's alpha from -1 to 1 (1: they always agree, 0: no better than chance); ``None`` with fewer
            than ``FEWEST_PAIRS`` pairs, or when every verdict is the same and chance alone would agree.
    """

    pairs: int
    agreed: int
    alpha: float | None

    @property
    def percent(self) -> int:
        """The share that agrees, in whole per cent."""
        return round(100 * self.agreed / self.pairs) if self.pairs else 0

    @property
    def is_enough(self) -> bool:
        return self.pairs >= FEWEST_PAIRS


def measure(pairs: Sequence[Pair]) -> Agreement:
    """Count pairs that agree, and measure how far that is more than chance.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), nominal data, two observers.
    """
    agreed = sum(pair.agrees for pair in pairs)
    chosen = Counter(verdict for pair in pairs for verdict in (pair.first, pair.second))
    if len(pairs) < FEWEST_PAIRS or len(chosen) < 2:  # noqa: PLR2004  # one value only: alpha has no meaning
        return Agreement(len(pairs), agreed, None)
    return Agreement(len(pairs), agreed, _alpha(len(pairs), agreed, chosen))


def _alpha(pairs: int, agreed: int, chosen: Counter[int]) -> float:
    """One less observed over expected disagreement.  Four lines: the kept libraries are under the GPL or are heavy."""
    values = 2 * pairs
    observed = 1 - agreed / pairs
    expected = 1 - sum(count * (count - 1) for count in chosen.values()) / (values * (values - 1))
    return 1 - observed / expected


def by_month(pairs: Iterable[Pair]) -> list[tuple[date, Agreement]]:
    """The agreement of each month that has pairs, the newest first."""
    months: dict[date, list[Pair]] = {}
    for pair in pairs:
        months.setdefault(pair.month, []).append(pair)
    return [(month, measure(months[month])) for month in sorted(months, reverse=True)]
