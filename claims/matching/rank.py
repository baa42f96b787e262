"""Which of the candidates say the same as a text: a fixed weighted sum, a careful label, and the reasons.

The weights are set by hand. BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from claims.matching.features import Profile, profile

Label = Literal["likely", "related", ""]
Reasons = dict[str, list[str]]

K1, B = 0.9, 0.4  # BM25: how fast repetition saturates, how much length counts
GRAMS, FUZZY, RAREST, PICTURE = 3.0, 0.3, 0.5, 0.2  # weights beside BM25's 1.0
SHARE, LIKENESS = 0.3, 0.4  # sameness = SHARE of each text's weight found in the other + LIKENESS of characters
LIKELY, RELATED = 0.40, 0.24  # sameness from which a label is given
FEWEST_ACROSS = 2  # names and numbers two texts of different languages have in common
MOST_SHARED = 12  # words shown as a reason


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int | str
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Stats:
    """How common words are among all claims: documents, mean number of stems, documents per stem."""

    documents: int
    mean_length: float
    df: Mapping[str, int]

    def idf(self, stem: str) -> float:
        df = min(self.df.get(stem, 0), self.documents)
        return math.log(1 + (self.documents - df + 0.5) / (df + 0.5))

    def weight(self, stems: Sequence[str] | set[str]) -> float:
        return sum(self.idf(stem) for stem in set(stems))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate, best first. ``score`` is 0 to 1 and no probability.

    ``reasons`` has some of these keys, each with words as they are written: "shared_words" (rarest first),
    "shared_names", "shared_numbers", "numbers_only_here", "numbers_only_there", "negation" (which text denies: "here",
    "there"), "language" (the candidate's, where it is not the query's: then nobody knows whether one of them denies).
    """

    id: int | str
    score: float
    label: Label
    reasons: Reasons


def rank(query: str, candidates: Sequence[Candidate], stats: Stats, *, language: str = "en") -> list[Ranked]:
    """Order candidates by how much they say the same as the query.

    Order and score are relative to the other candidates, but the best score is the best candidate's sameness, so it is
    low when nothing fits. A label depends on the pair alone; numbers or a negation that differ take "likely" away.
    Ties are broken by the candidate's text, so that neither ids nor the order given can help.
    """
    asked = profile(query, language)
    found = [(candidate, profile(candidate.text, candidate.language)) for candidate in candidates]
    if not asked.stems or not found:
        return []
    pairs = [Pair(asked, other, stats) for _, other in found]
    closeness = gram_cosines(asked.grams, [other.grams for _, other in found])
    sums = relative_sums(pairs, closeness)
    order = sorted(range(len(found)), key=lambda i: (-sums[i], found[i][1].plain, str(found[i][0].id)))
    same = [pairs[i].sameness(closeness[i]) for i in range(len(found))]
    top, best = same[order[0]], sums[order[0]] or 1.0
    why = [pair.reasons() for pair in pairs]
    return [
        Ranked(
            found[i][0].id,
            round(top * sums[i] / best, 6),
            label(same[i], why[i]),
            across(why[i], language, found[i][0].language),
        )
        for i in order
    ]


def across(reasons: Reasons, here: str, there: str) -> Reasons:
    """Return the reasons as they hold between two languages: negations are known in English only."""
    if here[:2].lower() == there[:2].lower():
        return reasons
    return {key: words for key, words in reasons.items() if key != "negation"} | {"language": [there]}


def is_shared_across(reasons: Reasons) -> bool:
    """Whether a text in another language shares two names or longer numbers, and so is worth a look whatever its score."""
    numbers = [number for number in reasons.get("shared_numbers", []) if len(number) > 1]
    return "language" in reasons and len(numbers) + len(reasons.get("shared_names", [])) >= FEWEST_ACROSS


