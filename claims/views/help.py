"""Help: the way of a claim through the desk on the claims that are there, a page for each stage, keys, a bookmark."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.models import Article, Claim, Desk
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.help_words import BY_ITSELF, MUST_HOLD, STAGES, WHO
from claims.workflow.transitions import TRANSITIONS, Transition, steps_from

# What to look at, in five minutes: a state, and what is to be seen on a claim in it.
TOUR = [
    ("inbox", gettext_lazy("A claim waits for triage"), gettext_lazy("Answer the rubric, then decide: accept, watch, decline or merge.")),
    ("in_research", gettext_lazy("A checker is at work"), gettext_lazy("Open a piece of evidence: the captured text, and the passage it rests on.")),
    ("in_cross_check", gettext_lazy("A second verdict is due"), gettext_lazy("Sign in as somebody else: the first verdict is hidden from who must not know it.")),
    ("in_review", gettext_lazy("An editor reads the exact text"), gettext_lazy("Versions compares any two; the record says who did what, and on which evidence.")),
    ("published", gettext_lazy("Readers see it"), gettext_lazy("The public page names sources, copies with their fingerprints, and every correction.")),
]  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """One stop of the tour: where to go, and what is to be seen there."""

    title: str
    text: str
    url: str
    link: str


@signed_in
@require_safe
def help_index(request: DeskRequest) -> HttpResponse:
    """The tour on this desk's own claims, the stages, and how to bring an article in from the browser."""
    context = {
        "desk": Desk.objects.current(),
        "tour": _tour(request),
        "stages": [(Claim.Status(state), words) for state, words in STAGES.items()],
        "bookmark": _bookmark(),
    }
    return render(request, "claims/help.html", context)


def _tour(request: DeskRequest) -> list[Stop]:
    """Begins at an article and follows one claim of each state; leaves out what the desk has none of."""
    oldest = visible_claims(request.user).filter(status__in=[state for state, *_words in TOUR]).order_by()
    example = dict(oldest.values("status").annotate(first=Min("pk")).values_list("status", "first"))
    stops = []
    article = Article.objects.filter(state=Article.State.READY, candidates__isnull=False).order_by("pk").first()
    if article is not None:
        text = _("Its sentences are ranked by how much they are worth checking; each is accepted, added or dismissed.")
        address = reverse("claims:intake-detail", args=[article.pk])
        stops.append(Stop(_("An article was taken in"), text, address, article.title))
    for state, title, seen in TOUR:
        if state in example:
            address = reverse("claims:claim-detail", args=[example[state]])
            stops.append(Stop(str(title), str(seen), address, f"C-{example[state]}"))
    return stops


def _bookmark() -> str:
    """A bookmark that hands the page one reads, or what is marked on it, to Intake."""
    intake = f"{settings.BASE_URL}{reverse('claims:intake')}"
    said = "String(getSelection()).trim().slice(0,4000)||location.href"
    return f"javascript:void open('{intake}?source='+encodeURIComponent({said})+'&title='+encodeURIComponent(document.title))"


@signed_in
@require_safe
def help_stage(request: DeskRequest, state: str) -> HttpResponse:
    """What happens in one stage: who does what, and what each step asks for."""
    if state not in STAGES:
        raise Http404
    steps = [_row(action, step) for action, step in steps_from(state).items()]
    leads_here = {
        source: Claim.Status(source)
        for step in TRANSITIONS.values()
        if state in step.targets
        for source in step.sources
        if source != state
    }
    context = {
        "state": Claim.Status(state),
        "text": STAGES[state],
        "mine": [row for row in steps if not row["by_itself"]],
        "by_itself": [row for row in steps if row["by_itself"]],
        "comes_from": [status for status in Claim.Status if status in leads_here],
        "queue": f"{reverse('claims:claim-list')}?status={state}",
    }
    return render(request, "claims/help_stage.html", context)


def _row(action: str, step: Transition) -> dict[str, Any]:
    return {
        "label": _(step.label) if step.label else BY_ITSELF[action],
        "by_itself": step.by_system_only,
        "who": [WHO[kind] for kind in step.who],
        "must_hold": [MUST_HOLD[guard] for guard in step.guards],
        "leads_to": [Claim.Status(target) for target in step.targets],
        "public": step.public,
    }


urlpatterns = [
    path("help/", help_index, name="help"),
    path("help/stages/<slug:state>/", help_stage, name="help-stage"),
]
