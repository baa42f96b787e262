"""What came in and went out, and how long claims stood in each stage: counted from the stretches of time kept of each."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Extract
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.figures.charts import Chart, Line, Listed, Series, mark
from claims.figures.numbers import in_full
from claims.figures.period import Period, Slice, end_of, start_of
from claims.language import midway
from claims.models import Claim, Person, Stay
from claims.models.claim import ClaimQuerySet

# Stages in which somebody is waited for.  Preflight is the machine's; a watched claim waits for its own date.
STAGES = (
    "inbox", "accepted", "in_research", "awaiting_reply", "changes_requested", "in_cross_check", "in_review", "approved",
)  # fmt: skip
SERIES = (
    Series("in", gettext_lazy("Came in"), "k-soft", "arrow-down"),
    Series("out", gettext_lazy("Finished"), "k-acc", "arrow-up"),
    Series("back", gettext_lazy("Came back"), "k-wait", "undo-2"),
)
LEFT = Series("left", gettext_lazy("Claims"), "k-acc", "list")
DAY = 86400.0


class _Shares(Aggregate):
    """The values under which a half and nine in ten of all lie, sorted once for both."""

    template = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


def _left_in(first: date, last: date) -> QuerySet[Stay]:
    """Stages that claims left in some days."""
    return Stay.objects.filter(left_at__gte=start_of(first), left_at__lt=end_of(last))


def _finished(first: date, last: date) -> QuerySet[Stay]:
    return _left_in(first, last).filter(stage__in=Claim.OPEN).exclude(next_stage__in=Claim.OPEN)


def _came_back(first: date, last: date) -> QuerySet[Stay]:
    return _left_in(first, last).filter(next_stage__in=Claim.OPEN).exclude(stage__in=Claim.OPEN)


# --- in and out


def count_flow(person: Person, period: Period) -> Chart:
    """Claims that came in, were finished and came back, slice by slice; three statements."""
    slices, seen = period.slices(), Claim.objects.visible_to(person)
    found = {
        "in": _by_slice(seen.filter(created_at__gte=start_of(period.first)), "created_at", "pk", slices),
        "out": _by_slice(_seen(_finished(period.first, period.last), person), "left_at", "claim", slices),
        "back": _by_slice(_seen(_came_back(period.first, period.last), person), "left_at", "claim", slices),
    }
    lines = [
        Line(
            part.label,
            tuple(mark(found[one.key].get(n, 0), one.key, part.first, part.last) for one in SERIES),
            short=part.short,
        )
        for n, part in enumerate(slices)
    ]
    return Chart("columns", (_("Days"),), SERIES, lines, _flow_in_words(found))


def _seen(stays: QuerySet[Stay], person: Person) -> QuerySet[Stay]:
    return stays.exclude(Exists(Claim.objects.hidden_from(person).filter(pk=OuterRef("claim"))))


def _by_slice(rows: QuerySet[Any], moment: str, counted: str, slices: list[Slice]) -> dict[int, int]:
    whens = [When(**{f"{moment}__lt": end_of(part.last), "then": Value(n)}) for n, part in enumerate(slices)]
    found = rows.annotate(slice=Case(*whens, output_field=IntegerField())).order_by().values("slice")
    return dict(found.annotate(n=Count(counted, distinct=True)).values_list("slice", "n"))


def _flow_in_words(found: dict[str, dict[int, int]]) -> str:
    numbers = {key: sum(n for part, n in counts.items() if part is not None) for key, counts in found.items()}
    return _("%(in)d in, %(out)d finished, %(back)d back") % numbers


def _in_days(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    first, last = _days(parts)
    return claims.filter(created_at__gte=start_of(first), created_at__lt=end_of(last))


def _out_of(stays: Callable[[date, date], QuerySet[Stay]]) -> Callable[..., ClaimQuerySet]:
    def narrow(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
        return claims.filter(pk__in=stays(*_days(parts)).values("claim"))

    return narrow


def _days(parts: list[str]) -> tuple[date, date]:
    return date.fromisoformat(parts[-2]), date.fromisoformat(parts[-1])


def are_days(parts: list[str]) -> bool:
    """Whether the last two parts of a list's name are its days."""
    try:
        first, last = _days(parts)
        return start_of(first) < end_of(last)
    except (ValueError, IndexError, OverflowError):
        return False


def in_days(label: str | Any, parts: list[str]) -> str:
    """A list's name in words, with its days."""
    return f"{label}, {Slice(*_days(parts)).label}"


# --- time in each stage


def count_stages(person: Person, period: Period) -> Chart:
    """How long claims that left a stage in these days had stood in it; one statement."""
    stood = ExpressionWrapper(F("left_at") - F("began_at"), output_field=DurationField())
    places = [
        When(stage=stage, then=Value(n)) for n, stage in enumerate(STAGES)
    ]  # numbers are sorted faster than words
    rows: Any = (
        _seen(_left_in(period.first, period.last).filter(stage__in=STAGES), person)
        .annotate(seconds=Extract(stood, "epoch"), place=Case(*places, output_field=IntegerField()))
        .values("place")
        .annotate(n=Count("claim", distinct=True), shares=_Shares(F("seconds")))
    )
    found = {STAGES[row["place"]]: row | {"stage": STAGES[row["place"]]} for row in rows}
    lines = [_stage(found[key], period) for key in STAGES if key in found]
    longest = max(found.values(), key=lambda row: row["shares"][0], default=None)
    finding = ""
    if longest:
        finding = _("longest: %(stage)s, typically %(time)s") % {
            "stage": midway(str(Claim.Status(longest["stage"]).label)), "time": in_time(longest["shares"][0]),
        }  # fmt: skip
    heads = (_("Stage"), _("Typical time"), _("Nine in ten within"))
    return Chart("spans", heads, (LEFT,), lines, finding)


def _stage(row: dict[str, Any], period: Period) -> Line:
    half, most = row["shares"]
    said = (in_time(half), in_time(most))
    leads = mark(row["n"], "left", row["stage"], period.first, period.last)
    return Line(str(Claim.Status(row["stage"]).label), (leads,), said, (half / DAY, most / DAY))


def _left(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    return claims.filter(pk__in=_left_in(*_days(parts)).filter(stage=parts[0]).values("claim"))


def in_time(seconds: float) -> str:
    """A length of time, to two figures."""
    span = timedelta(seconds=seconds)
    if span < timedelta(minutes=1):
        return _("under a minute")
    if span < timedelta(hours=1):
        return ngettext("%(n)d minute", "%(n)d minutes", n := round(seconds / 60)) % {"n": n}
    if span < timedelta(days=1):
        return ngettext("%(n)d hour", "%(n)d hours", n := round(seconds / 3600)) % {"n": n}
    days = seconds / DAY
    return _("%(n)s days") % {"n": localize(round(days, 1)) if days < 10 else in_full(round(days))}  # noqa: PLR2004  # two figures


LISTS = {
    "in": Listed(are_days, _in_days, lambda parts: in_days(_("Came in"), parts)),
    "out": Listed(are_days, _out_of(_finished), lambda parts: in_days(_("Finished"), parts)),
    "back": Listed(are_days, _out_of(_came_back), lambda parts: in_days(_("Came back"), parts)),
    "left": Listed(
        lambda parts: are_days(parts[1:]) and parts[0] in STAGES,
        _left,
        lambda parts: in_days(_("Left “%(stage)s”") % {"stage": Claim.Status(parts[0]).label}, parts),
    ),
}
