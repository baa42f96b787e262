"""How the capture of a piece of evidence stands, and the copy it made: what a card and the reader say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Concat, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from claims.evidence import capture, rendered
from claims.models import Evidence, Job, Snapshot, Waiver
from claims.workflow.preflight_list import lacks_copy
from claims.workflow.revisions import states_of_copies

INSTEAD = {
    "wall": gettext_lazy("This may be a wall, as for consent or payment, and not the page."),
    "not_found": gettext_lazy("This may be an error page, and not the page."),
}
ENDED = {Job.State.FAILED, Job.State.CANCELLED}
TEXTS = ("pinned__body_text", "pinned__main_text", "pinned__pages")


@dataclass(frozen=True)
class CaptureLine:
    """How the capture of one piece of evidence stands, in words a card can show.

    Attributes:
        state: queued, running, failed, cancelled, done, or empty when nothing was ever asked for.
        waits_since: when it was asked for, while it waits for its turn.
        next_try: not before then, where that is not now.
        last_look: why the newest look failed, where an older copy is there.
        in_browser: what is told is the capture as a browser shows it.
        is_upload: what is told is the reading of an uploaded file.
        has_address: there is a page to be captured, and not only a file.
        may_render: such a capture can be asked for.
        archived_url, archived_at: its newest copy at the Internet Archive.
        copy_state: what is wrong with the copy it rests on: "damaged", "unreadable", by its words a "wall" or
            "not_found"; "passed_over": it rests on none, and there is one.
        copy_problem: why no text could be read from that copy, or what it seems to be.
        passed_over: of the copy it does not rest on: "at", "mime", "problem".
        waived: why it does without another copy.
    """

    evidence_id: int
    state: str
    step: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    attempts: int = 0
    most_attempts: int = 0
    waits_since: datetime | None = None
    next_try: datetime | None = None
    snapshot: Snapshot | None = None
    last_look: str = ""
    in_browser: bool = False
    is_upload: bool = False
    has_address: bool = False
    may_render: bool = False
    archived_url: str = ""
    archived_at: datetime | None = None
    copy_state: str = ""
    copy_problem: str = ""
    passed_over: dict[str, Any] | None = None
    waived: str = ""

    @property
    def at_work(self) -> bool:
        return self.state in {"queued", "running"}

    @property
    def may_be_no_page(self) -> bool:
        return self.copy_state in INSTEAD

    @property
    def tells_of_copy(self) -> bool:
        """The state of the copy is said; that there is one nothing rests on only when no other is on its way."""
        return bool(self.copy_state) and not (self.copy_state == "passed_over" and (self.at_work or self.trouble))

    @property
    def trouble(self) -> str:
        """The kind of notice that says it failed: "late" when it was given up, "wait" when it is tried again or was stopped."""
        if self.state == "failed":
            return "late"
        if self.state == "cancelled":
            return "wait"
        return "wait" if self.state == "queued" and self.error and self.next_try else ""


def passed_over() -> Case:
    """Of evidence that rests on no copy: when the newest was made, its type, and why no text could be read from it."""
    newest = Snapshot.objects.filter(resource=OuterRef("resource")).order_by("-captured_at", "-pk")
    said = newest.values(row=JSONObject(at="captured_at", mime="mime", problem="problem"))
    return Case(When(pinned=None, then=Subquery(said[:1])))


def capture_line(evidence: Evidence, job: Job | None, snapshot: Snapshot | None, *, waived: str = "") -> CaptureLine:
    """How the capture of a piece of evidence stands.

    Args:
        evidence: with ``revisions.states_of_copies`` and ``passed_over``.
        job: the source's (``capture.capture_jobs``).
        snapshot: the copy it rests on, or will as soon as work under way is done.
        waived: why it does without another copy.
    """
    source = evidence.resource
    state, problem = _state_of_copy(evidence, snapshot)
    return replace(
        _line(evidence, job, snapshot),
        in_browser=job is not None and job.kind == "render",
        is_upload=job is not None and job.kind == "read_upload",
        has_address=bool(source.url),
        may_render=bool(source.url) and not rendered.why_not(),
        archived_url=source.archived_url,
        archived_at=source.archived_at,
        copy_state=state,
        copy_problem=problem,
        passed_over=evidence.passed_over if state == "passed_over" else None,
        waived=waived,
    )


def _state_of_copy(evidence: Evidence, snapshot: Snapshot | None) -> tuple[str, str]:
    if evidence.pinned is None:
        newest = None if snapshot else evidence.passed_over
        return ("passed_over", newest["problem"]) if newest else ("", "")
    if evidence.copy_damaged:
        return "damaged", ""
    if evidence.copy_unreadable:
        return "unreadable", evidence.pinned.problem
    sign = evidence.pinned.instead if is_perhaps_no_page(evidence) else ""
    return sign, str(INSTEAD[sign]) if sign else ""


def is_perhaps_no_page(evidence: Evidence) -> bool:
    """What it rests on reads as a wall or an error page, and nobody found a passage worth quoting in it."""
    return evidence.pinned is not None and evidence.pinned.instead != "" and not evidence.passages


def _line(evidence: Evidence, job: Job | None, snapshot: Snapshot | None) -> CaptureLine:
    if job is None:
        return CaptureLine(evidence.pk, "done" if snapshot else "", snapshot=snapshot)
    is_queued = job.state == Job.State.QUEUED
    next_try = job.run_after if is_queued and job.run_after > timezone.now() else None
    if snapshot and job.state == Job.State.CANCELLED:
        return CaptureLine(evidence.pk, "done", snapshot=snapshot)
    if snapshot and ((is_queued and job.last_error) or job.state == Job.State.FAILED):
        if job.started_at is not None and snapshot.captured_at > job.started_at:  # uploaded before the next try
            return CaptureLine(evidence.pk, "done", snapshot=snapshot)
        return CaptureLine(evidence.pk, "done", snapshot=snapshot, last_look=job.last_error, next_try=next_try)
    return CaptureLine(
        evidence.pk,
        job.state,
        step="" if is_queued and job.last_error and not next_try else job.step,  # that of the attempt that failed
        done=job.done,
        total=job.total,
        error=job.last_error,
        attempts=job.attempts,
        most_attempts=job.most_attempts,
        waits_since=job.created_at if is_queued else None,
        next_try=next_try,
        snapshot=snapshot,
    )


def read_capture(evidence: Evidence) -> CaptureLine:
    """The capture line of one piece of evidence, read now; a copy with text is about to be what it rests on."""
    job = capture.capture_jobs([evidence.resource_id]).get(evidence.resource_id)
    rows = Evidence.objects.select_related("resource", "pinned").defer(*TEXTS).annotate(**states_of_copies())
    row = rows.annotate(passed_over=passed_over()).get(pk=evidence.pk)  # type: ignore[no-redef]  # named by the model
    waived = [one.reason for one in evidence.waivers.all() if one.kind == Waiver.Kind.CAPTURE]
    row.passages = list(row.quotes.all())
    copies = Snapshot.objects.filter(resource=evidence.resource_id).order_by("-captured_at", "-id")
    snapshot = row.pinned or copies.exclude(body_text="").first()
    return capture_line(row, job, snapshot, waived=waived[0] if waived and lacks_copy(row) else "")


# --- of a whole claim


def read_captures(claim_id: int) -> list[Job]:
    """Jobs, under way or given up, that bring the claim's evidence a copy or let it rest on one; one statement.

    Read before the evidence: what ends between the two statements is then seen at work and as its copy.  The other way
    round it would be seen as neither, and a page that sees no work does not ask again.
    """
    sources = Evidence.objects.filter(claim=claim_id).order_by()
    keys = sources.values_list(Concat(Value("resource/"), Cast("resource_id", CharField())), flat=True)
    # Two conditions and not one list of states, because each has a partial index of its own.
    at_work = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ended = Q(state=Job.State.FAILED) | Q(state=Job.State.CANCELLED)
    spoken_of = at_work | (ended & ~Q(kind=capture.LOOKING))
    return list(Job.objects.filter(spoken_of, kind__in=[*capture.KINDS, capture.LOOKING, "pin"], key__in=keys))


def captures_of(evidence: Iterable[Evidence], asked: Iterable[Job]) -> dict[int, Job]:
    """What a card says of work on its source, by source."""
    by_key = {item.resource.chain: item for item in evidence}
    told = [job for job in asked if job.state not in ENDED or (job.key in by_key and _is_told(job, by_key[job.key]))]
    # What is under way goes before what failed, and the file a person handed in before all: he waits for it.
    ranked = sorted(told, key=lambda job: (job.state not in ENDED, job.kind == "read_upload", job.pk))
    return {int(job.key.removeprefix("resource/")): job for job in ranked}


def _is_told(job: Job, item: Evidence) -> bool:
    """Whether a capture that was given up is spoken of: until the next one succeeds; one that was stopped: without a copy."""
    if item.pinned is not None:
        return job.state == Job.State.FAILED and item.resource.misses > 0
    newer = parse_datetime(item.passed_over["at"]) if item.passed_over else None
    return newer is None or job.finished_at is None or job.finished_at > newer
