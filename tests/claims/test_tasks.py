"""The one Celery task, called as a worker calls it."""

import signal

import pytest

from claims import jobs, tasks
from claims.jobs import bell, catalogue
from claims.models import Job
from tests.factories import ResourceFactory

pytestmark = pytest.mark.django_db

alarms = []


def work(job, *, number=0, resource=0):
    alarms.append(signal.getitimer(signal.ITIMER_REAL)[0])


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    alarms.clear()
    monkeypatch.setitem(catalogue.KINDS, "work", catalogue.Kind("Work", f"{__name__}.work", hard_limit=50))
    laned = catalogue.Kind("Work", f"{__name__}.work", queue="capture", lane=catalogue.host_of_resource)
    monkeypatch.setitem(catalogue.KINDS, "laned", laned)
    heard = []
    monkeypatch.setattr(bell, "ring", heard.append)
    return heard


def test_a_bell_does_one_job_and_is_passed_on_while_more_is_due(rung):
    jobs.enqueue("work", number=1)
    jobs.enqueue("work", number=2)

    tasks.work("default")
    assert rung == ["default"]
    assert Job.objects.filter(state="done").count() == 1

    tasks.work("default")
    tasks.work("default")
    assert rung == ["default"]
    assert Job.objects.filter(state="done").count() == 2


def test_a_worker_is_killed_by_the_kernel_when_its_job_takes_too_long_and_only_then():
    jobs.enqueue("work", number=1)

    tasks.work("default")

    assert 50 < alarms[0] <= 52
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_waited_for_a_host_is_rung_for_when_the_host_is_free(rung):
    for number in range(2):
        resource = ResourceFactory(url=f"https://example.org/{number}", host="example.org")
        jobs.enqueue("laned", resource=resource.pk)

    tasks.work("capture")

    assert rung == ["capture"]
