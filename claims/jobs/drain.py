"""What the clock does, in plain SQL: find jobs whose worker died, ring for what is due, start periodic work once."""

import logging
import time

from django.db import OperationalError, connection, transaction
from django.utils import translation

from claims.jobs import bell, catalogue, ledger
from claims.jobs.jobrun import LeaseLost
from claims.models import Job
from claims.models.desk import spoken

RING_AGAIN_SECONDS = 5  # a bell that woke nobody for so long is taken for lost
BATCH = 500
KEEP_TICKS_DAYS = 7
KEEP_DONE_DAYS = 30
FORGOTTEN_AT_ONCE = 100_000
RETRY_TICK_SECONDS = 10.0

log = logging.getLogger(__name__)

_EXPIRED = """
SELECT id, token, (SELECT language FROM claims_desk WHERE id = 1) FROM claims_job
WHERE state = 'running' AND lease_until < statement_timestamp() ORDER BY lease_until LIMIT %s
"""

_MARK_RUNG = f"""
WITH best AS MATERIALIZED ({ledger.BEST} LIMIT 1)
UPDATE claims_job job SET rung_at = statement_timestamp() FROM best
WHERE job.id = best.id AND job.state = 'queued'
    AND (job.rung_at IS NULL OR job.rung_at < job.run_after OR job.rung_at < statement_timestamp() - make_interval(secs => %(seconds)s))
RETURNING job.id
"""  # noqa: S608  # a constant

_TICK = """
INSERT INTO claims_periodicrun (name, tick, at)
VALUES (%(name)s, to_timestamp(floor(extract(epoch FROM statement_timestamp()) / %(seconds)s) * %(seconds)s), statement_timestamp())
ON CONFLICT (name, tick) DO NOTHING RETURNING id
"""

# Oldest first, so that no failure outlives the later success that settled it, and would be spoken of again.
_FORGET = """
WITH ended AS MATERIALIZED (
    SELECT id FROM claims_job job
    WHERE finished_at < statement_timestamp() - make_interval(days => %s) AND (state = 'done'
        OR state IN ('failed', 'cancelled') AND EXISTS (SELECT FROM claims_job later
            WHERE later.kind = job.kind AND later.key = job.key AND later.id > job.id AND later.state = 'done'))
    ORDER BY id LIMIT %s FOR UPDATE OF job SKIP LOCKED
)
DELETE FROM claims_job job USING ended WHERE job.id = ended.id
"""

_not_before: dict[str, float] = {}


def drain() -> None:
    """One round: what died is queued again, and each queue with due work is rung for."""
    rescue()
    ring_due()


def rescue() -> int:
    """Give back the jobs whose lease ran out, in the desk's language; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [BATCH])
        expired = cursor.fetchall()
    for job_id, token, language in expired:
        log.warning("Job %s lost its worker", job_id)
        try:
            with translation.override(spoken(language or "")):
                ledger.lose(job_id, token)
        except LeaseLost:
            log.info("Job %s was dealt with by somebody else", job_id)
        except OperationalError as error:  # of this one, as a deadlock; of all of them, and the next statement says so
            log.warning("Job %s could not be given back, and is at the next round: %s", job_id, error)
    return len(expired)


def ring_due() -> None:
    """Ring one bell for each queue whose best due job nobody took.  A worker that takes one passes the bell on while more
    is due, so one bell wakes as many workers as are free, and never more."""
    for queue in Job.Queue.values:
        with connection.cursor() as cursor:
            cursor.execute(_MARK_RUNG, {"queue": queue, "seconds": RING_AGAIN_SECONDS})
            due = cursor.fetchone()
        if due:
            bell.ring(queue)


def tick() -> None:
    """Start what is periodically due: each tick once, however many clocks there are; after a pause the newest only."""
    for name, periodic in catalogue.PERIODIC.items():
        if time.monotonic() < _not_before.get(name, 0.0):
            continue
        try:
            _run_once(name, periodic)
        except Exception:  # one that fails must not keep the others from running
            log.exception("Periodic work %s failed; it is tried again in %s s", name, RETRY_TICK_SECONDS)
            _not_before[name] = time.monotonic() + RETRY_TICK_SECONDS
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()


@transaction.atomic
def _run_once(name: str, periodic: catalogue.Periodic) -> None:
    if not _is_first(name, periodic.seconds):
        return
    catalogue.load(periodic.handler)()


def _is_first(name: str, seconds: int) -> bool:
    """Take the tick, unless it was taken; a clock that does it right now is not waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"tick/{name}"])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_TICK, {"name": name, "seconds": seconds})
        if cursor.fetchone() is None:
            return False
        cursor.execute(
            "DELETE FROM claims_periodicrun WHERE name = %s AND tick < statement_timestamp() - make_interval(days => %s)",
            [name, KEEP_TICKS_DAYS],
        )
    return True


def forget_done() -> int:
    """Periodic: forget the jobs done long ago, and what failed or was stopped before the same was done; how many.

    What was given up or stopped and never done since stays: pages speak of it, and it can be tried again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [KEEP_DONE_DAYS, FORGOTTEN_AT_ONCE])
        return int(cursor.rowcount)
