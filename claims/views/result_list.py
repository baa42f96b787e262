"""Which claims a list shows and in which order, read from its address; used by the queue and by a claim's neighbours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from django.db.models import BooleanField, F, Func, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.figures import lists
from claims.forms.fields import BIGGEST_ID, read_claim_number
from claims.models import Claim, Person, SourceAlert
from claims.models.claim import ClaimQuerySet
from claims.search.common import read_common
from claims.search.find import Narrow as SearchNarrow
from claims.search.find import allowed, ask
from claims.views.access import visible_claims
from claims.views.ready import MOST_COUNTED, CappedCount
from claims.workflow.assignment import waiting_for_cross_checker
from claims.workflow.waiting import waiting_for

Narrow = Callable[[ClaimQuerySet, Person], ClaimQuerySet]


@dataclass(frozen=True)
class View:
    """A view every desk has: its name, its glyph, and which claims it holds."""

    label: str | Promise
    icon: str
    narrow: Narrow
    hot: bool = False  # a number above zero is a call


def _source_changed(claims: ClaimQuerySet, person: Person) -> ClaimQuerySet:
    return claims.filter(pk__in=SourceAlert.objects.filter(closed_at__isnull=True).values("quote__evidence__claim"))


VIEWS: dict[str, View] = {
    "open": View(_("All open"), "list", lambda claims, person: claims.open()),
    "mine": View(_("Mine"), "user-round", lambda claims, person: claims.open().held_by(person)),
    "waiting": View(_("Waiting for me"), "corner-down-left", waiting_for),
    "unassigned": View(_("Unassigned"), "user-round-plus", lambda claims, person: claims.unassigned()),
    "second": View(
        _("Needs a cross-checker"), "st-cross", lambda claims, person: waiting_for_cross_checker(claims), hot=True
    ),
    "overdue": View(_("Overdue"), "clock", lambda claims, person: claims.overdue(), hot=True),
    "changed": View(_("Source changed"), "git-compare-arrows", _source_changed, hot=True),
    "review": View(_("In review"), "st-review", lambda claims, person: claims.filter(status="in_review")),
    "published": View(_("Published"), "st-published", lambda claims, person: claims.filter(status="published")),
}

SORTS: dict[str, str | Promise] = {"due": _("Due date"), "priority": _("Priority"), "newest": _("Newest")}
NARROWERS = ("status", "worth", "topic", "claimant", "person", "figure")


@dataclass(frozen=True)
class ResultList:
    """What an address asks for.

    Attributes:
        view: a key of ``VIEWS``; empty: all open ones, or with a search or a status all that there are.
    """

    view: str = ""
    q: str = ""
    sort: str = "due"
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, asked: QueryDict) -> "ResultList":
        """Read an address; what it does not know or cannot hold is left out."""
        filters = {name: tuple(dict.fromkeys(v for v in asked.getlist(name) if _fits(name, v))) for name in NARROWERS}
        view, sort = asked.get("view", ""), asked.get("sort", "")
        return cls(
            view=view if view in VIEWS else "",
            q=asked.get("q", "").replace("\x00", "").strip()[:200],
            sort=sort if sort in SORTS else "due",
            filters={name: values for name, values in filters.items() if values},
        )

    @property
    def is_plain(self) -> bool:
        """Nothing but a view: no search, no filter."""
        return not self.q and not self.filters

    @property
    def is_of_all(self) -> bool:
        """Of all claims there are, not of a view: a search or a state that was asked for without one."""
        return not self.view and bool(self.q or {"status", "figure"} & set(self.filters))

    @property
    def query(self) -> str:
        """The part of the address after the question mark."""
        pairs: list[tuple[str, str]] = [("view", self.view)] if self.view else []
        pairs += [("q", self.q)] if self.q else []
        pairs += [(name, value) for name, values in self.filters.items() for value in values]
        pairs += [("sort", self.sort)] if self.sort != "due" else []
        return urlencode(pairs)

    def without(self, name: str, value: str) -> "ResultList":
        left = tuple(kept for kept in self.filters.get(name, ()) if kept != value)
        others = {key: values for key, values in self.filters.items() if key != name}
        return replace(self, filters=others | ({name: left} if left else {}))

    def also(self, name: str, value: str) -> "ResultList":
        values = dict.fromkeys((*self.filters.get(name, ()), value))
        return replace(self, filters=self.filters | {name: tuple(values)})

    def claims(self, person: Person) -> ClaimQuerySet:
        """The claims of the list, in no order."""
        found = visible_claims(person)
        if self.view:
            found = VIEWS[self.view].narrow(found, person)
        elif not self.is_of_all:
            found = found.open()
        if self.q:
            found = found.filter(_holds(self.q, person))
        for name, values in self.filters.items():
            if name != "figure":
                found = found.filter(_condition(name, values))
        for value in self.filters.get("figure", ()):  # a mark of a chart; of two marks what both count
            found = lists.narrow(found, person, value)
        return found


def _holds(typed: str, person: Person) -> Q:
    """Claims whose statement or context answers what was typed, as the search page finds them, or that have its number."""
    query = ask(typed)
    entries = allowed("claim", person, SearchNarrow()).filter(words__holds=query.tsquery)
    words = Q(pk__in=entries.values("object_id")) if query.terms else Q(pk=0)
    number = read_claim_number(typed)
    return words | Q(pk=number) if number is not None else words


def languages_asked(lists: Iterable[ResultList]) -> tuple[str, ...]:
    """The languages whose stems the searches among these lists try; nothing is read where none searches."""
    return read_common().languages if any(asked.q for asked in lists) else ()


def has_days(asked: ResultList) -> bool:
    """Whether a list is one of a chart, whose statement may name today and is not for another day."""
    return "figure" in asked.filters


def _fits(name: str, value: str) -> bool:
    if name == "person":
        return value.isascii() and value.isdigit() and int(value) <= BIGGEST_ID
    if name == "figure":
        return lists.is_list(value)
    known = {"status": Claim.Status.values, "worth": Claim.Worth.values}
    return value in known[name] if name in known else bool(value) and "\x00" not in value


def _condition(name: str, values: tuple[str, ...]) -> Q:
    if name in {"status", "worth"}:
        return Q(**{f"{name}__in": values})
    inner = {
        "topic": Q(topics__slug__in=values),
        "claimant": Q(appearances__claimant__slug__in=values),
        "person": Q(assignments__person__in=[int(v) for v in values if v.isdigit()], assignments__ended_at=None),
    }[name]
    return Q(pk__in=Claim.objects.filter(inner).values("pk"))


# --- order and places in it

DUE = "next_due_at"
# Each order ends in the id, so that every claim has one place.  A claim without a date comes after those with one.
ORDERS = {"due": ("next_due_at", "id"), "priority": ("priority", "next_due_at", "id"), "newest": ("-id",)}


def ordered(claims: ClaimQuerySet, sort: str, *, backwards: bool = False) -> ClaimQuerySet:
    if sort == "newest":
        return claims.order_by("id" if backwards else "-id")
    if not backwards:
        return claims.order_by(*ORDERS[sort])
    back: list[Any] = [F(name).desc(nulls_first=True) if name == DUE else f"-{name}" for name in ORDERS[sort]]
    return claims.order_by(*back)


class Placed(Protocol):
    """What has a place in a list: a claim, or the values of a row."""

    @property
    def pk(self) -> Any: ...
    @property
    def priority(self) -> int: ...
    @property
    def next_due_at(self) -> Any: ...


def place_of(claim: Placed, sort: str) -> str:
    """A claim's place in an order, as the address carries it."""
    due = claim.next_due_at.isoformat() if claim.next_due_at else "none"
    own: dict[str, list[Any]] = {
        "due": [due, claim.pk],
        "priority": [claim.priority, due, claim.pk],
        "newest": [claim.pk],
    }
    return "~".join(str(part) for part in own[sort])


