"""Captures as a browser shows a page: kept, read, watched; and refused in words where there is no browser."""

import gzip
import os
from dataclasses import replace

import pytest
from warcio.archiveiterator import ArchiveIterator

from claims import jobs
from claims.evidence import blobs, capture, rendered, scrub
from claims.evidence.quotes import mark_quote
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Event, Job, SourceAlert
from claims.web import render
from claims.web.render import Rendering
from claims.workflow import edit_parts
from claims.workflow.record import verify
from tests.claims.workflow.desk import hire, in_research
from tests.conftest import PROJECT
from tests.factories import PersonFactory, ResourceFactory, SnapshotFactory
from tests.outside.door import environment
from tests.outside.site import html
from tests.work import work_off

pytestmark = pytest.mark.django_db

SHOWN = Rendering(
    "http://harbour.example.org/report",
    html("Twelve ships came, says the script.").encode(),
    b"\x89PNG\r\n\x1a\n picture",
    b"%PDF-1.7 print",
    (),
    (),
    {"ip_denied": 2},
)


@pytest.fixture
def allowed(settings):
    settings.RENDERED_CAPTURE = settings.RENDERED_WITHOUT_SANDBOX = True
    settings.CHROMIUM = "true"  # a program that is there; no test of these starts it


@pytest.fixture
def browser(allowed, monkeypatch):
    """Shows ``browser.shows``: a Rendering, or an exception to raise."""

    class Browser:
        shows = SHOWN

    def show(page, *_args, **_options):
        if isinstance(Browser.shows, Exception):
            raise Browser.shows
        return replace(Browser.shows, url=page.final_url)

    monkeypatch.setattr(render, "render", show)
    return Browser


def render_now(resource):
    rendered.request_rendering(resource, claim_id=None, by=PersonFactory())
    run(ledger.lease("capture"))
    return Job.objects.filter(kind="render").latest("id")


def test_copy_keeps_the_document_the_pictures_and_the_requests(site, browser):
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))

    job = render_now(resource)

    copy = resource.snapshots.get()
    assert (job.state, copy.kind, copy.http_status) == ("done", "rendered", 200)
    assert "Twelve ships came, says the script." in copy.body_text
    assert blobs.read_blob(copy.body_id) == SHOWN.document
    assert blobs.read_blob(copy.screenshot_id) == SHOWN.screenshot
    assert blobs.read_blob(copy.pdf_id) == SHOWN.pdf
    assert b"Loading ..." in gzip.decompress(blobs.read_blob(copy.warc_id))
    assert blobs.read_blob(copy.wacz_id).startswith(b"PK")
    assert dict(Blob.objects.values_list("kind", "sha256"))["screenshot"] == copy.screenshot_id


def test_copy_is_on_the_record_of_its_source(site, browser):
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))

    render_now(resource)

    copy, event = resource.snapshots.get(), Event.objects.get(chain=resource.chain)
    told = event.details
    assert (event.action, told["kind"], told["refused"]) == ("capture", "rendered", {"ip_denied": 2})
    assert (told["sha256"], told["screenshot_sha256"], told["pdf_sha256"], told["warc_sha256"]) == (
        copy.sha256, copy.screenshot_id, copy.pdf_id, copy.warc_id,
    )  # fmt: skip
    assert not verify().problems


def test_copy_without_pictures_says_so(site, browser):
    browser.shows = replace(SHOWN, screenshot=b"", pdf=b"", notes=("busy", "no_picture", "no_pdf"))
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))

    render_now(resource)

    copy = resource.snapshots.get()
    assert (copy.screenshot, copy.pdf) == (None, None)
    assert copy.problem == (
        "Its scripts did not come to an end and were stopped. No picture of it could be taken."
        " It could not be printed as a PDF."
    )


def test_source_that_was_never_captured_is_watched_from_now_on(site, browser):
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))
    render_now(resource)
    resource.refresh_from_db()
    first = resource.look_again_at

    render_now(resource)

    resource.refresh_from_db()
    assert first is not None
    assert resource.look_again_at == first


# --- when it cannot be made


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        ({"RENDERED_CAPTURE": False}, "Capturing a page as a browser shows it is switched off here."),
        ({"CHROMIUM": "/no/such/browser"}, "There is no Chromium on this machine."),
        ({"RENDERED_WITHOUT_SANDBOX": False}, "The desk runs as root, where Chromium has no sandbox"),
    ],
)
def test_where_there_is_no_browser_a_sentence_says_why(allowed, settings, monkeypatch, off, sentence):
    monkeypatch.setattr(render.os, "geteuid", lambda: 0)
    for name, value in off.items():
        setattr(settings, name, value)
    resource = ResourceFactory()

    with pytest.raises(rendered.RenderingOff) as caught:
        rendered.request_rendering(resource, claim_id=None, by=PersonFactory())

    assert str(caught.value).startswith(sentence)
    assert not Job.objects.exists()


def test_job_left_over_from_when_it_was_on_ends_in_words(site, browser, settings):
    rendered.request_rendering(ResourceFactory(url=site.put("/x", html("x"))), claim_id=None, by=PersonFactory())
    settings.RENDERED_CAPTURE = False

    run(ledger.lease("capture"))

    job = Job.objects.get()
    assert (job.state, job.error_code, site.asked) == ("failed", "off", [])


def test_an_answer_that_is_no_page_is_shown_to_no_browser(site, browser):
    resource = ResourceFactory(url=site.put("/report", "Gone.", status=404))

    job = render_now(resource)

    assert (job.state, job.error_code) == ("failed", "http_4xx")
    assert not resource.snapshots.exists()


