import html as html_escapes
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import jobs
from claims.evidence import blobs, capture, upload
from claims.evidence.quotes import mark_quote
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Claim, Event, Evidence, Host, Job, Quote, Resource, SourceAlert
from claims.web import politeness
from claims.workflow import edit_parts
from claims.workflow.edit import digest
from tests.claims.workflow.desk import (
    in_preflight,
    in_research,
    in_review,
    look_again,
    published,
    ready,
    write_verdict,
)
from tests.factories import EvidenceFactory, ResourceFactory, SnapshotFactory
from tests.outside.site import html
from tests.work import work_off

TEXT = "Harbour log\nTwelve ships & <two> boats came on Monday, said the master 🚢.\nNone was late."
BROWSER = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def evidence(people):
    """A captured piece of evidence of a claim in research."""
    snapshot = SnapshotFactory(body_text=TEXT, title="The log of the harbour")
    claim = in_research(people)
    return edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource, stance="supports")


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return client


def address(name, evidence, *args):
    return reverse(f"claims:{name}", args=[evidence.pk, *args])


def page(client, evidence, query=""):
    response = client.get(address("evidence-reader", evidence) + query)
    assert response.status_code == 200
    return response.content.decode()


def captured_text(markup):
    """What a browser says is the textContent of the captured text."""
    inside = re.search(r"<div[^>]*data-captured-text[^>]*>(.*?)</div>", markup, re.DOTALL)[1]
    return html_escapes.unescape(re.sub(r"<[^>]*>", "", inside))


