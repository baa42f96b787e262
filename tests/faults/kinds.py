"""Kinds of jobs that only the tests know, whose effects can be counted."""

import os
import signal
import time

from django.db import connection

from claims.jobs.catalogue import KINDS, PERIODIC, Kind, Periodic

EFFECTS = "CREATE TABLE fault_effect (name text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())"


def add_effect(name):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fault_effect (name) VALUES (%s)", [name])


def work_a_while(job, *, name, seconds):
    """Work that tells how far it is, then leaves one effect."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        job.progress("working", int(100 * (seconds - left)), int(100 * seconds))
        time.sleep(min(left, 0.05))
    return lambda: add_effect(name)


def sleep_deaf(job, *, name, seconds):
    """Work that never looks up, so that only the fence at its end can stop it."""
    time.sleep(seconds)
    return lambda: add_effect(name)


def kill_its_process(job, *, name):
    add_effect(name)
    os.kill(os.getpid(), signal.SIGKILL)


def never_end(job, *, name):
    add_effect(name)
    while True:
        time.sleep(0.1)


def mark_tick():
    add_effect("tick")
    time.sleep(0.2)  # long enough for another clock to come by


def register():
    """Let this process know the kinds above, and no periodic work but the tick."""
    KINDS.update(
        test_work=Kind("Work", "tests.faults.kinds.work_a_while", hard_limit=60),
        test_deaf=Kind("Sleep", "tests.faults.kinds.sleep_deaf", hard_limit=60),
        test_deadly=Kind("Die", "tests.faults.kinds.kill_its_process", hard_limit=60),
        test_endless=Kind("Never end", "tests.faults.kinds.never_end", hard_limit=2, attempts=2),
    )
    PERIODIC.clear()
    PERIODIC["test_tick"] = Periodic("Tick", "tests.faults.kinds.mark_tick", 3)
