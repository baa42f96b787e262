"""What stands beside the list: the views with their numbers, and what can be filtered by.  Two statements."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import QueryDict

from claims.models import Claim, Claimant, Person, SavedView, Topic
from claims.views.access import visible_claims
from claims.views.ready import CappedCount, Ready, put_together
from claims.views.result_list import VIEWS, ResultList, count_in_words, has_days, languages_asked

MOST_SAVED, MOST_TOPICS, MOST_PEOPLE = 20, 12, 300
MOST_IN_TOPIC = 100  # counted; a topic holds claims of every state, so that its open ones are dearer to find
PLACES = 1000  # how many people's statements are kept put together


@dataclass(frozen=True)
class Saved:
    """A saved view and how many claims it holds."""

    pk: int
    name: str
    asked: ResultList
    is_desks: bool
    count: str
    is_current: bool


@dataclass(frozen=True)
class Rail:
    """What stands beside the list, and the numbers that go with it."""

    views: list[dict[str, Any]]
    saved: list[Saved]
    topics: list[dict[str, Any]]
    people: list[Person]
    shown: str
    shown_of: str
    overdue: int

    @property
    def current(self) -> Saved | None:
        """The saved view that the address asks for."""
        return next((view for view in self.saved if view.is_current), None)


def read_rail(person: Person, asked: ResultList, *, anew: bool = False) -> Rail:
    """The views, the desk's saved ones and the person's own, each with its number; people and topics.

    Args:
        anew: he has just changed something, so that no number may be one that was kept.
    """
    saved, people = _choices(person)
    wanted = [ResultList.read(QueryDict(row["query"])) for row in saved]
    counts, of_saved, of_asked, topics = _count(person, asked, wanted, anew)
    return Rail(
        views=[_view(key, count, asked) for key, count in counts.items()],
        saved=[
            Saved(row["pk"], row["name"], view, row["owner"] is None, count_in_words(count), view == asked)
            for row, view, count in zip(saved, wanted, of_saved, strict=True)
        ],
        topics=[_topic(topic, asked) for topic in topics],
        people=people,
        shown=count_in_words(of_asked),
        shown_of="" if asked.is_plain or asked.is_of_all else count_in_words(counts[asked.view or "open"]),
        overdue=counts["overdue"],
    )


def _view(key: str, count: int, asked: ResultList) -> dict[str, Any]:
    view = VIEWS[key]
    return {
        "key": key,
        "label": view.label,
        "icon": view.icon,
        "url": "?" if key == "open" else f"?view={key}",
        "count": count_in_words(count),
        "hot": view.hot and count,
        "current": asked.is_plain and (asked.view or "open") == key,
    }


def _topic(topic: dict[str, Any], asked: ResultList) -> dict[str, Any]:
    return {
        "slug": topic["slug"],
        "label": topic["name"],
        "url": f"?{ResultList(filters={'topic': (topic['slug'],)}).query}",
        "count": count_in_words(topic["count"], MOST_IN_TOPIC),
        "current": asked.filters == {"topic": (topic["slug"],)} and not asked.view,
    }


# --- read in one statement


def _choices(person: Person) -> tuple[list[dict[str, Any]], list[Person]]:
    """The saved views, and the people who may hold a part of a claim."""
    found = _choices_of(person).rows()
    saved, people = found[0] if found else ([], [])
    return [json.loads(row) for row in saved], [Person(**json.loads(row)) for row in people]


@lru_cache(PLACES)
def _choices_of(person: Person) -> Ready:
    saved = SavedView.objects.filter(Q(owner=None) | Q(owner=person))
    row = JSONObject(pk="pk", name="name", query="query", owner="owner")
    people = Person.objects.eligible("checker", "editor", "contributor")
    who = JSONObject(id="pk", name="name", username="username", role="role")
    return put_together(
        Person.objects.filter(pk=person.pk).values_list(
            ArraySubquery(saved.values(row=row)[:MOST_SAVED]), ArraySubquery(people.values(row=who)[:MOST_PEOPLE])
        )
    )


# --- counted in one statement, none further than a thousand, and in a very large table not for every page

# Numbers that took longer than this many seconds are shown again for a hundred times as long: a hundredth of the
# database's time is all they may cost one person.  Who has just changed something is shown them anew.
QUICK, SHARE, MOST_KEPT = 0.01, 100, 1000
_kept: dict[tuple[int, str, tuple[str, ...]], tuple[float, tuple[Any, ...]]] = {}


def _count(
    person: Person, asked: ResultList, saved: Sequence[ResultList], anew: bool
) -> tuple[dict[str, int], list[int], int, list[dict[str, Any]]]:
    """The sizes of the views, of the saved ones and of what is asked for; and the topics with theirs."""
    lists = (*saved, asked)
    queries, languages = tuple(view.query for view in lists), languages_asked(lists)
    row = _numbers(person, queries, languages, anew, lasts=not any(map(has_days, lists)))
    counts: list[int] = list(row[:-2])
    held = {part["topic"]: part["n"] for part in map(json.loads, row[-2])}
    topics = [{**topic, "count": held.get(topic["pk"], 0)} for topic in map(json.loads, row[-1])]
    views = dict(zip(VIEWS, counts, strict=False))
    return views, counts[len(VIEWS) : -1], counts[-1], topics


def _numbers(
    person: Person, queries: tuple[str, ...], languages: tuple[str, ...], anew: bool, *, lasts: bool
) -> tuple[Any, ...]:
    key, begin = (person.pk, person.role, queries), time.monotonic()
    until, row = _kept.get(key, (0.0, ()))
    if begin < until and not anew:
        return row
    put = _counts_of if lasts else _counts_of.__wrapped__
    found = put(person, person.role, languages, queries).rows()
    row = found[0] if found else (*([0] * (len(VIEWS) + len(queries))), [], [])
    taken = time.monotonic() - begin
    if taken > QUICK:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = (begin + SHARE * taken, row)
    return row


@lru_cache(PLACES)
def _counts_of(person: Person, _role: str, _languages: tuple[str, ...], queries: tuple[str, ...]) -> Ready:
    """``_role`` and ``_languages`` are only part of the name under which the statement is kept (see ``_claims_of``)."""
    lists = [ResultList(view=key) for key in VIEWS] + [ResultList.read(QueryDict(query)) for query in queries]
    counts: list[Subquery] = [CappedCount(wanted.claims(person)) for wanted in lists]
    # Topics together and not one by one: a claim that is open is looked up once, however many topics are shown.
    topics = Topic.objects.visible_to(person).order_by("name", "pk")[:MOST_TOPICS]
    open_ones = visible_claims(person).open().order_by().values("pk")
    held = Claim.topics.through.objects.filter(topic__in=topics.values("pk"), claim__in=open_ones).order_by()
    of_topics = held.values("topic").annotate(n=Count("claim")).values(row=JSONObject(topic="topic", n="n"))
    named = topics.values(row=JSONObject(pk="pk", slug="slug", name="name"))
    return put_together(
        Person.objects.filter(pk=person.pk).values_list(*counts, ArraySubquery(of_topics), ArraySubquery(named))
    )


# --- the one choice there may be thousands of


def claimants_named(slugs: Sequence[str], person: Person) -> dict[str, str]:
    return dict(Claimant.objects.visible_to(person).filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
