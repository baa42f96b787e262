"""Conditional requests: a site's word, believed at every other look at most."""

import gzip
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from claims import jobs
from claims.evidence import blobs, schedule
from claims.evidence.quotes import mark_quote
from claims.models import Event, QuoteCheck, Resource, SourceAlert
from claims.workflow import edit_parts
from tests.claims.evidence.test_capture import REPORT, capture_now, work_all
from tests.claims.workflow.desk import approved, hire, in_cross_check, in_research, in_review
from tests.factories import EvidenceFactory

pytestmark = pytest.mark.django_db
ALTERED = REPORT.replace("twelve ships", "twenty ships")


@pytest.fixture
def evidence(site):
    """A captured, quoted source whose site names its versions, and says 304 whatever it holds."""
    people = hire()
    site.headers["/report"] = {"ETag": '"v1"', "Last-Modified": "Wed, 19 Jun 2024 08:00:00 GMT"}
    resource = edit_parts.find_resource(site.put("/report", REPORT))
    claim = in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=resource)
    work_all()
    snapshot = resource.snapshots.get()
    start = snapshot.body_text.index("twelve ships")
    mark_quote(evidence.pk, by=people.author, snapshot_id=snapshot.pk, start=start, end=start + len("twelve ships"))
    work_all()
    site.says_unchanged.add("/report")
    return evidence


def recheck(resource):
    """One look of the schedule, and what follows from it."""
    Resource.objects.filter(pk=resource.pk).update(look_again_at=timezone.now() - timedelta(minutes=1))
    schedule.plan()
    work_all()


def statuses(resource):
    return [copy.http_status for copy in resource.snapshots.order_by("id")]


def test_a_304_is_a_look_that_saw_no_change_kept_as_such(site, evidence, tmp_path):
    recheck(evidence.resource)

    first, second = evidence.resource.snapshots.order_by("id")
    assert (site.heard[-1]["If-None-Match"], site.heard[-1]["If-Modified-Since"]) == (
        '"v1"', "Wed, 19 Jun 2024 08:00:00 GMT",
    )  # fmt: skip
    assert (second.http_status, second.body, second.wacz, second.previous_sha256) == (
        304,
        first.body,
        first.wacz,
        first.sha256,
    )
    assert (second.body_text, second.title, second.language) == (first.body_text, first.title, first.language)
    record = gzip.decompress(blobs.read_blob(second.warc_id))
    assert b"server-not-modified" in record
    assert b"HTTP/1.0 304" in record
    path = tmp_path / "second.warc.gz"
    path.write_bytes(blobs.read_blob(second.warc_id))
    for tool in (["warcio", "check"], ["fastwarc", "check", "-q"]):
        command = [str(Path(sys.executable).parent / tool[0]), *tool[1:], str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0, tool
    evidence.resource.refresh_from_db()
    assert (evidence.resource.looks, evidence.resource.look_again_at > timezone.now()) == (2, True)
    assert Event.objects.filter(action="capture").latest("id").details["status"] == 304


def test_a_304_looks_for_no_passage(evidence):
    before = QuoteCheck.objects.count()

    recheck(evidence.resource)

    assert QuoteCheck.objects.count() == before


def test_a_passage_is_never_looked_for_in_what_a_304_stands_for(evidence):
    """Nothing was read: it must not count as the second look that makes a finding count."""
    recheck(evidence.resource)

    jobs.enqueue("check_quotes", key=evidence.resource.chain, resource=evidence.resource.pk)
    work_all()

    assert not QuoteCheck.objects.filter(snapshot__http_status=304).exists()


def test_a_site_that_lies_is_found_out_at_the_next_look(site, evidence):
    site.put("/report", ALTERED)

    recheck(evidence.resource)
    assert not SourceAlert.objects.exists()
    recheck(evidence.resource)

    assert statuses(evidence.resource) == [200, 304, 200]
    assert "If-None-Match" not in site.heard[-1]
    assert SourceAlert.objects.get().check_row.state == "altered"
    recheck(evidence.resource)  # what was found altered is looked at whole until somebody closes the alert
    assert statuses(evidence.resource) == [200, 304, 200, 200]


def test_the_next_whole_look_at_an_unchanged_page_refers_to_the_first(evidence):
    recheck(evidence.resource)
    recheck(evidence.resource)

    first, _second, third = evidence.resource.snapshots.order_by("id")
    assert third.wacz == first.wacz
    assert b"identical-payload-digest" in gzip.decompress(blobs.read_blob(third.warc_id))


@pytest.mark.parametrize("near", [in_cross_check, in_review, approved])
def test_where_a_publication_is_near_the_whole_page_is_read(evidence, near):
    EvidenceFactory(claim=near(hire()), resource=evidence.resource, number=90)

    recheck(evidence.resource)

    assert statuses(evidence.resource) == [200, 200]


def test_somebody_who_asks_gets_the_whole_page_also_when_the_schedule_asked_before(evidence):
    capture_now(evidence.resource)
    assert statuses(evidence.resource) == [200, 200]

    Resource.objects.filter(pk=evidence.resource_id).update(look_again_at=timezone.now())
    schedule.plan()
    capture_now(evidence.resource)

    assert statuses(evidence.resource) == [200, 200, 200]


@pytest.mark.parametrize("part", ["body_id", "warc_id", "wacz_id"])
def test_a_copy_that_is_not_whole_cannot_be_confirmed(evidence, part):
    copy = evidence.resource.snapshots.get()
    blobs.evidence_storage().delete(blobs.blob_key(getattr(copy, part)))

    recheck(evidence.resource)

    assert statuses(evidence.resource) == [200, 200]


@pytest.mark.parametrize("etag", ["", "x" * 300, "caf\u00e9"])
def test_a_mark_that_is_none_is_not_sent(site, evidence, etag):
    site.headers["/report"] = {"ETag": etag} if etag else {}
    capture_now(evidence.resource)

    recheck(evidence.resource)

    assert "If-None-Match" not in site.heard[-1]
    assert statuses(evidence.resource) == [200, 200, 200]


def test_a_304_nobody_asked_for_is_no_copy(site, evidence):
    site.put("/report", b"", status=304)

    job = capture_now(evidence.resource)

    assert (job.state, job.error_code, statuses(evidence.resource)) == ("queued", "protocol", [200])
