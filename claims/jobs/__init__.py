"""Background work.  Other packages use it as ``from claims import jobs`` and ``jobs.enqueue("capture", claim=…, …)``."""

from claims.errors import NotYet
from claims.jobs.control import cancel, may_act, retry
from claims.jobs.jobrun import Cancelled, JobRun, LeaseLost
from claims.jobs.ledger import enqueue, enqueue_all, enqueue_many

__all__ = [
    "Cancelled",
    "JobRun",
    "LeaseLost",
    "NotYet",
    "cancel",
    "enqueue",
    "enqueue_all",
    "enqueue_many",
    "may_act",
    "retry",
]
