"""The queue: saved views, one dense list, filters in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims.figures import lists
from claims.forms.steps import BulkForm
from claims.models import Claim, Claimant, Person, SavedView
from claims.views import result_list
from claims.views.access import DeskRequest, signed_in
from claims.views.queue_empty import say_empty
from claims.views.queue_rows import read_rows, with_row_values
from claims.views.result_list import VIEWS, ResultList

PER_PAGE = 50
MOST_SAVED, MOST_TOPICS, MOST_CHOICES = 20, 12, 300


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
    claims, older = _page(request, asked)
    from_here = "?" + urlencode({"from": asked.query})
    rail = _rail(person, asked)
    context = {
        "asked": asked,
        "rows": read_rows(claims, person, from_here),
        "next_page": f"?{_joined(asked.query, after=older)}" if older else "",
        "is_first_page": "after" not in request.GET,
        "sorts": result_list.SORTS,
        "bulk": BulkForm(people=rail.people) if person.is_editor else None,
        "rail": rail,
        "chips": _chips(asked, rail),
        "adders": _adders(asked, rail),
        "title": _title(asked),
        "kept": [pair for pair in parse_qsl(asked.query) if pair[0] != "sort"],
        "empty": None if claims else say_empty(asked, rail.views),
    }
    template = "claims/claim_list.html"
    if request.htmx and not request.htmx.boosted:
        template += "#queue"
    return render(request, template, context)


def _page(request: DeskRequest, asked: ResultList) -> tuple[list[Claim], str]:
    """The claims of the page, and the place after which the next page begins (empty: this is the last)."""
    claims = with_row_values(asked.claims(request.user), request.user)
    place = result_list.read_place(request.GET.get("after", ""), asked.sort)
    if place:
        claims = claims.filter(result_list.beyond(asked.sort, place))
    found = list(result_list.ordered(claims, asked.sort)[: PER_PAGE + 1])
    page = found[:PER_PAGE]
    return page, result_list.place_of(page[-1], asked.sort) if len(found) > PER_PAGE else ""


def _joined(query: str, **more: str) -> str:
    return "&".join(part for part in (query, urlencode(more)) if part)


# --- the rail of views, and what can be filtered by


@dataclass(frozen=True)
class Rail:
    """What stands beside the list, and the numbers that go with it."""

    views: list[dict[str, Any]]
    saved: list[dict[str, Any]]
    topics: list[dict[str, Any]]
    people: list[Person]
    claimants: list[tuple[str, str]]
    shown: str
    shown_of: str
    overdue: int


def _rail(person: Person, asked: ResultList) -> Rail:
    own_or_desk = SavedView.objects.filter(Q(owner=None) | Q(owner=person))
    saved = [(row, ResultList.read(QueryDict(row.query))) for row in own_or_desk[:MOST_SAVED]]
    fixed = {key: ResultList(view=key) for key in VIEWS}
    whole = ResultList(view=asked.view or "open")
    lists = [asked, whole, *fixed.values(), *(wanted for _row, wanted in saved)]
    shown, of, *counts = result_list.count_all(person, [wanted.claims(person) for wanted in lists])
    is_view = asked.is_plain and (asked.view or "open")
    in_words = result_list.count_in_words
    views = [
        {
            "key": key,
            "label": view.label,
            "icon": view.icon,
            "url": "?" if key == "open" else f"?view={key}",
            "count": in_words(count),
            "hot": view.hot and count,
            "current": is_view == key,
        }
        for (key, view), count in zip(VIEWS.items(), counts, strict=False)
    ]
    of_saved = [
        {
            "label": row.name,
            "url": f"?{wanted.query}",
            "count": in_words(count),
            "current": wanted == asked,
            "remove": reverse("claims:view-remove", args=[row.pk]) if row.owner_id else "",
        }
        for (row, wanted), count in zip(saved, counts[len(VIEWS) :], strict=True)
    ]
    return Rail(
        views=views,
        saved=of_saved,
        topics=_topics(person, asked),
        people=list(Person.objects.eligible("checker", "editor", "contributor")[:MOST_CHOICES]),
        claimants=list(Claimant.objects.values_list("slug", "name")[:MOST_CHOICES]),
        shown=in_words(shown),
        shown_of="" if asked.is_plain else in_words(of),
        overdue=counts[list(VIEWS).index("overdue")],
    )


def _topics(person: Person, asked: ResultList) -> list[dict[str, Any]]:
    return [
        {
            "slug": row["slug"],
            "label": row["name"],
            "url": f"?{ResultList(filters={'topic': (row['slug'],)}).query}",
            "count": result_list.count_in_words(row["count"]),
            "current": asked.filters == {"topic": (row["slug"],)} and not asked.view,
        }
        for row in result_list.topics_with_counts(person, MOST_TOPICS)
    ]


def _choices(rail: Rail) -> dict[str, tuple[str, dict[str, str]]]:
    """Each filter: its name, and its values with their words."""
    return {
        "status": (_("Status"), {value: str(label) for value, label in Claim.Status.choices}),
        "worth": (_("Worth"), {value: str(label) for value, label in Claim.Worth.choices}),
        "topic": (_("Topic"), {row["slug"]: row["label"] for row in rail.topics}),
        "claimant": (_("Claimant"), dict(rail.claimants)),
        "person": (_("Person"), {str(person.pk): str(person) for person in rail.people}),
    }


def _chips(asked: ResultList, rail: Rail) -> list[dict[str, str]]:
    """One removable chip for each filter that is set, the search first."""
    choices = _choices(rail)
    choices["figure"] = (_("Chart"), {value: lists.in_words(value) for value in asked.filters.get("figure", ())})
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
        found.insert(0, {"label": _("Search"), "value": f"“{asked.q}”", "url": f"?{plain.query}"})
    return found


def _adders(asked: ResultList, rail: Rail) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "choices": [
                (words, f"?{asked.also(name, value).query}")
                for value, words in values.items()
                if value not in asked.filters.get(name, ())
            ],
        }
        for name, (label, values) in _choices(rail).items()
        if values
    ]


def _title(asked: ResultList) -> str:
    if asked.view:
        return str(VIEWS[asked.view].label)
    return _("Found") if asked.q or {"status", "figure"} & set(asked.filters) else _("All open")


# --- saved views


@signed_in
@require_POST
def view_save(request: DeskRequest) -> HttpResponse:
    """Keep the filters of the address under a name, for oneself."""
    asked = ResultList.read(QueryDict(request.POST.get("query", "")[:500]))
    name = " ".join(request.POST.get("name", "").split())[:60]
    if name and len(asked.query) <= 500:  # noqa: PLR2004  # the column's length
        try:
            with transaction.atomic():
                SavedView.objects.update_or_create(owner=request.user, name=name, defaults={"query": asked.query})
        except IntegrityError:
            pass  # two presses at once: the other one kept it
    return redirect(f"{reverse('claims:claim-list')}?{asked.query}")


@signed_in
@require_POST
def view_remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own."""
    removed, _rows = SavedView.objects.filter(pk=pk, owner=request.user).delete()
    if not removed:
        raise Http404
    return redirect("claims:claim-list")


urlpatterns = [
    path("", start, name="start"),
    path("claims/", claim_list, name="claim-list"),
    path("claims/views/", view_save, name="view-save"),
    path("claims/views/<int:pk>/remove/", view_remove, name="view-remove"),
]
