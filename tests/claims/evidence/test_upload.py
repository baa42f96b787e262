import io
import time
import zipfile

import pytest
from django.utils import timezone

from claims import jobs
from claims.evidence import blobs, upload
from claims.intake.article import About, add_text
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Event, Evidence, Job, Refusal, Resource, Snapshot
from claims.workflow.apply import Refused
from claims.workflow.preflight_list import evidence_is_enough, lacks_copy, shared_origins
from claims.workflow.revisions import evidence_rows
from tests.claims.web.pixels import gif, jpeg, png
from tests.claims.workflow.desk import in_preflight, in_research
from tests.factories import EvidenceFactory, ResourceFactory, SnapshotFactory
from tests.outside.site import html


def docx(*paragraphs):
    import docx

    document, out = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def pdf(text):
    """The smallest PDF with one line of text."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table, len(out),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "mime", "text"),
    [
        ("a.pdf", pdf("Twelve ships came."), "application/pdf", "Twelve ships came."),
        ("a.html", html("Twelve ships came.").encode(), "text/html", "Harbour report\nTwelve ships came."),
        ("a.htm", b"<p>Twelve ships came.", "text/html", "Twelve ships came."),
        ("a.txt", "Zwölf Schiffe".encode(), "text/plain", "Zwölf Schiffe"),
        ("a.txt", "Zwölf Schiffe".encode("utf-16"), "text/plain", "Zwölf Schiffe"),
        ("a.svg", b"Twelve ships came.", "text/plain", "Twelve ships came."),
        ("a.docx", docx("Twelve ships came."), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Twelve ships came."),
    ],
)  # fmt: skip
def test_file_becomes_evidence_with_its_text(people, name, data, mime, text):
    claim = in_research(people)

    evidence = upload.add_upload(claim.pk, by=people.author, name=name, data=data, title="Log book", stance="supports")

    snapshot = evidence.pinned
    assert (str(evidence.resource), evidence.resource.url, evidence.stance) == ("Log book", None, "supports")
    assert (snapshot.kind, snapshot.mime, snapshot.body_text) == ("uploaded", mime, text)
    assert (snapshot.captured_by, blobs.read_blob(snapshot.body_id)) == (people.author, data)


@pytest.mark.parametrize(("data", "mime"), [(png(), "image/png"), (jpeg(), "image/jpeg")])
def test_image_is_kept_and_says_that_it_has_no_text(people, data, mime):
    claim = in_research(people)

    evidence = upload.add_upload(claim.pk, by=people.author, name="pier.png", data=data)

    assert (evidence.pinned.mime, evidence.pinned.body_text) == (mime, "")
    assert "holds no text" in evidence.pinned.problem
    assert evidence.resource.title == "pier.png"


def test_upload_is_on_the_records_of_its_source_and_of_its_claim(people):
    claim = in_research(people)

    evidence = upload.add_upload(claim.pk, by=people.author, name="C:\\desk\\log\u202e.txt", data=b"Twelve ships.")

    event = Event.objects.get(chain=evidence.resource.chain)
    assert (event.action, event.actor_ref, event.details["file"]) == ("upload", people.author.ref, "log.txt")
    assert event.details["sha256"] == evidence.pinned.sha256
    assert Event.objects.filter(chain=claim.chain, action="add_evidence").exists()


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.txt", b"", "The file is empty"),
        ("a.txt", b"x" * (20 * 1024 * 1024 + 1), "at most 20 MB"),
        ("a.pdf", zipped(), "not kept"),
        ("a.txt", b"MZ\x90\x00\x03", "not kept"),
        ("a.txt", b"{\\rtf1 twelve ships}", "not kept"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "not kept"),
        ("a.txt", bytes(range(1, 256)) * 8, "not kept"),
        ("a.html", b"<html>" + bytes(range(1, 32)) * 8, "not kept"),
        ("a.gif", gif(), "not kept"),
        ("a.png", png()[:-3], "damaged or not whole"),
        ("a.png", b"\x89PNG\r\n\x1a\n and no more", "damaged or not whole"),
        ("a.jpg", jpeg()[:-2], "damaged or not whole"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG is not kept"),
        ("a.png", b"<?xml version='1.0'?><svg onload='x'/>", "SVG is not kept"),
        ("a.html", b"<!-- a page? --><svg onload='x'/>", "SVG is not kept"),
    ],
)
def test_file_that_is_not_kept_is_refused_by_its_bytes(people, name, data, sentence):
    claim = in_research(people)

    with pytest.raises(Refused, match=sentence):
        upload.add_upload(claim.pk, by=people.author, name=name, data=data)

    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("who", "words"), [("auditor", "As an auditor you read claims"), ("administrator", "its people change claims")]
)
def test_who_only_reads_uploads_nothing(people, who, words):
    claim = in_research(people)

    with pytest.raises(Refused, match=words):
        upload.add_upload(claim.pk, by=getattr(people, who), name="a.txt", data=b"Twelve ships.")

    assert Refusal.objects.get(claim=claim).person == getattr(people, who)
    assert not Resource.objects.exists()


def test_nothing_is_uploaded_while_the_claim_is_in_preflight(people):
    claim = in_preflight(people)

    with pytest.raises(Refused, match="You cannot change this claim"):
        upload.add_upload(claim.pk, by=people.author, name="a.txt", data=b"Twelve ships.")


def test_claim_that_is_not_there_takes_no_upload(people):
    with pytest.raises(Refused, match="does not exist"):
        upload.add_upload(987654, by=people.author, name="a.txt", data=b"Twelve ships.")


def test_refusal_inside_leaves_nothing_behind_and_is_recorded(people, monkeypatch):
    claim = in_research(people)

    def refuse(*_args, **_fields):
        raise Refused("No.", "no")

    monkeypatch.setattr(upload.edit_parts, "add_evidence", refuse)
    with pytest.raises(Refused):
        upload.add_upload(claim.pk, by=people.author, name="a.txt", data=b"Twelve ships.")

    assert not Snapshot.objects.exists()
    assert Refusal.objects.get().reason == "No."


# --- in the place of a capture


def test_uploaded_copy_is_what_the_evidence_rests_on(people):
    evidence = EvidenceFactory(claim=in_research(people), resource=ResourceFactory(title=""))
    EvidenceFactory(resource=evidence.resource)  # of another claim, which rests on no copy yet

    upload.upload_copy(
        evidence.resource_id, by=people.author, name="page.pdf", data=pdf("Twelve ships."), evidence_id=evidence.pk
    )

    evidence.refresh_from_db()
    assert (evidence.pinned.kind, evidence.pinned.body_text) == ("uploaded", "Twelve ships.")
    assert Job.objects.filter(kind="pin").exists()


def test_a_file_that_cannot_be_read_never_displaces_a_copy_that_can(people):
    first = SnapshotFactory()
    evidence = EvidenceFactory(claim=in_research(people), resource=first.resource, pinned=first)
    new = {"by": people.author, "evidence_id": evidence.pk}

    upload.upload_copy(evidence.resource_id, name="broken.pdf", data=b"%PDF-1.4\nbroken", **new)
    evidence.refresh_from_db()
    assert evidence.pinned == first
    upload.upload_copy(evidence.resource_id, name="pier.png", data=png(), **new)
    evidence.refresh_from_db()
    assert evidence.pinned.mime == "image/png"


def test_uploaded_copy_stands_in_the_row_of_copies(people):
    before = SnapshotFactory()

    upload.upload_copy(before.resource_id, by=people.author, name="a.txt", data=b"Twelve ships.")

    assert before.resource.snapshots.first().previous_sha256 == before.sha256


def test_copy_is_uploaded_only_by_who_may_and_for_its_own_source(people):
    resource, other = ResourceFactory(), EvidenceFactory(claim=in_research(people))

    with pytest.raises(Refused, match="not add to it"):
        upload.upload_copy(resource.pk, by=people.auditor, name="a.txt", data=b"Twelve.")
    with pytest.raises(Refused, match="not add to it"):
        upload.upload_copy(resource.pk, by=people.author, name="a.txt", data=b"Twelve.", evidence_id=other.pk)


# --- read in the background


def test_text_of_a_file_is_read_by_a_job(people):
    claim = in_research(people)

    evidence = upload.add_upload(
        claim.pk, by=people.author, name="a.html", data=html("Twelve ships came.").encode(), later=True
    )
    before = (str(evidence.resource), evidence.pinned, Snapshot.objects.count())
    run(ledger.lease("default"))

    evidence = Evidence.objects.get()
    assert before == ("a.html", None, 0)
    assert str(evidence.resource) == "Harbour report"  # as the page calls itself
    assert evidence.pinned.body_text == "Harbour report\nTwelve ships came."
    assert (evidence.pinned.kind, evidence.pinned.captured_by) == ("uploaded", people.author)
    event = Event.objects.get(chain=evidence.resource.chain, action="upload")
    assert (event.actor_ref, event.details["file"]) == (people.author.ref, "a.html")


def test_the_name_a_person_gave_stays_when_the_file_is_read(people):
    claim = in_research(people)
    data = html("Twelve ships came.").encode()

    upload.add_upload(claim.pk, by=people.author, name="a.html", data=data, title="Log book", later=True)
    run(ledger.lease("default"))

    assert str(Evidence.objects.get().resource) == "Log book"


def test_a_file_waiting_to_be_read_is_never_cleared_away(people):
    claim = in_research(people)

    upload.add_upload(claim.pk, by=people.author, name="a.txt", data=b"Twelve ships.", later=True)

    assert Blob.objects.get().kind == "upload"


def test_a_claim_sent_for_review_meanwhile_keeps_what_it_rested_on_and_the_file_is_kept(people):
    claim = in_preflight(people)
    evidence = claim.evidence.first()
    resource, pinned = evidence.resource, evidence.pinned_id
    place = {"resource": resource.pk, "evidence": evidence.pk, "is_named": True}
    stored = blobs.store_blob(b"Twelve ships.", "upload")
    file = {"name": "a.txt", "mime": "text/plain", "sha256": stored.sha256, "size": stored.size}
    jobs.enqueue("read_upload", key=resource.chain, by=people.author, priority=0, file=file, **place)
    run(ledger.lease("default"))

    evidence.refresh_from_db()
    assert evidence.pinned_id == pinned
    assert resource.snapshots.filter(kind="uploaded", body_text="Twelve ships.").exists()


def test_a_second_file_for_a_source_waits_until_the_first_is_read_and_replaces_one_that_failed(people):
    evidence = EvidenceFactory(claim=in_research(people))

    def send(data):
        by, resource = people.author, evidence.resource_id
        upload.upload_copy(resource, by=by, name="a.txt", data=data, evidence_id=evidence.pk, later=True)

    send(b"Twelve ships.")
    send(b"Twelve ships.")  # a double press
    with pytest.raises(Refused, match="is being read"):
        send(b"Thirteen ships.")
    storage = blobs.evidence_storage()
    storage.delete(blobs.blob_key(Blob.objects.get().sha256))
    run(ledger.lease("default"))
    assert "missing" in Job.objects.get(kind="read_upload").last_error
    send(b"Thirteen ships.")
    Job.objects.update(run_after=timezone.now())
    run(ledger.lease("default"))

    assert [copy.body_text for copy in evidence.resource.snapshots.all()] == ["Thirteen ships."]


def test_a_file_made_to_do_harm_keeps_nobody_waiting_and_ends_in_a_sentence(people, monkeypatch):
    monkeypatch.setattr(upload, "READ_SECONDS", 1)
    claim = in_research(people)
    data = b"<html><title>Slow</title>" + b"<div><p>" * 9_000 + b"<a href=x>word</a> <i>" * 40_000

    began = time.process_time()
    evidence = upload.add_upload(claim.pk, by=people.author, name="a.html", data=data, later=True)
    took = time.process_time() - began
    run(ledger.lease("default"))

    evidence.refresh_from_db()
    assert took < 1
    assert "too much time or memory" in evidence.pinned.problem
    assert blobs.read_blob(evidence.pinned.body_id) == data


def test_a_file_is_never_credited_to_the_publisher_of_an_article_without_an_address(people):
    article = add_text("Twelve ships came on Monday.", About(publisher="Harbour Gazette"), by=people.author)
    assert (article.publisher.name, article.publisher.domain) == ("Harbour Gazette", "")

    uploaded = upload.add_upload(
        in_research(people).pk, by=people.author, name="a.txt", data=b"Log book.", title="", origin="Port office"
    )
    unnamed = add_text("Nine ships came on Tuesday.", About(), by=people.author)

    assert (Resource.objects.get(pk=uploaded.resource_id).publisher, unnamed.publisher) == (None, None)


def test_the_same_file_sent_seven_times_counts_once(people):
    claim = in_research(people)
    for number in range(7):
        upload.add_upload(
            claim.pk, by=people.author, name=f"log-{number}.txt", data=b"Twelve ships.", stance="supports"
        )
    other = upload.add_upload(claim.pk, by=people.author, name="b.txt", data=b"Nine ships.", stance="supports")

    rows = list(evidence_rows(claim))

    assert [[item.number for item in group] for group in shared_origins(rows)] == [[1, 2, 3, 4, 5, 6, 7]]
    (line,) = evidence_is_enough(claim, rows[:7])
    assert "there are 1" in line.sentence
    assert evidence_is_enough(claim, [rows[0], rows[other.number - 1]]) == []


def test_a_file_the_claim_has_already_is_known_by_its_bytes(people):
    claim = in_research(people)
    first = upload.add_upload(claim.pk, by=people.author, name="a.txt", data=b"Twelve ships.")
    again = upload.add_upload(claim.pk, by=people.author, name="b.txt", data=b"Twelve ships.", later=True)
    new = upload.add_upload(claim.pk, by=people.author, name="c.txt", data=b"Nine ships.", later=True)

    assert upload.same_file(again, b"Twelve ships.") == first.number
    assert upload.same_file(new, b"Nine ships.") is None


def test_a_damaged_file_is_no_copy_to_rest_on(people):
    claim = in_research(people)
    upload.add_upload(claim.pk, by=people.author, name="broken.pdf", data=b"%PDF-1.4\nbroken", origin="Port office")
    upload.add_upload(claim.pk, by=people.author, name="pier.png", data=png())

    assert [lacks_copy(item) for item in evidence_rows(claim)] == [True, False]
