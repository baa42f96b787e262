import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import jobs
from claims.evidence import blobs, capture
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Event, Host, Job, Publisher, Resource
from claims.workflow import edit_parts
from tests.claims.workflow.desk import hire, in_preflight, in_research
from tests.conftest import PROJECT
from tests.factories import ClaimFactory, EvidenceFactory, PersonFactory, ResourceFactory
from tests.outside.door import environment
from tests.outside.site import html
from tests.work import work_off

pytestmark = pytest.mark.django_db

RING = """
import django, factcheck.celery
django.setup()
from claims.jobs import bell
assert bell.ring("capture")
"""
REPORT = html("The harbour master counted twelve ships on Monday.", "None of them was late.")


def capture_now(resource):
    capture.request_capture(resource, claim_id=None, by=PersonFactory())
    return run_capture()


def run_capture():
    run(ledger.lease("capture"))
    return Job.objects.filter(kind="capture").latest("id")


def work_all():
    while work_off():
        pass


def test_capture_keeps_what_the_page_said(site):
    resource = ResourceFactory(url=site.put("/report", REPORT), title="")

    job = capture_now(resource)

    snapshot = resource.snapshots.get()
    assert job.state == "done"
    assert snapshot.body_text == (
        "Harbour report\nThe harbour master counted twelve ships on Monday.\nNone of them was late."
    )
    assert (snapshot.http_status, snapshot.final_url, snapshot.kind) == (200, resource.url, "fetched")
    assert blobs.read_blob(snapshot.body_id) == REPORT.encode()
    assert b"WARC/1.1" in gzip.decompress(blobs.read_blob(snapshot.warc_id))
    assert blobs.read_blob(snapshot.wacz_id).startswith(b"PK")


def test_capture_is_on_the_record_of_its_source(site):
    resource = ResourceFactory(url=site.put("/report", REPORT))

    capture_now(resource)

    snapshot, event = resource.snapshots.get(), Event.objects.get(chain=f"resource/{resource.pk}")
    assert (event.action, event.actor_ref) == ("capture", "system")
    assert event.details["sha256"] == snapshot.sha256
    assert event.details["text_sha256"] == snapshot.body_text_sha256
    assert (event.details["url"], event.details["status"]) == (resource.url, 200)


def test_second_capture_names_the_first_and_adds_no_second_body(site):
    resource = ResourceFactory(url=site.put("/report", REPORT))

    capture_now(resource)
    capture_now(resource)

    new, old = resource.snapshots.all()
    assert new.previous_sha256 == old.sha256 == new.sha256
    assert Blob.objects.filter(kind="body").count() == 1


def test_a_page_that_did_not_change_is_kept_as_a_reference_to_its_first_copy(site):
    resource = ResourceFactory(url=site.put("/report", REPORT))
    for _again in range(3):
        capture_now(resource)

    third, second, first = resource.snapshots.all()

    assert third.wacz_id == second.wacz_id == first.wacz_id
    kept = [gzip.decompress(blobs.read_blob(copy.warc_id)) for copy in (first, second, third)]
    assert [b"WARC-Type: revisit" in one for one in kept] == [False, True, True]
    assert [b"harbour master counted" in one for one in kept] == [True, False, False]


def lose(path):
    path.unlink()


def flip(path):
    path.chmod(0o600)
    held = path.read_bytes()
    path.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))


@pytest.mark.parametrize("damage", [lose, flip])
def test_a_page_is_kept_whole_when_its_first_archive_is_damaged_or_it_said_something_new(site, damage):
    resource = ResourceFactory(url=site.put("/report", REPORT))
    capture_now(resource)
    first = resource.snapshots.get()
    damage(Path(blobs.evidence_storage().path(blobs.blob_key(first.wacz_id))))

    capture_now(resource)
    site.put("/report", REPORT.replace("twelve", "twenty"))
    capture_now(resource)

    for copy in resource.snapshots.all():
        assert b"WARC-Type: revisit" not in gzip.decompress(blobs.read_blob(copy.warc_id))


