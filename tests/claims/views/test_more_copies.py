import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims import jobs
from claims.evidence import blobs
from claims.models import Blob, Claim, Job, Snapshot
from claims.workflow import edit_parts
from tests.claims.workflow.desk import in_research
from tests.factories import ResourceFactory, SnapshotFactory

PICTURE = b"\x89PNG\r\n\x1a\n picture"


@pytest.fixture
def evidence(people):
    resource = ResourceFactory(url="https://harbour.example.org/log", host="harbour.example.org")
    return edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource, stance="supports")


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return client


@pytest.fixture
def allowed(settings):
    settings.RENDERED_CAPTURE = settings.RENDERED_WITHOUT_SANDBOX = True
    settings.CHROMIUM = "true"  # a program that is there; nothing here starts it


def address(name, evidence, *args):
    return reverse(f"claims:{name}", args=[evidence.pk, *args])


def reader(client, evidence):
    response = client.get(address("evidence-reader", evidence))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def shown_copy(evidence, **fields):
    """A copy a browser made, with its picture."""
    stored = blobs.store_blob(PICTURE, "screenshot")
    blobs.enter_blobs([stored])
    return SnapshotFactory(
        resource=evidence.resource, kind=Snapshot.Kind.RENDERED, screenshot_id=stored.sha256, pdf=None, **fields
    )


# --- as a browser sees it


def test_switched_off_a_sentence_stands_in_place_of_the_button(author, evidence):
    markup = reader(author, evidence)

    assert "Capturing a page as a browser shows it is switched off here." in markup
    assert address("capture-as-shown", evidence) not in markup


def test_reader_and_card_ask_for_a_copy_as_a_browser_sees_it(author, evidence, allowed):
    form = f'action="{address("capture-as-shown", evidence)}"'
    Job.objects.all().delete()

    assert form in reader(author, evidence)
    assert form in author.get(reverse("claims:claim-detail", args=[evidence.claim_id])).content.decode()
    response = author.post(address("capture-as-shown", evidence))

    job = Job.objects.get(kind="render")
    assert response.url == address("evidence-reader", evidence)
    assert (job.key, job.claim_id, job.priority, job.created_by) == (
        evidence.resource.chain, evidence.claim_id, 1, evidence.added_by,
    )  # fmt: skip


def test_a_card_is_answered_with_its_line(author, evidence, allowed):
    response = author.post(address("capture-as-shown", evidence), HTTP_HX_REQUEST="true")

    assert response.content.decode().strip().startswith(f'<div id="capture-{evidence.pk}"')


def test_where_it_is_off_the_form_is_refused_in_words(author, evidence):
    response = author.post(address("capture-as-shown", evidence))

    assert response.status_code == 422
    assert "is switched off here" in response.content.decode()
    assert not Job.objects.filter(kind="render").exists()


def test_nobody_who_only_reads_asks_for_one(client, people, evidence, allowed):
    client.force_login(people.auditor)

    assert address("capture-as-shown", evidence) not in reader(client, evidence)
    assert client.post(address("capture-as-shown", evidence)).status_code == 422


def test_an_uploaded_file_is_no_address(author, people, allowed):
    resource = ResourceFactory(url=None, host="", title="A file")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)

    assert address("capture-as-shown", evidence) not in reader(author, evidence)
    assert author.post(address("capture-as-shown", evidence)).status_code == 422


def test_what_went_wrong_in_the_browser_is_tried_again_in_the_browser(author, evidence, allowed):
    Job.objects.all().delete()
    jobs.enqueue("render", key=evidence.resource.chain, resource=evidence.resource_id)
    Job.objects.update(state="failed", attempts=3, last_error="The browser broke.", finished_at=timezone.now())

    markup = reader(author, evidence)

    assert "after 3 attempts: The browser broke." in re.sub(r"<[^>]*>", "", markup)
    assert f'hx-post="{address("capture-as-shown", evidence)}"' in markup


