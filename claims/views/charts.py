"""The charts of the desk: each a fragment the desk page asks for, a page of its own, and a file."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.figures import bars
from claims.figures.charts import MOST_LINES, Chart, Mark, Question, Series
from claims.figures.lists import QUESTIONS
from claims.figures.numbers import in_part, in_short
from claims.figures.period import PRESETS, Period, preset, read_period
from claims.language import labelled, midway
from claims.views.access import DeskRequest, signed_in

MORE, EMPTY, MOST_ROOM = (
    24,
    72,
    430,
)  # units of a drawing: a line of words below it, words alone, and what is higher scrolls
ROOM_KEPT = 365 * 86400  # seconds
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would run what begins so


class Drawn(NamedTuple):
    """A mark as the page draws it: where it stands, how it looks, where it leads and what it says."""

    shape: bars.Shape
    series: Series
    css: str
    url: str
    said: str


# --- pages


@signed_in
@require_safe
def desk_chart(request: DeskRequest, chart: str) -> HttpResponse:
    """One chart: alone for a script, else with the page around it."""
    period, problem = read_period(request.GET, timezone.localdate())
    context = _context(request, chart, period) | period_choices(period, problem)
    if not request.htmx or request.htmx.boosted:
        return render(request, "claims/desk_chart.html", context)
    drawing = context["drawing"]
    needed = EMPTY if context["chart"].is_empty else math.ceil(drawing.height) + (MORE if context["more"] else 0)
    room = _room(request.GET.get("room", ""), needed)
    response = render(request, "claims/desk_chart.html#chart", context | {"room": room, "holds": needed <= room})
    return _remember(response, chart, needed)


# --- the room of a chart on the desk, kept free before the chart is there, so that nothing moves when it comes


def rooms(request: DeskRequest) -> list[dict[str, Any]]:
    """Each chart with the height it took in this browser the last time, else that of a small desk."""
    return [
        {"name": name, "question": question, "room": _room(request.COOKIES.get(f"room-{name}", ""), question.room)}
        for name, question in QUESTIONS.items()
    ]


def _room(text: str, otherwise: int) -> int:
    """A height as an address or a cookie carries it, in units of the drawing."""
    known = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROOM))
    return min(max(int(text), MORE), MOST_ROOM) if known else otherwise


def _remember(response: HttpResponse, chart: str, needed: int) -> HttpResponse:
    response.set_cookie(
        f"room-{chart}",
        str(needed),
        max_age=ROOM_KEPT,
        path=reverse("claims:desk"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def period_choices(period: Period, problem: str) -> dict[str, Any]:
    """What the choice of days shows: the presets, the days asked for, and why they were left aside."""
    names = [(name, label, preset(name, timezone.localdate()).query) for name, label in PRESETS.items()]
    return {"period": period, "problem": problem, "presets": names}


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        raise Http404
    return QUESTIONS[name]


def _context(request: DeskRequest, name: str, period: Period) -> dict[str, Any]:
    question = _question(name)
    chart = question.answer(request.user, period)
    drawing = bars.draw(chart.form, _sheet(chart))
    return {
        "name": name,
        "question": question,
        "chart": chart,
        "drawing": drawing,
        "width": bars.WIDTH,
        "drawn": [_drawn(chart, shape) for shape in drawing.shapes],
        "keys": list(zip(chart.series, drawing.keys, strict=False)),
        "more": max(0, len(chart.lines) - MOST_LINES) + chart.hidden if chart.form == "bars" else 0,
        "queue": reverse("claims:claim-list"),
    }


def _sheet(chart: Chart) -> bars.Sheet:
    lines = chart.lines[:MOST_LINES] if chart.form == "bars" else chart.lines
    notes = [line.short for line in lines]
    if chart.form == "spans":
        notes = [_("typically %(time)s") % {"time": line.more[0]} for line in lines]
    elif chart.form == "grid":
        notes = [_("Second verdict")]
    counts = [[mark.count if mark else 0 for mark in line.marks] for line in lines]
    names = [str(one.label) for one in chart.series]
    labels, spans = [line.label for line in lines], [line.spans for line in lines]
    return bars.Sheet(labels, counts, names, spans, notes, write=in_part, shorten=in_short)


def _drawn(chart: Chart, shape: bars.Shape) -> Drawn:
    line, series = chart.lines[shape.line], chart.series[shape.series]
    mark = line.marks[shape.series]
    assert mark is not None
    more = "".join(f"; {midway(head)} {words}" for head, words in zip(chart.heads[1:], line.more, strict=True))
    css = series.css
    if chart.form == "grid":  # what agrees stands on the diagonal
        css = "k-acc" if shape.line == shape.series else "k-wait"
    return Drawn(shape, series, css, _address(mark), labelled(f"{line.label}, {series.label}", f"{mark.words}{more}"))


def _address(mark: Mark) -> str:
    return f"{reverse('claims:claim-list')}?{mark.query}"


# --- files


@signed_in
@require_safe
def desk_chart_file(request: DeskRequest, chart: str) -> HttpResponse:
    """The numbers of a chart as CSV."""
    period, _problem = read_period(request.GET, timezone.localdate())
    found = _question(chart).answer(request.user, period)
    dated = f"{period.first}_{period.last}" if QUESTIONS[chart].dated else str(timezone.localdate())
    return cast(HttpResponse, stream_csv(f"{chart}_{dated}.csv", _rows(found)))  # streamed, yet answered like one


def _rows(chart: Chart) -> list[list[str | int]]:
    head: list[str | int] = [chart.heads[0], *(str(one.label) for one in chart.series), *chart.heads[1:]]
    lines: list[list[str | int]] = [
        [line.label, *(mark.count if mark else 0 for mark in line.marks), *line.more] for line in chart.lines
    ]
    return [head, *lines]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def stream_csv(name: str, rows: Iterable[Sequence[str | int]]) -> StreamingHttpResponse:
    """Rows as a CSV file in UTF-8 (marked, so that spreadsheets read it as such), sent as they are written."""

    def lines() -> Iterator[bytes]:
        writer = csv.writer(_Echo())
        yield "\ufeff".encode()
        for row in rows:
            written: str = writer.writerow([harmless(cell) for cell in row])
            yield written.encode()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def harmless(cell: str | int) -> str | int:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell


urlpatterns = [
    path("desk/charts/<slug:chart>/", desk_chart, name="desk-chart"),
    path("desk/charts/<slug:chart>.csv", desk_chart_file, name="desk-chart-file"),
]
