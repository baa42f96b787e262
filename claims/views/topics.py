"""Topics: what is disputed, who asserted it, who denied it and when; drawn, in words, as a table and as a file."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from claims.figures import places
from claims.figures.bars import Box, cut
from claims.figures.disputes import AGAINST, FOR, Dispute, Saying, Span, Voice, gather_days
from claims.figures.topic import Said, Told, list_topics, read_topic
from claims.language import labelled
from claims.models import Topic
from claims.templatetags.marks import FAMILY_GLYPHS, STANCE, STATUS, VERDICT_GLYPHS
from claims.views.access import DeskRequest, signed_in
from claims.views.charts import stream_csv

MOST_TOPICS = 200
TITLE_WIDE = 640.0
DESK = gettext_lazy("This desk")
# How a saying looks by what it means for the first side; the same alphabet as evidence and positions.
EFFECTS = {FOR: ("k-for", "s-supports"), AGAINST: ("k-against", "s-refutes"), "reports": ("k-says", "s-context")}


class Head(NamedTuple):
    """A column of the timeline: where it begins, its day, how long after the one before."""

    x: float
    day: str
    later: str

    @property
    def words_x(self) -> float:
        return self.x + 5


class Spoken(NamedTuple):
    """A saying on the timeline: where, how it looks, where it leads, what it says."""

    spot: places.Spot
    css: str
    glyph: str
    url: str
    word: str
    said: str

    @property
    def glyph_at(self) -> tuple[float, float]:
        return self.spot.box.x + 4, self.spot.box.y + 5

    @property
    def word_at(self) -> tuple[float, float]:
        return self.spot.box.x + 22, self.spot.box.y + 17


class Claimed(NamedTuple):
    """A claim on the map: its box, and at its foot where it stands or what the desk found."""

    node: places.Node
    said: Said
    side: str
    css: str
    glyph: str
    foot: str

    @property
    def foot_at(self) -> tuple[float, float]:
        return self.node.box.x + 10, self.node.box.y + self.node.box.h - 23

    @property
    def words_at(self) -> tuple[float, float]:
        return self.node.box.x + 29, self.node.box.y + self.node.box.h - 11


class Joined(NamedTuple):
    """A line of the map with its look and its words."""

    edge: places.Edge
    css: str
    glyph: str
    said: str

    @property
    def glyph_at(self) -> tuple[float, float]:
        x, y = self.edge.middle
        return x - 7, y - 7


@dataclass
class Shown:
    """One dispute (or what nobody disputes) as the page shows it."""

    key: str
    title: str
    left: list[Said]
    right: list[Said]
    speaking: dict[str, list[tuple[Voice, list[str]]]]
    timeline: places.Timeline
    heads: list[Head]
    spoken: list[Spoken]
    desk: list[Spoken]
    map: places.Map
    nodes: list[Claimed]
    joined: list[Joined]
    opposed: list[Joined]
    finding: str

    @property
    def unmapped(self) -> int:
        """Claims the map has no room for."""
        return len(self.left) + len(self.right) - len(self.nodes)

    @property
    def is_long(self) -> bool:
        return len(self.heads) > 10  # noqa: PLR2004  # columns that a screen of 1440 shows in full

    @property
    def desk_y(self) -> float:
        return self.timeline.height + 21

    @property
    def height(self) -> float:
        """Of the timeline, with the desk's own row."""
        return max([self.timeline.height, *(one.spot.box.y + one.spot.box.h + 6 for one in self.desk)])


@signed_in
@require_safe
def topic_list(request: DeskRequest) -> HttpResponse:
    """Every topic that has claims, the disputed ones first; for the desk page only those."""
    topics = list(list_topics(request.user)[: MOST_TOPICS + 1])
    context: dict[str, Any] = {"topics": topics[:MOST_TOPICS], "more": len(topics) > MOST_TOPICS}
    context["any_disputed"] = any(topic.disputed for topic in topics)
    part = "#disputed" if request.htmx and not request.htmx.boosted else ""
    return render(request, "claims/topic_list.html" + part, context)


