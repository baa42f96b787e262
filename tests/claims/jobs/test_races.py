"""A job that ends while somebody does something else: real transactions, one held back until the other waits for it."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from claims import jobs
from claims.evidence.capture import request_capture
from claims.jobs import catalogue, drain, ledger
from claims.models import Claim, Event, Job, Resource
from tests.claims.jobs.test_ledger import expire
from tests.claims.workflow import desk
from tests.claims.workflow.test_races import Call, until_someone_waits
from tests.factories import SnapshotFactory

pytestmark = pytest.mark.django_db(transaction=True)

refused = threading.Event()


def ask_again(resource, by, meanwhile):
    """Press "capture again" while the last attempt ends; returns the job as it is after both."""
    with transaction.atomic():
        Resource.objects.select_for_update().get(pk=resource.pk)
        ending = Call(meanwhile)
        until_someone_waits()
        request_capture(resource, claim_id=None, by=by)
    assert ending.outcome() is None
    return Job.objects.get(kind="capture")


@pytest.fixture
def leased():
    resource = SnapshotFactory().resource
    jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
    return resource, ledger.lease("capture")


def test_a_job_stopped_while_its_claim_is_edited_leaves_the_claim_in_no_state_that_waits_for_it(people):
    claim = desk.in_preflight(people)
    job = Job.objects.get(kind="preflight")

    with transaction.atomic():
        Claim.objects.locked().get(pk=claim.pk)
        stopping = Call(lambda: jobs.cancel(job.pk, people.editor))
        until_someone_waits()
        Event.objects.append(claim, "edit", by=people.author, body={})

    assert stopping.outcome().state == "cancelled"
    assert Claim.objects.get(pk=claim.pk).status == "changes_requested"


def test_what_is_asked_for_while_the_last_attempt_is_given_up_is_done_after_it(people, leased):
    resource, run = leased

    job = ask_again(
        resource, people.editor, lambda: ledger.fail(run.id, run.token, "Not found.", "http_4xx", permanent=True)
    )

    assert (job.state, job.again, job.attempts, job.priority) == ("queued", False, 0, 1)
    assert Resource.objects.get(pk=resource.pk).misses == 0  # it was not given up


def test_what_is_asked_for_while_the_job_is_set_aside_is_done_after_it(people, leased):
    resource, _run = leased
    job = Job.objects.get()
    Job.objects.update(deaths=ledger.MAX_DEATHS - 1)
    expire(job)

    job = ask_again(resource, people.editor, lambda: drain.rescue() and None)

    assert (job.state, job.deaths) == ("queued", 0)


def test_what_is_asked_for_while_the_job_is_stopped_is_done_after_it(people, leased):
    resource, run = leased
    jobs.cancel(run.id, people.editor)

    job = ask_again(resource, people.editor, lambda: ledger.fail(run.id, run.token, "", "cancelled"))

    assert (job.state, job.cancel_requested_by) == ("queued", None)


# --- the database stops one of two


def be_stopped_once(**ids):
    if not refused.is_set():
        refused.set()
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")


@pytest.fixture
def deadlocked(monkeypatch):
    refused.clear()
    monkeypatch.setitem(
        catalogue.KINDS, "notify", catalogue.Kind("Work", f"{__name__}.x", gives_up=f"{__name__}.be_stopped_once")
    )
    return jobs.enqueue("notify", event=1)


def test_a_job_whose_end_the_database_stopped_is_as_it_was_and_can_be_stopped_again(people, deadlocked):
    with pytest.raises(OperationalError):
        jobs.cancel(deadlocked.pk, people.editor)
    assert Job.objects.get(pk=deadlocked.pk).state == "queued"

    assert jobs.cancel(deadlocked.pk, people.editor).state == "cancelled"


def test_a_lost_job_whose_end_the_database_stopped_is_ended_at_the_next_round_and_the_others_at_this_one(
    deadlocked, caplog
):
    ledger.lease("default")
    jobs.enqueue("notify", event=2)
    ledger.lease("default")
    Job.objects.update(deaths=ledger.MAX_DEATHS - 1, lease_until="2020-01-01T00:00Z")

    drain.rescue()
    assert sorted(Job.objects.values_list("state", flat=True)) == ["failed", "running"]
    assert "is at the next round" in caplog.text

    drain.rescue()
    assert list(Job.objects.values_list("state", flat=True)) == ["failed", "failed"]
