"""The ledger of jobs: enqueue, lease, finish, fail.  PostgreSQL holds all of it; its clock alone counts.

Locks are taken in one order everywhere: claims, heads of chains, then job rows.  So a job's row is touched last: what
comes before it in the same transaction is undone when the row turns out to be somebody else's by now.
"""

import hashlib
import json
import logging
import random
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from claims.jobs import bell, catalogue
from claims.jobs.jobrun import JobRun, LeaseLost
from claims.models import Claim, Job, Person
from claims.models.event import canonical

log = logging.getLogger(__name__)

LEASE_SECONDS = 20
MAX_DEATHS = 3  # a job whose worker died so often is set aside
MAX_KEY = 200
BACKOFF_SECONDS, BACKOFF_FACTOR, BACKOFF_MOST = 5.0, 4.0, 3600.0
RETURNED: dict[str, Any] = {"token": None, "lease_until": None, "rung_at": None}

_ENQUEUE = """
INSERT INTO claims_job AS job
    (kind, key, args, claim_id, queue, priority, lane, max_attempts, run_after, created_by_id, created_at, rung_at, state,
     attempts, deaths, again, step, done, total, last_error, error_code)
SELECT kind, key, args, claim, queue, priority, lane, attempts, COALESCE(run_after, statement_timestamp()), by,
    statement_timestamp(), CASE WHEN COALESCE(run_after <= statement_timestamp(), TRUE) THEN statement_timestamp() END,
    'queued', 0, 0, FALSE, '', 0, 0, '', ''
FROM jsonb_to_recordset(%s) AS wanted (kind text, key text, args jsonb, claim bigint, queue text, priority int, lane text,
    attempts int, run_after timestamptz, by bigint)
ON CONFLICT (kind, key) WHERE state IN ('queued', 'running') DO UPDATE SET
    args = EXCLUDED.args,
    priority = LEAST(job.priority, EXCLUDED.priority),
    run_after = LEAST(job.run_after, EXCLUDED.run_after),
    again = job.state = 'running'
RETURNING job.*, pg_current_xact_id()::text::bigint AS transaction_id
"""

_ENQUEUE_MANY = f"""
WITH job AS ({_ENQUEUE})
SELECT queue, transaction_id, count(*), bool_or(state = 'queued' AND run_after <= statement_timestamp())
FROM job GROUP BY queue, transaction_id
"""  # noqa: S608  # a constant

BEST = """
SELECT job.id, job.rung_at, job.run_after FROM claims_job job
WHERE job.queue = %(queue)s AND job.state = 'queued' AND job.run_after <= statement_timestamp()
    AND (job.lane = '' OR NOT EXISTS (
        SELECT FROM claims_job other WHERE other.state = 'running' AND other.lane <> '' AND other.lane = job.lane))
ORDER BY job.priority, job.run_after, job.id
"""

_LEASE = f"""
WITH best AS MATERIALIZED ({BEST} FOR UPDATE OF job SKIP LOCKED LIMIT 1)
UPDATE claims_job job SET state = 'running', token = nextval('claims_job_token'), attempts = attempts + 1,
    lease_until = statement_timestamp() + make_interval(secs => %(seconds)s),
    started_at = statement_timestamp(), finished_at = NULL, step = '', done = 0, total = 0
FROM best WHERE job.id = best.id
RETURNING job.id, job.kind, job.queue, job.lane, job.args, job.token, job.attempts, job.claim_id, job.created_by_id,
    job.cursor, job.priority, (SELECT language FROM claims_desk WHERE id = 1)
"""  # noqa: S608  # two constants

# Whatever asked for the job anew while it ran has waited for this row, or is seen by this statement.
_FINISH = """
UPDATE claims_job SET
    state = CASE WHEN again THEN 'queued' ELSE 'done' END,
    run_after = CASE WHEN again THEN statement_timestamp() ELSE run_after END,
    finished_at = CASE WHEN again THEN finished_at ELSE statement_timestamp() END,
    attempts = CASE WHEN again THEN 0 ELSE attempts END,
    deaths = CASE WHEN again THEN 0 ELSE deaths END,
    token = NULL, lease_until = NULL, rung_at = NULL, last_error = '', error_code = '', cursor = NULL, again = FALSE,
    cancel_requested_by_id = NULL
WHERE id = %s AND token = %s
"""


