"""Run one leased job in this process: body outside a transaction, effects and finish in one, the lease renewed meanwhile."""

import inspect
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from claims.errors import NotYet, UserFacingError
from claims.jobs import catalogue, ledger
from claims.jobs.jobrun import Cancelled, JobRun, LeaseLost
from claims.models.desk import spoken

BEAT_SECONDS = 5.0

log = logging.getLogger(__name__)


def run(job: JobRun) -> None:
    """Do the job, or write down in words why not.  Raises nothing a job may raise.

    What it writes for everybody, as its steps and errors, is in the desk's language.
    """
    with translation.override(spoken(job.language or "")):
        _run(job)


def _run(job: JobRun) -> None:
    try:
        with _beating(job):
            effects = _body(job)
            with transaction.atomic():
                if effects is not None:
                    effects()
                ledger.finish(job)
    except LeaseLost:
        log.warning("Job %s (%s) is another worker's by now: nothing of this run was written", job.id, job.kind)
    except NotYet as wait:
        with suppress(LeaseLost):
            ledger.postpone(job, wait.until, wait.step)
    except Cancelled:
        _fail(job, "", "cancelled")
    except UserFacingError as refusal:
        _fail(job, str(refusal), refusal.code, permanent=refusal.permanent)
    except Exception as error:
        log.exception("Job %s (%s) failed", job.id, job.kind)
        name = type(error).__name__
        _fail(
            job, _("Something unforeseen went wrong (%(error)s); the details are in the log.") % {"error": name}, name
        )


def _body(job: JobRun) -> Callable[[], None] | None:
    handler = catalogue.load(catalogue.KINDS[job.kind].handler)
    ids: dict[str, Any] = dict(job.args)
    if "claim" in inspect.signature(handler).parameters:
        ids["claim"] = job.claim_id
    effects: Callable[[], None] | None = handler(job, **ids)
    return effects


def _fail(job: JobRun, sentence: str, code: str, *, permanent: bool = False) -> None:
    if not connection.in_atomic_block:
        close_old_connections()  # the failure may have been that the database went away
    try:
        ledger.fail(job.id, job.token, sentence, code[:40], permanent=permanent)
    except LeaseLost:
        log.warning("Job %s (%s) is another worker's by now", job.id, job.kind)
    except (DatabaseError, InterfaceError):
        log.exception("Job %s (%s) could not be given back; its lease runs out", job.id, job.kind)


@contextmanager
def _beating(job: JobRun) -> Iterator[None]:
    """Renew the lease from a thread of its own, which connects by itself, and only for jobs that last."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(job, ended), name=f"heartbeat of job {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=BEAT_SECONDS)


def _beat(job: JobRun, ended: threading.Event) -> None:
    limit = catalogue.hard_limit_of(job.kind)
    deadline = time.monotonic() + limit
    try:
        while not ended.wait(max(0.0, min(BEAT_SECONDS, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                _take_away(job, limit)
                return
            if not _kept(job):
                return
    finally:
        connections.close_all()  # ``connection.close()`` would first make one, and most jobs end before the first beat


def _kept(job: JobRun) -> bool:
    try:
        return ledger.keep(job)
    except (DatabaseError, InterfaceError):  # perhaps it is back at the next beat
        connection.close()
        return True


def _take_away(job: JobRun, limit: int) -> None:
    """Too long: fence the run out now.  The worker's alarm ends the process a moment later."""
    log.error("Job %s (%s) took longer than %s seconds", job.id, job.kind, limit)
    # This thread did not inherit the language of the one that runs the job.
    with suppress(LeaseLost, DatabaseError, InterfaceError), translation.override(spoken(job.language or "")):
        sentence = _("It took longer than %(limit)d seconds and was stopped.") % {"limit": limit}
        ledger.fail(job.id, job.token, sentence, "too_slow")
