"""What is late and what falls due, and who holds how much: the desk at this moment."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Q, Value, When
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.figures.charts import Chart, Line, Listed, Series, Tally, mark
from claims.figures.numbers import in_full
from claims.figures.period import Period
from claims.models import Assignment, Claim, Person
from claims.models.claim import ClaimQuerySet
from claims.workflow.people import working_people
from claims.workflow.readable import isolate

# Each part of the road to a due date: its name, and where it begins, in days from now.
TERMS: dict[str, tuple[str | Promise, int | None]] = {
    "month": (gettext_lazy("over 30 days late"), None),
    "week": (gettext_lazy("8 to 30 days late"), -30),
    "days": (gettext_lazy("1 to 7 days late"), -7),
    "late": (gettext_lazy("less than a day late"), -1),
    "today": (gettext_lazy("due within 24 hours"), 0),
    "soon": (gettext_lazy("due in 1 to 7 days"), 1),
    "later": (gettext_lazy("due later"), 7),
    "none": (gettext_lazy("open, without a date"), None),
}
LATE = ("month", "week", "days", "late")
BIGGEST = 2**63 - 1
DUE = (
    Series("late", gettext_lazy("Late"), "k-late", "clock"),
    Series("today", gettext_lazy("Due within 24 hours"), "k-wait", "calendar-clock"),
    Series("ahead", gettext_lazy("Ahead"), "k-soft", "calendar"),
)
ROLES = (
    Series("checker", gettext_lazy("to research"), "k-acc", "search"),
    Series("cross_checker", gettext_lazy("to cross-check"), "k-open", "st-cross"),
    Series("editor", gettext_lazy("to edit"), "k-soft", "pencil"),
)


# --- due


def count_due(person: Person, period: Period) -> Chart:
    """Live claims by how far their date is; one statement."""
    found = dict(
        _with_term(Claim.objects.visible_to(person).live())
        .exclude(term="")
        .order_by()
        .values("term")
        .annotate(n=Count("pk"))
        .values_list("term", "n")
    )
    lines = [_term(key, found.get(key, 0)) for key in TERMS]
    late = sum(found.get(key, 0) for key in LATE)
    finding = _("%(late)s late, %(soon)s due within 24 hours") % {
        "late": in_full(late), "soon": in_full(found.get("today", 0)),
    }  # fmt: skip
    return Chart("bars", (_("Due"),), DUE, [line for line in lines if line.total], finding)


def _term(key: str, count: int) -> Line:
    place = 0 if key in LATE else 1 if key == "today" else 2
    marks = [None, None, None, mark(count, "due", key)]
    return Line(capfirst(str(TERMS[key][0])), tuple(marks[3] if n == place else None for n in range(3)))


def _with_term(claims: ClaimQuerySet) -> Any:
    """Add ``term``: a key of ``TERMS``; empty for a published claim that nothing is due of."""
    ends = {"month": -30, "week": -7, "days": -1, "late": 0, "today": 1, "soon": 7}
    whens = [When(next_due_at__lt=Now() + timedelta(days=day), then=Value(key)) for key, day in ends.items()]
    undated = [When(next_due_at=None, status="published", then=Value("")), When(next_due_at=None, then=Value("none"))]
    return claims.annotate(term=Case(*undated, *whens, default=Value("later"), output_field=CharField()))


def _due(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    found: ClaimQuerySet = _with_term(claims.live()).filter(term=parts[0])
    return found


# --- load


def count_load(person: Person, period: Period) -> Chart:
    """Open claims in each person's hands, by what he is to do with them; two statements."""
    team = {row.pk: Tally(str(row)) for row in working_people()}
    held = (
        Assignment.objects.filter(person__in=team, ended_at=None, claim__in=Claim.objects.visible_to(person).open())
        .order_by()
        .values("person", "role")
        .annotate(n=Count("claim", distinct=True))
    )
    for row in held:
        team[row["person"]].counts[row["role"]] = row["n"]
    lines = [
        Line(tally.label, tuple(mark(tally.counts.get(one.key, 0), "holds", one.key, pk) for one in ROLES))
        for pk, tally in team.items()
    ]
    lines.sort(key=lambda line: -line.total)  # equal ones stay in the order of names
    busiest = lines[0] if lines else None
    finding = (
        _("most: %(who)s, %(n)s") % {"who": isolate(busiest.label), "n": in_full(busiest.total)} if busiest else ""
    )
    return Chart("bars", (_("Person"),), ROLES, lines, finding)


def _holds(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    held = Q(assignments__role=parts[0], assignments__person=int(parts[1]), assignments__ended_at=None)
    return claims.open().filter(pk__in=Claim.objects.filter(held).values("pk"))


def _is_part(parts: list[str]) -> bool:
    known = len(parts) == 2 and parts[0] in Assignment.Role.values  # noqa: PLR2004  # role and person
    return known and parts[1].isascii() and parts[1].isdigit() and int(parts[1]) <= BIGGEST


def _part_in_words(parts: list[str]) -> str:
    who = Person.objects.filter(pk=int(parts[1])).first()
    label = next(one.label for one in ROLES if one.key == parts[0])
    return f"{label}, {who}" if who else str(label)


LISTS = {
    "due": Listed(lambda parts: len(parts) == 1 and parts[0] in TERMS, _due, lambda parts: str(TERMS[parts[0]][0])),
    "holds": Listed(_is_part, _holds, _part_in_words),
}
