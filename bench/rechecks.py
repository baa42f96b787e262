"""The watch: 10,000 sources that came due together are planned by one tick of the clock."""

import time
from datetime import timedelta

from _house import house, report

DUE, WEBSITES = 10_000, 2_000
ROUNDS = 5


def fill(count):
    """Sources of live claims, five to a website and ten to a claim."""
    from django.db import connection

    from claims.models import Claim, Evidence, Resource

    claims = Claim.objects.bulk_create(
        Claim(statement=f"The harbour handled {n} ships.", status="in_research") for n in range(count // 10)
    )
    sources = Resource.objects.bulk_create(
        Resource(url=f"https://site-{n % WEBSITES}.example.org/{n}", host=f"site-{n % WEBSITES}.example.org", title="A")
        for n in range(count)
    )
    Evidence.objects.bulk_create(
        Evidence(claim=claims[n // 10], resource=source, number=n % 10 + 1) for n, source in enumerate(sources)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_evidence, claims_resource, claims_claim")


def plan_once(count):
    """Seconds of wall clock and of this process's CPU, and statements, for a tick that finds so many due."""
    from django.db import connection
    from django.utils import timezone

    from claims.evidence import schedule
    from claims.models import Job, Resource

    Job.objects.all().delete()
    due = list(Resource.objects.order_by("pk").values_list("pk", flat=True)[:count])
    Resource.objects.update(look_again_at=None)
    Resource.objects.filter(pk__in=due).update(look_again_at=timezone.now() - timedelta(minutes=1))
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    begin, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(note):
        planned = schedule.plan()
    took, used = time.perf_counter() - begin, time.process_time() - cpu
    assert planned == count == Job.objects.count()
    return took, used, len(statements)


def middle(rounds):
    return sorted(rounds)[len(rounds) // 2]


with house():
    fill(DUE)
    few = middle([plan_once(100) for _round in range(ROUNDS)])
    many = middle([plan_once(DUE) for _round in range(ROUNDS)])

report(
    "rechecks",
    [
        (f"{DUE:,} due sources planned: seconds", many[0], "<= 1"),
        (f"{DUE:,} due sources planned: seconds of CPU of the clock", many[1], ""),
        (f"statements for {DUE:,}", many[2], "the same"),
        ("statements for 100", few[2], ""),
    ],
)
