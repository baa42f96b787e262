"""Background work done at once, in the test's own process: for what a job does, not for what workers promise."""

from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Job


def work_off():
    """Run every due job until none is due; how many ran."""
    ran = 0
    while job := next(filter(None, map(ledger.lease, Job.Queue.values)), None):
        run(job)
        ran += 1
    return ran
