"""Background work.  Other packages use it as ``from claims import jobs`` and ``jobs.enqueue("capture", claim=…, …)``."""

from claims.jobs.ledger import JobRun, enqueue

__all__ = ["JobRun", "enqueue"]
