"""What a person may do about a job: try it again, or stop it."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.jobs import bell, catalogue, ledger
from claims.models import Claim, Desk, Event, Job, Person


@transaction.atomic
def retry(job_id: int, by: Person) -> Job:
    """Try a job again now that was given up or stopped, or that waits for its next try.

    Raises:
        UserFacingError: in words that say why not.
    """
    job = _job_for(job_id, by)
    _record(job, "retry_job", by)
    again = Q(state__in=[Job.State.FAILED, Job.State.CANCELLED]) | Q(state=Job.State.QUEUED, attempts__gt=0)
    try:
        with transaction.atomic():
            changed = Job.objects.filter(again, pk=job_id).update(
                state=Job.State.QUEUED,
                attempts=0,
                deaths=0,
                run_after=Now(),
                rung_at=None,
                cancel_requested_by=None,
                finished_at=None,
                error_code="",
            )
    except IntegrityError:
        raise UserFacingError(_("The same work is already waiting or running."), "job_doubled") from None
    if not changed:
        raise UserFacingError(_("Only work that failed or was stopped can be tried again."), "job_not_failed")
    transaction.on_commit(lambda: bell.ring(job.queue), robust=True)
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(job_id: int, by: Person) -> Job:
    """Stop a job: at once when it waits, at its next sign of progress when it runs.

    Raises:
        UserFacingError: in words that say why not.
    """
    job = _job_for(job_id, by)
    Claim.objects.locked().filter(pk=job.claim_id).first()  # who gives the job up may need it, and it comes first
    _record(job, "cancel_job", by)
    running = Job.objects.filter(pk=job_id, state=Job.State.RUNNING)
    waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if not running.update(cancel_requested_by=by, again=False):
        with translation.override(Desk.objects.current().spoken):  # everybody reads it
            sentence = ledger.stopped_by(by)
            ledger.give_up(job, sentence)
        fields = {"state": Job.State.CANCELLED, "last_error": sentence, "error_code": "cancelled"}
        if not waiting.update(**fields, cancel_requested_by=by, finished_at=Now()):
            raise UserFacingError(_("This work has already ended."), "job_ended")
    job.refresh_from_db()
    return job


def may_act(job: Job, by: Person) -> bool:
    """Whether a person may try a job again or stop it: a contributor what he asked for himself, an auditor nothing."""
    if by.role == Person.Role.CONTRIBUTOR:
        return job.created_by_id == by.pk
    return by.role != Person.Role.AUDITOR


def _job_for(job_id: int, by: Person) -> Job:
    if by.role == Person.Role.AUDITOR:
        raise UserFacingError(_("Auditors may look at background work, not change it."), "role")
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise UserFacingError(_("This work is no longer listed."), "job_unknown")
    if not may_act(job, by):
        words = _("You did not ask for this work: a checker or an editor tries it again or stops it.")
        raise UserFacingError(words, "role")
    return job


def _record(job: Job, action: str, by: Person) -> None:
    """In the record of the claim it is for, before the job's row is touched: that is the order of locks."""
    chain = f"claim/{job.claim_id}" if job.claim_id else "desk"
    body = {"job": job.pk, "kind": job.kind, "title": catalogue.title_of(job.kind), "last_error": job.last_error}
    Event.objects.append(chain, action, by=by, body=body)
