"""Captured copies in an object store, by the environment alone: a local S3 that speaks the protocol."""

import hashlib
import runpy
import subprocess
import sys

import boto3
import pytest
from django.db import transaction
from django.urls import reverse

from claims.errors import BlobDamaged
from claims.evidence import blobs, scrub
from claims.models import Blob, Event
from claims.workflow import edit_parts
from factcheck import probes
from tests.claims.evidence.test_blobs import Watched, at_once, enter, forget_checks
from tests.claims.evidence.test_capture import REPORT, capture_now
from tests.claims.evidence.test_warc import BODY
from tests.claims.workflow.desk import hire, in_research
from tests.conftest import PROJECT

SERVER = """
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
time.sleep(3600)
"""
SHA256 = hashlib.sha256(BODY).hexdigest()
ENVIRONMENT = {
    "EVIDENCE_S3_BUCKET": "evidence",
    "EVIDENCE_S3_PREFIX": "desk",
    "EVIDENCE_S3_REGION": "us-east-1",
    "EVIDENCE_S3_ACCESS_KEY": "testing",
    "EVIDENCE_S3_SECRET_KEY": "testing",
}


@pytest.fixture(scope="module")
def endpoint():
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    server.kill()
    server.communicate()


@pytest.fixture
def bucket(endpoint, settings, monkeypatch):
    """An empty bucket in which the evidence storage lies, as the environment says."""
    for name, value in (ENVIRONMENT | {"EVIDENCE_S3_ENDPOINT": endpoint}).items():
        monkeypatch.setenv(name, value)
    as_started = runpy.run_path(str(PROJECT / "factcheck" / "settings.py"))
    settings.STORAGES = settings.STORAGES | {"evidence": as_started["STORAGES"]["evidence"]}
    s3 = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="us-east-1",
    )
    bucket = s3.Bucket("evidence")
    bucket.create()
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def keys(bucket):
    return sorted(found.key for found in bucket.objects.all())


def place(sha256):
    return f"desk/{blobs.blob_key(sha256)}"


def test_files_are_the_default(monkeypatch):
    monkeypatch.delenv("EVIDENCE_S3_BUCKET", raising=False)

    backend = runpy.run_path(str(PROJECT / "factcheck" / "settings.py"))["STORAGES"]["evidence"]["BACKEND"]

    assert backend == "django.core.files.storage.FileSystemStorage"


def test_the_same_bytes_are_kept_once_under_their_hash(bucket):
    stored = blobs.store_blob(BODY, "body")
    written = bucket.Object(place(SHA256)).last_modified
    blobs.store_blob(BODY, "body")

    assert stored == blobs.Stored(SHA256, "body", len(BODY), blobs.blob_key(SHA256))
    assert keys(bucket) == [place(SHA256)]
    assert bucket.Object(place(SHA256)).last_modified == written
    assert blobs.read_blob(SHA256) == BODY


def test_a_flipped_or_missing_copy_is_noticed_on_reading_and_healed_by_storing_again(bucket):
    blobs.store_blob(BODY, "body")
    bucket.put_object(Key=place(SHA256), Body=BODY.replace(b"1998", b"1989"))

    with pytest.raises(BlobDamaged) as damaged:
        blobs.read_blob(SHA256)
    blobs.store_blob(BODY, "body")

    assert (damaged.value.code, blobs.read_blob(SHA256)) == ("damaged", BODY)
    bucket.Object(place(SHA256)).delete()
    with pytest.raises(BlobDamaged) as missing:
        blobs.read_blob(SHA256)
    assert missing.value.code == "missing"
    blobs.store_blob(BODY, "body")
    assert (keys(bucket), blobs.read_blob(SHA256)) == ([place(SHA256)], BODY)


@pytest.mark.django_db
def test_scrubbing_finds_what_was_spoilt_or_lost(bucket):
    flipped, lost, whole = (blobs.store_blob(data, "body") for data in (b"flipped", b"lost", b"whole"))
    enter(flipped, lost, whole)
    bucket.put_object(Key=place(flipped.sha256), Body=b"fl1pped")
    bucket.Object(place(lost.sha256)).delete()

    scrub.scrub(Watched())

    found = dict(Blob.objects.values_list("pk", "damage"))
    assert found == {flipped.sha256: "damaged", lost.sha256: "missing", whole.sha256: ""}
    blobs.store_blob(b"lost", "body")
    forget_checks()
    scrub.scrub(Watched())
    assert Blob.objects.get(pk=lost.sha256).damage == ""


@pytest.mark.django_db
def test_only_what_no_row_refers_to_is_cleared_away(bucket):
    kept, orphan = blobs.store_blob(b"kept", "body"), blobs.store_blob(b"orphan", "body")
    found = blobs.store_blob(b"orphan", "body")
    enter(kept)
    bucket.put_object(Key="desk/sha256/README", Body=b"not ours")

    scrub.collect_garbage(Watched())
    assert place(orphan.sha256) in keys(bucket)  # a capture may be at work: nothing of today is touched
    at_once()

    assert keys(bucket) == sorted(["desk/sha256/README", place(kept.sha256)])
    with pytest.raises(BlobDamaged, match="cleared away"), transaction.atomic():
        blobs.enter_blobs([found])


@pytest.mark.django_db
def test_a_capture_is_kept_referred_to_and_given_out_again(bucket, site, client):
    people = hire()
    resource = edit_parts.find_resource(site.put("/report", REPORT))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    capture_now(resource)
    capture_now(resource)

    again, first = resource.snapshots.all()
    client.force_login(people.author)
    answer = client.get(reverse("claims:snapshot-wacz", args=[evidence.pk, first.pk]))

    assert hashlib.sha256(answer.content).hexdigest() == first.wacz_id == again.wacz_id
    assert len(keys(bucket)) == Blob.objects.count() == 4
    bucket.Object(place(first.wacz_id)).delete()
    refused = client.get(reverse("claims:snapshot-wacz", args=[evidence.pk, first.pk]))
    assert b"missing from the evidence storage" in refused.content
    assert Event.objects.filter(action="copy_damaged").count() == 1


def test_readiness_is_that_of_the_store(bucket):
    probes.storage_answers()

    assert keys(bucket) == []
