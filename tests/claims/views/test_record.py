"""The record of a claim: who did what, when, before and after; narrowed, in pages, and blind where it must be."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

import claims
from claims.models import Claim, Event, Person, Refusal
from claims.views.record_list import KINDS, OTHER, REFUSED
from claims.views.record_words import TRIED, WORDS, entry_of_event
from claims.workflow import adopt, edit, edit_parts, edit_review, replies
from claims.workflow.apply import Refused, apply
from claims.workflow.revisions import EDITS
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, ClaimFactory, PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "record"}


@pytest.fixture
def claim(people):
    return desk.in_research(people)


def record(client, claim, query="", **headers):
    return client.get(reverse("claims:claim-record", args=[claim.pk]) + query, headers=headers)


def entries(client, person, claim, query=""):
    client.force_login(person)
    return record(client, claim, query).context["entries"]


def told(entry):
    return {line.label: line.words for line in entry.changes}


def test_the_record_tells_in_words_what_happened_with_before_and_after(client, people, claim):
    client.force_login(people.author)
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.author, fields={"context": "At <dawn>."}, seen=seen)
    first = record(client, claim).context["entries"][0]

    assert first.sentence == f"{people.author.name} changed context"
    assert told(first) == {"Context": [("insert", "At <dawn>.")]}
    assert "<ins>At &lt;dawn&gt;.</ins>" in record(client, claim).content.decode()


def test_the_head_of_the_record_counts_events_and_refused_attempts_apart(client, people, claim):
    for _attempt in range(2):
        with pytest.raises(Refused):
            apply(claim.pk, "publish", by=people.author, seen="0" * 64)
    client.force_login(people.author)
    head = record(client, claim, **HTMX).content.decode().partition("</div>")[0]
    number = Event.objects.filter(chain=claim.chain).count()

    assert re.findall(r"(\d+) (event|refused attempt)s?\b", head) == [(str(number), "event"), ("2", "refused attempt")]
    assert "refused attempt" not in record(client, claim, "?kind=comments").content.decode().partition("</h2>")[2][:200]


def test_the_record_of_an_approval_lists_the_notes_it_rests_on_for_those_who_see_the_verdict(people):
    notes = {"checklist": [[1, "Is it in the log?", "no", "No log."]], "not_awaited": [["Port", "2026-03-12", "Late."]]}
    event = Event.objects.append("claim/1", "approve", by=people.editor, body={"notes": notes})

    told = entry_of_event(event, {}, sees_verdict=True).listed
    assert told == ["Is it in the log? no: No log.", "Port was not waited for: Late."]
    assert entry_of_event(event, {}, sees_verdict=False).listed == []


def test_the_record_names_who_assigned_whom(client, people, claim):
    client.force_login(people.auditor)
    sentences = [entry.sentence for entry in record(client, claim).context["entries"]]

    assert sentences[0] == f"{people.editor.name} assigned it to {people.author.name}"
    assert sentences[-1] == f"{people.contributor.name} put the claim into the inbox"


def test_the_record_names_a_part_in_the_language_of_the_reader(people, claim):
    body = {"role": "cross_checker", "person": people.author.ref}
    event = Event.objects.append(claim, "release", by=people.editor, body=body)

    said = {}
    for code in ("en", "de"):
        with translation.override(code):
            said[code] = entry_of_event(event, {people.author.ref: "Somebody"}, sees_verdict=True).sentence

    assert said["en"] == "The part “cross-checker” of Somebody waits for somebody"
    assert "„Gegenprüfung“" in said["de"]


def test_what_was_refused_stands_in_the_record(client, people, claim):
    with pytest.raises(Refused):
        apply(claim.pk, "submit", by=people.author)
    client.force_login(people.auditor)
    first = record(client, claim).context["entries"][0]

    assert first.sentence == f"{people.author.name} tried “Submit” and was refused"
    assert first.reason == "Give a verdict. Write the rationale."


def test_the_record_hides_what_tells_the_verdict_from_who_must_not_know_it(client, people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="true"), reason="Planted reason.")
    Refusal.objects.create(claim=claim, person=people.editor, action="decide", reason="Planted refusal.")
    told = {}
    for name in ("author", "auditor"):
        client.force_login(getattr(people, name))
        page = record(client, claim).content.decode()
        told[name] = ("Planted reason." in page, "Planted refusal." in page, "Two counts agree" in page)

    assert told == {"author": (True, True, True), "auditor": (False, False, False)}


@pytest.mark.parametrize("query", ["", "kind=people", "kind=refused", "kind=people&by=%(editor)s", "by=%(editor)s"])
def test_a_long_record_is_read_in_pages_with_everything_once(client, people, claim, query):
    query %= {"editor": people.editor.pk}
    for n in range(100):
        Event.objects.append(claim, "show_verdict", by=people.editor, body={"n": n})
        Refusal.objects.create(claim=claim, person=people.editor, action="submit", reason="No.")
    events = Event.objects.filter(chain=claim.chain)
    if query.endswith(str(people.editor.pk)):
        events = events.filter(actor_ref=people.editor.ref)
    if "kind=people" in query:
        events = events.filter(action__in=KINDS["people"].actions)
    wanted = {f"event-{seq}" for seq in events.values_list("seq", flat=True)} if "refused" not in query else set()
    wanted |= (
        {f"refusal-{pk}" for pk in Refusal.objects.values_list("pk", flat=True)} if "people" not in query else set()
    )
    client.force_login(people.auditor)
    found = []
    while query is not None:
        context = record(client, claim, f"?{query}").context
        found += [entry.place for entry in context["entries"]]
        query = context["older"] or None

    assert (len(found), set(found)) == (len(wanted), wanted)
    assert context["asked"].is_first is False


def test_what_happens_while_somebody_pages_neither_repeats_nor_hides_a_line(client, people, claim):
    for n in range(60):
        Event.objects.append(claim, "show_verdict", by=people.editor, body={"n": n})
    client.force_login(people.auditor)
    first = record(client, claim).context
    Event.objects.append(claim, "show_verdict", by=people.editor, body={})
    Refusal.objects.create(claim=claim, person=people.editor, action="submit", reason="No.")
    second = record(client, claim, "?" + first["older"]).context
    places = [entry.place for context in (first, second) for entry in context["entries"]]

    assert places == [f"event-{seq}" for seq in range(len(places), 0, -1)]


def test_events_of_any_kind_and_erased_ones_have_a_line(client, people, claim):
    client.force_login(people.auditor)
    Event.objects.append(claim, "something_new", by=None, body={"before": "x", "topics": 1})
    Event.objects.append(
        claim, "arrange", by=people.editor, body={"before": {"topics": []}, "after": {"topics": ["a", "b"]}}
    )
    erased = Event(chain=claim.chain, action="comment", actor_ref="system", body="", salt="", at=desk.soon(), seq=99)
    found = record(client, claim).context["entries"]
    assert [told(found[0]), found[1].sentence] == [{"Topics": [("insert", "a, b")]}, "something new"]
    assert entry_of_event(erased, {}, sees_verdict=True).sentence == "The desk commented (erased)"


def test_every_step_and_edit_of_the_table_has_words():
    assert (set(TRANSITIONS) | EDITS) - set(WORDS) == set()


@pytest.mark.parametrize("count", [1, 60])
def test_the_record_costs_the_same_however_long(client, people, claim, count):
    client.force_login(people.auditor)
    for _ in range(count):
        Event.objects.append(claim, "comment", by=PersonFactory(), body={})
    with CaptureQueriesContext(connection) as statements:
        record(client, claim, "")

    assert len(statements) <= 16


# --- narrowed


def test_the_record_is_narrowed_by_kind_and_by_person_in_the_address(client, people):
    claim = desk.in_review(people)
    with pytest.raises(Refused):
        apply(claim.pk, "approve", by=people.cross_checker)
    by_author = entries(client, people.editor, claim, f"?by={people.author.pk}")
    evidence = entries(client, people.editor, claim, f"?kind=evidence&by={people.author.pk}")
    refused = entries(client, people.editor, claim, "?kind=refused")

    assert by_author
    assert all(people.author.name in entry.sentence for entry in by_author if entry.tone != "hot")
    assert [entry.sentence for entry in evidence] == [
        f"{people.author.name} marked a passage of evidence 2",
        f"{people.author.name} added evidence 2",
        f"{people.author.name} added evidence 1",
    ]
    assert [entry.sentence for entry in refused] == [f"{people.cross_checker.name} tried “Approve” and was refused"]
    assert [entry.sentence for entry in entries(client, people.editor, claim, "?by=desk")] == ["Preflight passed"]


def test_the_filters_offer_everybody_who_did_or_tried_something(client, people, claim):
    Refusal.objects.create(claim=claim, person=people.auditor, action="submit", reason="No.")
    Event.objects.append(claim, "pass", by=None, body={})
    client.force_login(people.auditor)
    page = record(client, claim, f"?by={people.editor.pk}")
    offered = dict(page.context["people"])

    assert {people.contributor.name, people.editor.name, people.auditor.name} <= set(offered.values())
    assert people.other_editor.name not in offered.values()
    assert f'<option value="{people.editor.pk}" selected>' in page.content.decode()


def test_a_record_narrowed_to_nothing_says_so_and_offers_everything(client, people, claim):
    client.force_login(people.auditor)
    page = record(client, claim, "?kind=comments")

    assert page.context["entries"] == []
    assert "Nothing of this kind by this person stands in the record." in page.content.decode()
    assert f'href="{reverse("claims:claim-record", args=[claim.pk])}"' in page.content.decode()


@pytest.mark.parametrize(
    "query", ["kind=nonsense&by=nobody", "before=x.y", "before=²", "by=" + "9" * 30, "before=." * 9]
)
def test_nonsense_in_the_address_asks_for_everything(client, people, claim, query):
    assert len(entries(client, people.auditor, claim, f"?{query}")) == Event.objects.filter(chain=claim.chain).count()


def test_past_the_oldest_there_is_nothing_older(client, people, claim):
    client.force_login(people.auditor)
    page = record(client, claim, "?before=1.1").content.decode()

    assert "Nothing older." in page
    assert "Newest" in page


def test_every_event_is_of_one_kind_at_most_and_those_of_none_are_found_too(client, people, claim):
    actions = [action for kind in KINDS.values() for action in kind.actions]
    Event.objects.append(claim, "something_new", by=people.editor, body={})

    assert len(actions) == len(set(actions))
    assert [entry.sentence for entry in entries(client, people.auditor, claim, f"?kind={OTHER}")] == ["something new"]


def test_in_the_claim_page_the_record_leads_to_where_it_can_be_narrowed(client, people, claim):
    client.force_login(people.auditor)
    part = record(client, claim, **HTMX).content.decode()

    assert part.lstrip().startswith("<section")
    assert 'name="kind"' not in part
    assert 'name="kind"' in record(client, claim).content.decode()


# --- before and after


def test_each_kind_of_change_says_what_was_and_what_is(client, people, claim):
    desk.add_proof(claim, people.author, count=1)
    piece = claim.evidence.get()
    edit_parts.edit_evidence(piece.pk, by=people.author, stance="refutes", credibility=2)
    edit_parts.remove_evidence(piece.pk, by=people.author)
    item = ChecklistItemFactory(code="date")
    for answer in ("yes", "n/a"):
        edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer=answer)
    edit.arrange_claim(claim.pk, by=people.editor, confidential=True, priority=2, due_at=None)
    found = entries(client, people.editor, claim)

    assert told(found[0])["Confidential"] == [("insert", "yes")]
    assert told(found[0])["Priority"] == [("delete", "5"), ("insert", "2")]
    assert told(found[1]) == {item.text: [("delete", "Yes"), ("insert", "Does not apply")]}
    assert told(found[3])["Stance"] == [("delete", "Refutes")]
    assert told(found[3])["Passage"] == [("delete", "twelve ships")]
    assert told(found[4])["Stance"] == [("delete", "Supports"), ("insert", "Refutes")]
    assert told(found[4])["Information grade"] == [("delete", "Truth cannot be judged"), ("insert", "Probably true")]
    assert told(found[5])["Passage"] == [("insert", "twelve ships")]
    assert told(found[6])["Stance"] == [("insert", "Supports")]


def test_a_step_says_from_where_to_where_it_led_and_links_what_it_froze(client, people):
    claim = desk.in_preflight(people)
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")
    apply(claim.pk, "submit", by=people.author)
    client.force_login(people.author)
    page = record(client, claim)
    first, second = page.context["entries"][:2]

    assert told(first)["Status"] == [("delete", "In research"), ("insert", "Preflight")]
    assert told(second)["Rationale"][:2] == [("delete", "Two"), ("insert", "Three")]
    assert f"/claims/{claim.pk}/compare/?from=1&amp;to=2" in page.content.decode()


def test_what_was_changed_outside_the_application_is_told_part_by_part_and_blind(client, people):
    claim = desk.in_preflight(people)
    changed = [
        ["rationale", "Planted old.", "Planted new."],
        ["statement", "Ten came.", "Two came."],
        ["evidence", [], []],
    ]
    Event.objects.append(claim, "adopt", by=None, body={"changed": changed})

    assert told(entries(client, people.auditor, claim)[0]) == {
        "Statement": [("delete", "Ten"), ("insert", "Two"), ("equal", " came.")]
    }
    assert set(told(entries(client, people.author, claim)[0])) == {"Statement", "Rationale"}


def test_a_claim_that_was_loaded_came_in_as_data_and_was_not_changed(client, people):
    loaded = ClaimFactory()
    adopt.adopt_outside_changes()
    Claim.objects.filter(pk=loaded.pk).update(statement="Ten came.")
    adopt.adopt_outside_changes()

    changed, came_in = entries(client, people.editor, loaded)
    assert came_in.sentence.startswith("It came in with data that was loaded")
    assert (changed.sentence, changed.tone) == ("Changed outside the application", "hot")


def test_adopted_evidence_is_told_field_by_field(client, people, claim):
    piece = {
        "number": 1, "resource": "https://a.example.org/", "title": "The log", "stance": "supports", "quotes": [],
        "kind": "primary", "grade": "A1", "origin": "", "note": "", "snapshot": "", "waiver": "", "withheld": "",
    }  # fmt: skip
    changed = [["evidence", [piece], [piece | {"stance": "refutes"}]], ["rating", None, {"label": "Planted"}]]
    Event.objects.append(claim, "adopt", by=None, body={"changed": changed})

    assert told(entries(client, people.editor, claim)[0]) == {
        "Evidence 1 (changed): Stance": [("delete", "Supports"), ("insert", "Refutes")]
    }
    assert told(entries(client, people.author, claim)[0])["Rating: Rating"] == [("insert", "Planted")]


def test_a_date_that_is_none_is_shown_as_it_was_written(client, people, claim):
    Event.objects.append(
        claim, "arrange", by=people.editor, body={"before": {"due_at": None}, "after": {"due_at": "soon"}}
    )

    assert told(entries(client, people.auditor, claim)[0]) == {"Due date": [("insert", "soon")]}


def test_a_source_that_was_named_anew_is_told_to_everybody(client, people, claim):
    desk.add_proof(claim, people.author, count=1)
    edit_parts.title_source(claim.evidence.get().pk, by=people.author, title="The harbour log")
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.author, fields={"title": "Planted headline"}, seen=seen)
    blind, author = entries(client, people.auditor, claim), entries(client, people.author, claim)

    assert told(author[0]) == {"Headline": [("insert", "Planted headline")]}
    assert [told(entry) for entry in blind[:1]] == [{}]
    assert told(blind[1])["Title of the source"][-1][1].endswith("The harbour log")


# --- blind


@pytest.mark.parametrize("action", ["return", "recall"])
def test_what_an_editor_wrote_who_knew_the_verdict_is_not_told_to_who_must_not(client, people, action):
    claim = desk.in_review(people)
    apply(claim.pk, action, by=people.editor, reason="Planted reason.")
    Refusal.objects.create(claim=claim, person=people.editor, action=action, reason="Planted refusal.")
    shown = {}
    for name in ("author", "auditor", "other_editor", "editor"):
        client.force_login(getattr(people, name))
        page = record(client, claim).content.decode()
        shown[name] = ("Planted reason." in page, "Planted refusal." in page)

    hidden, seen = (False, False), (True, True)
    # his own words are not kept from the editor who wrote them
    assert shown == {"author": seen, "auditor": hidden, "other_editor": hidden, "editor": seen}


def test_who_was_asked_is_told_but_never_at_which_address(client, people, claim):
    replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="email", question="How many?", deadline=desk.soon(),
        contact_detail="planted@office.example",
    )  # fmt: skip
    for name in ("author", "editor", "auditor"):
        client.force_login(getattr(people, name))
        page = record(client, claim).content.decode()
        assert "Harbour office" in page
        assert "planted@office.example" not in page


SOURCES = Path(claims.__file__).parent
NAMED = re.compile(r'(?:changing|changing_row|attempting|_answering|keep_refusal)\([^")]*"(\w+)"')
RECORDED = re.compile(r'Event\.objects\.append\(\s*(?:claim|chain|first\.claim|subject_of\(match\)),\s*"(\w+)"')


def named_in_the_code(pattern):
    return {name for path in SOURCES.rglob("*.py") for name in pattern.findall(path.read_text())}


def test_whatever_is_tried_on_a_claim_has_words_for_its_refusal():
    tried = named_in_the_code(NAMED)

    assert {"edit", "waive_capture", "undo", "upload", "log_contact", "comment", "read_again"} <= tried
    assert tried <= set(TRIED)


def test_whatever_happens_to_a_claim_has_words():
    happened = named_in_the_code(RECORDED) | named_in_the_code(NAMED) - {"undo", "upload", "hand_back"}

    assert {"create", "publish_refused", "decide_match", "withdraw_comment"} <= happened
    assert happened | {"retry_job", "cancel_job"} <= set(WORDS)


@pytest.mark.thorough
@pytest.mark.parametrize("action", [*TRANSITIONS, "waive_capture", "undo", "never_heard_of"])
def test_a_refusal_never_shows_a_name_of_the_code(client, people, claim, action):
    Refusal.objects.create(claim=claim, person=people.author, action=action, reason="No.")
    (refused,) = entries(client, people.author, claim, "?kind=refused")

    assert "_" not in refused.sentence
    assert f"“{action}”" not in refused.sentence


def test_what_the_system_does_is_refused_to_a_person_without_its_name_in_the_code(people, claim):
    with pytest.raises(Refused, match="“a step of the desk itself”"):
        apply(claim.pk, "pass", by=people.editor)


def test_a_name_that_would_turn_the_sentence_is_kept_apart_in_it(client, people, claim):
    Person.objects.filter(pk=people.author.pk).update(name="Ann\u202e Other")
    Refusal.objects.create(claim=claim, person=people.author, action="edit", reason="No.")
    (refused,) = entries(client, people.editor, claim, "?kind=refused")

    assert refused.sentence == "\u2068Ann Other\u2069 tried “Change the claim” and was refused"
    shown = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()
    assert "\u2068Ann Other\u2069</span>" in shown


def test_refused_attempts_are_a_kind_of_their_own(client, people, claim):
    Refusal.objects.create(claim=claim, person=None, action="edit", reason="No.")

    assert [entry.sentence for entry in entries(client, people.auditor, claim, f"?kind={REFUSED}")] == [
        "Somebody tried “Change the claim” and was refused"
    ]


@pytest.mark.parametrize("page", ["claim-record", "comment-list", "revision-list"])
def test_a_page_of_its_own_about_a_claim_begins_with_one_heading(client, people, claim, page):
    client.force_login(people.author)
    html = client.get(reverse(f"claims:{page}", args=[claim.pk])).content.decode()

    assert html.count("<h1") == 1
