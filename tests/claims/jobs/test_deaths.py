"""The small sister of ``tests/faults/test_jobs.py``, for every run of the tests."""

import os
import signal

from claims.models import Job
from tests.faults.house import assert_each_done_once, kill, wait_for, workers_of

PATIENCE = 120  # seconds; processes start slowly on a busy machine


def is_at_work():
    return Job.objects.filter(state="running").exists()


def test_twenty_jobs_survive_the_deaths_of_their_workers(build):
    house = build(lease_seconds=3)
    house.save("test_work", 20, seconds=0.5)  # before there is a worker: on a busy machine it would be done too soon
    house.open_clock()
    worker = house.open_worker(processes_count=3)

    assert wait_for(is_at_work, PATIENCE)
    os.kill(workers_of(worker)[0], signal.SIGKILL)
    assert wait_for(is_at_work, PATIENCE)
    kill(worker)
    house.open_worker(processes_count=3)

    assert_each_done_once(20, within=PATIENCE)
    assert Job.objects.filter(deaths__gte=1).exists()