def in_words(markup):
    return " ".join(html_escapes.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


# --- who may read


def test_strangers_are_asked_to_sign_in(client, evidence):
    assert client.get(address("evidence-reader", evidence)).status_code == 302


@pytest.mark.parametrize("who", ["contributor", "cross_checker", "editor", "auditor", "administrator"])
def test_everybody_at_the_desk_reads_evidence(client, people, evidence, who):
    client.force_login(getattr(people, who))

    assert "Twelve ships" in page(client, evidence)


@pytest.mark.parametrize(
    ("name", "method"),
    [("evidence-reader", "get"), ("evidence-status", "get"), ("capture-retry", "post"), ("quote-add", "post"),
     ("evidence-waive", "post"), ("snapshot-upload", "post")],
)  # fmt: skip
def test_evidence_of_a_confidential_claim_does_not_exist_for_others(client, people, evidence, name, method):
    Claim.objects.filter(pk=evidence.claim_id).update(confidential=True)
    client.force_login(people.auditor)

    assert getattr(client, method)(address(name, evidence)).status_code == 404


def test_auditor_is_offered_nothing_and_changes_nothing(client, people, evidence):
    quote = mark_quote(evidence.pk, evidence.pinned_id, 0, 7, by=people.author)
    client.force_login(people.auditor)

    assert re.findall(r'<form[^>]*action="/(?:evidence|claims)/\d[^"]*"', page(client, evidence)) == []
    for name, data in [
        ("quote-add", {"snapshot": evidence.pinned_id, "start": 0, "end": 7}),
        ("capture-retry", {}),
        ("evidence-waive", {"reason": "No."}),
    ]:
        assert client.post(address(name, evidence), data).status_code == 422
    assert client.post(address("quote-remove", evidence, quote.pk)).status_code == 422
    assert (Quote.objects.count(), Job.objects.filter(kind="capture").count()) == (1, 0)


def test_blind_reader_sees_no_word_of_the_verdict(client, people, evidence):
    write_verdict(evidence.claim, people.author, "false")
    client.force_login(people.cross_checker)
    blind = page(client, evidence)
    client.force_login(people.author)

    assert "verdict" not in blind
    assert "v-false" in page(client, evidence)


# --- reading


def test_text_on_the_page_is_the_stored_text_and_no_markup_of_its_own(author, evidence):
    markup = page(author, evidence)

    assert captured_text(markup) == TEXT
    assert "<two>" not in markup


def test_marked_passages_leave_the_text_as_it_is(author, people, evidence):
    start = TEXT.index("ships")
    quote = mark_quote(evidence.pk, evidence.pinned_id, start, start + 12, by=people.author)
    mark_quote(evidence.pk, evidence.pinned_id, start - 7, start + 5, by=people.author)

    markup = page(author, evidence)

    assert captured_text(markup) == TEXT
    assert f'id="q{quote.pk}"' in markup
    assert f'id="p{quote.pk}"' in markup


def test_page_says_which_copy_it_shows_with_hash_and_address(author, evidence):
    markup = page(author, evidence)

    assert evidence.pinned.sha256 in markup
    assert f'href="{evidence.resource.url}" rel="noreferrer noopener"' in markup
    assert "relied on" in in_words(markup)


def test_reader_asks_the_same_number_of_questions_for_one_passage_and_for_many(author, people, evidence):
    mark_quote(evidence.pk, evidence.pinned_id, 0, 3, by=people.author)
    SnapshotFactory(resource=evidence.resource, body_text=TEXT)
    with CaptureQueriesContext(connection) as for_one:
        page(author, evidence)
    for start in range(4, 40, 3):
        mark_quote(evidence.pk, evidence.pinned_id, start, start + 3, by=people.author)
    for _ in range(5):
        SnapshotFactory(resource=evidence.resource, body_text=TEXT)

    with CaptureQueriesContext(connection) as for_many:
        page(author, evidence)
    assert len(for_many) == len(for_one)


def test_newest_readable_copy_is_shown_unless_another_is_asked_for(author, evidence):
    SnapshotFactory(resource=evidence.resource, body_text="A later text.")
    SnapshotFactory(resource=evidence.resource, body_text="", problem="Only pictures.")

    assert captured_text(page(author, evidence)) == "A later text."
    assert captured_text(page(author, evidence, f"?snapshot={evidence.pinned_id}")) == TEXT
    assert captured_text(page(author, evidence, "?snapshot=x")) == "A later text."
    assert captured_text(page(author, evidence, f"?snapshot={SnapshotFactory().pk}")) == "A later text."


def test_two_copies_are_compared_word_by_word(author, evidence):
    later = SnapshotFactory(resource=evidence.resource, body_text=TEXT.replace("Twelve", "Twenty"))

    markup = page(author, evidence, f"?from={evidence.pinned_id}&to={later.pk}")

    assert "<del>Twelve</del><ins>Twenty</ins> ships &amp; &lt;two&gt; boats" in markup
    assert "Both copies say the same" in page(author, evidence, f"?from={later.pk}&to={later.pk}")


def test_altered_passage_shows_both_wordings_and_a_way_to_take_the_new_one(author, people, evidence):
    quote = mark_quote(evidence.pk, evidence.pinned_id, 12, 50, by=people.author)
    later = SnapshotFactory(resource=evidence.resource, body_text=TEXT.replace("Twelve", "Twenty"))
    capture.after_snapshot(later)
    work_off()

    markup = page(author, evidence)
    assert "<del>Twelve</del><ins>Twenty</ins>" in markup
    assert "1 altered" in in_words(markup)
    assert "a number differs" in markup
    check = quote.checks.get()
    author.post(
        address("quote-add", evidence),
        {"snapshot": later.pk, "start": check.start, "end": check.end, "replaces": quote.pk},
    )

    new = evidence.quotes.get()
    evidence.refresh_from_db()
    assert (new.exact[:12], evidence.pinned) == ("Twenty ships", later)


def test_copy_without_a_text_layer_says_so(author, people):
    snapshot = SnapshotFactory(body_text="", problem="The PDF holds pictures of pages, not text.")
    evidence = EvidenceFactory(claim=in_research(people), resource=snapshot.resource)

    markup = page(author, evidence)

    assert "pictures of pages" in markup
    assert "data-captured-text" not in markup


def test_page_without_any_copy_says_so(author, people):
    evidence = EvidenceFactory(claim=in_research(people))

    said = page(author, evidence)

    assert "There is no copy of this source yet." in said
    for way in ('href="#copy"', 'href="#waive"', f'action="{address("capture-retry", evidence)}"'):
        assert way in said


def test_where_a_copy_was_waived_the_failed_capture_is_no_alarm_any_more(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=404))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    edit_parts.waive(evidence.pk, "capture", by=people.author, reason="It was taken down.")

    said = in_words(page(author, evidence))

    assert "none is asked for: It was taken down." in said
    assert "Capture failed" not in said
    assert "Waive with a reason" not in said


