"""A save never waits for a dead broker."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import transaction

from claims import jobs
from claims.jobs import bell
from claims.models import Job
from factcheck import embedded, processes
from tests.conftest import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)
# The quickest of several saves is asked: without its guard every one of them waits, and a busy machine delays but some.
SHORT, PATIENCE = 0.05, 20


def seconds_of_saves(env, *argv):
    """Seconds each of five saves took, in a process as a web worker is one."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.claims.jobs.publish_seconds", *argv],
        env=env,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_save_does_not_notice_a_broker_that_is_gone(process_env):
    first, *later = seconds_of_saves(process_env | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"})

    assert first <= PATIENCE  # loads the broker's driver
    assert min(later) <= SHORT
    assert Job.objects.filter(state="queued").count() == 5


def test_even_a_save_that_tries_the_broker_hardly_waits_when_it_refuses(process_env):
    env = process_env | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}

    _loads_driver, *seconds = seconds_of_saves(env, "without-breaker")

    assert min(seconds) <= SHORT


@pytest.fixture(scope="module")
def hung_broker(run_dir):
    """A Redis that accepts connections and never answers."""
    sockets = run_dir / "hung"
    sockets.mkdir(mode=0o700)
    child, url = embedded.start_redis(embedded.redis_binary(), run_dir / "hung-data", sockets, run_dir / "hung.log")
    os.kill(child.process.pid, signal.SIGSTOP)
    yield url
    os.kill(child.process.pid, signal.SIGCONT)
    processes.stop(child)


def test_a_save_waits_one_second_for_a_broker_that_hangs_and_the_next_ones_not_at_all(process_env, hung_broker):
    first, *later = seconds_of_saves(process_env | {"CELERY_BROKER_URL": hung_broker})

    assert first <= PATIENCE  # loads the broker's driver; the next test has it loaded
    assert min(later) <= SHORT
    assert Job.objects.filter(state="queued").count() == 5


def test_every_try_of_a_broker_that_hangs_ends_within_a_second(process_env, hung_broker):
    _loads_driver, *seconds = seconds_of_saves(process_env | {"CELERY_BROKER_URL": hung_broker}, "without-breaker")

    assert min(seconds) <= 1 + SHORT


def test_after_a_while_one_caller_tries_whether_the_broker_is_back(monkeypatch):
    monkeypatch.setattr(bell, "SILENT_SECONDS", 0.05)
    breaker = bell.Breaker()
    breaker.failed()
    assert not breaker.allows()

    time.sleep(0.06)

    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.worked()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_one_transaction_rings_once_for_each_queue_however_many_jobs_it_enqueued(monkeypatch):
    heard = []
    monkeypatch.setattr(bell, "ring", heard.append)

    for _ in range(2):
        with transaction.atomic():
            for number in range(3):
                jobs.enqueue("notify", event=number)
                jobs.enqueue("match_claim", candidate=number)
            assert heard in ([], ["default", "match"])

    assert heard == ["default", "match", "default", "match"]
