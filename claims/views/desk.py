"""The desk: its charts, who is on what, what waits, and how far second verdicts agree.  Each number leads to its claims."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from claims.figures.numbers import in_full
from claims.figures.period import read_period
from claims.models import Assignment, Claim, Person
from claims.views.access import DeskRequest, signed_in
from claims.views.charts import period_choices, rooms
from claims.views.result_list import VIEWS, ResultList, count_all, count_in_words
from claims.workflow import people as staff
from claims.workflow import readings
from claims.workflow.agreement import FEWEST_PAIRS, Agreement, Pair, by_month, measure
from claims.workflow.sight import verdicts_seen_by

MOST_NAMED, MOST_MONTHS, MOST_DIFFERING = 4, 12, 20
FIGURES = ("open", "overdue", "review", "changed", "published")
WAITING = {
    "unassigned": gettext_lazy("held by nobody"),
    "second": gettext_lazy("in cross-check without a cross-checker"),
    "overdue": gettext_lazy("past their date"),
}


@signed_in
@require_safe
def desk_detail(request: DeskRequest) -> HttpResponse:
    """The desk at this moment; the charts come by themselves.  The same number of statements for any number of claims."""
    person = request.user
    context = {"now": timezone.now(), "team": team(person), **numbers(person)}
    context |= {"charts": rooms(request), **period_choices(*read_period(request.GET, timezone.localdate()))}
    return render(request, "claims/desk_detail.html", context)


# --- who is on what


@dataclass
class Hand:
    """One person and what he holds.

    Attributes:
        share: his load against the busiest one's, in per cent.
    """

    person: Person
    load: int
    share: int
    roles: list[tuple[str, int]] = field(default_factory=list)
    named: list[Assignment] = field(default_factory=list)
    more: int = 0
    overdue: int = 0


def team(viewer: Person) -> list[Hand]:
    """Who checks or edits, the busiest first, with what he holds as far as the viewer may know; four statements."""
    people: list[Any] = list(staff.working_people())
    roles = staff.open_roles(people, viewer)
    named: dict[int | None, list[Assignment]] = defaultdict(list)
    for row in _earliest(roles):
        named[row.person_id].append(row)
    of_roles: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for held in roles.order_by().values("person", "role").annotate(n=Count("pk")):
        of_roles[held["person"]].append((str(Assignment.Role(held["role"]).label), held["n"]))
    late = Q(claim__next_due_at__lt=timezone.now())
    counts = roles.order_by().values("person").annotate(
        held=Count("claim", distinct=True), late=Count("claim", distinct=True, filter=late)
    )  # fmt: skip
    numbers = {row["person"]: (row["held"], row["late"]) for row in counts}
    busiest = max((person.load for person in people), default=0) or 1
    return [
        _hand(person, busiest, named[person.pk], of_roles[person.pk], numbers.get(person.pk, (0, 0)))
        for person in people
    ]


def _earliest(roles: QuerySet[Assignment]) -> Any:
    """The roles due first of each person, enough to name his claims: one claim may be his in every role."""
    order: list[Any] = [F("claim__next_due_at").asc(nulls_last=True), "claim_id", "pk"]
    numbered: Any = roles.annotate(place=Window(RowNumber(), partition_by="person_id", order_by=order))
    return numbered.filter(place__lte=MOST_NAMED * len(Assignment.Role.values))


def _hand(
    person: Any, busiest: int, rows: list[Assignment], roles: list[tuple[str, int]], numbers: tuple[int, int]
) -> Hand:
    held, late = numbers
    named = list({row.claim_id: row for row in rows}.values())[:MOST_NAMED]  # each claim once, the earliest due first
    return Hand(
        person=person,
        load=person.load,
        share=round(100 * person.load / busiest),
        roles=sorted(roles),
        named=named,
        more=held - len(named),
        overdue=late,
    )


def numbers(viewer: Person) -> dict[str, list[dict[str, Any]]]:
    """The figures above the charts, and what waits for somebody: counts that lead to the queue, in one statement."""
    lists = {view: ResultList(view=view) for view in dict.fromkeys((*FIGURES, *WAITING))}
    counts = dict(zip(lists, count_all(viewer, [wanted.claims(viewer) for wanted in lists.values()]), strict=True))

    def told(view: str, label: str | Promise) -> dict[str, Any]:
        count = counts[view]
        number = count_in_words(count)
        return {"label": label, "url": f"?{lists[view].query}", "count": number, "some": bool(count)}

    return {
        "figures": [told(view, VIEWS[view].label) | {"hot": VIEWS[view].hot and counts[view]} for view in FIGURES],
        "waiting": [told(view, label) for view, label in WAITING.items()],
    }


# --- agreement of second verdicts


@signed_in
@require_safe
def desk_agreement(request: DeskRequest) -> HttpResponse:
    """The agreement over all time: alone for a script, else with the page around it."""
    part = "#agreement" if request.htmx and not request.htmx.boosted else ""
    return render(request, "claims/desk_agreement.html" + part, _agreement(request.user))


@dataclass(frozen=True)
class Month:
    first: date
    agreement: Agreement


def _agreement(viewer: Person) -> dict[str, Any]:
    pairs = readings.recorded_pairs()
    differing = [pair for pair in reversed(pairs) if not pair.agrees]
    named = _named(viewer, differing)
    return {
        "agreement": measure(pairs),
        "finding": _finding(measure(pairs)),
        "fewest_pairs": FEWEST_PAIRS,
        "months": [Month(first, found) for first, found in by_month(pairs)[:MOST_MONTHS]],
        "differing": named,
        "differing_hidden": len({pair.claim for pair in differing}) - len(named),
    }


def _named(viewer: Person, differing: list[Pair]) -> list[Claim]:
    """The claims behind the disagreements whose verdict this person may see, the newest first."""
    wanted = list(dict.fromkeys(pair.claim for pair in differing))
    seen = {claim.pk: claim for claim in verdicts_seen_by(Claim.objects.filter(pk__in=wanted), viewer)}
    return [seen[pk] for pk in wanted if pk in seen][:MOST_DIFFERING]


def _finding(found: Agreement) -> str:
    """The finding in the head of the panel."""
    if not found.pairs:
        return _("no pair yet")
    told = ngettext(
        "of all time: the same rating in %(agreed)s of %(pairs)s pair",
        "of all time: the same rating in %(agreed)s of %(pairs)s pairs",
        found.pairs,
    ) % {"agreed": in_full(found.agreed), "pairs": in_full(found.pairs)}
    if found.alpha is None:
        return told
    return _("%(told)s, alpha %(alpha)s") % {"told": told, "alpha": number_format(found.alpha, 2)}


urlpatterns = [
    path("desk/", desk_detail, name="desk"),
    path("desk/agreement/", desk_agreement, name="desk-agreement"),
]
