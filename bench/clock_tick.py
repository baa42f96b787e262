"""The clock's minute at 50,000 open claims, all overdue: the first tick after that came, and the ones that follow."""

import os
import time
from datetime import timedelta

from _house import house, report

CLAIMS = int(os.environ.get("CLAIMS", "50000"))
FOLLOWING = 5


def fill():
    from django.db import connection
    from django.utils import timezone

    from claims.models import Assignment, Claim, Desk, Person

    Desk.objects.get_or_create(pk=1)
    people = [Person.objects.create_user(f"checker-{n}", name=f"Checker {n}", role="checker") for n in range(10)]
    Person.objects.create_user("editor-1", name="Editor One", role="editor")
    since = timezone.now() - timedelta(days=30)
    states = ("inbox", "accepted", "in_research", "in_cross_check")
    for start in range(0, CLAIMS, 5_000):
        claims = Claim.objects.bulk_create(
            Claim(statement=f"The harbour handled {n} ships.", status=states[n % 4], status_since=since)
            for n in range(start, min(start + 5_000, CLAIMS))
        )
        Assignment.objects.bulk_create(
            Assignment(claim=claim, role="checker", person=people[claim.pk % 10], assigned_at=since)
            for claim in claims
            if claim.status in {"in_research", "in_cross_check"}
        )
    Claim.objects.update(stage_due_at=timezone.now() - timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure():
    """CPU of this process, wall clock, statements, and milliseconds of the slowest look of one tick."""
    from django.db import connection

    from claims.workflow import deadlines, reminders

    count = 0

    def note(execute, sql, params, many, context):
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    cpu, wall = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(note):
        deadlines.tick()
        reminders.tick()
    return time.process_time() - cpu, time.perf_counter() - wall, count


with house():
    fill()
    first = measure()
    following = [measure() for _ in range(FOLLOWING)]

report(
    "clock_tick",
    [
        (f"first tick at {CLAIMS:,} overdue claims, s of server CPU", first[0], "<= 1"),
        (f"first tick at {CLAIMS:,} overdue claims, s", first[1], ""),
        ("its statements", first[2], ""),
        ("a tick while they are told, s of server CPU", max(cpu for cpu, _wall, _count in following), "<= 1"),
        ("its statements at most", max(count for _cpu, _wall, count in following), ""),
    ],
)
