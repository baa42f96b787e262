"""The tables of background work test themselves."""

import inspect

import pytest

from claims.jobs import catalogue, drain
from claims.models import Job, PeriodicRun
from factcheck.celery import FAST_QUEUES, SLOW_QUEUES
from factcheck.settings import CELERY_BROKER_TRANSPORT_OPTIONS


@pytest.mark.parametrize("kind", catalogue.KINDS.values(), ids=catalogue.KINDS)
def test_every_handler_is_there_and_takes_a_job(kind):
    first, *others = inspect.signature(catalogue.load(kind.handler)).parameters.values()

    assert first.name == "job"
    assert {other.kind for other in others} <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("kind", [kind for kind in catalogue.KINDS.values() if kind.gives_up])
def test_who_is_told_of_the_end_takes_the_claim_and_a_sentence(kind):
    assert {"claim_id", "sentence"} <= set(inspect.signature(catalogue.load(kind.gives_up)).parameters)


@pytest.mark.parametrize("periodic", catalogue.PERIODIC.values(), ids=catalogue.PERIODIC)
def test_all_periodic_work_is_there(periodic):
    parameters = inspect.signature(catalogue.load(periodic.handler)).parameters.values()

    assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters)


def test_every_queue_has_workers():
    assert sorted(FAST_QUEUES + SLOW_QUEUES) == sorted(Job.Queue.values)
    assert {kind.queue for kind in catalogue.KINDS.values()} <= set(Job.Queue.values)


def test_no_bell_is_rung_twice_because_its_work_takes_long():
    assert CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] >= 2 * catalogue.LONGEST_HARD_LIMIT


def test_every_kind_has_a_title():
    assert catalogue.title_of("capture") == "Capture a source"
    assert catalogue.title_of("of another version") == "of another version"
    assert catalogue.hard_limit_of("of another version") == 60


@pytest.mark.django_db(transaction=True)
def test_all_periodic_work_runs_on_an_empty_desk(caplog):
    drain._not_before.clear()

    drain.tick()

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    assert set(PeriodicRun.objects.values_list("name", flat=True)) == set(catalogue.PERIODIC)
