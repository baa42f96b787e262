"""What a handler is given: which job it works for, and how it tells what it does."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from claims.models import Job

PROGRESS_EVERY_SECONDS = 0.5

_PROGRESS = """
UPDATE claims_job SET step = %s, done = %s, total = %s WHERE id = %s AND token = %s RETURNING cancel_requested_by_id
"""


class LeaseLost(Exception):
    """The job is another worker's by now; nothing of this run may be written."""


class Cancelled(Exception):
    """Somebody asked for the job to be stopped."""


@dataclass
class JobRun:
    """One attempt at one job, held by this process as long as its ``token`` is the job's.

    Attributes:
        attempt: 1 for the first.
        priority: as it was leased; who asks more urgently meanwhile has the job run once more.
        cursor: what the last ``checkpoint`` or ``remember`` kept; ``None`` at the beginning.
        language: of the desk, as it was leased; ``None`` where there is no desk yet.
    """

    id: int
    kind: str
    queue: str
    lane: str
    args: dict[str, Any]
    token: int
    attempt: int
    claim_id: int | None
    created_by_id: int | None
    cursor: Any
    priority: int = 5
    language: str | None = None
    _told: tuple[str, float] = field(default=("", 0.0), repr=False)

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        """Tell the page what happens now.  Cheap to call often: the same step is written twice a second at most.

        Raises:
            Cancelled: somebody asked for the job to be stopped.
            LeaseLost: the job is another worker's by now.
        """
        now = time.monotonic()
        if step == self._told[0] and done < total and now < self._told[1] + PROGRESS_EVERY_SECONDS:
            return
        self._told = (step, now)
        with connection.cursor() as cursor:
            cursor.execute(_PROGRESS, [step[:200], done, total, self.id, self.token])
            row = cursor.fetchone()
        if row is None:
            raise LeaseLost(self.id)
        if row[0] is not None:
            raise Cancelled(self.id)

    def remember(self, cursor: Any) -> None:
        """Save ``cursor`` on the job for its next attempt.  Failed attempts go on counting, unlike after ``checkpoint``.

        Raises:
            LeaseLost: the job is another worker's by now.
        """
        if not Job.objects.filter(pk=self.id, token=self.token).update(cursor=cursor):
            raise LeaseLost(self.id)
        self.cursor = cursor

    def checkpoint(self, cursor: Any) -> None:
        """Keep how far a long load got, inside the transaction of each batch, as the last thing in it.

        Failures before it no longer count: the job gets on.

        Raises:
            LeaseLost: the job is another worker's by now; the batch must be rolled back.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("A checkpoint belongs into the transaction of its batch.")
        mine = Job.objects.filter(pk=self.id, token=self.token)
        if not mine.update(cursor=cursor, attempts=1, deaths=0):
            raise LeaseLost(self.id)
        self.cursor = cursor