def test_where_a_copy_was_waived_a_capture_that_is_tried_again_is_no_alarm_either(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=503))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    before = in_words(page(author, evidence))
    edit_parts.waive(evidence.pk, "capture", by=people.author, reason="It was taken down.")
    said = in_words(page(author, evidence))

    assert "Capture failed in attempt 1 of 4" in before
    assert "none is asked for: It was taken down." in said
    assert not {"Capture failed", "Retry now"} & set(re.findall("Capture failed|Retry now", said))


def test_a_copy_waived_as_it_cannot_be_read_is_not_called_none(author, people):
    locked = {"problem": "The file is protected by a password.", "mime": "application/pdf"}
    snapshot = SnapshotFactory(body_text="", kind="uploaded", captured_by=people.author, **locked)
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    edit_parts.pin_snapshot(evidence.pk, snapshot.pk, by=people.author)
    edit_parts.waive(evidence.pk, "capture", by=people.author, reason="We have its password.")

    said = in_words(page(author, evidence))
    assert "This copy could not be read. No other is asked for: We have its password." in said
    assert "Why no other copy is asked for stands above." in said
    assert "No copy" not in said

    readable = SnapshotFactory(resource=snapshot.resource, body_text="Twelve ships came.")
    assert "It rests on none of its copies" not in in_words(page(author, evidence))
    edit_parts.pin_snapshot(evidence.pk, readable.pk, by=people.author)
    said = in_words(page(author, evidence))
    assert "Before there was this copy, none was asked for: We have its password." in said
    assert "could not be read" not in said


def test_a_waived_copy_that_the_evidence_does_not_rest_on_is_not_called_none(author, people):
    evidence = EvidenceFactory(claim=in_research(people))
    edit_parts.waive(evidence.pk, "capture", by=people.author, reason="It was a film.")
    SnapshotFactory(resource=evidence.resource, body_text="Twelve ships came.")

    assert "It rests on none of its copies, and no other is asked for: It was a film." in in_words(
        page(author, evidence)
    )


def test_a_copy_that_may_be_a_wall_says_so_with_the_way_out(author, people):
    snapshot = SnapshotFactory(body_text="Subscribe to read on. Twelve ships came, and", title="Daily paper")
    claim = in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)
    uploaded = SnapshotFactory(body_text="Subscribe to read on.", kind="uploaded", captured_by=people.author)
    copied = edit_parts.add_evidence(claim.pk, by=people.author, resource=uploaded.resource)

    assert (
        "This may be a wall, as for consent or payment, and not the page. Upload what you can read there"
        in in_words(page(author, evidence))
    )
    assert "may be a wall" not in page(author, copied)
    SnapshotFactory(resource=snapshot.resource, body_text="404 - The page you requested was not found.", title="Log")
    assert "This may be an error page, and not the page." in in_words(page(author, evidence))


def test_the_older_of_many_copies_are_listed_on_demand_and_can_be_compared(author, people, evidence):
    oldest = evidence.pinned
    for number in range(40):
        SnapshotFactory(resource=evidence.resource, body_text=f"Look {number}.")

    few = page(author, evidence)
    every = page(author, evidence, "?copies=all")

    assert f'"?snapshot={oldest.pk}"' not in few
    assert "Show the older copies too" in few
    assert f'href="?snapshot={oldest.pk}&amp;copies=all"' in every
    assert f'href="?from={oldest.pk}&amp;to=' in every
    assert "Show the older copies too" not in every


# --- capture


