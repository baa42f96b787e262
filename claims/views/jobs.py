"""Background work: every job, how far it is, why it failed; try it again, or stop it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from claims import jobs
from claims.errors import UserFacingError
from claims.jobs import catalogue
from claims.models import Article, Claim, Job, Person, Resource
from claims.views.access import DeskRequest, signed_in
from claims.views.live import STOP_POLLING, is_part, read_id

TEMPLATE = "claims/job_list.html"
PER_PAGE = 50
MOST_COUNTED = 1000
STATES = {
    "running": gettext_lazy("Running"),
    "waiting": gettext_lazy("Waiting"),
    "trouble": gettext_lazy("In trouble"),
    "done": gettext_lazy("Done"),
    "all": gettext_lazy("All"),
}
RETRYABLE = {Job.State.FAILED, Job.State.CANCELLED}


@dataclass(frozen=True)
class Row:
    """A job as the page shows it; of a claim the person may not see, only that there is work."""

    job: Job
    title: str
    about: str
    url: str
    is_hidden: bool
    now: datetime
    may_act: bool

    @property
    def state(self) -> str:
        """The state to show: one that waits for another try after an error is in trouble, not merely waiting."""
        return "failed" if self.is_tried_again else self.job.state

    @property
    def is_tried_again(self) -> bool:
        return self.job.state == Job.State.QUEUED and self.job.attempts > 0

    @property
    def waits_until(self) -> datetime | None:
        """When it starts, if that is not now."""
        job = self.job
        return job.run_after if job.state == Job.State.QUEUED and job.run_after > self.now else None

    @property
    def waited(self) -> str:
        """How long it waited, or has waited, for a worker: "4 s", "12 min", "3 h"."""
        since = max(self.job.created_at, self.job.run_after)
        start = self.job.started_at if self.job.state != Job.State.QUEUED else self.now
        return _span(start - since) if start else ""

    @property
    def took(self) -> str:
        """How long its last attempt ran, once it has ended."""
        job = self.job
        return _span(job.finished_at - job.started_at) if job.finished_at and job.started_at else ""

    @property
    def can_retry(self) -> bool:
        return self.may_act and (self.job.state in RETRYABLE or self.is_tried_again)

    @property
    def can_cancel(self) -> bool:
        if not self.may_act or self.job.cancel_requested_by_id:
            return False
        return self.job.state in {Job.State.QUEUED, Job.State.RUNNING}


def _span(time: timedelta) -> str:
    """A time in its largest unit; nothing for less than a second."""
    seconds = int(time.total_seconds())
    for sentence, size in ((_("%(n)d h"), 3600), (_("%(n)d min"), 60), (_("%(n)d s"), 1)):
        if seconds >= size:
            return sentence % {"n": seconds // size}
    return ""


@signed_in
@require_safe
def job_list(request: DeskRequest) -> HttpResponse:
    """What runs, waits or failed, newest first, and every job where all are asked for; the part that changes is asked for again while anything runs or waits."""
    context = _context(request)
    if not is_part(request, "jobs"):
        return render(request, TEMPLATE, context)
    return render(request, f"{TEMPLATE}#jobs", context, status=HTTPStatus.OK if context["is_live"] else STOP_POLLING)


def _context(request: DeskRequest, **more: Any) -> dict[str, Any]:
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    before = read_id(request.GET.get("before", ""))
    found = _in_state(state).select_related("cancel_requested_by").order_by("-pk")
    rows = list((found.filter(pk__lt=before) if before else found)[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    numbers = counts()
    return {
        "rows": rows_of(shown, request.user),
        "counts": numbers,
        "state": state,
        "states": STATES.items(),
        "query": _query(state=state, before=before),
        "newest_query": _query(state=state),
        "older_query": _query(state=state, before=shown[-1].pk) if len(rows) > PER_PAGE else "",
        "is_first": before is None,
        "has_any": bool(shown) or Job.objects.exists(),
        "all_url": f"{reverse('claims:job-list')}?state=all",
        "is_live": bool(numbers["running"] or numbers["waiting"] or numbers["tried_again"]),
        **more,
    }


def _in_state(state: str) -> Any:
    every = Job.objects.all()
    if state == "all":
        return every
    if state == "trouble":
        return every.in_trouble()
    if state == "waiting":
        return every.filter(state=Job.State.QUEUED, attempts=0)
    if state:
        return every.filter(state=state)
    return every.filter(Q(state__in=[Job.State.QUEUED, Job.State.RUNNING]) | Q(state=Job.State.FAILED))


def counts() -> dict[str, int]:
    """How much runs, waits and failed, from the indexes of unfinished and failed jobs; never more than 1,000 of each."""
    unfinished = Job.objects.unfinished().order_by("pk")[:MOST_COUNTED]
    waiting = Q(state=Job.State.QUEUED)
    found = Job.objects.filter(pk__in=unfinished.values("pk")).aggregate(
        running=Count("pk", filter=Q(state=Job.State.RUNNING)),
        waiting=Count("pk", filter=waiting & Q(attempts=0)),
        tried_again=Count("pk", filter=waiting & Q(attempts__gt=0)),
    )
    given_up = Job.objects.filter(state=Job.State.FAILED).order_by("-pk")[:MOST_COUNTED].count()
    return {**found, "trouble": found["tried_again"] + given_up}


def _query(**asked: Any) -> str:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in asked.items() if value})
    return query.urlencode()


# --- what a job is about, as far as the person may know


def rows_of(found: list[Job], person: Person) -> list[Row]:
    """Jobs as a list shows them, as far as this person may know what they are about; three statements."""
    claims = set(Claim.objects.visible_to(person).filter(pk__in=_named(found, "claim")).values_list("pk", flat=True))
    articles = Article.objects.filter(pk__in=_named(found, "article")).values_list("pk", "title")
    names = {"article": dict(articles), "resource": _hosts(_named(found, "resource"), person)}
    now = timezone.now()
    return [_row(job, claims, names, now, jobs.may_act(job, person)) for job in found]


def _named(found: Iterable[Job], what: str) -> set[int]:
    """Ids of one kind that jobs name, in their arguments or as their claim."""
    ids = {job.args.get(what) for job in found}
    if what == "claim":
        ids |= {job.claim_id for job in found}
    return {pk for pk in ids if isinstance(pk, int)}


def _hosts(ids: set[int], person: Person) -> dict[int, str]:
    """The sites of sources, but for those that only claims cite which this person may not see."""
    may_know = Q(evidence__claim__in=Claim.objects.visible_to(person)) | Q(evidence__isnull=True)
    return dict(Resource.objects.filter(may_know, pk__in=ids).distinct().values_list("pk", "host"))


def _row(job: Job, claims: set[int], names: dict[str, dict[int, str]], now: datetime, may_act: bool) -> Row:
    claim, article, resource = job.claim_id or job.args.get("claim"), job.args.get("article"), job.args.get("resource")
    hidden = bool(claim and claim not in claims) or bool(resource and resource not in names["resource"])
    about, url = [], ""
    if resource and not hidden:
        about.append(names["resource"][resource])
    if article in names["article"]:
        about.append(names["article"][article])
        url = reverse("claims:intake-detail", args=[article])
    if claim and not hidden:
        about.append(_("for C-%(number)d") % {"number": claim} if about else f"C-{claim}")
        url = reverse("claims:claim-detail", args=[claim])
    return Row(
        job, catalogue.title_of(job.kind), ", ".join(filter(None, about)), url, hidden, now, may_act and not hidden
    )


# --- what a person may do about one


@signed_in
@require_POST
def job_retry(request: DeskRequest, pk: int) -> HttpResponse:
    return _act(request, pk, jobs.retry, lambda _job: _("It is tried again now."))


@signed_in
@require_POST
def job_cancel(request: DeskRequest, pk: int) -> HttpResponse:
    return _act(request, pk, jobs.cancel, _said_of_stopping)


def _said_of_stopping(job: Job) -> str:
    return _("It stops at its next step.") if job.state == Job.State.RUNNING else _("It is stopped.")


def _act(
    request: DeskRequest, pk: int, operation: Callable[[int, Person], Job], say: Callable[[Job], str]
) -> HttpResponse:
    """Do it, and show the same part of the list again; a refusal stands above it, status 422."""
    try:
        _check_may_know(pk, request.user)
        done = say(operation(pk, request.user))
    except UserFacingError as refusal:
        context = _context(request, refusal=str(refusal))
        template = f"{TEMPLATE}#jobs" if request.htmx else TEMPLATE
        return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.htmx:
        return render(request, f"{TEMPLATE}#jobs", _context(request, said=done))
    messages.success(request, done)
    query = request.GET.urlencode()
    return redirect(reverse("claims:job-list") + (f"?{query}" if query else ""))


def _check_may_know(pk: int, person: Person) -> None:
    """Work for a confidential claim is not touched by people who may not see the claim."""
    found = Job.objects.filter(pk=pk).first()
    if found is not None and any(row.is_hidden for row in rows_of([found], person)):
        raise UserFacingError(_("This work is for a confidential claim; its people see to it."), "confidential")


urlpatterns = [
    path("jobs/", job_list, name="job-list"),
    path("jobs/<int:pk>/retry/", job_retry, name="job-retry"),
    path("jobs/<int:pk>/cancel/", job_cancel, name="job-cancel"),
]
