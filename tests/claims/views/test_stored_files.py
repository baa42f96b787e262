import errno
import html as html_escapes
import os
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from claims.evidence import blobs, upload
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Claim, Evidence, Job
from claims.views.stored_files import content_disposition, file_name
from claims.workflow import edit_parts
from tests.claims.web.pdfs import pdf
from tests.claims.web.pixels import gif, jpeg, png, webp
from tests.claims.workflow.desk import in_research
from tests.factories import EvidenceFactory, ResourceFactory, SnapshotFactory
from tests.outside.site import html

HOSTILE = b"<html><script>alert(1)</script>"
BROWSER = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return client


@pytest.fixture
def evidence(people):
    return EvidenceFactory(claim=in_research(people), resource=ResourceFactory(title="The log"), number=9)


def address(name, evidence, *args):
    return reverse(f"claims:{name}", args=[evidence.pk, *args])


def reader(client, evidence, query=""):
    response = client.get(address("evidence-reader", evidence) + query)
    assert response.status_code == 200
    return response.content.decode()


def in_words(markup):
    return " ".join(html_escapes.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def kept(evidence, data, mime, **fields):
    stored = blobs.store_blob(data, "body")
    blobs.enter_blobs([stored])
    return SnapshotFactory(resource=evidence.resource, body_id=stored.sha256, sha256=stored.sha256, mime=mime, **fields)


# --- names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("pier.png", "pier-1200.png"),
        ("The harbour's log, part 2", "The-harbour's-log,-part-2-1200.png"),
        ("سجل الميناء", "سجل-الميناء-1200.png"),
        ("Журнал порта.PDF", "Журнал-порта-1200.png"),
        ('a/b\\c:"d"\r\nSet-Cookie: x', "a-b-c-d-Set-Cookie-x-1200.png"),
        ("../../etc/passwd", "etc-passwd-1200.png"),
        ("gnp\u202e.exe", "gnp-.exe-1200.png"),
        (" ... ", "source-1200.png"),
        ("long " * 100, "-".join(["long"] * 16) + "-1200.png"),
    ],
)
def test_a_file_is_named_after_its_source_in_its_own_letters(title, name):
    assert file_name(title, "png", "1200") == name


def test_the_name_is_sent_in_full_and_in_letters_every_program_reads():
    assert content_disposition("attachment", "Журнал-1200.warc.gz") == (
        "attachment; filename=\"1200.warc.gz\"; filename*=UTF-8''%D0%96%D1%83%D1%80%D0%BD%D0%B0%D0%BB-1200.warc.gz"
    )
    assert content_disposition("inline", "журнал.png").startswith('inline; filename="source.png"; ')


def test_an_uploaded_picture_is_downloaded_under_its_name_with_one_ending(author, people):
    evidence = upload.add_upload(in_research(people).pk, by=people.author, name="пирс.png", data=png())
    at = timezone.localtime(evidence.pinned.captured_at, UTC)

    header = author.get(address("snapshot-body", evidence, evidence.pinned_id))["Content-Disposition"]

    assert header.startswith('attachment; filename="')
    assert header.endswith(f"filename*=UTF-8''%D0%BF%D0%B8%D1%80%D1%81-{datetime.strftime(at, '%Y%m%d-%H%M')}.png")


# --- looked at


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (gif(), "image/gif"),
        (webp(), "image/webp"),
        (pdf("Twelve ships."), "application/pdf"),
    ],
)
def test_pictures_and_pdfs_are_looked_at_where_nothing_in_them_can_run(author, evidence, data, mime):
    copy = kept(evidence, data, mime)

    response = author.get(address("snapshot-original", evidence, copy.pk))

    assert (response.content, response["Content-Type"]) == (data, mime)
    assert response["Content-Disposition"].startswith("inline; filename=")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "text/plain", "image/png", "application/pdf"])
@pytest.mark.parametrize(
    "data",
    [HOSTILE, b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"Twelve.", png()[:-4], b"\n" + HOSTILE],
)
def test_anything_else_is_never_shown_whatever_it_is_called(author, evidence, data, mime):
    copy = kept(evidence, data, mime)

    assert author.get(address("snapshot-original", evidence, copy.pk)).status_code == 404
    download = author.get(address("snapshot-body", evidence, copy.pk))
    assert (download.content, download["Content-Type"]) == (data, "application/octet-stream")