@signed_in
@require_safe
def topic_detail(request: DeskRequest, slug: str) -> HttpResponse:
    """One topic: its disputes drawn as a timeline and a map; the same number of statements for any number of claims."""
    told = read_topic(get_object_or_404(Topic.objects.visible_to(request.user), slug=slug), request.user)
    shown = [_show(told, dispute, n) for n, dispute in enumerate(told.disputes, start=1)]
    if told.rest.claims:
        shown.append(_show(told, told.rest, 0))
    context = {"told": told, "topic": told.topic, "shown": shown, "rows": _table(told), "names": places.NAMES}
    return render(request, "claims/topic_detail.html", context)


@signed_in
@require_safe
def topic_file(request: DeskRequest, slug: str) -> HttpResponse:
    """Everything said on a topic as CSV."""
    told = read_topic(get_object_or_404(Topic.objects.visible_to(request.user), slug=slug), request.user)
    head = [_("Said on"), _("Claimant"), _("Position"), _("Claim"), _("Statement"), _("Dispute"), _("Side")]
    head += [_("Verdict"), _("Published on"), _("Address")]
    rows = [[*row["cells"]] for row in _table(told)]
    return cast(HttpResponse, stream_csv(f"topic_{slug}.csv", [head, *rows]))  # streamed, yet answered like one


# --- a dispute


def _show(told: Told, dispute: Dispute, number: int) -> Shown:
    voices = told.voices_of(dispute)
    published = {told.claims[pk].published for pk in dispute.claims} - {None}
    spans = gather_days([*(one.day for voice in voices for one in voice.sayings), *published])
    timeline = places.lay_timeline(dispute, voices, spans)
    statements = {pk: f"{told.claims[pk].number}  {told.claims[pk].claim.statement}" for pk in dispute.claims}
    chart = places.lay_map(dispute, voices, statements, told.contradicting)
    sayings = {one.key: one for voice in voices for one in voice.sayings}
    left, right = ([told.claims[pk] for pk in side] for side in (dispute.left, dispute.right))
    return Shown(
        key=f"d{number}",
        title=_title(left, right),
        left=left,
        right=right,
        speaking=_speaking(told, voices),
        timeline=timeline,
        heads=_heads(timeline, spans),
        spoken=[_spoken(told, sayings[spot.key], spot) for spot in timeline.spots],
        desk=_desk(told, dispute, spans, timeline),
        map=chart,
        nodes=[_claimed(told, dispute, node) for node in chart.claims],
        joined=[_joined(told, dispute, edge) for edge in chart.edges],
        opposed=[Joined(edge, "k-late", "equal-not" if edge.says else "", "") for edge in chart.opposed],
        finding=_finding(voices) if right else "",
    )


def _title(left: list[Said], right: list[Said]) -> str:
    """The larger side names the dispute, so that who is for it speaks for what the title says."""
    if not right:
        return _("What nobody contradicts")
    return _("Disputed: %(statement)s") % {"statement": cut(left[0].claim.statement, TITLE_WIDE)}


def _speaking(told: Told, voices: list[Voice]) -> dict[str, list[tuple[Voice, list[str]]]]:
    """Who speaks on each side, with what and when in words."""
    found: dict[str, list[tuple[Voice, list[str]]]] = {FOR: [], AGAINST: [], "reports": []}
    for voice in voices:
        found[voice.side].append((voice, [_in_words(told, one) for one in voice.sayings]))
    return found


def _in_words(told: Told, one: Saying) -> str:
    words = f"{STANCE[one.position].label} {told.claims[one.claim].number}"
    return f"{words}, {_day(one.day)}" if one.day else words


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else _("no date")


def _heads(timeline: places.Timeline, spans: list[Span]) -> list[Head]:
    """Over each column its day, and how long after the one before."""
    found, before = [], None
    for x, span in zip(timeline.heads, spans, strict=True):
        later = _later((span.first - before).days) if span.first and before else ""
        found.append(Head(x, _span(span), later))
        before = span.first or before
    return found


def _span(span: Span) -> str:
    if span.first is None or span.last is None or span.first == span.last:
        return _day(span.first)
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        return date_format(span.first, "SHORT_MONTH_FORMAT")
    years = span.first.year != span.last.year
    return f"{date_format(span.first, 'SHORT_MONTH_FORMAT' if years else 'M')}\u2013{date_format(span.last, 'SHORT_MONTH_FORMAT')}"