def test_page_waits_for_a_capture_and_loads_anew_at_its_end(author, people, site):
    resource = ResourceFactory(url=site.put("/log", html("Twelve ships.")))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    status = address("evidence-status", evidence)

    assert f'hx-get="{status}?reader"' in page(author, evidence)
    waiting = author.get(status, **BROWSER)
    run(ledger.lease("capture"))
    done = author.get(status + "?reader", **BROWSER)

    assert (waiting.status_code, done.status_code, done["HX-Refresh"]) == (200, 286, "true")
    assert f'hx-get="{status}"' in waiting.content.decode()
    assert "captured" in done.content.decode()


def test_running_capture_shows_its_step_and_bar(author, people, site):
    resource = ResourceFactory(url=site.put("/log", html("Twelve ships.")))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    job = ledger.lease("capture")
    job.progress("reading the page", 2, 4)

    markup = author.get(address("evidence-status", evidence)).content.decode()

    assert "reading the page" in markup
    assert '<progress class="progress mt-1.5 w-full" value="2" max="4"' in markup


def test_the_card_of_a_capture_says_its_step_attempt_wait_last_error_and_next_try(author, people, site, settings):
    settings.CAPTURE_GAP_SECONDS = 20.0
    resource = ResourceFactory(url=site.put("/log", "", status=503), host="harbour.example.org")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)

    def card():
        markup = author.get(f"/claims/{evidence.claim_id}/").content.decode()
        asked_anew = f'hx-get="{address("evidence-status", evidence)}" hx-trigger="every 2s"' in markup
        return in_words(re.search(rf'<div id="capture-{evidence.pk}".*?</li>', markup, re.DOTALL)[0]), asked_anew

    def at_once():
        Job.objects.update(run_after=timezone.now())
        return ledger.lease("capture")

    asked = card()
    politeness.take_turn(resource.url)
    run(at_once())
    postponed = card()
    Host.objects.update(next_at=timezone.now())
    run(at_once())
    failed_once = card()
    at_once().progress("asking the site", 1, 4)
    second_attempt = card()

    assert re.match(r"Waiting for its capture asked for \d\d:\d\d ", asked[0])
    assert re.match(
        r"waiting for its turn at harbour.example.org asked for \d\d:\d\d not before \d\d:\d\d ", postponed[0]
    )
    assert re.match(
        r"Capture failed in attempt 1 of 4: The site answered 503: .*\. Next try: \d\d:\d\d Retry now", failed_once[0]
    )
    assert re.match(
        r"Capturing: asking the site 1 of 4 .*attempt 2 of 4 the one before: The site answered 503", second_attempt[0]
    )
    assert [anew for _words, anew in (asked, postponed, failed_once, second_attempt)] == [True] * 4


def test_a_capture_asked_for_again_is_seen_on_the_card_beside_the_copy_that_is_there(author, people, site):
    resource = ResourceFactory(url=site.put("/log", html("Twelve ships came.")))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    work_off()
    site.put("/log", "", status=503)
    author.post(address("capture-retry", evidence))
    waiting = in_words(author.get(f"/claims/{evidence.claim_id}/").content.decode())
    run(ledger.lease("capture"))
    failed = in_words(author.get(f"/claims/{evidence.claim_id}/").content.decode())

    assert re.search(r"captured \d\d:\d\d \w{4}…\w{4} Waiting for its capture", waiting)
    assert re.search(r"captured \d\d:\d\d \w{4}…\w{4} The last look failed: The site answered 503", failed)
    assert "Capture failed" not in failed


def test_ways_out_that_change_the_claim_are_offered_only_while_it_may_be_changed(client, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=403))
    evidence = EvidenceFactory(claim=in_review(people), resource=resource, number=9)
    jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
    run(ledger.lease("capture"))
    client.force_login(people.author)

    for said in (page(client, evidence), client.get(address("evidence-status", evidence), **BROWSER).content.decode()):
        assert "Retry now" in said
        assert "#copy" not in said
        assert "#waive" not in said


