"""The small sister of ``tests/faults/test_jobs.py``, for every run of the tests."""

import os
import signal
import time

from tests.faults.house import assert_each_done_once, kill, workers_of


def test_twenty_jobs_survive_the_deaths_of_their_workers(build):
    house = build(lease_seconds=3)
    worker = house.open_worker(processes_count=3)
    house.open_clock()
    house.save("test_work", 20, seconds=0.3)

    time.sleep(0.5)
    os.kill(workers_of(worker)[0], signal.SIGKILL)
    time.sleep(0.5)
    kill(worker)
    house.open_worker(processes_count=3)

    assert_each_done_once(20, within=25)
