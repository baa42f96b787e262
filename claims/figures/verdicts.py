"""Verdicts by claimant and by topic, and second verdicts beside first ones: only those the reader may see."""

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.figures.charts import MOST_KEPT, Chart, Line, Listed, Mark, Series, Tally, mark
from claims.figures.flow import are_days, in_days
from claims.figures.numbers import in_full
from claims.figures.period import Period, end_of, start_of
from claims.models import Appearance, Claim, Claimant, FactCheck, Person, Rating, Reading, Topic
from claims.models.claim import ClaimQuerySet
from claims.workflow.readings import blind_seconds
from claims.workflow.sight import verdicts_seen_by

FAMILIES = (
    Series("true", gettext_lazy("True side"), "k-sup", "v-true"),
    Series("mixed", gettext_lazy("Mixed"), "k-wait", "v-half"),
    Series("false", gettext_lazy("False"), "k-late", "v-false"),
    Series("open", gettext_lazy("Open"), "k-open", "v-unproven"),
)
LABELS = {one.key: one.label for one in FAMILIES}


# --- balance


def rated(claims: ClaimQuerySet, person: Person, first: date, last: date) -> ClaimQuerySet:
    """Of some claims those with a verdict the person may see, given in these days.

    A verdict is dated by its first publication; before that by the claim's last step.
    """
    public = FactCheck.objects.filter(
        number=1, first_published_at__gte=start_of(first), first_published_at__lt=end_of(last)
    )
    stands = Q(public_state="", status_since__gte=start_of(first), status_since__lt=end_of(last))
    dated = claims.filter(Q(pk__in=public.values("claim")) | stands, rating__isnull=False)
    return verdicts_seen_by(dated, person)


def count_claimants(person: Person, period: Period) -> Chart:
    """Claims each claimant asserted, by their verdict; one statement."""
    claims = rated(Claim.objects.all(), person, period.first, period.last)
    rows = Appearance.objects.filter(position="asserts", claimant__isnull=False, claim__in=claims.values("pk"))
    named = rows.order_by().values("claimant__slug", "claimant__name", "claim__rating__family")
    found = named.annotate(n=Count("claim", distinct=True))
    return _balance(found.values_list("claimant__slug", "claimant__name", "claim__rating__family", "n"), "said", period)


def count_topics(person: Person, period: Period) -> Chart:
    """Claims of each topic, by their verdict; one statement."""
    claims = rated(Claim.objects.filter(topics__isnull=False), person, period.first, period.last)
    found = claims.order_by().values("topics__slug", "topics__name", "rating__family").annotate(n=Count("pk"))
    return _balance(found.values_list("topics__slug", "topics__name", "rating__family", "n"), "about", period)


def _balance(rows: Any, name: str, period: Period) -> Chart:
    tallies: dict[str, Tally] = {}
    for slug, label, family, count in rows:
        tallies.setdefault(slug, Tally(label)).counts[family] = count
    order = sorted(tallies, key=lambda slug: (-sum(tallies[slug].counts.values()), tallies[slug].label, slug))
    lines = [_line(tallies[slug], name, slug, period) for slug in order[:MOST_KEPT]]
    said = (
        {"one": _("claimants"), "head": _("Claimant")} if name == "said" else {"one": _("topics"), "head": _("Topic")}
    )
    false = sum(tally.counts.get("false", 0) > 0 for tally in tallies.values())
    finding = _("%(n)s %(what)s, %(false)s of them with something false") % {
        "n": in_full(len(tallies)), "what": said["one"], "false": in_full(false),
    }  # fmt: skip
    return Chart("bars", (said["head"],), FAMILIES, lines, finding if tallies else "", len(order) - len(lines))


def _line(tally: Tally, name: str, slug: str, period: Period) -> Line:
    def leads(family: str) -> Mark | None:
        return mark(tally.counts.get(family, 0), name, family, slug, period.first, period.last)

    return Line(tally.label, tuple(leads(one.key) for one in FAMILIES))


def _said(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    by_him = Appearance.objects.filter(position="asserts", claimant__slug=parts[1]).values("claim")
    return rated(claims, person, *_days(parts)).filter(rating__family=parts[0], pk__in=by_him)


def _about(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    of_topic = Topic.claims.through.objects.filter(topic__slug=parts[1]).values("claim")
    return rated(claims, person, *_days(parts)).filter(rating__family=parts[0], pk__in=of_topic)


def _days(parts: list[str]) -> tuple[date, date]:
    return date.fromisoformat(parts[-2]), date.fromisoformat(parts[-1])


def _is_named(parts: list[str]) -> bool:
    return len(parts) == 4 and parts[0] in LABELS and bool(parts[1]) and are_days(parts)  # noqa: PLR2004


def _named_in_words(model: Any) -> Any:
    def words(parts: list[str]) -> str:
        row = model.objects.filter(slug=parts[1]).first()
        return in_days(f"{row or parts[1]}, {LABELS[parts[0]]}", parts)

    return words


# --- agreement


def count_agreement(person: Person, period: Period) -> Chart:
    """First verdicts beside blind second ones, by family: claims, each by its last pair of these days; one statement."""
    cells = {
        (row["one"], row["rating__family"]): row["n"]
        for row in _pairs(Claim.objects.all(), person, period.first, period.last)
        .order_by()
        .values("one", "rating__family")
        .annotate(n=Count("pk"))
    }
    lines = [
        Line(
            str(one.label),
            tuple(
                mark(cells.get((one.key, two.key), 0), "pair", one.key, two.key, period.first, period.last)
                for two in FAMILIES
            ),
        )
        for one in FAMILIES
    ]
    agreed, n = sum(count for (one, two), count in cells.items() if one == two), sum(cells.values())
    told = ngettext(
        "in these days: the same side in %(agreed)s of %(n)s claim",
        "in these days: the same side in %(agreed)s of %(n)s claims",
        n,
    )
    finding = told % {"agreed": in_full(agreed), "n": in_full(n)} if cells else ""
    return Chart("grid", (_("First verdict"),), FAMILIES, lines, finding)


def _pairs(claims: ClaimQuerySet, person: Person, first: date, last: date) -> Any:
    """The last blind second verdict of each claim in these days, with ``one``: the family of the first."""
    family = Reading.objects.filter(revision=OuterRef("revision"), kind=Reading.Kind.FIRST).values("rating__family")[:1]
    seen = verdicts_seen_by(claims, person).values("pk")
    given = blind_seconds().filter(at__gte=start_of(first), at__lt=end_of(last), claim__in=seen)
    newest = given.order_by("claim", "-pk").distinct("claim").values("pk")
    return Reading.objects.filter(pk__in=newest).annotate(one=Subquery(family))


def _pair(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    found = _pairs(Claim.objects.all(), person, *_days(parts)).filter(one=parts[0], rating__family=parts[1])
    return claims.filter(pk__in=found.values("claim"))


def _pair_in_words(parts: list[str]) -> str:
    said = _("First verdict %(one)s, second %(two)s") % {"one": LABELS[parts[0]], "two": LABELS[parts[1]]}
    return in_days(said, parts)


def _is_pair(parts: list[str]) -> bool:
    return len(parts) == 4 and {parts[0], parts[1]} <= set(LABELS) and are_days(parts)  # noqa: PLR2004


LISTS = {
    "said": Listed(_is_named, _said, _named_in_words(Claimant)),
    "about": Listed(_is_named, _about, _named_in_words(Topic)),
    "pair": Listed(_is_pair, _pair, _pair_in_words),
}
assert set(LABELS) == set(Rating.Family.values)
