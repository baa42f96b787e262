"""Every job is done once in effect and none is lost, whatever dies.  Each test has a twin without the guard, which must fail."""

import os
import random
import signal
import time

import pytest
from django.db import connection, transaction

from claims.models import Job, PeriodicRun
from tests.faults.house import assert_each_done_once, effects, kill, wait_for, workers_of

pytestmark = pytest.mark.faults

RESUMED_WITHIN_SECONDS = 45
SHORT_LEASE = 3
PATIENCE = 60  # seconds, for what is only the stage of a test: processes start slowly on a busy machine


def running_jobs():
    return list(Job.objects.filter(state="running").values_list("pk", flat=True))


def work_while_workers_die(house, *, jobs, rounds, pause):
    """Kill single processes of the pool and whole workers in the middle of their work; returns when each job was hit last."""
    workers = [house.open_worker(), house.open_worker()]
    house.open_clock()
    house.save("test_work", jobs, seconds=0.5)
    hit = {}
    for number in range(rounds):
        time.sleep(pause)
        victim = number % len(workers)
        hit |= dict.fromkeys(running_jobs(), time.time())
        if number % 3 == 2:
            kill(workers[victim])
            workers[victim] = house.open_worker()
        else:
            os.kill(random.choice(workers_of(workers[victim])), signal.SIGKILL)
    return hit


def test_a_hundred_jobs_survive_the_deaths_of_their_workers(build):
    house = build()

    hit = work_while_workers_die(house, jobs=100, rounds=9, pause=1.0)

    assert_each_done_once(100, within=90)
    assert Job.objects.filter(deaths__gt=0).exists()
    for job in Job.objects.filter(pk__in=hit):
        assert job.started_at.timestamp() - hit[job.pk] <= RESUMED_WITHIN_SECONDS


def test_twin_without_the_search_for_expired_leases_loses_jobs(build):
    house = build(twin="no rescue", lease_seconds=SHORT_LEASE)

    work_while_workers_die(house, jobs=20, rounds=3, pause=1.0)

    with pytest.raises(AssertionError, match="not all done"):
        assert_each_done_once(20, within=25)


# --- a worker that was only away


