"""What is said of a copy where it matters: damaged, lost, changed, or there and not relied on."""

import html as html_escapes
import re
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from claims import jobs
from claims.errors import UserFacingError
from claims.evidence import blobs, scrub, upload
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Event, Evidence, Job
from claims.workflow import edit_parts
from claims.workflow.evidence_facts import read_evidence
from claims.workflow.preflight_list import captures_done
from claims.workflow.revisions import evidence_rows
from tests.claims.workflow import desk
from tests.factories import ResourceFactory, SnapshotFactory
from tests.outside.site import html

pytestmark = pytest.mark.django_db

BODY, WARC = b"<p>Twelve ships came.</p>", b"WARC/1.1 and what follows"
DAMAGED = "This copy is not whole: its stored file is damaged or lost, or its text was changed."


@pytest.fixture
def people():
    return desk.hire()


@pytest.fixture
def piece(people):
    """A piece of evidence that rests on a copy whose files are stored."""
    claim = desk.in_research(people)
    copy = kept(ResourceFactory(url=None, title="The log"))
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=copy.resource, stance="supports")
    return edit_parts.pin_snapshot(evidence.pk, copy.pk, by=people.author)


def kept(resource, **fields):
    body, warc = blobs.store_blob(BODY, "body"), blobs.store_blob(WARC, "warc")
    blobs.enter_blobs([body, warc])
    files = {"body_id": body.sha256, "warc_id": warc.sha256, "sha256": body.sha256}
    return SnapshotFactory(resource=resource, **files, **fields)


def spoil(sha256):
    Path(blobs.evidence_storage().path(blobs.blob_key(sha256))).write_bytes(b"spoilt")
    scrub.check_now(sha256)


def put_back(data):
    blobs.store_blob(data, "body")