def test_failed_capture_says_why_and_offers_the_ways_on(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=403))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))

    said = in_words(page(author, evidence))

    assert "Capture failed after 1 attempt: The site answered 403" in said
    for way in ("Retry now", "Upload a copy", "Waive with a reason"):
        assert way in said


def test_capture_that_is_tried_again_by_itself_says_when(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=503))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))

    assert "The site answered 503: it has trouble of its own. It is asked again later. Next try:" in in_words(
        page(author, evidence)
    )


def test_retry_puts_the_capture_back_at_once(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=404))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    site.put("/log", html("Twelve ships."))

    plain = author.post(address("capture-retry", evidence))
    part = author.post(address("capture-retry", evidence), **BROWSER)
    run(ledger.lease("capture"))

    assert (plain.status_code, part.status_code) == (302, 200)
    assert "Waiting" in part.content.decode()
    assert resource.snapshots.count() == 1
    assert Job.objects.filter(kind="capture", state="queued").count() == 0


def test_a_copy_uploaded_before_the_next_try_ends_the_alarm(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "", status=503))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))

    author.post(address("snapshot-upload", evidence), {"file": SimpleUploadedFile("log.txt", b"Twelve ships came.")})
    run(ledger.lease("default"))

    assert "Capture failed" not in in_words(page(author, evidence))
    assert "Next try" not in in_words(page(author, evidence))


def test_uploaded_file_has_no_address_to_capture(author, people):
    evidence = upload.add_upload(in_research(people).pk, by=people.author, name="a.txt", data=b"Twelve ships.")

    response = author.post(address("capture-retry", evidence))

    assert response.status_code == 422
    assert "no address to capture" in response.content.decode()


def test_a_copy_whose_file_is_lost_says_so_and_is_known_to_be_from_then_on(author, evidence):
    snapshot = evidence.resource.snapshots.get()

    refused = author.get(address("snapshot-body", evidence, snapshot.pk))

    assert "missing from the evidence storage" in in_words(refused.content.decode())
    assert "The stored file of this copy is missing or damaged" in in_words(page(author, evidence))


def test_a_look_that_failed_does_not_hide_the_copy_that_is_there(author, people, site):
    resource = ResourceFactory(url=site.put("/log", "<p>Twelve ships came.</p>"))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    site.put("/log", "", status=404)
    author.post(address("capture-retry", evidence))
    run(ledger.lease("capture"))

    said = in_words(page(author, evidence))

    assert "The last look failed : The site answered 404" in said
    assert "Capture failed" not in said
    card = in_words(author.get(address("evidence-status", evidence)).content.decode())
    assert "captured" in card
    assert "The last look failed: The site answered 404" in card


def test_an_alert_says_whether_it_counts(author, evidence):
    quote = mark_quote(evidence.pk, evidence.resource.snapshots.get().pk, 0, 11, by=evidence.added_by)
    check = quote.checks.create(state="gone", snapshot=quote.snapshot)
    alert = SourceAlert.objects.create(quote=quote, check_row=check)
    assert "found so once" in in_words(page(author, evidence))

    alert.confirmed_at = alert.opened_at
    alert.save()
    assert "found so twice" in in_words(page(author, evidence))


# --- passages


def test_selection_becomes_a_passage(author, evidence):
    start = TEXT.index("master 🚢")

    response = author.post(
        address("quote-add", evidence),
        {"snapshot": evidence.pinned_id, "start": start, "end": start + 8, "exact": "master 🚢"},
    )

    quote = evidence.quotes.get()
    assert response.url.endswith(f"?snapshot={evidence.pinned_id}#q{quote.pk}")
    assert quote.exact == "master 🚢"


