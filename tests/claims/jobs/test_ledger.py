"""The ledger: nothing twice, nothing lost, and every failure in words."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from claims import jobs
from claims.errors import FetchRefused, UserFacingError
from claims.jobs import catalogue, drain, ledger
from claims.jobs.jobrun import Cancelled, LeaseLost
from claims.jobs.run import run
from claims.models import Desk, Event, Job
from tests.factories import ClaimFactory, PersonFactory, ResourceFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db

made = []
given_up = []


def work(job, *, number):
    return lambda: made.append(number)


def name_claim(job, *, claim):
    made.append(claim)


def refuse(job, *, number):
    raise UserFacingError("The website did not answer in time.", "timeout")


def refuse_for_ever(job, *, number):
    raise FetchRefused("This address is never dialled.", "ip_denied")


def stumble(job, *, number):
    raise ZeroDivisionError


def note_end(*, claim_id, sentence, number):
    given_up.append((claim_id, sentence, number))


def fail_over_the_end(*, claim_id, sentence, number):
    raise RuntimeError


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    made.clear()
    given_up.clear()
    here = __name__
    for name, kind in {
        "work": catalogue.Kind("Work", f"{here}.work", gives_up=f"{here}.note_end"),
        "bulk": catalogue.Kind("Work", f"{here}.work", queue="bulk", priority=9),
        "laned": catalogue.Kind("Work", f"{here}.work", queue="capture", lane=lambda args: "example.org"),
        "named": catalogue.Kind("Work", f"{here}.name_claim"),
        "refused": catalogue.Kind("Work", f"{here}.refuse", attempts=2, gives_up=f"{here}.note_end"),
        "never": catalogue.Kind("Work", f"{here}.refuse_for_ever"),
        "stumbling": catalogue.Kind("Work", f"{here}.stumble", attempts=1, gives_up=f"{here}.fail_over_the_end"),
        "absent": catalogue.Kind("Work", f"{here}.nowhere", attempts=1),
    }.items():
        monkeypatch.setitem(catalogue.KINDS, name, kind)


def make_due(job):
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(seconds=1))


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def fresh(job):
    return Job.objects.get(pk=job.pk)


# --- enqueue


def test_a_job_is_what_it_was_enqueued_with():
    claim, person = ClaimFactory(), PersonFactory()

    job = fresh(jobs.enqueue("work", claim=claim, by=person, number=7))

    assert (job.kind, job.key, job.args) == ("work", f"claim={claim.pk}&number=7", {"number": 7})
    assert (job.state, job.queue, job.priority, job.max_attempts) == ("queued", "default", 5, 3)
    assert (job.claim, job.created_by) == (claim, person)


def test_thousands_are_enqueued_like_one_and_ring_only_for_what_is_due(django_capture_on_commit_callbacks, monkeypatch):
    rung = []
    monkeypatch.setattr(jobs.ledger.bell, "ring", rung.append)
    later = timezone.now() + timedelta(hours=1)
    jobs.enqueue("work", key="n/2", number=7, run_after=later)
    wanted = [("work", {"key": f"n/{n}", "number": n}) for n in range(5)]
    wanted += [("bulk", {"number": 1, "run_after": later}), ("laned", {"number": 1, "run_after": later})]

    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.enqueue_many(wanted) == 7
        assert jobs.enqueue_many([]) == 0

    assert rung == ["default"]
    assert work_off() == 5
    assert sorted(made) == [0, 1, 2, 3, 4]
    assert [job.priority for job in Job.objects.filter(state="queued").order_by("kind")] == [9, 5]


def test_a_kind_nobody_knows_cannot_be_enqueued():
    with pytest.raises(KeyError):
        jobs.enqueue("dream")


def test_a_key_longer_than_the_column_becomes_its_hash():
    assert len(jobs.enqueue("work", number="x" * 300).key) == 64


def test_what_waits_is_not_enqueued_twice_and_takes_over_the_newer_request():
    first = jobs.enqueue("work", key="k", number=1, run_after=timezone.now() + timedelta(hours=1))
    second = jobs.enqueue("work", key="k", number=2, priority=1)

    assert second.pk == first.pk
    assert work_off() == 1
    assert made == [2]
    assert fresh(first).priority == 1


def test_what_was_asked_for_while_it_ran_runs_once_more():
    job = jobs.enqueue("work", key="k", number=1)
    running = ledger.lease("default")
    assert jobs.enqueue("work", key="k", number=2).pk == job.pk

    run(running)
    assert fresh(job).state == "queued"
    work_off()

    assert made == [1, 2]
    assert fresh(job).state == "done"


def test_after_it_is_done_the_same_work_is_a_new_job():
    first = jobs.enqueue("work", number=1)
    work_off()

    assert jobs.enqueue("work", number=1).pk != first.pk


# --- lease


def test_the_best_due_job_comes_first():
    jobs.enqueue("work", number=1, run_after=timezone.now() + timedelta(hours=1))
    jobs.enqueue("work", number=2)
    jobs.enqueue("work", number=3, priority=1)
    jobs.enqueue("bulk", number=4)

    order = [ledger.lease("default").args["number"] for _ in range(2)]

    assert order == [3, 2]
    assert ledger.lease("default") is None
    assert ledger.is_due("bulk")
    assert not ledger.is_due("default")


def test_one_job_of_a_lane_runs_at_a_time():
    jobs.enqueue("laned", number=1)
    jobs.enqueue("laned", number=2)

    first = ledger.lease("capture")
    assert ledger.lease("capture") is None
    run(first)

    assert ledger.lease("capture").args == {"number": 2}


def test_a_capture_goes_in_the_lane_of_its_host():
    resource = ResourceFactory(url="https://example.org/a", host="example.org")

    assert jobs.enqueue("capture", resource=resource.pk).lane == "example.org"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["work", "laned"])
def test_workers_that_lease_at_the_same_moment_get_different_jobs_and_one_of_a_lane(kind):
    for number in range(8):
        jobs.enqueue(kind, number=number)
    together, leased = threading.Barrier(4), []

    def lease():
        together.wait()
        leased.extend(ledger.lease(catalogue.KINDS[kind].queue) for _ in range(2))
        connection.close()

    threads = [threading.Thread(target=lease) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [job.id for job in leased if job]
    assert len(taken) == len(set(taken)) == (8 if kind == "work" else 1)


# --- run


def test_a_job_gets_its_claim_when_its_handler_asks_for_it():
    claim = ClaimFactory()
    jobs.enqueue("named", claim=claim.pk)

    work_off()

    assert made == [claim.pk]


def test_a_refusal_is_tried_again_later_and_then_given_up_in_its_own_words():
    claim = ClaimFactory()
    job = jobs.enqueue("refused", claim=claim, number=1)

    assert work_off() == 1
    waiting = fresh(job)
    assert (waiting.state, waiting.last_error) == ("queued", "The website did not answer in time.")
    assert timedelta(seconds=3) < waiting.run_after - timezone.now() < timedelta(seconds=7)
    assert given_up == []

    make_due(job)
    work_off()
    failed = fresh(job)
    assert (failed.state, failed.attempts, failed.error_code) == ("failed", 2, "timeout")
    assert given_up == [(claim.pk, "The website did not answer in time.", 1)]


def test_what_no_later_try_can_do_better_is_given_up_at_once():
    job = jobs.enqueue("never", number=1)

    work_off()

    assert (fresh(job).state, fresh(job).attempts) == ("failed", 1)


def test_a_bug_is_told_in_general_words_and_in_the_log(caplog):
    job = jobs.enqueue("stumbling", number=1)

    work_off()

    assert fresh(job).last_error == ("Something unforeseen went wrong (ZeroDivisionError); the details are in the log.")
    assert "Traceback" in caplog.text
    assert "fail_over_the_end" in caplog.text  # and what was to be told of it failed as well
    assert fresh(job).state == "failed"


def test_a_handler_that_is_not_there_fails_the_job():
    job = jobs.enqueue("absent", number=1)

    work_off()

    assert (fresh(job).state, fresh(job).error_code) == ("failed", "ImportError")


def test_a_kind_this_version_does_not_know_fails_the_job_and_can_be_tried_again(monkeypatch):
    job = jobs.enqueue("work", number=1)
    monkeypatch.delitem(catalogue.KINDS, "work")

    work_off()

    assert fresh(job).error_code == "KeyError"
    assert catalogue.title_of("work") == "work"


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 20), (3, 80), (9, 3600)])
def test_each_failure_waits_longer_than_the_one_before(failures, seconds):
    assert 0.8 * seconds <= ledger.backoff(failures) <= 1.2 * seconds


def test_a_run_that_lost_its_lease_writes_nothing():
    job = jobs.enqueue("work", number=1)
    late = ledger.lease("default")
    expire(job)
    drain.rescue()
    current = ledger.lease("default")

    run(late)
    assert made == [1]  # effects in memory cannot be rolled back; the row can
    assert fresh(job).state == "running"
    run(current)

    assert fresh(job).state == "done"


# --- progress, checkpoint, cancel


def test_progress_is_seen_and_asks_whether_to_stop():
    job = jobs.enqueue("work", number=1)
    running = ledger.lease("default")

    running.progress("reading", 3, 10)
    running.progress("reading", 4, 10)  # too soon to be written
    assert (fresh(job).step, fresh(job).done, fresh(job).total) == ("reading", 3, 10)

    jobs.cancel(job.pk, PersonFactory(name="Editor One"))
    with pytest.raises(Cancelled):
        running.progress("writing", 0, 1)


def test_progress_of_a_run_that_lost_its_lease_stops_it():
    job = jobs.enqueue("work", number=1)
    late = ledger.lease("default")
    expire(job)
    drain.rescue()

    with pytest.raises(LeaseLost):
        late.progress("reading")
    with pytest.raises(LeaseLost), transaction.atomic():
        late.checkpoint({"line": 1})


def test_a_checkpoint_is_there_at_the_next_attempt_and_earlier_failures_count_no_more():
    job = jobs.enqueue("work", number=1)
    first = ledger.lease("default")
    with transaction.atomic():
        first.checkpoint({"line": 500})
    expire(job)
    drain.rescue()

    second = ledger.lease("default")

    assert (first.cursor, second.cursor) == ({"line": 500}, {"line": 500})
    assert fresh(job).deaths == 1


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_needs_the_transaction_of_its_batch():
    jobs.enqueue("work", number=1)

    with pytest.raises(transaction.TransactionManagementError):
        ledger.lease("default").checkpoint({})


def test_a_waiting_job_is_stopped_at_once_and_who_waited_for_it_is_told():
    claim, editor = ClaimFactory(), PersonFactory(name="Editor One")
    job = jobs.enqueue("work", claim=claim, number=1)

    stopped = jobs.cancel(job.pk, editor)

    assert (stopped.state, stopped.last_error) == ("cancelled", "Stopped by Editor One.")
    assert given_up == [(claim.pk, "Stopped by Editor One.", 1)]
    assert Event.objects.get(chain=claim.chain, action="cancel_job").actor_ref == editor.ref
    with pytest.raises(UserFacingError, match="already ended"):
        jobs.cancel(job.pk, editor)


def test_who_stopped_a_job_is_said_in_the_language_of_the_desk_whoever_reads_it():
    Desk.objects.update_or_create(pk=1, defaults={"language": "de"})
    job = jobs.enqueue("work", number=1)

    assert jobs.cancel(job.pk, PersonFactory(name="Editor One")).last_error == "Angehalten von Editor One."


def test_what_was_asked_for_anew_is_stopped_with_the_run_it_was_to_follow():
    job = jobs.enqueue("work", key="k", number=1)
    running = ledger.lease("default")
    jobs.enqueue("work", key="k", number=2)
    jobs.cancel(job.pk, PersonFactory())

    ledger.fail(running.id, running.token, "", "cancelled")

    assert fresh(job).state == "cancelled"


def test_a_running_job_is_stopped_when_it_fails_dies_or_looks_up(monkeypatch):
    job = jobs.enqueue("refused", number=1)
    running = ledger.lease("default")
    jobs.cancel(job.pk, PersonFactory(name="Editor One"))

    run(running)

    assert (fresh(job).state, fresh(job).last_error) == ("cancelled", "Stopped by Editor One.")


def test_a_job_that_was_to_be_stopped_and_whose_worker_died_is_stopped():
    job = jobs.enqueue("work", number=1)
    ledger.lease("default")
    jobs.cancel(job.pk, PersonFactory())
    expire(job)

    drain.rescue()

    assert fresh(job).state == "cancelled"


# --- retry


def test_a_job_that_was_given_up_can_be_tried_again():
    editor = PersonFactory()
    job = jobs.enqueue("never", number=1)
    work_off()

    again = jobs.retry(job.pk, editor)

    assert (again.state, again.attempts, again.error_code) == ("queued", 0, "")
    assert Event.objects.get(chain="desk", action="retry_job").details["last_error"] == "This address is never dialled."
    with pytest.raises(UserFacingError, match="failed or was stopped"):
        jobs.retry(job.pk, editor)


def test_a_job_is_not_tried_again_while_the_same_work_waits():
    job = jobs.enqueue("never", number=1)
    work_off()
    jobs.enqueue("never", number=1)

    with pytest.raises(UserFacingError, match="already waiting or running"):
        jobs.retry(job.pk, PersonFactory())


def test_an_auditor_changes_nothing():
    job = jobs.enqueue("work", number=1)

    with pytest.raises(UserFacingError, match="Auditors"):
        jobs.cancel(job.pk, PersonFactory(role="auditor"))


def test_a_job_that_is_gone_is_said_to_be_gone():
    with pytest.raises(UserFacingError, match="no longer listed"):
        jobs.retry(0, PersonFactory())


def test_what_was_asked_for_anew_while_it_failed_starts_afresh():
    job = jobs.enqueue("never", key="k", number=1)
    running = ledger.lease("default")
    jobs.enqueue("never", key="k", number=2)

    run(running)

    assert (fresh(job).state, fresh(job).attempts, fresh(job).args) == ("queued", 0, {"number": 2})