def in_words(response):
    markup = response.content.decode()
    return " ".join(html_escapes.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def claim_page(client, person, piece):
    client.force_login(person)
    return in_words(client.get(reverse("claims:claim-detail", args=[piece.claim_id])))


def reader(client, person, piece, query=""):
    client.force_login(person)
    return in_words(client.get(reverse("claims:evidence-reader", args=[piece.pk]) + query))


def missing(piece):
    """What preflight asks of the copies, as a step and as the page read them."""
    asked = [captures_done(rows) for rows in (read_evidence(piece.claim), evidence_rows(piece.claim))]
    assert asked[0] == asked[1]
    return [one.sentence for one in asked[0]]


# --- damaged or lost


@pytest.mark.parametrize("part", ["body", "warc"])
def test_a_damaged_copy_is_seen_on_the_card_in_preflight_and_among_the_copies(client, people, piece, part):
    assert (missing(piece), DAMAGED in claim_page(client, people.author, piece)) == ([], False)
    spoil(getattr(piece.pinned, f"{part}_id"))

    wanted = (
        "The stored copy of evidence 1 is damaged or lost, or its text was changed: "
        "capture it again, rest it on another copy, upload one, or waive it with a reason."
    )
    assert missing(piece) == [wanted]
    page = claim_page(client, people.author, piece)
    assert DAMAGED in page
    assert wanted in page
    newer = kept(piece.resource, body_text="Thirteen.") if part == "body" else SnapshotFactory(resource=piece.resource)
    shown = reader(client, people.author, piece, f"?snapshot={newer.pk}")
    assert (
        "The copy this evidence rests on is not whole: its stored file is damaged or lost, or its text was changed."
        in shown
    )
    assert "relied on damaged or lost" in shown
    files = "page or file" if part == "body" else "WARC"
    assert f"missing or damaged ({files})" in reader(client, people.author, piece, f"?snapshot={piece.pinned_id}")


def test_the_line_asked_for_alone_says_it_too(client, people, piece):
    spoil(piece.pinned.body_id)
    client.force_login(people.author)

    assert DAMAGED in in_words(client.get(reverse("claims:evidence-status", args=[piece.pk])))


def test_a_waiver_mends_a_damaged_copy_unless_another_is_whole(client, people, piece):
    with pytest.raises(UserFacingError, match="has a captured copy"):
        edit_parts.waive(piece.pk, "capture", by=people.author, reason="The site is gone.")
    spoil(piece.pinned.body_id)
    whole = SnapshotFactory(resource=piece.resource)
    with pytest.raises(UserFacingError, match="a copy that is whole and can be read: rest it on that one"):
        edit_parts.waive(piece.pk, "capture", by=people.author, reason="The site is gone.")
    Blob.objects.filter(pk=whole.body_id).update(damage="missing")

    edit_parts.waive(piece.pk, "capture", by=people.author, reason="The site is gone.")

    assert missing(piece) == []
    assert "No other is asked for: The site is gone." in claim_page(client, people.author, piece)
    assert f"{DAMAGED} No other is asked for" in reader(client, people.author, piece)


# --- whole again


def test_a_file_put_back_is_known_to_be_whole_when_an_editor_has_it_checked(client, people, piece):
    spoil(piece.pinned.body_id)
    check = reverse("claims:copy-check", args=[piece.pk, piece.pinned_id])
    assert "Check now" not in reader(client, people.author, piece)
    assert client.post(check).status_code == 422
    assert "Check now" in reader(client, people.editor, piece)
    assert "still missing or damaged" in in_words(client.post(check, follow=True))
    put_back(BODY)

    assert "every stored file of this copy is whole" in in_words(client.post(check, follow=True))
    assert missing(piece) == []


def test_reading_a_file_that_proves_whole_clears_its_mark(client, people, piece):
    spoil(piece.pinned.warc_id)
    put_back(WARC)
    client.force_login(people.author)

    assert client.get(reverse("claims:snapshot-warc", args=[piece.pk, piece.pinned_id])).status_code == 200
    assert not Blob.objects.exclude(damage="").exists()


def test_keeping_the_same_bytes_anew_clears_the_mark(people, piece):
    upload.upload_copy(piece.resource_id, by=people.author, name="a.txt", data=b"Twelve.", evidence_id=piece.pk)
    stored = Evidence.objects.get(pk=piece.pk).pinned.body_id
    spoil(stored)
    assert Blob.objects.get(pk=stored).damage == "damaged"

    upload.upload_copy(piece.resource_id, by=people.author, name="a.txt", data=b"Twelve.", evidence_id=piece.pk)

    assert Blob.objects.get(pk=stored).damage == ""


# --- there, and not relied on


def test_a_copy_without_text_is_told_of_with_the_ways_on(client, people):
    claim = desk.in_research(people)
    copy = SnapshotFactory(
        body_text="", mime="text/html", problem="It came empty.", resource__url=None, resource__title="L"
    )
    piece = edit_parts.add_evidence(claim.pk, by=people.author, resource=copy.resource)

    page = claim_page(client, people.author, piece)
    assert "It rests on no copy, though there is one. Web page: It came empty." in page
    assert "No copy yet" not in page
    assert missing(piece) == [
        "Evidence 1 rests on none of its copies: rest it on one, upload another, or waive it with a reason."
    ]
    client.force_login(people.author)
    line = in_words(client.get(reverse("claims:evidence-status", args=[piece.pk])))
    assert "It rests on no copy, though there is one." in line
    edit_parts.waive(piece.pk, "capture", by=people.author, reason="It is a picture.")
    waived = "It rests on none of its copies, and no other is asked for: It is a picture."
    assert waived in claim_page(client, people.author, piece)


def test_a_wall_is_cautioned_against_until_somebody_quotes_from_it(client, people, piece, site):
    wall = ("We value your privacy. We and our partners store cookies.", "Accept all cookies or manage your consent.")
    resource = ResourceFactory(url=site.put("/wall", html(*wall)))
    evidence = edit_parts.add_evidence(piece.claim_id, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    edit_parts.pin_snapshot(evidence.pk, resource.snapshots.get().pk, by=people.author)
    on_card = "This may be a wall, as for consent or payment, and not the page. Look at it"
    listed = "What was captured may be a wall or an error page, and not the page: 2"
    page = claim_page(client, people.author, evidence)
    assert on_card in page
    assert listed in page
    assert [one for one in missing(evidence) if "2" in one] == []

    edit_parts.add_quote(
        evidence.pk, by=people.author, snapshot=resource.snapshots.get(), exact="value", prefix="", suffix="",
        start=resource.snapshots.get().body_text.index("value"),
    )  # fmt: skip

    page = claim_page(client, people.author, evidence)
    assert on_card not in page
    assert listed not in page


def test_a_capture_that_was_stopped_says_by_whom(client, people, piece):
    resource = ResourceFactory(url="https://xn--bcher-kva.example.org/log")
    evidence = edit_parts.add_evidence(piece.claim_id, by=people.author, resource=resource)
    jobs.cancel(Job.objects.get(kind="capture", key=resource.chain).pk, people.author)

    told = f"Stopped by {people.author}."
    page = claim_page(client, people.author, evidence)
    assert told in page
    assert "No copy yet" not in page
    assert "bücher.example.org" in page
    assert told in reader(client, people.author, evidence)
    SnapshotFactory(resource=resource, body_text="", problem="It came empty.")
    assert told not in claim_page(client, people.author, evidence)


def test_an_archive_sent_as_a_page_is_told_by_its_bytes(client, people, piece, site):
    resource = ResourceFactory(url=site.put("/files", b"PK\x03\x04 and what follows", content_type="text/html"))
    evidence = edit_parts.add_evidence(piece.claim_id, by=people.author, resource=resource)
    run(ledger.lease("capture"))

    page = claim_page(client, people.author, evidence)

    assert "It rests on no copy, though there is one. ZIP archive: This kind of file holds no text" in page


def test_an_upload_that_could_not_be_read_is_told_of_where_the_evidence_rests_on_another_copy(client, people, piece):
    told = "The uploaded file could not be read, so this evidence rests on the copy it rested on before."
    assert told not in reader(client, people.author, piece)

    upload.upload_copy(piece.resource_id, by=people.author, name="a.pdf", data=b"%PDF-1.4\nx", evidence_id=piece.pk)

    page = reader(client, people.author, piece)
    assert f"{told} The file is damaged" in page


# --- not what was captured


def test_a_text_that_was_changed_where_it_is_stored_is_told(client, people, piece):
    told = "This text is not what was captured."
    assert told not in reader(client, people.author, piece)
    changed = SnapshotFactory(resource=piece.resource, body_text="999 ships.", body_text_sha256="a" * 64)

    assert told in reader(client, people.author, piece, f"?snapshot={changed.pk}")
    assert told in reader(client, people.author, piece, f"?from={changed.pk}&to={piece.pinned_id}")
    assert told not in reader(client, people.author, piece, f"?snapshot={piece.pinned_id}")


def rewrite(copy, text):
    """As somebody could who stands above the guards of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE claims_snapshot SET body_text = %s WHERE id = %s", [text, copy.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_changed_text_is_found_by_the_check_of_stored_copies_and_told_until_it_is_right_again(client, people, piece):
    text = piece.pinned.body_text
    rewrite(piece.pinned, "999 ships.")
    assert missing(piece) == []

    for _again in range(2):
        scrub.check_now(piece.pinned.body_id)

    (sentence,) = missing(piece)
    assert "or its text was changed" in sentence
    assert DAMAGED in claim_page(client, people.author, piece)
    (told,) = Event.objects.filter(action="copy_damaged")
    assert (told.details["kind"], told.details["snapshot"]) == ("text", piece.pinned_id)
    assert Job.objects.filter(kind="notify", key=f"event/{told.pk}").count() == 1
    whole = kept(piece.resource)
    edit_parts.pin_snapshot(piece.pk, whole.pk, by=people.author)
    assert missing(piece) == []

    rewrite(piece.pinned, text)
    scrub.check_now(piece.pinned.body_id)
    assert Event.objects.filter(action="copy_mended").count() == 1
