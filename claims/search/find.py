"""Words -> the things that hold them and that this person may see, best or newest first.

Two orders, chosen by how common the words are (``MOST_RANKED``), because no index of PostgreSQL returns by rank:

* **ranked**, where they stand in few rows: the inverted index (GIN) gives those rows, each is given a rank, the best stay.
  What this costs grows with the rows that answer; a rare word has few.
* **newest first**, where they stand in very many: ranking them would read every one to throw nearly all away.  Instead the
  key is read backwards and each row asked whether it answers; a word that stands in every n-th row has given 20 after
  about 20 * n rows, however many there are.  ``reread_holds`` keeps the inverted index out of it.  Only the newest
  ``WINDOW`` rows are read so; words common apart but rare together, or behind a filter, are then asked of the database
  without a hint, in the same order, and its own planner chooses.

How common words are is known before the search (``claims.search.common``), so a rare word pays nothing for the choice.
Whatever a person may not see is left out before anything is ranked, counted or cut: it changes no order and no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from claims.models import Claim, Claimant, Evidence, Person, SearchEntry
from claims.search.common import read_common
from claims.search.query import Query, read_query
from claims.search.visible import verdict_seen_by

MOST_RANKED = 5_000  # rows; more are not ranked
WINDOW = 20_000  # newest ids read one after the other
OF_CLAIMS = ("claim", "said", "verdict", "passage", "evidence")
KINDS = tuple(SearchEntry.Kind.values)


@dataclass(frozen=True)
class Narrow:
    """What is left out: every field narrows, an empty one does not.

    Attributes:
        families: of the verdict, where the person may know it.
        since: nothing older.
    """

    statuses: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None

    @property
    def is_of_claims(self) -> bool:
        return bool(self.statuses or self.families or self.topics)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; ``place`` is where it stands in its order, as an address carries it."""

    kind: str
    pk: int
    place: str


@dataclass(frozen=True)
class Found:
    """Hits of one kind.

    Attributes:
        has_more: there are more after these.
        is_newest_first: the words are too common to be ranked.
    """

    kind: str
    hits: tuple[Hit, ...]
    has_more: bool
    is_newest_first: bool


def ask(text: str) -> Query:
    """What somebody typed, with the stems of every language the desk's texts are written in."""
    return read_query(text, read_common().languages)


def find(query: Query, kind: str, person: Person, narrow: Narrow, *, most: int, after: str = "") -> Found:
    """Return the first ``most`` things of one kind that answer and that the person may see.

    Args:
        after: the place of the last hit of the page before.
    """
    nothing = Found(kind, (), has_more=False, is_newest_first=False)
    if not query.terms:
        return nothing
    entries = allowed(kind, person, narrow)
    place = read_place(after)
    newest = place[0] == "n" if place else read_common().expected(query, kind) > MOST_RANKED
    rows = _newest(entries, kind, query, place, most + 1) if newest else _ranked(entries, query, place, most + 1)
    hits = tuple(Hit(kind, pk, f"r~{rank!r}~{pk}" if not newest else f"n~{pk}") for pk, rank in rows[:most])
    return Found(kind, hits, has_more=len(rows) > most, is_newest_first=newest)


def allowed(kind: str, person: Person, narrow: Narrow) -> QuerySet[SearchEntry]:
    """The entries of one kind that the person may see and that are not left out."""
    entries = SearchEntry.objects.filter(kind=kind)
    if narrow.languages:
        entries = entries.filter(Q(*(Q(language__startswith=code) for code in narrow.languages), _connector=Q.OR))
    if narrow.since:
        entries = entries.filter(at__gte=narrow.since)
    claims = _claims(kind, person, narrow)
    if kind in OF_CLAIMS:
        return entries.filter(Exists(claims.filter(pk=OuterRef("claim_id"))))
    if kind == "copy":
        return entries.filter(Exists(Evidence.objects.filter(resource=OuterRef("object_id"), claim__in=claims)))
    if kind == "claimant":
        entries = entries.filter(Exists(Claimant.objects.visible_to(person).filter(pk=OuterRef("object_id"))))
    return entries.none() if narrow.is_of_claims else entries


def _claims(kind: str, person: Person, narrow: Narrow) -> QuerySet[Claim]:
    claims: QuerySet[Claim] = Claim.objects.visible_to(person)
    if kind == "verdict" or narrow.families:
        claims = claims.filter(verdict_seen_by(person))
    if narrow.statuses:
        claims = claims.filter(status__in=narrow.statuses)
    if narrow.families:
        claims = claims.filter(rating__family__in=narrow.families)
    if narrow.topics:
        claims = claims.filter(pk__in=Claim.objects.filter(topics__slug__in=narrow.topics).values("pk"))
    return claims


# --- the two orders

Place = tuple[str, float, int]


def read_place(text: str) -> Place | None:
    """The order, rank and id a place stands for; ``None`` when it is none."""
    order, *values = text.split("~")
    try:
        if order == "n" and len(values) == 1:
            return "n", 0.0, int(values[0])
        if order == "r" and len(values) == 2:  # noqa: PLR2004  # rank and id
            return "r", float(values[0]), int(values[1])
    except ValueError:
        return None
    return None


def _ranked(
    entries: QuerySet[SearchEntry], query: Query, place: Place | None, most: int
) -> Sequence[tuple[int, float]]:
    rank = Func(F("words"), _Asked(Value(query.tsquery)), Value(1), function="ts_rank", output_field=FloatField())
    found = entries.filter(words__holds=query.tsquery).annotate(rank=Cast(rank, FloatField()))
    if place:
        found = found.filter(Q(rank__lt=place[1]) | Q(rank=place[1], object_id__lt=place[2]))
    return list(found.order_by("-rank", "-object_id").values_list("object_id", "rank")[:most])


def _newest(
    entries: QuerySet[SearchEntry], kind: str, query: Query, place: Place | None, most: int
) -> Sequence[tuple[int, float]]:
    found = (entries.filter(object_id__lt=place[2]) if place else entries).order_by("-object_id")
    newest = SearchEntry.objects.filter(kind=kind).order_by("-object_id").values("object_id")[:1]
    first: Any = Value(place[2]) if place else Subquery(newest)
    window = found.filter(object_id__gt=first - WINDOW, words__reread_holds=query.tsquery)
    ids = list(window.values_list("object_id", flat=True)[:most])
    if len(ids) < most:
        ids = list(found.filter(words__holds=query.tsquery).values_list("object_id", flat=True)[:most])
    return [(pk, 0.0) for pk in ids]


class _Asked(Func):
    template = "%(expressions)s::tsquery"
    output_field = FloatField()  # of no use: it is an argument