class Pair:
    """Query and candidate side by side."""

    def __init__(self, asked: Profile, other: Profile, stats: Stats) -> None:
        self.asked, self.other, self.stats = asked, other, stats
        self.shared = set(asked.stems) & set(other.stems)

    def bm25(self) -> float:
        counts = Counter(self.other.stems)
        long = 1 - B + B * len(self.other.stems) / (self.stats.mean_length or 1.0)
        return sum(self.stats.idf(s) * counts[s] * (K1 + 1) / (counts[s] + K1 * long) for s in self.shared)

    def rarest(self) -> float:
        return max((self.stats.idf(s) for s in self.shared), default=0.0)

    def fuzzy(self) -> float:
        return fuzz.token_set_ratio(self.asked.plain, self.other.plain) / 100

    def picture(self) -> bool:
        return self.asked.has_picture and self.other.tells_of_picture

    def sameness(self, likeness: float) -> float:
        """Return from 0.0 to 1.0 how much of each text is in the other, whatever other candidates there are."""
        common = self.stats.weight(self.shared)
        here = common / (self.stats.weight(self.asked.stems) or 1.0)
        there = common / (self.stats.weight(self.other.stems) or 1.0)
        return min(1.0, SHARE * (here + there) + LIKENESS * likeness)

    def reasons(self) -> Reasons:
        asked, other = self.asked, self.other
        rarest_first = sorted(self.shared, key=lambda s: (-self.stats.idf(s), s))
        names = asked.names & other.names & self.shared
        differ = bool(asked.numbers and other.numbers)
        told = {
            "shared_words": [asked.spellings[s] for s in rarest_first if s not in names | asked.numbers][:MOST_SHARED],
            "shared_names": [asked.spellings[s] for s in rarest_first if s in names],
            "shared_numbers": sorted(asked.numbers & other.numbers),
            "numbers_only_here": sorted(asked.numbers - other.numbers) if differ else [],
            "numbers_only_there": sorted(other.numbers - asked.numbers) if differ else [],
            "negation": [] if asked.negated == other.negated else ["here" if asked.negated else "there"],
        }
        return {key: words for key, words in told.items() if words}


def label(sameness: float, reasons: Reasons) -> Label:
    """Return how sure one may be: "likely" only where no number and no negation speaks against it."""
    numbers_clash = "shared_numbers" not in reasons and "numbers_only_here" in reasons
    if sameness >= LIKELY and not numbers_clash and "negation" not in reasons:
        return "likely"
    return "related" if sameness >= RELATED else ""


def relative_sums(pairs: Sequence[Pair], closeness: Sequence[float]) -> list[float]:
    """Return the weighted sums; BM25 and the rarest shared word count in parts of the best candidate's."""
    bm25 = [pair.bm25() for pair in pairs]
    rarest = [pair.rarest() for pair in pairs]
    best_bm25, best_rarest = max(bm25) or 1.0, max(rarest) or 1.0
    return [
        found / best_bm25
        + GRAMS * close
        + FUZZY * pair.fuzzy()
        + RAREST * rare / best_rarest
        + PICTURE * pair.picture()
        for pair, found, close, rare in zip(pairs, bm25, closeness, rarest, strict=True)
    ]


def gram_cosines(asked: Counter[str], others: Sequence[Counter[str]]) -> list[float]:
    """Return the TF-IDF cosines of character n-grams, rarity being judged among the candidates."""
    df = Counter(gram for other in others for gram in other)
    idf = {gram: math.log((len(others) + 1) / (count + 1)) + 1 for gram, count in df.items()}
    unseen = math.log(len(others) + 1) + 1
    query = {gram: (1 + math.log(n)) * idf.get(gram, unseen) for gram, n in asked.items()}
    length = math.sqrt(sum(w * w for w in query.values()))
    return [cosine(query, length, {g: (1 + math.log(n)) * idf[g] for g, n in other.items()}) for other in others]


def cosine(query: Mapping[str, float], length: float, other: Mapping[str, float]) -> float:
    product = sum(weight * query[gram] for gram, weight in other.items() if gram in query)
    return product / (length * math.sqrt(sum(w * w for w in other.values())) or 1.0)
