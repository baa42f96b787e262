"""The Celery application of the fault tests: the real one, with the tests' kinds of jobs.

``FAULT_TWIN`` takes one guard away, to show that the test would notice; ``FAULT_LEASE_SECONDS`` makes leases short.
"""

import os

import django

from factcheck.celery import app

django.setup()

from claims.jobs import catalogue, drain, ledger, run  # noqa: E402
from claims.models import Job  # noqa: E402
from tests.faults.kinds import register  # noqa: E402

__all__ = ["app"]


def finish_unfenced(job):
    Job.objects.filter(pk=job.id).update(state="done", token=None, lease_until=None)


def lease_what_runs_already():
    statement = ledger._LEASE.replace("FOR UPDATE OF job SKIP LOCKED", "")
    ledger._LEASE = statement.replace("job.state = 'queued'", "job.state IN ('queued', 'running')")


TWINS = {
    "no rescue": lambda: setattr(drain, "rescue", lambda: 0),
    "no ringing": lambda: setattr(drain, "ring_due", lambda: None),
    "no fence": lambda: setattr(ledger, "finish", finish_unfenced),
    "no lease": lambda: (
        lease_what_runs_already(),
        setattr(ledger, "finish", finish_unfenced),
    ),  # the fence alone would do
    "no quarantine": lambda: setattr(ledger, "MAX_DEATHS", 1_000_000),
    "no hard limit": lambda: setattr(catalogue, "hard_limit_of", lambda kind: 3600),  # neither heartbeat nor alarm
    "no tick row": lambda: setattr(drain, "_is_first", lambda name, seconds: True),
}

register()
if seconds := os.environ.get("FAULT_LEASE_SECONDS"):
    ledger.LEASE_SECONDS = float(seconds)
    run.BEAT_SECONDS = float(seconds) / 4
if twin := os.environ.get("FAULT_TWIN"):
    TWINS[twin]()