def read_place(text: str, sort: str) -> tuple[Any, ...] | None:
    """The values a place stands for; ``None`` when it is no place of this order."""
    parts: list[Any] = text.split("~")
    names = [name.lstrip("-") for name in ORDERS[sort]]
    if len(parts) != len(names):
        return None
    try:
        return tuple(_value(name, part) for name, part in zip(names, parts, strict=True))
    except ValueError:
        return None


def _value(name: str, part: str) -> int | datetime | None:
    if name == DUE:
        moment = None if part == "none" else parse_datetime(part)
        if part != "none" and (moment is None or moment.tzinfo is None):
            raise ValueError(part)
        return moment
    number = int(part)
    if not 0 <= number <= BIGGEST_ID:
        raise ValueError(part)
    return number


def beyond(sort: str, place: tuple[Any, ...], *, backwards: bool = False) -> Q | Combinable:
    """What comes after a place (or before it): row values compared as one, as the index holds them."""
    if sort == "newest":
        return Q(pk__gt=place[0]) if backwards else Q(pk__lt=place[0])
    *first, due, pk = place
    same = Q(priority=first[0]) if first else Q()
    sign = "<" if backwards else ">"
    if due is None:  # the undated ones come last, by id
        inside = same & Q(next_due_at__isnull=True) & Q(**{"pk__lt" if backwards else "pk__gt": pk})
        dated = same & Q(next_due_at__isnull=False) if backwards else Q(pk__in=[])
        found = inside | dated
    else:
        row = Q(_rows(sign, [*ORDERS[sort]], [*first, due, pk]))
        found = row if backwards else row | (same & Q(next_due_at__isnull=True))
    if not first:
        return found
    further = Q(priority__lt=first[0]) if backwards else Q(priority__gt=first[0])
    return found | further


