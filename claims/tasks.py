"""The one Celery task.  A bell names a queue; what is to be done stands in the ledger."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task

from claims.jobs import bell, catalogue, ledger
from claims.jobs.run import run

GRACE_SECONDS = 2.0  # in which the ledger is told that a job took too long, before the process is killed


@shared_task(name=bell.TASK, ignore_result=True, time_limit=catalogue.LONGEST_HARD_LIMIT + 60)
def work(queue: str) -> None:
    """Do the best due job of a queue, after waking the next worker for the next one."""
    job = ledger.lease(queue)
    if job is None:
        return
    if ledger.is_due(queue):
        bell.ring(queue)
    with killed_after(catalogue.hard_limit_of(job.kind)):
        run(job)
    if job.lane and ledger.is_due(queue):  # what waited for this lane has no bell of its own
        bell.ring(queue)


@contextmanager
def killed_after(seconds: float) -> Iterator[None]:
    """Let the kernel end this process when the time is up: no C code, no lock and no ``except`` can keep it from that.

    The pool replaces the process.  Celery's own limit stands behind it for one that blocks the signal.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