def test_a_picture_too_large_for_a_browser_is_only_downloaded(author, evidence):
    copy = kept(evidence, png(3, 2, says=(60_000, 60_000)), "image/png")

    assert author.get(address("snapshot-original", evidence, copy.pk)).status_code == 404


def test_the_reader_shows_a_picture_and_leads_to_a_pdf(author, evidence):
    picture = kept(evidence, png(), "image/png", body_text="")
    file = kept(evidence, pdf("Twelve ships."), "application/pdf", body_text="Twelve ships.")
    page = kept(evidence, HOSTILE, "text/html")

    shown = {one.pk: reader(author, evidence, f"?snapshot={one.pk}") for one in (picture, file, page)}

    assert (
        f'<img class="max-w-full h-auto mx-auto" src="{address("snapshot-original", evidence, picture.pk)}"'
        in (shown[picture.pk])
    )
    assert f'href="{address("snapshot-original", evidence, file.pk)}"' in shown[file.pk]
    assert "Look at the PDF" in shown[file.pk]
    assert f"/copies/{page.pk}/original/" not in shown[page.pk]


def test_a_passage_leads_to_its_page_of_the_pdf(author, people, evidence):
    text = "First page\nTwelve ships came."
    copy = kept(evidence, pdf("First page", "Twelve ships came."), "application/pdf", body_text=text, pages=[0, 11])
    place = {"prefix": "", "suffix": "", "start": 11, "page": 2}
    edit_parts.add_quote(evidence.pk, by=people.author, snapshot=copy, exact="Twelve ships", **place)

    assert f'href="{address("snapshot-original", evidence, copy.pk)}#page=2"' in reader(author, evidence)


@pytest.mark.parametrize(
    ("mime", "words"),
    [
        ("text/html", ": web page, shown as plain text"),
        ("application/pdf", ": PDF, shown as plain text"),
        ("text/plain", ": plain text"),
        ("application/json", ": application/json, shown as plain text"),
        ("", ": file, shown as plain text"),
    ],
)
def test_the_caption_says_what_kind_of_file_is_kept(author, evidence, mime, words):
    kept(evidence, b"Twelve ships.", mime)

    caption = re.search(r'<p class="meta mb-4">(.*?)</p>', reader(author, evidence), re.DOTALL)[1]
    assert in_words(caption).endswith(words)


