"""How the sources of live claims stand: each claim once, by the worst of its sources."""

from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.figures.charts import Chart, Line, Listed, Series, mark
from claims.figures.numbers import in_full
from claims.figures.period import Period
from claims.models import Claim, Evidence, Person, SourceAlert
from claims.models.claim import ClaimQuerySet

# The worst first.
STATES: dict[str, str | Promise] = {
    "altered": gettext_lazy("A passage was altered"),
    "gone": gettext_lazy("A passage is gone"),
    "unreachable": gettext_lazy("A source cannot be reached"),
    "uncaptured": gettext_lazy("A source has no captured copy"),
    "bare": gettext_lazy("No source yet"),
    "sound": gettext_lazy("All as they were captured"),
}
CHANGED = ("altered", "gone")
SERIES = (
    Series("changed", gettext_lazy("Changed"), "k-late", "git-compare-arrows"),
    Series("doubtful", gettext_lazy("In doubt"), "k-wait", "unlink"),
    Series("sound", gettext_lazy("Sound"), "k-sup", "check"),
)


def count_sources(person: Person, period: Period) -> Chart:
    """Live claims by the state of their sources; one statement."""
    claims = _with_health(Claim.objects.visible_to(person).live())
    found = dict(claims.order_by().values("health").annotate(n=Count("pk")).values_list("health", "n"))
    lines = [_line(key, found.get(key, 0)) for key in STATES if found.get(key)]
    changed = sum(found.get(key, 0) for key in CHANGED)
    finding = _("%(changed)s of %(n)s claims rest on a passage that changed") % {
        "changed": in_full(changed), "n": in_full(sum(found.values())),
    }  # fmt: skip
    return Chart("bars", (_("Sources of the claim"),), SERIES, lines, finding)


def _line(key: str, count: int) -> Line:
    place = 0 if key in CHANGED else 2 if key == "sound" else 1
    leads = mark(count, "sources", key)
    return Line(str(STATES[key]), tuple(leads if n == place else None for n in range(3)))


def _with_health(claims: ClaimQuerySet) -> Any:
    """Add ``health``: a key of ``STATES``."""
    cited = Evidence.objects.filter(claim=OuterRef("pk"))
    alerts = SourceAlert.objects.filter(quote__evidence__claim=OuterRef("pk"), closed_at=None)
    worst = {
        "altered": alerts.filter(check_row__state="altered"),
        "gone": alerts,
        "unreachable": cited.filter(resource__misses__gt=0),
        "uncaptured": cited.filter(pinned__isnull=True).exclude(waivers__kind="capture"),
        "sound": cited,
    }
    whens = [When(Exists(rows), then=Value(key)) for key, rows in worst.items()]
    return claims.annotate(health=Case(*whens, default=Value("bare"), output_field=CharField()))


def _in_state(claims: ClaimQuerySet, person: Person, parts: list[str]) -> ClaimQuerySet:
    found: ClaimQuerySet = _with_health(claims.live()).filter(health=parts[0])
    return found


LISTS = {
    "sources": Listed(
        lambda parts: len(parts) == 1 and parts[0] in STATES, _in_state, lambda parts: str(STATES[parts[0]])
    ),
}