def test_passage_can_be_marked_without_a_mouse(author, evidence):
    data = {"snapshot": evidence.pinned_id, "first": "twelve ships", "last": "Monday"}

    author.post(address("quote-add", evidence), data)

    assert evidence.quotes.get().exact == "Twelve ships & <two> boats came on Monday"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"first": "thirteen", "last": "x"}, "do not stand in this copy"),
        ({"start": 0, "end": 7, "exact": "harbour"}, "not those of the stored copy"),
        ({"start": 5, "end": 5}, "Nothing is selected"),
        ({"start": "x", "end": 5}, "Something was missing from the form"),
        ({}, "Something was missing from the form"),
    ],
)
def test_refused_passage_says_why_once_and_keeps_what_was_written(author, evidence, data, sentence):
    response = author.post(address("quote-add", evidence), {"snapshot": evidence.pinned_id, **data})

    markup = response.content.decode()
    assert response.status_code == 422
    assert in_words(markup).count(sentence) == 1
    assert f'value="{data.get("first", "")}"' in markup
    assert not Quote.objects.exists()


def test_passage_is_removed_only_from_its_own_evidence(author, people, evidence):
    quote = mark_quote(evidence.pk, evidence.pinned_id, 0, 7, by=people.author)
    other = EvidenceFactory(claim=evidence.claim, number=77)

    assert author.post(address("quote-remove", other, quote.pk)).status_code == 422
    assert author.post(address("quote-remove", evidence, quote.pk)).status_code == 302
    assert not Quote.objects.exists()


def test_alert_is_closed_with_words(client, people):
    claim = published(people)
    evidence = claim.evidence.get(quotes__isnull=False)
    capture.after_snapshot(
        SnapshotFactory(resource=evidence.resource, body_text="Nothing is left. None of them was late.")
    )
    work_off()
    alert, other = SourceAlert.objects.get(), EvidenceFactory(claim=claim, number=77)
    client.force_login(people.editor)

    assert "Close alert" in page(client, evidence)
    assert client.post(address("alert-close", other, alert.pk), {"resolution": "Seen."}).status_code == 404
    assert client.post(address("alert-close", evidence, alert.pk), {"resolution": ""}).status_code == 422
    assert client.post(address("alert-close", evidence, alert.pk), {"resolution": "Moved."}).status_code == 302
    alert.refresh_from_db()
    assert alert.resolution == "Moved."


# --- copies, waivers, files


@pytest.mark.parametrize("number", [987654, 2**63, 10**30])
def test_ids_that_name_nothing_are_not_found(author, evidence, number):
    assert author.get(f"/evidence/{number}/").status_code == 404
    assert author.get(f"/evidence/{evidence.pk}/copies/{number}/body/").status_code == 404
    assert author.post(f"/evidence/{evidence.pk}/quotes/{number}/remove/").status_code == 422
    assert author.post(f"/evidence/{evidence.pk}/alerts/{number}/close/").status_code == 404
    assert author.post(address("quote-add", evidence), {"snapshot": number, "start": 0, "end": 5}).status_code == 422
    assert author.post(address("snapshot-pin", evidence), {"snapshot": number}).status_code == 422
    assert author.get(address("evidence-reader", evidence) + f"?from={number}&to={number}").status_code == 200


def test_signs_that_cannot_be_stored_are_left_out(author, people):
    evidence = EvidenceFactory(claim=in_research(people))

    author.post(address("evidence-waive", evidence), {"reason": "The archive\x00 is closed."})

    assert evidence.waivers.get().reason == "The archive is closed."


def test_evidence_rests_on_the_copy_a_person_chooses(author, evidence):
    later = SnapshotFactory(resource=evidence.resource)

    author.post(address("snapshot-pin", evidence), {"snapshot": later.pk})

    evidence.refresh_from_db()
    assert evidence.pinned == later
    assert author.post(address("snapshot-pin", evidence), {"snapshot": SnapshotFactory().pk}).status_code == 422


def test_a_source_is_named_in_the_reader(author, people, evidence):
    Resource.objects.update(title="")
    assert "Name this source" in in_words(page(author, evidence))
    refused = author.post(address("source-title", evidence), {"title": "  "})
    seen = digest(Resource.objects.get(pk=evidence.resource_id).title)
    given = {"title": "The  harbour log", "seen-title": seen}
    answer = author.post(address("source-title", evidence), given, follow=True)

    assert (refused.status_code, answer.status_code) == (422, 200)
    evidence.resource.refresh_from_db()
    assert evidence.resource.title == "The harbour log"
    assert "Cited as “The harbour log”" in in_words(answer.content.decode())
    assert Event.objects.filter(chain=evidence.claim.chain, action="title_source").count() == 1