def test_picture_of_the_page_is_shown_and_downloaded(author, evidence):
    copy = shown_copy(evidence)

    markup = reader(author, evidence)
    picture = author.get(address("snapshot-picture", evidence, copy.pk))
    file = author.get(address("snapshot-screenshot", evidence, copy.pk))

    assert f'src="{address("snapshot-picture", evidence, copy.pk)}"' in markup
    assert "As a browser showed it on" in markup
    assert (picture.content, picture["Content-Type"]) == (PICTURE, "image/png")
    assert "sandbox" in picture["Content-Security-Policy"]
    assert (file.content, file["Content-Type"]) == (PICTURE, "application/octet-stream")
    assert file["Content-Disposition"].endswith(".png")
    assert author.get(address("snapshot-pdf", evidence, copy.pk)).status_code == 404


def test_copy_without_a_picture_has_none(author, evidence):
    copy = SnapshotFactory(resource=evidence.resource)

    assert "Picture of the page" not in reader(author, evidence)
    assert author.get(address("snapshot-picture", evidence, copy.pk)).status_code == 404


def test_picture_of_another_source_is_not_shown_here(author, people, evidence):
    other = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=ResourceFactory())

    assert author.get(address("snapshot-picture", evidence, shown_copy(other).pk)).status_code == 404


def test_lost_picture_is_told(author, evidence):
    copy = shown_copy(evidence)
    blobs.evidence_storage().delete(blobs.blob_key(copy.screenshot_id))

    assert author.get(address("snapshot-picture", evidence, copy.pk)).status_code == 404
    assert Blob.objects.get(pk=copy.screenshot_id).damage == "missing"


@pytest.mark.parametrize(("name", "method"), [("capture-as-shown", "post"), ("snapshot-picture", "get")])
def test_of_a_confidential_claim_nothing_exists_for_others(client, people, evidence, allowed, name, method):
    copy = shown_copy(evidence)
    Claim.objects.filter(pk=evidence.claim_id).update(confidential=True)
    client.force_login(people.auditor)

    args = [copy.pk] if name == "snapshot-picture" else []
    assert getattr(client, method)(address(name, evidence, *args)).status_code == 404


# --- at the Internet Archive


@pytest.fixture
def archived(evidence):
    evidence.resource.archived_url = "https://web.archive.org/web/20240619080000/https://harbour.example.org/log"
    evidence.resource.archived_at = timezone.now() - timedelta(days=3)
    evidence.resource.save()
    SnapshotFactory(resource=evidence.resource)
    edit_parts.pin_snapshot(evidence.pk, evidence.resource.snapshots.get().pk, by=evidence.added_by)
    return evidence


def test_copy_at_the_internet_archive_is_linked_from_reader_and_card(author, archived):
    link = f'href="{archived.resource.archived_url}" rel="noreferrer noopener"'

    assert link in reader(author, archived)
    assert link in author.get(reverse("claims:claim-detail", args=[archived.claim_id])).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"step": "the Internet Archive is making its copy"}, "Internet Archive: the Internet Archive is making its copy"),
        ({}, "Internet Archive: Waiting"),
        ({"state": "failed", "last_error": "It does not keep pages of this site."}, "It does not keep pages of this site."),
        ({"attempts": 1, "last_error": "It has trouble."}, "It has trouble. Next try:"),
    ],
)  # fmt: skip
def test_reader_says_how_the_copy_at_the_internet_archive_stands(author, evidence, settings, fields, words):
    settings.ARCHIVE_ORG = "save"
    jobs.enqueue("archive", key=evidence.resource.chain, resource=evidence.resource_id)
    Job.objects.filter(kind="archive").update(**fields)

    assert words in " ".join(re.sub(r"<[^>]*>", " ", reader(author, evidence)).split())


def test_switched_off_nothing_is_said_of_the_internet_archive(author, evidence):
    jobs.enqueue("archive", key=evidence.resource.chain, resource=evidence.resource_id)

    assert "Internet Archive" not in reader(author, evidence)