def test_capture_follows_a_redirect_and_keeps_the_last_address(site):
    site.put("/old", "/report", status=301)
    resource = ResourceFactory(url="http://harbour.example.org/old")
    site.put("/report", REPORT)

    capture_now(resource)

    assert resource.snapshots.get().final_url == "http://harbour.example.org/report"
    assert [path for path in site.asked if path != "/robots.txt"] == ["/old", "/report"]


def test_capture_fills_in_what_nobody_said_before(site):
    publisher = Publisher.objects.create(slug="harbour", name="Harbour office", domain="example.org")
    head = '<meta property="article:published_time" content="2024-06-19T08:00:00Z">'
    resource = ResourceFactory(
        url=site.put("/report", html("Twelve ships came.", head=head)), title="", host="harbour.example.org"
    )

    capture_now(resource)

    resource.refresh_from_db()
    assert (resource.title, resource.publisher, str(resource.published_on)) == (
        "Harbour report", publisher, "2024-06-19",
    )  # fmt: skip
    assert (resource.language, resource.date_basis) == ("en", "page metadata")


def test_capture_leaves_what_somebody_said(site):
    resource = ResourceFactory(url=site.put("/report", REPORT), title="As the desk calls it", language="cy")

    capture_now(resource)

    resource.refresh_from_db()
    assert (resource.title, resource.language) == ("As the desk calls it", "cy")


def test_title_of_a_source_stays_while_a_claim_that_cites_it_is_frozen(site):
    claim = in_preflight(hire())
    resource = ResourceFactory(url=site.put("/report", REPORT), title="")
    EvidenceFactory(claim=claim, resource=resource, number=90)

    capture_now(resource)

    resource.refresh_from_db()
    assert (resource.title, resource.language) == ("", "en")


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (403, "failed", "The site answered 403"),
        (404, "failed", "The site answered 404"),
        (418, "failed", "The site answered 418, which is not the page"),
        (429, "queued", "The site answered 429"),
        (503, "queued", "The site answered 503"),
    ],
)
def test_answer_that_is_no_page_is_a_failure_with_a_sentence(site, status, state, words):
    resource = ResourceFactory(url=site.put("/report", REPORT, status=status))

    job = capture_now(resource)

    assert (job.state, job.attempts) == (state, 1)
    assert job.last_error.startswith(words)
    assert not resource.snapshots.exists()


def test_address_that_is_never_dialled_is_refused_once_and_for_all(site):
    resource = ResourceFactory(url="http://192.168.0.7/router")

    job = capture_now(resource)

    assert (job.state, job.error_code) == ("failed", "ip_denied")
    assert "private" in job.last_error
    assert site.asked == []


def test_page_without_text_is_kept_and_says_so(site):
    resource = ResourceFactory(url=site.put("/app", "<html><body><script>draw()</script></body></html>"))

    capture_now(resource)

    snapshot = resource.snapshots.get()
    assert (snapshot.body_text, snapshot.problem != "") == ("", True)
    assert not Job.objects.filter(kind="pin").exists()


def test_source_that_went_away_or_has_no_address_is_left_alone():
    upload = ResourceFactory(url=None)
    jobs.enqueue("capture", resource=upload.pk)
    jobs.enqueue("capture", resource=987654)

    assert work_off() == 2
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_first_copy_is_pinned_where_the_claim_can_still_be_changed(site):
    people = hire()
    claim = in_research(people)
    resource = edit_parts.find_resource(site.put("/report", REPORT))
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=resource)

    work_all()

    evidence.refresh_from_db()
    assert evidence.pinned == resource.snapshots.get()


