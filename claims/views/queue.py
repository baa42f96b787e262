"""The queue: saved views, one dense list, filters in the address."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from claims.figures import lists
from claims.forms.steps import BulkForm
from claims.models import Claim, Claimant, Person
from claims.search import index
from claims.templatetags.fields import field
from claims.views import result_list
from claims.views.access import DeskRequest, signed_in
from claims.views.live import is_part
from claims.views.queue_empty import say_empty
from claims.views.queue_rail import PLACES, Rail, claimants_named, read_rail
from claims.views.queue_rows import Read, read_rows, with_row_values
from claims.views.ready import Ready, put_together
from claims.views.result_list import VIEWS, ResultList

TEMPLATE = "claims/claim_list.html"
REFUSED_BULK = "refused_bulk"  # in the session: what was selected and written for an action that was refused
PER_PAGE, MOST_ROWS = 50, 500
MOST_CLAIMANTS = 50


@dataclass(frozen=True)
class Stretch:
    """The part of a list that an address shows.

    Attributes:
        after: the place after which it begins; empty: from the start.
        rows: how many rows are shown from there.
        last: the place of the last row that the browser has already.
    """

    after: str = ""
    rows: int = PER_PAGE
    last: str = ""

    @classmethod
    def read(cls, asked: QueryDict, sort: str) -> "Stretch":
        """Read an address; what is no place of this order, or no number of rows, is left out."""
        places = [place if result_list.read_place(place, sort) else "" for place in _values(asked, "after", "last")]
        text = asked.get("rows", "")
        rows = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROWS)) else PER_PAGE
        return cls(places[0], min(max(rows, PER_PAGE), MOST_ROWS), places[1])

    @property
    def query(self) -> str:
        """What the address carries of it."""
        rows = {"rows": str(self.rows)} if self.rows > PER_PAGE else {}
        return urlencode(({"after": self.after} if self.after else {}) | rows)


def _values(asked: QueryDict, *names: str) -> list[str]:
    return [asked.get(name, "") for name in names]


def start(request: HttpRequest) -> HttpResponse:
    """The bare address: the queue for the desk, the published fact-checks for everybody else."""
    if request.user.is_authenticated:
        return redirect("claims:claim-list")
    try:
        return redirect("claims:fact-check-list")
    except NoReverseMatch:
        return redirect("account_login")


@signed_in
@require_safe
def claim_list(request: DeskRequest) -> HttpResponse:
    """One page of the queue; the same number of statements for a page of any length."""
    person, asked = request.user, ResultList.read(request.GET)
    stretch = Stretch.read(request.GET, asked.sort)
    if asked.q:
        index.catch_up()  # so that what was saved a moment ago is found
    if is_part(request, "more") and stretch.last:
        return _more_rows(request, asked, stretch)
    rail = read_rail(person, asked, anew=bool(len(get_messages(request))))
    choices = _choices(asked, rail, request.user)
    part = _read_part(person, asked, stretch, stretch.after, stretch.rows)
    context = part | {
        "asked": asked,
        "here": _joined(asked.query, stretch.query),
        "is_first_page": not stretch.after,
        "sorts": result_list.SORTS,
        **_bulk(request, rail),
        "rail": rail,
        "chips": _chips(asked, choices),
        "adders": _adders(asked, choices),
        "claimants_url": f"{reverse('claims:queue-claimants')}?{asked.query}",
        "title": rail.current.name if rail.current and not asked.is_plain else _title(asked),
        "kept": [pair for pair in parse_qsl(asked.query) if pair[0] != "sort"],
        "empty": None if part["rows"] else say_empty(asked, rail.views),
    }
    whole = not request.htmx or request.htmx.boosted
    return render(request, TEMPLATE if whole else f"{TEMPLATE}#queue", context)


def _bulk(request: DeskRequest, rail: Rail) -> dict[str, Any]:
    """The fields of what is done to several claims; after a refusal with what was selected and written."""
    if not request.user.is_editor:
        return {"bulk": None}
    if REFUSED_BULK not in request.session:
        return {"bulk": _bulk_fields(_named(rail.people), get_language()), "refused": None}
    refused = request.session.pop(REFUSED_BULK)
    return {"bulk": _drawn(BulkForm(refused["given"], people=rail.people)), "refused": refused}


def _named(people: list[Person]) -> tuple[tuple[int, str, str, str], ...]:
    return tuple((person.pk, person.name, person.username, person.role) for person in people)


@lru_cache(PLACES)
def _bulk_fields(people: tuple[tuple[int, str, str, str], ...], _language: str | None) -> dict[str, SafeString]:
    """The fields of what is done to several claims, finished: they are the same until somebody comes or leaves."""
    return _drawn(
        BulkForm(people=[Person(pk=pk, name=name, username=user, role=role) for pk, name, user, role in people])
    )


def _drawn(form: BulkForm) -> dict[str, SafeString]:
    names = ("person", "due", "decline_reason", "reason")
    return {name: render_to_string("includes/field.html", field(form[name])) for name in names}


def _more_rows(request: DeskRequest, asked: ResultList, stretch: Stretch) -> HttpResponse:
    """The rows that come next, asked for as the end of the list is reached; the address then says how many are shown."""
    part = _read_part(request.user, asked, stretch, stretch.last, PER_PAGE)
    response = render(request, f"{TEMPLATE}#rows", part | {"bulk": request.user.is_editor})
    response["HX-Replace-Url"] = f"{request.path}?{_joined(asked.query, stretch.query)}"
    count = len(part["rows"])
    said = ngettext("%(n)d more claim.", "%(n)d more claims.", count) % {"n": count}
    return trigger_client_event(response, "say", {"value": said})


def _read_part(person: Person, asked: ResultList, stretch: Stretch, after: str, most: int) -> dict[str, Any]:
    """Rows after a place, and the ways to the next ones: as a page of its own, and as a part of this one."""
    claims, last = _read_claims(person, asked, after, most)
    is_full = stretch.rows >= MOST_ROWS
    longer = Stretch(stretch.after, stretch.rows + PER_PAGE)
    return {
        "rows": read_rows(claims, person, "?" + urlencode({"from": _joined(asked.query, stretch.query)})),
        "next_page": f"?{_joined(asked.query, urlencode({'after': last}))}" if last else "",
        "next_part": f"?{_joined(asked.query, longer.query, urlencode({'last': last}))}"
        if last and not is_full
        else "",
        "shown_rows": stretch.rows,
    }


def _read_claims(person: Person, asked: ResultList, after: str, most: int) -> tuple[list[Read], str]:
    """The claims after a place, and the place after which the next ones begin (empty: there are none)."""
    lasts = not after and not result_list.has_days(asked)
    put = _claims_of if lasts else _claims_of.__wrapped__
    languages = result_list.languages_asked([asked])
    found = [Read(*row) for row in put(person, person.role, languages, asked.query, after, most + 1).rows()]
    page = found[:most]
    return page, result_list.place_of(page[-1], asked.sort) if len(found) > most else ""


@lru_cache(PLACES)
def _claims_of(person: Person, _role: str, _languages: tuple[str, ...], query: str, after: str, most: int) -> Ready:
    """``_role`` and ``_languages`` are only part of the name under which the statement is kept: another role sees other
    claims, and a search tries the stems of the languages there are."""
    asked = ResultList.read(QueryDict(query))
    claims = asked.claims(person)
    place = result_list.read_place(after, asked.sort)
    if place:
        claims = claims.filter(result_list.beyond(asked.sort, place))
    return put_together(with_row_values(result_list.ordered(claims, asked.sort), person)[:most])


def queue_query(address: QueryDict) -> str:
    """What an address says of the list and of the part of it that is shown, and nothing else."""
    asked = ResultList.read(address)
    return _joined(asked.query, Stretch.read(address, asked.sort).query)


def _joined(*queries: str) -> str:
    return "&".join(query for query in queries if query)


# --- what can be filtered by


def _choices(asked: ResultList, rail: Rail, person: Person) -> dict[str, tuple[str, dict[str, str]]]:
    """Each filter: its name, and its values with their words; of charts and claimants those that are set."""
    return {
        "status": (_("Status"), {value: str(label) for value, label in Claim.Status.choices}),
        "worth": (_("Worth"), {value: str(label) for value, label in Claim.Worth.choices}),
        "topic": (_("Topic"), {row["slug"]: row["label"] for row in rail.topics}),
        "claimant": (_("Claimant"), claimants_named(asked.filters.get("claimant", ()), person)),
        "person": (_("Person"), {str(person.pk): str(person) for person in rail.people}),
        "figure": (_("Chart"), {value: lists.in_words(value) for value in asked.filters.get("figure", ())}),
    }


def _chips(asked: ResultList, choices: dict[str, tuple[str, dict[str, str]]]) -> list[dict[str, str]]:
    """One removable chip for each filter that is set, the search first."""
    found = [
        {
            "label": choices[name][0],
            "value": choices[name][1].get(value, value),
            "url": f"?{asked.without(name, value).query}",
        }
        for name, values in asked.filters.items()
        for value in values
    ]
    if asked.q:
        plain = ResultList(asked.view, "", asked.sort, asked.filters)
        found.insert(
            0, {"label": _("Search"), "value": _("“%(words)s”") % {"words": asked.q}, "url": f"?{plain.query}"}
        )
    return found


def _adders(asked: ResultList, choices: dict[str, tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    """The filters whose values fit into a menu, with what each would lead to."""
    found = []
    for name in ("status", "worth", "topic", "person"):
        label, values = choices[name]
        set_ones = asked.filters.get(name, ())
        others = tuple((words, value) for value, words in values.items() if value not in set_ones)
        if values:
            found.append({"label": label, "choices": _menu(asked.query, name, others)})
    return found


@lru_cache(PLACES)
def _menu(query: str, name: str, others: tuple[tuple[str, str], ...]) -> SafeString:
    """The links of one menu, finished: they are the same until another filter is set."""
    asked = ResultList.read(QueryDict(query))
    links = ((f"?{asked.also(name, value).query}", words) for words, value in others)
    return format_html_join("", '<a href="{}">{}</a>', links)


@signed_in
@require_safe
def queue_claimants(request: DeskRequest) -> HttpResponse:
    """Claimants to filter by, found by a part of their name; a desk may know thousands."""
    asked = ResultList.read(request.GET)
    name = request.GET.get("name", "").replace("\x00", "").strip()[:120]
    found = (
        Claimant.objects.visible_to(request.user)
        .exclude(slug__in=asked.filters.get("claimant", ()))
        .order_by("name", "pk")
    )
    named = list(
        (found.filter(name__icontains=name) if name else found).values_list("slug", "name")[: MOST_CLAIMANTS + 1]
    )
    queue = reverse("claims:claim-list")
    context = {
        "name": name,
        "kept": parse_qsl(asked.query),
        "claimants": [
            (words, f"{queue}?{asked.also('claimant', slug).query}") for slug, words in named[:MOST_CLAIMANTS]
        ],
        "has_more": len(named) > MOST_CLAIMANTS,
        "back": f"{queue}?{asked.query}",
    }
    template = "claims/claim_list_claimants.html"
    if request.htmx:
        template += "#found" if is_part(request, "claimants-found") else "#claimants"
    return render(request, template, context)


def _title(asked: ResultList) -> str:
    if asked.view:
        return str(VIEWS[asked.view].label)
    return _("Found") if asked.q or {"status", "figure"} & set(asked.filters) else _("All open")


urlpatterns = [
    path("", start, name="start"),
    path("claims/", claim_list, name="claim-list"),
    path("claims/claimants/", queue_claimants, name="queue-claimants"),
]