def work_while_a_worker_is_away(house):
    """A worker sleeps through its lease, another one does its job, then it comes back and finishes too."""
    away = house.open_worker(processes_count=1)
    house.open_clock()
    house.save("test_deaf", 1, seconds=4)
    assert wait_for(running_jobs, PATIENCE)
    ended = tasks_ended(away)
    pids = [away.process.pid, *workers_of(away)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    house.open_worker(processes_count=1)
    assert wait_for(lambda: Job.objects.filter(state="done").exists(), 45)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert wait_for(lambda: tasks_ended(away) > ended, PATIENCE)


def tasks_ended(worker):
    return worker.log.read_text(errors="replace").count(" succeeded in ")


def test_a_worker_that_slept_through_its_lease_writes_nothing(build):
    work_while_a_worker_is_away(build(lease_seconds=SHORT_LEASE))

    assert_each_done_once(1, within=5)


def test_twin_without_the_fence_writes_twice(build):
    work_while_a_worker_is_away(build(lease_seconds=SHORT_LEASE, twin="no fence"))

    with pytest.raises(AssertionError, match="more than once"):
        assert_each_done_once(1, within=5)


# --- the broker


def work_while_the_broker_dies(house):
    house.open_worker()
    house.open_worker()
    house.open_clock()
    house.save("test_work", 50, seconds=0.5)
    assert wait_for(lambda: Job.objects.filter(state="done").count() >= 4, PATIENCE)
    house.destroy_broker()
    house.save("test_deaf", 30, seconds=0.1)  # saved while there is no broker
    house.open_broker()


def test_a_broker_that_dies_with_all_it_held_loses_no_job(build):
    house = build()

    work_while_the_broker_dies(house)
    began = time.monotonic()

    assert wait_for(lambda: Job.objects.filter(kind="test_deaf", started_at__isnull=False).exists(), 45)
    assert time.monotonic() - began <= RESUMED_WITHIN_SECONDS
    assert_each_done_once(80, within=90)


def test_twin_whose_clock_does_not_ring_forgets_jobs(build):
    house = build(twin="no ringing", lease_seconds=SHORT_LEASE)

    work_while_the_broker_dies(house)

    with pytest.raises(AssertionError, match="not all done"):
        assert_each_done_once(80, within=30)


# --- death after the commit and before the bell


def save_and_die(house):
    house.open_worker()
    house.open_clock()
    house.save("test_work", 20, mode="die", seconds=0.1)


def test_jobs_saved_by_processes_that_died_before_they_rang_are_done(build):
    house = build()

    save_and_die(house)

    assert_each_done_once(20, within=15)


def test_twin_whose_clock_does_not_ring_never_hears_of_it(build):
    house = build(twin="no ringing")

    save_and_die(house)

    with pytest.raises(AssertionError, match="not all done"):
        assert_each_done_once(20, within=15)


# --- two clocks


def let_two_clocks_tick(house):
    worker = house.open_worker()
    house.open_clock()
    house.open_clock()
    house.save("test_work", 10, seconds=1)
    assert wait_for(running_jobs, PATIENCE)
    kill(worker)  # both clocks find its jobs
    house.open_worker()
    assert wait_for(lambda: Job.objects.filter(state="done").count() == 10, PATIENCE)
    assert wait_for(lambda: effects()["tick"] >= 3, PATIENCE)
    made, begun = effects_and_ticks()
    assert made.pop("tick") == begun
    assert set(made.values()) == {1}
    assert max(Job.objects.values_list("deaths", flat=True)) == 1


def effects_and_ticks():
    """What was made, and how many ticks were begun, both as they are at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return effects(), PeriodicRun.objects.count()


def test_two_clocks_do_each_thing_once(build):
    let_two_clocks_tick(build(lease_seconds=SHORT_LEASE))


def test_twin_without_a_row_for_each_tick_ticks_twice(build):
    with pytest.raises(AssertionError):
        let_two_clocks_tick(build(lease_seconds=SHORT_LEASE, twin="no tick row"))


# --- bells that ring too often


def ring_ten_times(house):
    house.open_worker(processes_count=4)
    house.open_worker(processes_count=4)
    house.open_clock()
    house.save("test_work", 40, mode="ring-ten-times", seconds=0.2)


def test_ten_bells_for_each_job_do_it_once(build):
    house = build()

    ring_ten_times(house)

    assert_each_done_once(40, within=PATIENCE)


def test_twin_without_leases_does_jobs_twice(build):
    house = build(twin="no lease")

    ring_ten_times(house)

    with pytest.raises(AssertionError, match="more than once"):
        assert_each_done_once(40, within=PATIENCE)


# --- poison


def work_beside_poison(house):
    house.open_worker()
    house.open_clock()
    house.save("test_deadly", 1)
    house.save("test_work", 10, seconds=0.1)


def poison_is_set_aside(within):
    return wait_for(lambda: Job.objects.filter(kind="test_deadly", error_code="quarantined").exists(), within)


def test_a_job_that_kills_its_worker_is_set_aside_after_three_deaths_and_the_others_are_done(build):
    work_beside_poison(build(lease_seconds=SHORT_LEASE))

    assert poison_is_set_aside(within=60)
    assert wait_for(lambda: Job.objects.filter(kind="test_work", state="done").count() == 10, PATIENCE)
    assert effects()["test_deadly 0"] == 3


def test_twin_that_does_not_count_deaths_never_sets_it_aside(build):
    work_beside_poison(build(lease_seconds=SHORT_LEASE, twin="no quarantine"))

    assert not poison_is_set_aside(within=40)
    assert effects()["test_deadly 0"] > 3


def work_beside_what_never_ends(house):
    house.open_worker(processes_count=1)
    house.open_clock()
    house.save("test_endless", 1)
    house.save("test_work", 3, seconds=0.1)
    assert wait_for(lambda: Job.objects.filter(kind="test_endless", state="running").exists(), PATIENCE)


def it_is_taken_away(within):
    return wait_for(lambda: Job.objects.filter(kind="test_endless", error_code="too_slow").exists(), within)


def test_a_job_that_never_ends_is_killed_at_its_hard_limit_and_the_others_are_done(build):
    work_beside_what_never_ends(build())

    assert it_is_taken_away(within=6)
    assert wait_for(lambda: Job.objects.filter(kind="test_endless", state="failed").exists(), 40)
    assert Job.objects.get(kind="test_endless").last_error == "It took longer than 2 seconds and was stopped."
    assert effects()["test_endless 0"] == 2
    assert wait_for(lambda: Job.objects.filter(kind="test_work", state="done").count() == 3, PATIENCE)


def test_twin_without_a_hard_limit_never_gets_its_worker_back(build):
    work_beside_what_never_ends(build(twin="no hard limit"))

    assert not it_is_taken_away(within=6)
    assert Job.objects.filter(kind="test_work", state="queued").count() == 3