def test_capture_never_locks_a_claim(site):
    evidence = EvidenceFactory(resource=ResourceFactory(url=site.put("/report", REPORT)))

    with CaptureQueriesContext(connection) as statements:
        capture_now(evidence.resource)

    touched = [row["sql"] for row in statements if "claims_claim" in row["sql"] and "FOR " in row["sql"]]
    assert evidence.resource.snapshots.exists()
    assert touched == []


def test_capture_takes_few_statements_at_first_and_again(site):
    resource = ResourceFactory(url=site.put("/report", REPORT))
    taken = []
    for _time in range(3):
        capture.request_capture(resource, claim_id=None, by=None)
        with CaptureQueriesContext(connection) as statements:
            run(ledger.lease("capture"))
        taken.append(len([row for row in statements if "SAVEPOINT" not in row["sql"]]))
        Host.objects.update(next_at=timezone.now())

    assert resource.snapshots.count() == 3
    assert taken[1:] == [11, 11]  # at first the site's robots.txt is kept too, and the source's record begun
    assert taken[0] <= 14


def test_copy_after_copies_looks_for_the_passages(site):
    people = hire()
    claim = in_research(people)
    resource = edit_parts.find_resource(site.put("/report", REPORT))
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=resource)
    work_all()
    snapshot = resource.snapshots.get()
    start = snapshot.body_text.index("twelve")
    edit_parts.add_quote(
        evidence.pk, by=people.author, snapshot=snapshot, exact="twelve ships", prefix="", suffix="", start=start
    )

    capture_now(resource)

    assert Job.objects.filter(kind="check_quotes", state="queued").exists()


def test_page_speaks_of_captures_under_way_and_of_failures_since_the_last_copy(site):
    done, failed, waiting, healed = (
        ResourceFactory(url=site.put(f"/{name}", REPORT)) for name in ("done", "failed", "waiting", "healed")
    )
    site.put("/failed", "", status=404)
    site.put("/healed", "", status=404)
    for resource in (done, failed, healed):
        capture_now(resource)
    site.put("/healed", REPORT)
    Resource.objects.filter(pk=healed.pk).update(url="http://harbour.example.org/healed?again")
    site.put("/healed?again", REPORT)
    capture_now(Resource.objects.get(pk=healed.pk))
    capture.request_capture(waiting, claim_id=None, by=PersonFactory())

    found = capture.capture_jobs([done.pk, failed.pk, waiting.pk, healed.pk])

    assert {pk: job.state for pk, job in found.items()} == {failed.pk: "failed", waiting.pk: "queued"}


def test_progress_says_how_much_of_a_large_page_has_come():
    told = []

    class Job:
        def progress(self, *words):
            told.append(words)

    capture._tell_bytes(Job(), time.monotonic() + 60, "fetch", 1024, 8192)
    capture._tell_bytes(Job(), 0, "fetch", 2048, 0)
    capture._tell_bytes(Job(), 0, "fetch", 2048, 8192)

    assert told == [("asking the site, 2 kB", 1, 3), ("asking the site, 2 of 8 kB", 1, 3)]


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_real_worker_captures_through_the_test_door(site, process_env, redis_url):
    claim = ClaimFactory()
    resource = ResourceFactory(url=site.put("/report", REPORT))
    capture.request_capture(resource, claim_id=claim.pk, by=PersonFactory())
    env = process_env | environment(site.port, PROJECT) | {"CELERY_BROKER_URL": redis_url}
    command = [sys.executable, "-m", "celery", "-A", "factcheck", "worker", "-Q", "capture,default", "-c", "1"]
    worker = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle"], env=env, cwd=PROJECT, stderr=subprocess.DEVNULL
    )
    try:
        subprocess.run([sys.executable, "-c", RING], env=env, cwd=PROJECT, check=True)
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and not resource.snapshots.exists():
            time.sleep(0.2)
    finally:
        worker.terminate()
        worker.wait(20)

    assert resource.snapshots.get().body_text.startswith("Harbour report")
    assert Job.objects.get(kind="capture").state == "done"