def test_who_may_not_change_the_claim_names_none_of_its_sources(client, people, evidence):
    client.force_login(people.auditor)
    before = evidence.resource.title
    assert "Cited as" not in in_words(page(client, evidence))
    refused = client.post(address("source-title", evidence), {"title": "The harbour log"})

    assert refused.status_code == 422
    evidence.resource.refresh_from_db()
    assert evidence.resource.title == before


def test_capture_is_waived_with_a_reason_and_taken_back(author, people):
    evidence = EvidenceFactory(claim=in_research(people))

    assert author.post(address("evidence-waive", evidence), {"reason": " "}).status_code == 422
    assert author.post(address("evidence-waive", evidence), {"kind": "other", "reason": "No."}).status_code == 404
    author.post(address("evidence-waive", evidence), {"reason": "The archive is closed to us."})
    assert "none is asked for: The archive is closed to us." in in_words(page(author, evidence))
    author.post(address("evidence-unwaive", evidence), {"waiver": evidence.waivers.get().pk})

    assert not evidence.waivers.exists()


def test_a_look_that_cannot_be_is_gone_without_for_a_reason_and_taken_back(author, people):
    claim = ready(people)
    quote = Quote.objects.get()
    look_again(quote)
    assert "Go without a look" not in page(author, quote.evidence)
    look_again(quote, "unverifiable", problem="The site answered 404: there is no such page.")
    assert "Go without a look" in page(author, quote.evidence)
    card = author.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()
    assert f'href="{address("evidence-reader", quote.evidence)}#look"' in card

    author.post(address("evidence-waive", quote.evidence), {"kind": "quote_check", "reason": "The paper closed."})
    said = in_words(page(author, quote.evidence))
    assert "Its passages are not looked for again before publication: The paper closed." in said
    assert "Go without a look" not in said
    author.post(address("evidence-unwaive", quote.evidence), {"waiver": quote.evidence.waivers.get().pk})
    assert "Go without a look" in page(author, quote.evidence)
    Resource.objects.filter(pk=quote.evidence.resource_id).update(url=None)
    assert "Go without a look" not in page(author, quote.evidence)


def test_file_takes_the_place_of_a_capture(author, people):
    evidence = EvidenceFactory(claim=in_research(people))

    response = author.post(
        address("snapshot-upload", evidence), {"file": SimpleUploadedFile("a.txt", b"Twelve ships came.")}
    )

    run(ledger.lease("default"))
    evidence.refresh_from_db()
    assert response.status_code == 302
    assert (evidence.pinned.kind, evidence.pinned.body_text) == ("uploaded", "Twelve ships came.")


def test_a_passage_that_cuts_a_word_is_widened_and_that_is_said(author, evidence):
    words = {"snapshot": evidence.pinned_id, "first": "elve shi"}
    answer = author.post(address("quote-add", evidence), words, follow=True).content.decode()

    assert evidence.quotes.get().exact == "Twelve ships"
    assert "It was widened to whole words." in answer
    whole = author.post(address("quote-add", evidence), words | {"first": "came"}, follow=True).content.decode()
    assert "The passage is marked" in whole
    assert "widened to whole words." not in whole


def test_a_text_that_turns_the_writing_says_so_and_one_that_does_not_does_not(author, people):
    for text, is_said in (("He paid \u202e01 euros.", True), ("He paid 10 euros\u200f.", False)):
        snapshot = SnapshotFactory(body_text=text)
        row = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
        assert ("1 sign that turns the direction of writing" in page(author, row)) == is_said