def enqueue(
    kind: str,
    *,
    key: str | None = None,
    claim: Claim | int | None = None,
    by: Person | None = None,
    priority: int | None = None,
    run_after: datetime | None = None,
    **args: Any,
) -> Job:
    """Put a job into the ledger, in the caller's transaction; a worker is woken after its commit.

    Nothing is enqueued twice: a job of the same kind and key that waits takes over the new arguments, and one that runs
    already is marked to run once more with them, since it may have read before this change.  It is returned then.

    Args:
        key: what the work is about; made of claim and arguments when not given.
        priority: 1 a person waits, 5 normal, 9 bulk; that of the kind when not given.
        args: ids for the handler; JSON values only.
    """
    options = {"key": key, "claim": claim, "by": by, "priority": priority, "run_after": run_after}
    return enqueue_all([(kind, {**options, **args})])[0]


def enqueue_all(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Job]:
    """Put several jobs into the ledger in one statement: pairs of a kind and what ``enqueue`` takes by name.

    ``lane`` may be given too, where the caller knows it: else each row of a kind with lanes asks for its own.
    """
    rows = _rows(wanted)
    enqueued: list[Any] = list(Job.objects.raw(_ENQUEUE, [Jsonb(list(rows.values()))]))
    for job in enqueued:
        if job.state == Job.State.QUEUED and not _is_ahead(rows[job.kind, job.key]["run_after"]):
            bell.ring_after_commit(job.queue, job.transaction_id)
    found: list[Job] = enqueued
    return found


def enqueue_many(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """``enqueue_all`` for thousands of jobs that nobody looks at one by one; how many there are comes back."""
    number = 0
    rows: Any = Jsonb(list(_rows(wanted).values()))
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE_MANY, [rows])
        for queue, transaction_id, count, is_due_now in cursor.fetchall():
            number += count
            if is_due_now:
                bell.ring_after_commit(queue, transaction_id)
    return number


def _rows(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["kind"], row["key"]): row for row in (_row(kind, **options) for kind, options in wanted)}


def _row(
    kind: str,
    *,
    key: str | None = None,
    claim: Claim | int | None = None,
    by: Person | None = None,
    priority: int | None = None,
    run_after: datetime | None = None,
    lane: str | None = None,
    **args: Any,
) -> dict[str, Any]:
    about = catalogue.KINDS[kind]
    claim_id = claim.pk if isinstance(claim, Claim) else claim
    return {
        "kind": kind,
        "key": key if key is not None else _key_of(args, claim_id),
        "args": args,
        "claim": claim_id,
        "queue": about.queue,
        "priority": about.priority if priority is None else priority,
        "lane": about.lane(args) if about.lane and lane is None else lane or "",
        "attempts": about.attempts,
        "run_after": run_after.isoformat() if run_after else None,
        "by": by.pk if by else None,
    }


def _is_ahead(run_after: str | None) -> bool:
    return run_after is not None and datetime.fromisoformat(run_after) > timezone.now()


def lease(queue: str) -> JobRun | None:
    """Take the best due job of a queue for this process; ``None`` when none is due, or all due ones must wait their turn."""
    for _attempt in range(3):
        try:
            with (
                transaction.atomic() if connection.in_atomic_block else nullcontext(),  # one statement needs no BEGIN
                connection.cursor() as cursor,
            ):
                cursor.execute(_LEASE, {"queue": queue, "seconds": LEASE_SECONDS})
                row = cursor.fetchone()
        except IntegrityError:  # another worker took a job of the same lane at this moment
            continue
        return _as_run(*row) if row else None
    return None


def is_due(queue: str) -> bool:
    """Could a worker lease something of this queue now?"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({BEST} LIMIT 1)", {"queue": queue})
        return bool(cursor.fetchone()[0])


def finish(job: JobRun) -> None:
    """Done, in the transaction of the job's effects.

    Raises:
        LeaseLost: the job is somebody else's now; the effects must be rolled back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [job.id, job.token])
        if not cursor.rowcount:
            raise LeaseLost(job.id)


def fail(job_id: int, token: int, sentence: str, code: str, *, permanent: bool = False) -> None:
    """An attempt ended without success: try again later, or give up; cancelled when somebody asked for that.

    Raises:
        LeaseLost: the job is somebody else's now.
    """
    mine = Q(pk=job_id, token=token)
    row = _leased(mine, job_id)
    if row.again:
        _start_afresh(row, mine, sentence, code)
    elif row.cancel_requested_by_id:
        _end(row, mine, Job.State.CANCELLED, stopped_by(row.cancel_requested_by), "cancelled")
    elif permanent or row.attempts - row.deaths >= row.max_attempts:
        _end(row, mine, Job.State.FAILED, sentence, code)
    else:
        _return(row, mine, sentence, code, wait=backoff(row.attempts - row.deaths))


