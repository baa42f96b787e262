"""Search over everything the desk keeps: claims, words as said, passages, evidence, captured texts, articles, people."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from claims.forms.fields import read_claim_number
from claims.models import Claim, Person, Rating, SearchEntry, Topic
from claims.search import index
from claims.search.find import KINDS, Found, Hit, Narrow, ask, find, read_place
from claims.search.mistyped import mended
from claims.search.query import Query
from claims.templatetags.marks import icon
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.search_hits import Reader, Row

PER_PAGE, PER_GROUP = 20, 4
PATIENCE = 3_000  # milliseconds a single statement may take
MOST_TRIES = 8  # ways tried to mend mistyped words
MOST_TOPICS = 30
SINCE: dict[str, tuple[int, str | Promise]] = {
    "day": (1, gettext_lazy("the last day")),
    "week": (7, gettext_lazy("the last week")),
    "month": (31, gettext_lazy("the last month")),
    "year": (366, gettext_lazy("the last year")),
}
LANGUAGES: dict[str, str | Promise] = {
    "en": gettext_lazy("English"), "ko": gettext_lazy("Korean"), "ru": gettext_lazy("Russian"),
    "ar": gettext_lazy("Arabic"), "de": gettext_lazy("German"), "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"), "uk": gettext_lazy("Ukrainian"), "zh": gettext_lazy("Chinese"),
    "ja": gettext_lazy("Japanese"),
}  # fmt: skip
GLYPHS = {
    "claim": "scale", "said": "quote", "verdict": "pencil", "passage": "highlighter", "evidence": "paperclip",
    "copy": "camera", "article": "newspaper", "claimant": "megaphone", "person": "users-round",
}  # fmt: skip
DESK_WORDS = {"evidence", "claimant", "person"}  # shown in the letters of the desk, not in those of what was said
NARROWERS = ("kind", "status", "verdict", "topic", "language", "since")


@dataclass(frozen=True)
class Asked:
    """What an address asks for; what it does not know is left out."""

    q: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, asked: QueryDict) -> "Asked":
        known = {
            "kind": KINDS,
            "status": Claim.Status.values,
            "verdict": Rating.Family.values,
            "language": tuple(LANGUAGES),
            "since": tuple(SINCE),
        }
        chosen = {
            name: value
            for name in NARROWERS
            if (value := asked.get(name, "").replace("\x00", "")[:80]) and value in known.get(name, (value,))
        }
        return cls(asked.get("q", "").replace("\x00", "").lstrip()[:200], chosen)

    def query(self, **changes: str) -> str:
        """The address's query with some of it changed; an empty value drops it."""
        found = {"q": self.q, **self.chosen, **changes}
        return urlencode({name: value for name, value in found.items() if value})

    @property
    def narrow(self) -> Narrow:
        def one(name: str) -> tuple[str, ...]:
            return (self.chosen[name],) if name in self.chosen else ()

        since = timezone.now() - timedelta(days=SINCE[self.chosen["since"]][0]) if "since" in self.chosen else None
        return Narrow(one("status"), one("verdict"), one("topic"), one("language"), since)


@dataclass(frozen=True)
class Answer:
    """What there is to show for one search.

    Attributes:
        groups: the kinds in which something was found, with their rows.
        instead: what was looked for in the place of mistyped words, or empty.
    """

    groups: tuple[dict[str, Any], ...] = ()
    instead: str = ""
    is_newest_first: bool = False
    next_page: str = ""

    @property
    def shown(self) -> int:
        return sum(len(group["rows"]) for group in self.groups)


@signed_in
@require_safe
def search(request: DeskRequest) -> HttpResponse:
    """The search page; its answer alone when htmx asks while somebody types."""
    asked = Asked.read(request.GET)
    is_whole = index.catch_up()
    answer, is_too_slow = Answer(), False
    try:
        with patience():
            answer = _answer(asked, request.user, request.GET.get("after", ""))
    except OperationalError as failure:
        if not isinstance(failure.__cause__, QueryCanceled):
            raise
        is_too_slow = True
    context = {
        "asked": asked,
        "answer": answer,
        "is_too_slow": is_too_slow,
        "is_whole": is_whole,
        "is_first_page": "after" not in request.GET,
        "said": _in_words(asked, answer, is_too_slow=is_too_slow),
        **_filters(asked, request.user),
    }
    template = "claims/search.html"
    if request.htmx and not request.htmx.boosted:
        response = render(request, f"{template}#found", context)
        response["HX-Trigger"] = json.dumps({"say": context["said"]})
        response["HX-Replace-Url"] = f"?{asked.query()}" if asked.query() else request.path
        return response
    return render(request, template, context)