def test_an_upload_to_a_full_disk_is_refused_in_words(author, evidence, monkeypatch):
    def refuse(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    file = SimpleUploadedFile("log.txt", b"Twelve ships came on a full disk.")

    response = author.post(address("snapshot-upload", evidence), {"file": file})

    assert response.status_code == 422
    assert "The disk that keeps copies is full: nothing was kept." in response.content.decode()


def test_a_lost_original_is_told(author, evidence):
    copy = kept(evidence, png(), "image/png")
    blobs.evidence_storage().delete(blobs.blob_key(copy.body_id))

    response = author.get(address("snapshot-original", evidence, copy.pk))

    assert response.status_code == 422
    assert "missing from the evidence storage" in response.content.decode()
    assert Blob.objects.get(pk=copy.body_id).damage == "missing"


def test_originals_of_other_sources_and_of_confidential_claims_do_not_exist(client, author, people, evidence):
    copy, other = kept(evidence, png(), "image/png"), SnapshotFactory()

    assert author.get(address("snapshot-original", evidence, other.pk)).status_code == 404
    Claim.objects.filter(pk=evidence.claim_id).update(confidential=True)
    client.force_login(people.auditor)
    assert client.get(address("snapshot-original", evidence, copy.pk)).status_code == 404


# --- looks without a copy


def test_a_look_answered_not_modified_says_that_no_passage_was_looked_for(author, evidence):
    kept(evidence, HOSTILE, "text/html", http_status=200)
    plain = in_words(reader(author, evidence))
    kept(evidence, HOSTILE, "text/html", http_status=304, body_text="The text of the copy before.")

    said = in_words(reader(author, evidence))

    assert "304" not in plain
    assert (
        "Not modified (304): the site was asked only whether it changed, and said no. No passage was looked for."
        in said
    )
    assert "The text is that of the copy before; no passage was looked for." in said


# --- an upload is read in the background


def test_an_upload_is_answered_at_once_and_read_by_a_job_the_reader_follows(author, people):
    claim = in_research(people)
    data = {"title": "", "stance": "refutes", "kind": "primary", "origin": ""}
    file = SimpleUploadedFile("log.html", html("Twelve ships came.").encode())

    author.post(reverse("claims:evidence-upload", args=[claim.pk]), data | {"file": file})
    evidence = Evidence.objects.get(claim=claim)
    status = address("evidence-status", evidence)
    waiting, card = reader(author, evidence), author.get(reverse("claims:claim-detail", args=[claim.pk]))
    job = ledger.lease("default")
    job.progress("reading its text", 2, 3)
    running = author.get(status + "?reader", **BROWSER).content.decode()
    Job.objects.update(state="queued", token=None, lease_until=None, attempts=0)
    run(ledger.lease("default"))
    done = author.get(status + "?reader", **BROWSER)

    assert f'hx-get="{status}?reader"' in waiting
    assert "for the uploaded file to be read" in in_words(waiting)
    assert "for the uploaded file to be read" in in_words(card.content.decode())
    assert "Reading the uploaded file: reading its text" in in_words(running)
    assert (done.status_code, done["HX-Refresh"]) == (286, "true")
    assert "Twelve ships came." in in_words(reader(author, evidence))


def test_a_file_that_could_not_be_read_says_why_and_is_tried_again_on_demand(author, people):
    evidence = upload.add_upload(in_research(people).pk, by=people.author, name="a.txt", data=b"Twelve.", later=True)
    key = blobs.blob_key(Blob.objects.get().sha256)
    blobs.evidence_storage().delete(key)
    run(ledger.lease("default"))

    failed = reader(author, evidence)
    blobs.store_blob(b"Twelve.", "upload")
    plain = author.post(address("upload-retry", evidence))
    part = author.post(address("upload-retry", evidence), **BROWSER)
    run(ledger.lease("default"))

    assert "Reading the uploaded file failed in attempt 1 of 3: The stored copy is missing" in in_words(failed)
    assert f'action="{address("upload-retry", evidence)}"' in failed
    assert (plain.url, part.status_code) == (address("evidence-reader", evidence), 200)
    assert "for the uploaded file to be read" in in_words(part.content.decode())
    evidence.refresh_from_db()
    assert evidence.pinned.body_text == "Twelve."


def test_only_who_handed_a_file_in_or_researches_has_it_read_again(client, people):
    evidence = upload.add_upload(in_research(people).pk, by=people.author, name="a.txt", data=b"Twelve.", later=True)
    Job.objects.update(state="failed", finished_at=timezone.now())

    def job():
        return Job.objects.get(kind="read_upload")

    answers = []
    for person in (people.auditor, people.contributor, people.editor):
        client.force_login(person)
        answers.append((client.post(address("upload-retry", evidence)).status_code, job().state))

    assert answers == [(422, "failed"), (422, "failed"), (302, "queued")]


def test_where_no_file_waits_none_is_read_again(author, evidence):
    response = author.post(address("upload-retry", evidence))

    assert response.status_code == 422
    assert "No file of this source waits to be read." in in_words(response.content.decode())


def test_a_file_whose_reading_was_stopped_is_not_offered_as_a_page_to_capture(author, people):
    evidence = upload.add_upload(in_research(people).pk, by=people.author, name="a.txt", data=b"Twelve.", later=True)
    Job.objects.update(state="cancelled", finished_at=timezone.now())

    for markup in (reader(author, evidence), author.get(address("evidence-status", evidence)).content.decode()):
        assert address("capture-retry", evidence) not in markup


def test_the_file_a_person_handed_in_goes_before_the_capture_that_fails(author, people):
    resource = ResourceFactory(url="https://harbour.example.org/log", host="harbour.example.org")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    Job.objects.update(last_error="The site answered 503.", attempts=1)

    author.post(address("snapshot-upload", evidence), {"file": SimpleUploadedFile("log.txt", b"Twelve ships came.")})

    for markup in (reader(author, evidence), author.get(f"/claims/{evidence.claim_id}/").content.decode()):
        assert "for the uploaded file to be read" in in_words(markup)
        assert "503" not in markup