def test_an_upload_that_is_another_than_its_name_says_is_kept_as_what_it_is_and_said_so(author, people, evidence):
    words = "“fake.png” is not what its name says: by its content it is of the kind “web page”, and kept as that."
    sends = [reverse("claims:evidence-upload", args=[evidence.claim_id]), address("snapshot-upload", evidence)]
    fields = {"stance": "supports", "kind": "primary"}
    for number, send in enumerate(sends):
        page = b"<!doctype html><title>Quay</title><p>Twelve ships came, %d." % number
        file = SimpleUploadedFile("fake.png", page)
        assert words in author.post(send, fields | {"file": file}, follow=True).content.decode()
    honest = SimpleUploadedFile("a.html", b"<!doctype html><p>Nine ships.")
    answer = author.post(sends[0], fields | {"file": honest}, follow=True).content.decode()
    assert "is being read" in answer
    assert "not what its name says" not in answer


def test_upload_that_is_missing_too_large_or_not_kept_says_so(author, evidence, monkeypatch):
    send = address("snapshot-upload", evidence)

    assert "Choose a file first" in author.post(send).content.decode()
    refused = author.post(send, {"file": SimpleUploadedFile("a.zip", b"PK\x03\x04\x00\x00")})
    assert refused.status_code == 422
    assert "What can be uploaded: PDF" in refused.content.decode()
    monkeypatch.setattr(upload, "MAX_BYTES", 5)
    assert "at most 20 MB" in author.post(send, {"file": SimpleUploadedFile("a.txt", b"123456")}).content.decode()
    assert "The file has 21 MB" in str(upload.too_large(20 * 1024**2 + 1))


def test_file_becomes_evidence_of_its_own(author, people):
    claim = in_research(people)
    send = reverse("claims:evidence-upload", args=[claim.pk])

    assert "at most 20 MB" in author.get(send).content.decode()
    data = {"title": "Log", "stance": "refutes", "kind": "primary", "origin": "harbour"}
    wrong = author.post(send, data | {"stance": "perhaps"})
    refused = author.post(send, data | {"file": SimpleUploadedFile("a.zip", b"PK\x03\x04\x00\x00")})
    done = author.post(send, data | {"file": SimpleUploadedFile("a.txt", b"Twelve ships came.")})

    evidence = Evidence.objects.get(claim=claim)
    assert (wrong.status_code, refused.status_code, done.status_code) == (422, 422, 302)
    assert (evidence.stance, evidence.kind, evidence.origin, str(evidence.resource)) == (
        "refutes", "primary", "harbour", "Log",
    )  # fmt: skip
    assert done.url == address("evidence-reader", evidence)


def test_nothing_is_added_to_a_claim_in_preflight(author, people):
    evidence = in_preflight(people).evidence.first()

    markup = page(author, evidence)
    assert "quote-selection" not in markup
    assert address("snapshot-upload", evidence) not in markup


def test_stored_files_come_only_as_downloads(author, people, site):
    resource = ResourceFactory(url=site.put("/log", html("Twelve ships.", head="<script>alert(1)</script>")))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=resource)
    run(ledger.lease("capture"))
    snapshot = resource.snapshots.get()

    for part, ending in [("body", ".html"), ("warc", ".warc.gz"), ("wacz", ".wacz")]:
        response = author.get(address(f"snapshot-{part}", evidence, snapshot.pk))
        assert response.content == blobs.read_blob(getattr(snapshot, f"{part}_id"))
        assert response["Content-Disposition"].startswith('attachment; filename="harbour-report')
        assert response["Content-Disposition"].endswith(ending)
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
        assert "sandbox" in response["Content-Security-Policy"]


def test_file_of_another_source_or_that_never_was_is_not_found_and_a_lost_one_says_so(author, people, evidence):
    other = SnapshotFactory()

    assert author.get(address("snapshot-body", evidence, other.pk)).status_code == 404
    assert author.get(address("snapshot-warc", evidence, evidence.pinned_id)).status_code == 404
    lost = author.get(address("snapshot-body", evidence, evidence.pinned_id))
    assert lost.status_code == 422
    assert "missing from the evidence storage" in lost.content.decode()
