"""The drain finds what died, rings for what is due, and starts periodic work once."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from claims import jobs
from claims.jobs import bell, catalogue, drain, ledger
from claims.models import Desk, Job, PeriodicRun

pytestmark = pytest.mark.django_db

ticks = []


def work(job, *, number):
    return None


def mark_tick():
    ticks.append("tick")


def fail_to_tick():
    ticks.append("failed")
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    ticks.clear()
    drain._not_before.clear()
    monkeypatch.setitem(catalogue.KINDS, "work", catalogue.Kind("Work", f"{__name__}.work"))
    monkeypatch.setattr(catalogue, "PERIODIC", {"mark": catalogue.Periodic("Mark", f"{__name__}.mark_tick", 60)})


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(bell, "ring", heard.append)
    return heard


def age(job, **seconds):
    Job.objects.filter(pk=job.pk).update(**{name: F(name) - timedelta(seconds=by) for name, by in seconds.items()})


def test_a_job_whose_worker_died_waits_again_and_is_set_aside_after_three_deaths():
    job = jobs.enqueue("work", number=1)
    for deaths in (1, 2):
        assert ledger.lease("default") is not None
        age(job, lease_until=60)
        assert drain.rescue() == 1
        job.refresh_from_db()
        assert (job.state, job.deaths, job.error_code) == ("queued", deaths, "worker_lost")
        age(job, run_after=60)
    ledger.lease("default")
    age(job, lease_until=60)

    drain.rescue()

    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "quarantined")
    assert "died 3 times" in job.last_error


def test_that_a_worker_died_is_said_in_the_language_of_the_desk():
    Desk.objects.update_or_create(pk=1, defaults={"language": "de"})
    job = jobs.enqueue("work", number=1)
    ledger.lease("default")
    age(job, lease_until=60)

    drain.rescue()

    job.refresh_from_db()
    assert (
        job.last_error == "Der Prozess, der diese Arbeit ausführte, ist abgestürzt; ein anderer nimmt sie wieder auf."
    )


def test_a_lease_that_holds_is_left_alone():
    jobs.enqueue("work", number=1)
    ledger.lease("default")

    assert drain.rescue() == 0


def test_one_bell_for_each_queue_with_due_work_that_nobody_took(rung):
    job = jobs.enqueue("work", number=1)
    jobs.enqueue("work", number=2)

    drain.drain()
    assert rung == []  # rung for a moment ago, when it was enqueued

    age(job, rung_at=10)
    drain.drain()
    drain.drain()
    assert rung == ["default"]


def test_what_falls_due_is_rung_for_at_once(rung):
    job = jobs.enqueue("work", number=1, run_after=timezone.now() + timedelta(seconds=30))
    drain.drain()
    assert rung == []

    age(job, run_after=30)
    drain.drain()

    assert rung == ["default"]


def test_periodic_work_runs_once_for_each_tick_and_old_ticks_go():
    drain.tick()
    drain.tick()
    assert ticks == ["tick"]

    PeriodicRun.objects.update(tick=F("tick") - timedelta(days=8))  # a long pause
    drain.tick()

    assert ticks == ["tick", "tick"]
    assert PeriodicRun.objects.count() == 1


def test_periodic_work_that_fails_is_logged_and_tried_again_and_the_rest_goes_on(monkeypatch, caplog):
    monkeypatch.setitem(catalogue.PERIODIC, "fails", catalogue.Periodic("Fail", f"{__name__}.fail_to_tick", 60))
    monkeypatch.setitem(catalogue.PERIODIC, "absent", catalogue.Periodic("Absent", f"{__name__}.nowhere", 60))
    monkeypatch.setitem(catalogue.PERIODIC, "last", catalogue.Periodic("Last", f"{__name__}.mark_tick", 60))

    drain.tick()
    drain.tick()
    assert ticks == ["tick", "failed", "tick"]
    assert "ZeroDivisionError" in caplog.text
    assert "nowhere" in caplog.text

    drain._not_before.clear()
    drain.tick()
    assert ticks == ["tick", "failed", "tick", "failed"]


def test_a_lost_job_that_another_clock_dealt_with_is_left_to_it(monkeypatch):
    job = jobs.enqueue("work", number=1)
    ledger.lease("default")
    age(job, lease_until=60)
    lose = ledger.lose

    def lose_second(*args):
        lose(*args)  # the other clock
        lose(*args)

    monkeypatch.setattr(ledger, "lose", lose_second)
    drain.rescue()

    job.refresh_from_db()
    assert (job.state, job.deaths) == ("queued", 1)


# --- what is forgotten


def ended(state, days, key="k"):
    """A job that ended so long ago."""
    job = jobs.enqueue("work", key=key, number=1)
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now() - timedelta(days=days))
    return job.pk


def left():
    return list(Job.objects.order_by("pk").values_list("pk", flat=True))


def test_work_done_long_ago_is_forgotten_with_the_failures_before_it():
    for state in ("failed", "cancelled", "done"):
        ended(state, 31)
    kept = [ended("done", 29), jobs.enqueue("work", key="k", number=1).pk]

    assert drain.forget_done() == 3

    assert left() == kept


def test_what_was_given_up_or_stopped_stays_until_the_same_was_done():
    kept = [ended("done", 29), ended("failed", 100), ended("cancelled", 100), ended("done", 29, key="another")]

    assert drain.forget_done() == 0
    assert left() == kept


def test_a_failure_never_outlives_what_settled_it(monkeypatch):
    monkeypatch.setattr(drain, "FORGOTTEN_AT_ONCE", 1)
    _failed, done = ended("failed", 31), ended("done", 31)

    assert drain.forget_done() == 1
    assert left() == [done]


@pytest.mark.django_db(transaction=True)
def test_a_failure_somebody_tries_again_at_this_moment_is_not_forgotten():
    failed, _done = ended("failed", 31), ended("done", 31)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM claims_job WHERE id = %s FOR UPDATE", [failed])

        assert drain.forget_done() == 1
        cursor.execute("ROLLBACK")

    assert left() == [failed]


def test_the_newest_job_about_something_is_found_without_reading_the_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_job (kind, key, args, queue, priority, lane, max_attempts, state, attempts, deaths, again,"
            " step, done, total, last_error, error_code) SELECT 'archive', 'resource/' || n, '{}', 'bulk', 5, '', 3, 'done',"
            " 1, 0, false, '', 0, 0, '', '' FROM generate_series(1, 5000) n"
        )

    about = Job.objects.filter(kind="archive", key="resource/0").order_by("-id")[:1]

    assert "job_about" in about.explain()


@pytest.mark.django_db(transaction=True)
def test_periodic_work_another_clock_is_at_is_not_waited_for():
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tick/mark'))")

        drain.tick()
        assert ticks == []
        cursor.execute("ROLLBACK")  # a server only told goodbye may keep the lock for a moment

    drain.tick()
    assert ticks == ["tick"]