def test_page_the_browser_broke_over_is_tried_again_and_nothing_is_kept(site, browser):
    browser.shows = render._failure("broke")
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))

    job = render_now(resource)

    assert (job.state, job.attempts, job.last_error) == ("queued", 1, "The browser broke over this page.")
    assert not resource.snapshots.exists()
    assert capture.capture_jobs([resource.pk]) == {resource.pk: job}


def test_source_without_an_address_is_left_alone(browser):
    resource = ResourceFactory(url=None, title="A file")
    jobs.enqueue("render", key=resource.chain, resource=resource.pk)

    run(ledger.lease("capture"))

    assert Job.objects.get().state == "done"


# --- beside plain copies

BEFORE, SENTENCE = "The harbour master spoke on Monday evening to the press.\n", "He said that twelve ships came in."


@pytest.fixture
def quote():
    """Quoted as a browser showed it."""
    people = hire()
    copy = SnapshotFactory(body_text=BEFORE + SENTENCE, kind="rendered")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=copy.resource)
    return mark_quote(evidence.pk, copy.pk, len(BEFORE), len(BEFORE + SENTENCE), by=people.author)


def look(quote, text, kind="fetched"):
    copy = SnapshotFactory(resource=quote.snapshot.resource, body_text=text, kind=kind)
    jobs.enqueue("check_quotes", key=copy.resource.chain, resource=copy.resource_id)
    work_off()
    return quote.checks.filter(snapshot=copy).first()


@pytest.mark.parametrize("text", ["Please wait while the page loads.", BEFORE + SENTENCE.replace("twelve", "twenty")])
def test_plain_copy_cannot_say_that_a_passage_a_browser_showed_is_gone_or_altered(quote, text):
    check = look(quote, text)

    assert (check.state, check.problem) == (
        "unverifiable", "The passage was quoted as a browser showed it, and this copy was made without one.",
    )  # fmt: skip
    assert not SourceAlert.objects.exists()


def test_plain_copy_that_holds_it_will_do(quote):
    assert look(quote, BEFORE + SENTENCE).state == "unchanged"


def test_browser_that_shows_other_words_finds_the_alteration(quote):
    check = look(quote, BEFORE + SENTENCE.replace("twelve", "twenty"), kind="rendered")

    assert (check.state, check.flags) == ("altered", ["numbers"])
    assert SourceAlert.objects.count() == 1


def test_passage_of_a_plain_copy_is_looked_for_in_plain_copies_alone(quote):
    people_claim = quote.evidence.claim
    plain = SnapshotFactory(resource=quote.snapshot.resource, body_text=BEFORE + SENTENCE)
    other = mark_quote(quote.evidence_id, plain.pk, 0, 12, by=people_claim.assignments.first().person)

    look(quote, "The browser showed a consent wall.", kind="rendered")

    assert other.checks.exclude(snapshot=plain).count() == 0
    assert quote.checks.count() == 1


def test_plain_capture_has_a_browser_look_after_passages_it_showed(site, quote, settings):
    settings.RENDERED_CAPTURE = True
    resource = quote.snapshot.resource
    type(resource).objects.filter(pk=resource.pk).update(url=site.put("/report", html("Loading ...")))
    resource.refresh_from_db()
    capture.request_capture(resource, claim_id=None, by=PersonFactory())

    run(ledger.lease("capture"))

    assert Job.objects.filter(kind="render", key=resource.chain, state="queued").count() == 1


def test_plain_capture_of_another_source_asks_for_no_browser(site, settings):
    settings.RENDERED_CAPTURE = True
    capture.request_capture(ResourceFactory(url=site.put("/x", html("x"))), claim_id=None, by=PersonFactory())

    run(ledger.lease("capture"))

    assert not Job.objects.filter(kind="render").exists()


def test_lost_picture_is_told_on_the_record_of_its_source(site, browser):
    resource = ResourceFactory(url=site.put("/report", html("Loading ...")))
    render_now(resource)
    copy = resource.snapshots.get()
    blobs.evidence_storage().delete(blobs.blob_key(copy.screenshot_id))

    scrub.check_now(copy.screenshot_id)

    event = Event.objects.get(chain=resource.chain, action="copy_damaged")
    assert (event.details["kind"], event.details["damage"]) == ("screenshot", "missing")


# --- the whole way, with a real browser


@pytest.mark.browser
@pytest.mark.thorough
def test_a_page_written_by_its_scripts_is_captured_as_a_reader_sees_it(site, settings, monkeypatch):
    settings.RENDERED_CAPTURE = settings.RENDERED_WITHOUT_SANDBOX = True
    if not render.find_chromium():
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)("no Chromium: browser tests skipped")
    alone = render._environment
    monkeypatch.setattr(render, "_environment", lambda folder: alone(folder) | environment(site.port, PROJECT))
    site.put("/figures.json", '{"ships": "twelve"}', content_type="application/json")
    site.put("/write.js", """fetch("/figures.json").then(answer => answer.json()).then(found =>
        document.body.append(`The register counts ${found.ships} ships.`))""", content_type="text/javascript")  # fmt: skip
    script = '<script src="/write.js" defer></script>'
    resource = ResourceFactory(url=site.put("/report", html("Loading ...", head=script)))

    job = render_now(resource)

    copy = resource.snapshots.get()
    assert job.state == "done"
    assert "The register counts twelve ships." in copy.body_text
    assert blobs.read_blob(copy.screenshot_id).startswith(b"\x89PNG")
    with blobs.evidence_storage().open(blobs.blob_key(copy.warc_id)) as file:
        records = [record for record in ArchiveIterator(file) if record.rec_type == "response"]
        urls = {record.rec_headers.get_header("WARC-Target-URI") for record in records}
    base = "http://harbour.example.org"
    assert {f"{base}/report", f"{base}/write.js", f"{base}/figures.json"} <= urls
