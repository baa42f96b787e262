"""The queue page: the same work at 1,000 and at 50,000 claims (CLAIMS=1000000 for the whole measurement)."""

import os
import time

from _house import house, report

SMALL, LARGE = 1_000, int(os.environ.get("CLAIMS", "50000"))
ROUNDS = 15


def fill(count):
    from claims.models import Claim

    have = Claim.objects.count()
    states = ("inbox", "accepted", "in_research", "in_review")
    for start in range(have, count, 5_000):
        Claim.objects.bulk_create(
            Claim(statement=f"The harbour handled {n} ships.", status=states[n % 4], priority=n % 9 + 1)
            for n in range(start, min(start + 5_000, count))
        )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_claim")


def measure(client):
    from django.db import connection

    queries = []

    def note(execute, sql, params, many, context):
        queries.append(sql)
        return execute(sql, params, many, context)

    client.get("/claims/")
    with connection.execute_wrapper(note):
        assert client.get("/claims/").status_code == 200
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        client.get("/claims/")
        times.append(time.process_time() - begin)
    wall = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        client.get("/claims/")
        wall.append(time.perf_counter() - begin)
    return len(queries), sorted(times)[ROUNDS // 2] * 1000, sorted(wall)[ROUNDS // 2] * 1000


with house():
    from django.test import Client

    from claims.models import Person

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Person.objects.create_user("editor-1", name="Editor One", role="editor"))
    fill(SMALL)
    statements, cpu, wall = measure(client)
    fill(LARGE)
    more_statements, more_cpu, more_wall = measure(client)

report(
    "queue_page",
    [
        (f"statements at {SMALL:,} claims", statements, "<= 16"),
        (f"statements at {LARGE:,} claims", more_statements, "the same"),
        (f"wall clock, {LARGE:,} against {SMALL:,} claims (ratio)", more_wall / wall, "<= 1.2 is the aim"),
        (f"server CPU of the page, ms at {LARGE:,}", more_cpu, ""),
    ],
)
