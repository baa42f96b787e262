"""While a job runs its lease is renewed; when it takes too long, or is somebody else's, its run writes nothing."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from claims import jobs
from claims.jobs import catalogue, ledger
from claims.jobs import run as runs
from claims.models import Desk, Job
from tests.factories import PersonFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)

seen = []


def sleep(job, *, seconds):
    before = Job.objects.get(pk=job.id).lease_until
    time.sleep(seconds)
    seen.append(Job.objects.get(pk=job.id).lease_until - before if Job.objects.get(pk=job.id).lease_until else None)


def stop_itself(job, *, seconds):
    jobs.cancel(job.id, PersonFactory(name="Editor One"))
    job.progress("going on")


def lose_itself(job, *, seconds):
    Job.objects.filter(pk=job.id).update(token=0)
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    seen.clear()
    monkeypatch.setattr(runs, "BEAT_SECONDS", 0.05)
    for name, limit in {"sleep": 60, "stop_itself": 60, "lose_itself": 60}.items():
        monkeypatch.setitem(catalogue.KINDS, name, catalogue.Kind(name, f"{__name__}.{name}", hard_limit=limit))
    monkeypatch.setitem(catalogue.KINDS, "too_long", catalogue.Kind("Sleep", f"{__name__}.sleep", hard_limit=0))


def run_one(kind, seconds=0.4):
    job = jobs.enqueue(kind, seconds=seconds)
    work_off()
    job.refresh_from_db()
    return job


def test_a_lease_is_renewed_while_its_job_runs():
    assert run_one("sleep").state == "done"

    assert seen[0] > timedelta(seconds=0.1)


def test_a_lease_is_renewed_when_the_database_was_away_for_a_beat(monkeypatch):
    keep, beats = ledger.keep, []

    def keep_but_not_at_first(job):
        beats.append(job)
        if len(beats) == 1:
            raise OperationalError
        return keep(job)

    monkeypatch.setattr(ledger, "keep", keep_but_not_at_first)

    assert run_one("sleep").state == "done"
    assert seen[0] > timedelta(seconds=0.1)


def test_a_job_that_takes_too_long_is_taken_away_and_its_run_writes_nothing(caplog):
    job = run_one("too_long")

    assert (job.state, job.error_code) == ("queued", "too_slow")
    assert job.last_error == "It took longer than 0 seconds and was stopped."
    assert "nothing of this run was written" in caplog.text


def test_that_it_took_too_long_is_said_in_the_language_of_the_desk():
    Desk.objects.update_or_create(pk=1, defaults={"language": "de"})

    assert run_one("too_long").last_error == "Es dauerte länger als 0 Sekunden und wurde angehalten."


def test_a_job_that_was_stopped_while_it_ran_says_by_whom():
    job = run_one("stop_itself")

    assert (job.state, job.last_error) == ("cancelled", "Stopped by Editor One.")


def test_a_run_that_fails_after_it_lost_its_lease_leaves_the_job_alone(caplog):
    job = run_one("lose_itself")

    assert (job.state, job.token, job.last_error) == ("running", 0, "")
    assert "another worker's by now" in caplog.text


def test_a_job_that_cannot_be_given_back_is_left_to_its_lease(monkeypatch, caplog):
    def be_away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(ledger, "fail", be_away)

    job = run_one("stop_itself")

    assert job.state == "running"
    assert "its lease runs out" in caplog.text


def test_a_worker_that_is_alive_after_all_keeps_its_job():
    job = jobs.enqueue("sleep", seconds=0)
    leased = ledger.lease("default")

    with pytest.raises(jobs.LeaseLost):
        ledger.lose(leased.id, leased.token)

    job.refresh_from_db()
    assert job.state == "running"
