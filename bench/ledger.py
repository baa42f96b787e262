"""The ledger: what enqueueing adds to a commit, and lease and finish against bare SKIP LOCKED, in one run."""

import time

from _house import house, report

JOBS = 1_000


def clock(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def bare(cursor):
    """The least a queue in PostgreSQL can do: take one row, delete it, commit."""
    cursor.execute(
        "DELETE FROM bare_queue WHERE id = (SELECT id FROM bare_queue ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)"
    )


with house():
    from django.db import connection, transaction

    from claims import jobs
    from claims.jobs import ledger
    from claims.models import Claim, Event

    claim = Claim.objects.create(statement="Ships came.")

    def save(with_job):
        for n in range(JOBS):
            with transaction.atomic():
                Event.objects.append(claim, "edit", by=None)
                if with_job:
                    jobs.enqueue("pin", key=f"n/{n}", resource=1, snapshot=1)

    save(False)
    alone = clock(lambda: save(False))
    with_job = clock(lambda: save(True))

    def drain():
        for _ in range(JOBS):
            run = ledger.lease("default")
            with transaction.atomic():
                ledger.finish(run)

    ours = clock(drain)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_queue (id serial PRIMARY KEY)")
        cursor.execute("INSERT INTO bare_queue SELECT generate_series(1, %s)", [JOBS])
        floor = clock(lambda: [bare(cursor) for _ in range(JOBS)])

report(
    "ledger",
    [
        ("an event with a job against an event alone (ratio of time)", with_job / alone, "<= 1.15 is the aim"),
        ("lease and finish against bare SKIP LOCKED (ratio of rates)", floor / ours, ">= 0.5 is the aim"),
        ("jobs a second, one worker", JOBS / ours, ""),
    ],
)
