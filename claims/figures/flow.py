"""What came in and went out, and how long claims stood in each stage: counted from the record of their steps."""

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract, Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.figures.charts import Chart, Line, Listed, Series, mark
from claims.figures.period import Period, Slice, end_of, start_of
from claims.models import Claim, Event, Person
from claims.models.claim import ClaimQuerySet
from claims.models.event import MOVES

OUT = ("publish", "decline", "merge", "stand", "retract")
BACK = ("reopen", "restore")
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
Rows = Any  # of a table, with values that the query adds and the type checker does not know


class _Said(Func):
    """A word of an event's body; null where the words were erased."""

    template = "(NULLIF(%(expressions)s, '')::jsonb ->> '%(name)s')"
    output_field = CharField()


class _Share(Aggregate):
    """The value under which a share of all lies."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


CLAIM = Case(When(chain__startswith="claim/", then=Cast(Substr("chain", 7), BigIntegerField())))


def _moves(first: date, last: date, actions: tuple[str, ...] = MOVES) -> Rows:
    """Steps of some days that moved a claim, with ``subject`` (its id), ``source`` and ``target``."""
    found = Event.objects.filter(action__in=actions, at__gte=start_of(first), at__lt=end_of(last))
    return found.annotate(subject=CLAIM, source=_Said(F("body"), name="from"), target=_Said(F("body"), name="to"))


def _finished(first: date, last: date) -> Rows:
    return _moves(first, last, OUT).filter(source__in=Claim.OPEN).exclude(target__in=Claim.OPEN)


def _came_back(first: date, last: date) -> Rows:
    return _moves(first, last, BACK).filter(target__in=Claim.OPEN).exclude(source__in=Claim.OPEN)


# --- in and out


def count_flow(person: Person, period: Period) -> Chart:
    """Claims that came in, were finished and came back, slice by slice; three statements."""
    slices, seen = period.slices(), Claim.objects.visible_to(person)
    found = {
        "in": _by_slice(seen.filter(created_at__gte=start_of(period.first)), "created_at", "pk", slices),
        "out": _by_slice(_of(_finished(period.first, period.last), seen), "at", "subject", slices),
        "back": _by_slice(_of(_came_back(period.first, period.last), seen), "at", "subject", slices),
    }
    lines = [
        Line(
            part.label,
            tuple(mark(found[one.key].get(n, 0), one.key, part.first, part.last) for one in SERIES),
            short=part.short,
        )
        for n, part in enumerate(slices)
    ]
    return Chart("columns", (_("Days"),), SERIES, lines, _flow_in_words(found), note=_(
        "Finished: published, declined or merged. Came back: reopened or restored. A claim counts once in each bar."
    ))  # fmt: skip


def _of(moves: Rows, seen: ClaimQuerySet) -> Rows:
    return moves.filter(subject__in=seen.values("pk"))


def _by_slice(rows: Rows, moment: str, counted: str, slices: list[Slice]) -> dict[int, int]:
    whens = [When(**{f"{moment}__lt": end_of(part.last), "then": Value(n)}) for n, part in enumerate(slices)]
    found = rows.annotate(slice=Case(*whens, output_field=IntegerField())).order_by().values("slice")
    return dict(found.annotate(n=Count(counted, distinct=True)).values_list("slice", "n"))


def _flow_in_words(found: dict[str, dict[int, int]]) -> str:
    numbers = {key: sum(n for part, n in counts.items() if part is not None) for key, counts in found.items()}
    return _("%(in)d in, %(out)d finished, %(back)d back") % numbers


def _in_days(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    first, last = _days(parts)
    return claims.filter(created_at__gte=start_of(first), created_at__lt=end_of(last))


def _out_of(moves: Any) -> Any:
    def narrow(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
        return claims.filter(pk__in=moves(*_days(parts)).values("subject"))

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
    rows = (
        _visits(period.first, period.last)
        .filter(subject__in=Claim.objects.visible_to(person).values("pk"))
        .order_by()
        .values("source")
        .annotate(
            n=Count("subject", distinct=True),
            half=_Share(F("seconds"), share=0.5),
            most=_Share(F("seconds"), share=0.9),
        )
    )
    found = {row["source"]: row for row in rows}
    lines = [_stage(found[key], period) for key in STAGES if key in found]
    longest = max(found.values(), key=lambda row: row["half"], default=None)
    finding = ""
    if longest:
        finding = _("longest: %(stage)s, typically %(time)s") % {
            "stage": Claim.Status(longest["source"]).label.lower(), "time": in_time(longest["half"]),
        }  # fmt: skip
    heads = (_("Stage"), _("Typical time"), _("Nine in ten within"))
    return Chart("spans", heads, (LEFT,), lines, finding, note=_(
        "Claims that left the stage in these days. Solid: the typical time, over which half of them took; pale: what nine in ten took at most."
    ))  # fmt: skip


def _stage(row: dict[str, Any], period: Period) -> Line:
    said = (in_time(row["half"]), in_time(row["most"]))
    leads = mark(row["n"], "left", row["source"], period.first, period.last)
    return Line(str(Claim.Status(row["source"]).label), (leads,), said, (row["half"] / DAY, row["most"] / DAY))


def _visits(first: date, last: date) -> Rows:
    """Stages that were left in these days, with the ``seconds`` a claim had stood there since it came to it."""
    to = _Said(F("body"), name="to")
    before = Event.objects.filter(chain=OuterRef("chain"), seq__lt=OuterRef("seq"), action__in=MOVES)
    entered = before.annotate(to=to).filter(to=OuterRef("source")).order_by("-seq").values("at")[:1]
    began = Coalesce(
        Subquery(entered), Subquery(Claim.objects.filter(pk=OuterRef("subject")).values("created_at")[:1]),
        output_field=DateTimeField(),
    )  # fmt: skip
    stood = ExpressionWrapper(F("at") - began, output_field=DurationField())
    moved = _moves(first, last).filter(source__in=STAGES).exclude(source=F("target"))
    return moved.annotate(seconds=Extract(stood, "epoch"))


def _left(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    moved = _moves(*_days(parts)).filter(source=parts[0]).exclude(source=F("target"))
    return claims.filter(pk__in=moved.values("subject"))


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
    return _("%(n)s days") % {"n": f"{days:.1f}" if days < 10 else f"{days:.0f}"}  # noqa: PLR2004  # two figures


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