def postpone(job: JobRun, until: datetime, step: str) -> None:
    """Give the job back until its moment has come; nothing failed, so no attempt is counted.

    Raises:
        LeaseLost: the job is somebody else's now.
    """
    mine = Q(pk=job.id, token=job.token)
    row = _leased(mine, job.id)
    if row.cancel_requested_by_id:
        _end(row, mine, Job.State.CANCELLED, stopped_by(row.cancel_requested_by), "cancelled")
        return
    fields: dict[str, Any] = {"state": Job.State.QUEUED, "run_after": until, "again": False, "step": step[:200]}
    _update(mine, job.id, **RETURNED, **fields, attempts=max(row.attempts - 1, 0))


def lose(job_id: int, token: int) -> None:
    """A lease ran out, because the worker died or hangs.

    Raises:
        LeaseLost: somebody else dealt with it, or its worker is alive after all.
    """
    expired = Q(pk=job_id, token=token, lease_until__lt=Now())
    row = _leased(expired, job_id)
    if row.cancel_requested_by_id:
        _end(row, expired, Job.State.CANCELLED, stopped_by(row.cancel_requested_by), "cancelled")
    elif row.deaths + 1 >= MAX_DEATHS:
        sentence = _(
            "The process that did this work died %(times)d times over it; it is set aside until somebody looks at it."
        )
        _end(row, expired, Job.State.FAILED, sentence % {"times": MAX_DEATHS}, "quarantined", deaths=MAX_DEATHS)
    else:
        sentence = _("The process that did this work died; another one takes it up again.")
        _return(row, expired, sentence, "worker_lost", wait=row.deaths * BACKOFF_SECONDS, deaths=row.deaths + 1)


def keep(job: JobRun) -> bool:
    """Renew the lease; False when it is not this process's any more."""
    until = Now() + timedelta(seconds=LEASE_SECONDS)
    return bool(Job.objects.filter(pk=job.id, token=job.token).update(lease_until=until))


def backoff(failures: int) -> float:
    """Seconds until the next try: 5, 20, 80, ... at most an hour, a fifth more or less so that they do not come in herds."""
    seconds = min(BACKOFF_SECONDS * BACKOFF_FACTOR ** (failures - 1), BACKOFF_MOST)
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311  # no secret


def stopped_by(person: Person | None) -> str:
    return _("Stopped by %(person)s.") % {"person": person}


def give_up(row: Job, sentence: str) -> None:
    """Tell the flow that waits for this job that it will not be done, inside the transaction that ends it.

    Raises:
        OperationalError: the database stopped it, as in a deadlock; all of it is to be done once more.
    """
    about = catalogue.KINDS.get(row.kind)
    if about is None or about.gives_up is None:
        return
    try:
        with transaction.atomic():
            catalogue.load(about.gives_up)(claim_id=row.claim_id, sentence=sentence, **row.args)
    except OperationalError:
        raise
    except Exception:  # the job must end all the same, or it would be lost and found again for ever
        log.exception("Job %s (%s) was given up, and %s failed over it", row.pk, row.kind, about.gives_up)


def _end(row: Job, fence: Q, state: str, sentence: str, code: str, **fields: Any) -> None:
    """The end, unless it was asked for anew since its row was read: then it goes back, and what was told is taken back."""
    fields |= {"state": state, "finished_at": Now()}
    try:
        with transaction.atomic():
            give_up(row, sentence)
            _update(fence & Q(again=False), row.pk, **RETURNED, **fields, last_error=sentence, error_code=code)
    except LeaseLost:
        _start_afresh(row, fence & Q(again=True), sentence, code)


def _start_afresh(row: Job, fence: Q, sentence: str, code: str) -> None:
    """What was asked for anew is not what failed, and no wish to stop it holds that came before."""
    fresh = {"attempts": 0, "deaths": 0, "cancel_requested_by": None}
    _return(row, fence, sentence, code, wait=BACKOFF_SECONDS, **fresh)


def _return(row: Job, fence: Q, sentence: str, code: str, *, wait: float, **fields: Any) -> None:
    fields |= {"state": Job.State.QUEUED, "run_after": Now() + timedelta(seconds=wait), "again": False}
    _update(fence, row.pk, **RETURNED, **fields, last_error=sentence, error_code=code)


def _update(fence: Q, job_id: int, **fields: Any) -> None:
    if not Job.objects.filter(fence).update(**fields):
        raise LeaseLost(job_id)


def _leased(fence: Q, job_id: int) -> Job:
    row = Job.objects.filter(fence).first()
    if row is None:
        raise LeaseLost(job_id)
    return row


def _as_run(*row: Any) -> JobRun:
    """A leased row; JSON comes as text."""
    job = JobRun(*row)
    job.args, job.cursor = json.loads(row[4]), json.loads(row[9]) if row[9] is not None else None
    return job


def _key_of(args: Mapping[str, Any], claim_id: int | None) -> str:
    named = {**args, "claim": claim_id} if claim_id is not None else args
    key = "&".join(f"{name}={canonical(value)}" for name, value in sorted(named.items()))
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()