@contextmanager
def patience() -> Iterator[None]:
    """Statements inside take ``PATIENCE`` at most.

    Raises:
        OperationalError: one took longer.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
        yield
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")


def _answer(asked: Asked, person: Person, after: str) -> Answer:
    query = ask(asked.q)
    named = _named(asked, person)
    if not (query.terms or named):
        return Answer()
    place = after if read_place(after) and "kind" in asked.chosen else ""
    found = _find(query, asked, person, place)
    if named and not place:
        found = _put_first(named, found)
    if found or place:
        return _read(query, found, asked, person)
    for other, words in islice(mended(query), MOST_TRIES):
        if found := _find(other, asked, person, ""):
            return replace(_read(other, found, asked, person), instead=words)
    return Answer()


def _named(asked: Asked, person: Person) -> Hit | None:
    """The claim whose number or address was typed, unless something else is looked for."""
    number = read_claim_number(asked.q)
    if number is None or asked.chosen.get("kind", "claim") != "claim" or set(asked.chosen) - {"kind"}:
        return None
    return Hit("claim", number, "") if visible_claims(person).filter(pk=number).exists() else None


def _put_first(named: Hit, found: list[Found]) -> list[Found]:
    """The same with one claim before all others."""
    claims = next(
        (one for one in found if one.kind == "claim"), Found("claim", (), has_more=False, is_newest_first=False)
    )
    hits = (named, *(hit for hit in claims.hits if hit.pk != named.pk))
    return [replace(claims, hits=hits), *(one for one in found if one.kind != "claim")]


def _find(query: Query, asked: Asked, person: Person, place: str) -> list[Found]:
    """One page of one kind where a kind is chosen, else the first few of every kind."""
    kind = asked.chosen.get("kind")
    most = PER_PAGE if kind else PER_GROUP
    found = (find(query, one, person, asked.narrow, most=most, after=place) for one in ([kind] if kind else KINDS))
    return [one for one in found if one.hits]


def _read(query: Query, found: list[Found], asked: Asked, person: Person) -> Answer:
    reader, chosen = Reader(query, person), "kind" in asked.chosen
    groups = []
    for one in found:
        rows: list[Row] = reader.rows(one.kind, [hit.pk for hit in one.hits])
        groups.append(
            {
                "kind": one.kind,
                "label": SearchEntry.Kind(one.kind).label,
                "icon": icon(GLYPHS[one.kind]),
                "is_said": one.kind not in DESK_WORDS,
                "rows": rows,
                "more": f"?{asked.query(kind=one.kind)}" if one.has_more and not chosen else "",
            }
        )
    next_page = (
        f"?{asked.query()}&{urlencode({'after': found[0].hits[-1].place})}" if found and found[0].has_more else ""
    )
    return Answer(
        groups=tuple(group for group in groups if group["rows"]),
        is_newest_first=any(one.is_newest_first for one in found),
        next_page=next_page if chosen else "",
    )


# --- words and filters


def _in_words(asked: Asked, answer: Answer, *, is_too_slow: bool) -> str:
    """What the search came to, for the head of the answer and for those who hear the page."""
    if not asked.q or is_too_slow:
        return ""
    if not answer.groups:
        return _("Nothing found.")
    more = bool(answer.next_page) or any(group["more"] for group in answer.groups)
    if more:
        return _("%(n)s shown; there are more.") % {"n": answer.shown}
    return ngettext("%(n)s found.", "%(n)s found.", answer.shown) % {"n": answer.shown}


def _filters(asked: Asked, person: Person) -> dict[str, Any]:
    """Chips of what is set, and menus of what may be."""
    choices: dict[str, tuple[str, dict[str, str]]] = {
        "kind": (_("Kind"), _labels(SearchEntry.Kind.choices)),
        "status": (_("Status"), _labels(Claim.Status.choices)),
        "verdict": (_("Verdict"), _labels(Rating.Family.choices)),
        "topic": (_("Topic"), dict(Topic.objects.visible_to(person).values_list("slug", "name")[:MOST_TOPICS])),
        "language": (_("Language"), _labels(LANGUAGES.items())),
        "since": (_("Date"), {value: str(words) for value, (_days, words) in SINCE.items()}),
    }
    return {
        "chips": [
            {"label": label, "value": values.get(value, value), "url": f"?{asked.query(**{name: ''})}"}
            for name, (label, values) in choices.items()
            if (value := asked.chosen.get(name))
        ],
        "adders": [
            {
                "label": label,
                "choices": [(words, f"?{asked.query(**{name: value})}") for value, words in values.items()],
            }
            for name, (label, values) in choices.items()
            if name not in asked.chosen and values
        ],
        "kept": list(asked.chosen.items()),
        "bare_url": f"?{urlencode({'q': asked.q})}",
    }


def _labels(pairs: Any) -> dict[str, str]:
    return {value: str(label) for value, label in pairs}


urlpatterns = [path("search/", search, name="search")]
