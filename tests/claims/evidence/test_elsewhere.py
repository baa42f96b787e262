"""A capture's second copy at the Internet Archive: a job of its own that never stands in the capture's way."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from claims import jobs
from claims.evidence import capture, elsewhere
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Event, Evidence, Host, Job
from claims.web import archive_org
from claims.web.archive_org import ArchiveBusy, ArchiveFailed, ArchiveRefused, Memento
from tests.factories import ClaimFactory, EvidenceFactory, PersonFactory, ResourceFactory
from tests.outside.site import html, site  # noqa: F401
from tests.work import work_off

pytestmark = pytest.mark.django_db

MADE_AT = timezone.now().replace(microsecond=0) - timedelta(hours=1)


class Archive:
    """Answers with ``save``, ``look`` and ``find``: a value, or an exception to raise."""

    def __init__(self):
        self.save, self.look, self.find = "ticket-1", None, None
        self.asked = []

    def copy_of(self, url):
        return Memento(f"https://web.archive.org/web/20240619080000/{url}", MADE_AT)

    def answer(self, name, url):
        self.asked.append((name, url))
        said = getattr(self, name)
        if isinstance(said, Exception):
            raise said
        return said


@pytest.fixture
def archive(monkeypatch, settings):
    settings.ARCHIVE_ORG = "save"
    made = Archive()
    monkeypatch.setattr(archive_org, "ask_to_save", lambda url, _keys, **_: made.answer("save", url))
    monkeypatch.setattr(archive_org, "look_after", lambda _ticket, url, _keys, **_: made.answer("look", url))
    monkeypatch.setattr(archive_org, "find_newest", lambda url, **_: made.answer("find", url))
    return made


@pytest.fixture
def resource():
    return ResourceFactory(url="https://harbour.example.org/report", host="harbour.example.org")


def work(resource=None):
    """One run of the newest job, which is asked for first when a resource is given."""
    if resource is not None:
        elsewhere.ask_after_capture(resource)
    newest = Job.objects.filter(kind="archive").latest("id")
    Job.objects.filter(state="queued").exclude(pk=newest.pk).update(run_after=timezone.now() + timedelta(days=1))
    Job.objects.filter(pk=newest.pk).update(run_after=timezone.now() - timedelta(seconds=1))
    run(ledger.lease("capture"))
    newest.refresh_from_db()
    return newest


def test_a_copy_is_asked_for_then_looked_after_and_written_down(archive, resource):
    waiting = work(resource)
    assert (waiting.state, waiting.step, waiting.attempts) == ("queued", "the Internet Archive is making its copy", 0)
    assert waiting.cursor["ticket"] == "ticket-1"

    still = work()
    assert still.state == "queued"
    archive.look = archive.copy_of(resource.url)
    done = work()

    resource.refresh_from_db()
    assert (done.state, done.cursor) == ("done", None)
    assert (resource.archived_url, resource.archived_at) == (archive.look.url, MADE_AT)
    assert [name for name, _url in archive.asked] == ["save", "look", "look"]
    event = Event.objects.get(chain=resource.chain)
    assert (event.action, event.details["archived_url"]) == ("archive_elsewhere", archive.look.url)


def test_looks_become_rarer(archive, resource):
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began = timezone.now()
        elsewhere.ask_after_capture(resource)
        job = ledger.lease("capture")
        for elapsed in (0, 40, 290):
            clock.move_to(began + timedelta(seconds=elapsed))
            Host.objects.all().delete()
            with pytest.raises(jobs.NotYet) as caught:
                elsewhere.archive_elsewhere(job, resource=resource.pk)
            waits.append((caught.value.until - timezone.now()).total_seconds())

        clock.move_to(began + timedelta(seconds=301))
        with pytest.raises(ArchiveFailed, match="within five minutes"):
            elsewhere.archive_elsewhere(job, resource=resource.pk)

    assert waits == [5, 20, 60]
    assert Job.objects.get().cursor is None  # the next try asks anew


def test_a_fresh_copy_of_somebody_else_is_taken(archive, resource):
    archive.save, archive.find = "", archive.copy_of(resource.url)

    work(resource)

    resource.refresh_from_db()
    assert resource.archived_url == archive.find.url


def test_a_fresh_copy_that_is_not_listed_yet_is_looked_for_later(archive, resource):
    archive.save = ""

    job = work(resource)

    assert (job.state, job.error_code) == ("queued", "unlisted")


def test_without_keys_the_copy_that_is_there_is_found(archive, resource, settings):
    settings.ARCHIVE_ORG = "find"
    archive.find = archive.copy_of(resource.url)

    job = work(resource)

    resource.refresh_from_db()
    assert (job.state, resource.archived_url) == ("done", archive.find.url)
    assert [name for name, _url in archive.asked] == ["find"]


def test_no_copy_is_no_failure(archive, resource, settings):
    settings.ARCHIVE_ORG = "find"

    job = work(resource)

    resource.refresh_from_db()
    assert (job.state, resource.archived_url) == ("done", "")


def test_an_older_copy_does_not_replace_a_newer_one(archive, resource, settings):
    settings.ARCHIVE_ORG = "find"
    archive.find = archive.copy_of(resource.url)
    resource.archived_url, resource.archived_at = "https://web.archive.org/web/1/x", MADE_AT + timedelta(minutes=1)
    resource.save()
    jobs.enqueue("archive", key=resource.chain, resource=resource.pk)

    work()

    resource.refresh_from_db()
    assert resource.archived_url == "https://web.archive.org/web/1/x"


def test_a_failure_is_tried_again_from_the_beginning_and_given_up_in_words(archive, resource):
    work(resource)
    archive.look = ArchiveFailed("It broke.", "bad-gateway")

    job = work()
    assert (job.state, job.attempts, job.last_error, job.cursor) == ("queued", 1, "It broke.", None)
    assert job.run_after > timezone.now()
    archive.save = ArchiveFailed("It broke again.", "bad-gateway")
    for _ in range(4):
        job = work()

    assert (job.state, job.attempts, job.last_error) == ("failed", 5, "It broke again.")


def test_a_refusal_is_given_up_at_once(archive, resource):
    archive.save = ArchiveRefused("Never.", "blocked-url")

    job = work(resource)

    assert (job.state, job.attempts, job.last_error) == ("failed", 1, "Never.")


def test_patience_asked_for_holds_for_every_job_and_is_no_failure(archive, resource):
    archive.save = ArchiveBusy(600)
    other = ResourceFactory(url="https://harbour.example.org/other")

    job = work(resource)
    later = work(other)

    assert (job.state, job.attempts, job.last_error) == ("queued", 0, "")
    assert later.attempts == 0
    assert len(archive.asked) == 1  # the second did not even ask
    assert later.run_after - timezone.now() > timedelta(seconds=590)


def test_only_a_few_copies_are_made_at_once(archive):
    for number in range(4):
        job = work(ResourceFactory(url=f"https://harbour.example.org/{number}"))

    assert [name for name, _url in archive.asked] == ["save"] * 3
    assert job.step == "waiting for other copies at the Internet Archive"


def test_one_at_a_time_whatever_they_are_about(archive, resource):
    for one in (resource, ResourceFactory(url="https://harbour.example.org/other")):
        elsewhere.ask_after_capture(one)

    assert ledger.lease("capture") is not None
    assert ledger.lease("capture") is None


# --- what is asked for, and what never is


def test_off_by_default_nothing_is_asked(archive, resource, settings):
    settings.ARCHIVE_ORG = "off"
    elsewhere.ask_after_capture(resource)
    jobs.enqueue("archive", key=resource.chain, resource=resource.pk)  # left over from when it was on

    job = work()

    assert (Job.objects.count(), job.state, archive.asked) == (1, "done", [])


def test_a_source_of_a_confidential_claim_is_told_to_nobody(archive, resource):
    EvidenceFactory(resource=resource, claim=ClaimFactory(confidential=True))
    EvidenceFactory(resource=resource)

    elsewhere.ask_after_capture(resource)

    assert not Job.objects.exists()


def test_a_source_that_became_confidential_while_it_waited_is_told_to_nobody(archive, resource):
    elsewhere.ask_after_capture(resource)
    EvidenceFactory(resource=resource, withheld=True, withheld_reason="A person's safety.")

    job = work()

    assert (job.state, archive.asked) == ("done", [])
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [(None, ""), ("https://web.archive.org/web/2024/x", "web.archive.org"), ("https://archive.org/x", "archive.org")],
)
def test_an_uploaded_file_and_a_copy_are_not_asked_for(archive, url, host):
    elsewhere.ask_after_capture(ResourceFactory(url=url, host=host, title="A file"))

    assert not Job.objects.exists()


def test_a_copy_of_these_days_is_enough(archive, resource):
    resource.archived_url, resource.archived_at = "https://web.archive.org/web/1/x", timezone.now() - timedelta(days=29)
    elsewhere.ask_after_capture(resource)
    assert not Job.objects.exists()

    resource.archived_at -= timedelta(days=2)
    elsewhere.ask_after_capture(resource)
    assert Job.objects.get().kind == "archive"


# --- beside a capture


@pytest.mark.parametrize("trouble", [ArchiveFailed("It broke."), ArchiveRefused("Never."), RuntimeError("a bug")])
def test_a_capture_stands_whatever_becomes_of_its_copy_elsewhere(archive, site, trouble):  # noqa: F811
    archive.save = trouble
    resource = ResourceFactory(url=site.put("/report", html("Twelve ships came.")))
    capture.request_capture(resource, claim_id=None, by=PersonFactory())

    while work_off():
        pass

    states = dict(Job.objects.values_list("kind", "state"))
    assert resource.snapshots.count() == 1
    assert states["capture"] == "done"
    assert states["archive"] in {"queued", "failed"}