def _rows(sign: str, names: list[str], values: list[Any]) -> Func:
    left = Func(*(F(name) for name in names), function="ROW", output_field=BooleanField())
    right = Func(*(Value(value) for value in values), function="ROW", output_field=BooleanField())
    return Func(left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=BooleanField())


# --- counts that never read the whole table


def count_all(person: Person, lists: list[ClaimQuerySet]) -> list[int]:
    """The capped sizes of many lists, in one statement."""
    counts = [CappedCount(claims) for claims in lists]
    row = Person.objects.filter(pk=person.pk).values_list(*counts).first()
    return list(row or [0] * len(lists))


def count_in_words(count: int, most: int = MOST_COUNTED) -> str:
    return f"{most - 1}+" if count >= most else str(count)


@dataclass(frozen=True)
class Neighbours:
    """Where a claim stands, or stood until a moment ago, in the list the person came from.

    Attributes:
        position: empty when it left the list.
    """

    previous: int | None
    next: int | None
    position: str
    total: str


def neighbours(asked: ResultList, person: Person, claim: Claim, left: str = "") -> Neighbours | None:
    """The claims before and after one in a result list, in one statement.

    Args:
        left: the place it had before the last press. That took it out of the list when it has another place now or is
            not listed; without it ``None`` comes back for a claim that is not in the list.
    """
    claims = asked.claims(person)
    others = claims.exclude(pk=claim.pk)
    place = read_place(left, asked.sort) or read_place(place_of(claim, asked.sort), asked.sort)
    assert place is not None
    before = others.filter(beyond(asked.sort, place, backwards=True))
    after = others.filter(beyond(asked.sort, place))
    row = (
        Person.objects.filter(pk=person.pk)
        .values_list(
            Subquery(ordered(before, asked.sort, backwards=True).values("pk")[:1]),
            Subquery(ordered(after, asked.sort).values("pk")[:1]),
            CappedCount(before),
            CappedCount(claims),
            CappedCount(claims.filter(pk=claim.pk)),
        )
        .first()
    )
    if row is None or not (row[4] or left):
        return None
    position = count_in_words(row[2] + 1) if row[4] else ""
    return Neighbours(row[0], row[1], position, count_in_words(row[3]))