def _later(days: int) -> str:
    if days < 60:  # noqa: PLR2004  # two months
        return ngettext("%(n)d day later", "%(n)d days later", days) % {"n": days}
    months = round(days / 30.4)
    return ngettext("%(n)d month later", "%(n)d months later", months) % {"n": months}


def _quoted(said: Said) -> str:
    return _("“%(words)s”") % {"words": said.claim.statement}


def _spoken(told: Told, one: Saying, spot: places.Spot) -> Spoken:
    css, glyph = EFFECTS[spot.effect]
    said = told.claims[one.claim]
    word = f"{STANCE[one.position].label} {said.number}"
    whole = labelled(word, f"{one.claimant}, {_day(one.day)}, {_quoted(said)}")
    return Spoken(spot, css, glyph, _address(one.claim), word, whole)


def _desk(told: Told, dispute: Dispute, spans: list[Span], timeline: places.Timeline) -> list[Spoken]:
    """The desk's own row: what it published of the dispute, and when."""
    found, used = [], dict.fromkeys(range(len(spans)), 0)
    for pk in dispute.claims:
        said = told.claims[pk]
        column = next((n for n, span in enumerate(spans) if said.published and span.holds(said.published)), None)
        if column is None or used[column] >= places.CELL:
            continue
        y = timeline.height + 4 + used[column] * places.LINE
        used[column] += 1
        box = Box(timeline.heads[column], y, 96, places.LINE - 2)
        label = said.shown.label if said.shown else _("published")
        word = labelled(said.number, label)
        whole = labelled(word, f"{DESK}, {_day(said.published)}, {_quoted(said)}")
        found.append(Spoken(places.Spot(pk, box, "desk"), "k-acc", "st-published", _address(pk), word, whole))
    return found


def _claimed(told: Told, dispute: Dispute, node: places.Node) -> Claimed:
    said = told.claims[int(node.key)]
    side = (FOR if said.claim.pk in dispute.left else AGAINST) if dispute.right else "none"
    if said.shown:
        code = said.shown.code.replace("-", "_")
        glyph = VERDICT_GLYPHS.get(code) or FAMILY_GLYPHS[said.shown.family]
        return Claimed(node, said, side, f"v-{said.shown.family}", glyph, said.shown.label)
    stands = STATUS[said.claim.status]
    return Claimed(node, said, side, stands.css, stands.glyph, str(stands.label))


def _joined(told: Told, dispute: Dispute, edge: places.Edge) -> Joined:
    name, _bar, claim = edge.says.rpartition("|")
    effect = dispute.effect(Saying(int(claim), name, edge.kind, None, 0))
    css, glyph = EFFECTS[effect]
    said = f"{name} {STANCE[edge.kind].label} {told.claims[int(claim)].number}"
    return Joined(edge, css, glyph, said)


def _finding(voices: list[Voice]) -> str:
    numbers = {side: sum(voice.side == side for voice in voices) for side in (FOR, AGAINST, "reports")}
    return _("%(for)d speak for it, %(against)d against it, %(reports)d report it or say both") % numbers


def _address(claim: int) -> str:
    return reverse("claims:claim-detail", args=[claim])


# --- the table


def _table(told: Told) -> list[dict[str, Any]]:
    """Everything said, by date: the cells of the file, and what the page links."""
    groups = {pk: (n, dispute) for n, dispute in enumerate(told.disputes, start=1) for pk in dispute.claims}
    found = []
    for one in sorted(told.sayings, key=lambda one: (one.day or date.max, one.claim, one.key)):
        said, row = told.claims[one.claim], told.appearances[one.key]
        number, dispute = groups.get(one.claim, (0, None))
        side = {FOR: "1", AGAINST: "2"}.get(dispute.effect(one), "") if dispute else ""
        cells = [
            one.day.isoformat() if one.day else "",
            one.claimant,
            str(STANCE[one.position].label),
            one.claim,
            said.claim.statement,
            number or "",
            side,
            said.shown.label if said.shown else "",
            said.published.isoformat() if said.published else "",
            row.url or (row.article.url if row.article else ""),
        ]
        found.append({"cells": cells, "one": one, "said": said, "row": row, "side": side, "number": number})
    return found


urlpatterns = [
    path("topics/", topic_list, name="topic-list"),
    path("topics/<slug:slug>/", topic_detail, name="topic"),
    path("topics/<slug:slug>.csv", topic_file, name="topic-file"),
]
