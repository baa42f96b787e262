"""Changes to a claim: who may make them, what two people at once get, what the record says."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from claims.errors import FetchFailed, StaleEdit
from claims.models import Appearance, Citation, Claim, Claimant, Event, Evidence, Job, Quote, Refusal, Topic, Waiver
from claims.workflow import comments, edit, edit_appearances, edit_parts, edit_review, replies
from claims.workflow.apply import Refused, apply
from claims.workflow.revisions import authors_of, read_content
from claims.workflow.standing import standing
from tests.claims.workflow import desk
from tests.factories import (
    ChecklistItemFactory,
    ClaimantFactory,
    ClaimFactory,
    RatingFactory,
    ResourceFactory,
    SnapshotFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return edit.create_claim(by=people.contributor, statement="Twelve  ships\ncame.")


def last_event(claim):
    return Event.objects.filter(chain=claim.chain).latest("seq")


# --- the claim itself


def test_a_new_claim_lies_in_the_inbox_and_in_the_record(claim, people):
    claim = desk.reload(claim)

    assert (claim.statement, claim.status) == ("Twelve ships came.", "inbox")
    assert claim.content_version == claim.recorded_version
    assert authors_of(claim) == {people.contributor.pk}


def test_a_claim_without_a_statement_is_refused(people):
    with pytest.raises(Refused, match="needs a statement"):
        edit.create_claim(by=people.contributor, statement="  ")
    with pytest.raises(Refused, match="does not add"):
        edit.create_claim(by=people.auditor, statement="Ships came.")


def test_an_edit_is_recorded_with_before_and_after(claim, people):
    edited = edit.edit_claim(
        claim.pk, by=people.author, fields={"statement": "Ten ships came."}, seen=edit.digests(claim)
    )

    assert (edited.statement, edited.version) == ("Ten ships came.", 2)
    assert last_event(claim).details == {
        "before": {"statement": "Twelve ships came."},
        "after": {"statement": "Ten ships came."},
    }


def test_the_same_field_changed_twice_is_refused_with_both_texts(claim, people):
    seen = edit.digests(claim)
    edit.edit_claim(claim.pk, by=people.author, fields={"context": "On Monday."}, seen=seen)

    with pytest.raises(StaleEdit) as stale:
        edit.edit_claim(claim.pk, by=people.editor, fields={"context": "On Tuesday."}, seen=seen)

    assert stale.value.conflicts == {"context": ("On Monday.", "On Tuesday.")}
    assert desk.reload(claim).context == "On Monday."


def test_different_fields_changed_at_once_merge(claim, people):
    seen = edit.digests(claim)
    edit.edit_claim(claim.pk, by=people.author, fields={"context": "On Monday."}, seen=seen)
    edit.edit_claim(claim.pk, by=people.editor, fields={"language": "de"}, seen=seen)

    claim = desk.reload(claim)
    assert (claim.context, claim.language) == ("On Monday.", "de")


def test_the_same_text_sent_twice_is_one_change(claim, people):
    seen = edit.digests(claim)
    for _ in range(2):
        edit.edit_claim(claim.pk, by=people.author, fields={"context": "On Monday."}, seen=seen)

    assert Event.objects.filter(chain=claim.chain, action="edit").count() == 1


def test_a_statement_cannot_be_emptied(claim, people):
    with pytest.raises(Refused, match="needs a statement"):
        edit.edit_claim(claim.pk, by=people.author, fields={"statement": " "}, seen=edit.digests(claim))


def test_fields_of_the_workflow_are_not_edited(claim, people):
    with pytest.raises(ValueError, match="status"):
        edit.edit_claim(claim.pk, by=people.author, fields={"status": "published"}, seen={})
    with pytest.raises(ValueError, match="statement"):
        edit.arrange_claim(claim.pk, by=people.editor, statement="Other.")
    with pytest.raises(ValueError, match="claim"):
        edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(), claim=3)


@pytest.mark.parametrize("bring", [desk.in_preflight, desk.in_cross_check])
def test_nobody_edits_while_it_is_being_read(people, bring):
    claim = bring(people)

    for person in (people.author, people.editor):
        with pytest.raises(Refused, match="cannot change this claim while"):
            edit.edit_claim(claim.pk, by=person, fields={"context": "New."}, seen=edit.digests(claim))


def test_in_review_only_editors_edit(people):
    claim = desk.in_review(people)

    with pytest.raises(Refused, match="cannot change this claim while"):
        edit.edit_claim(claim.pk, by=people.author, fields={"context": "New."}, seen=edit.digests(claim))
    assert Refusal.objects.get(claim=claim).action == "edit"


def test_who_has_not_seen_the_verdict_does_not_overwrite_it(people):
    claim = desk.ready(people)

    with pytest.raises(Refused, match="Show the verdict"):
        edit.edit_claim(claim.pk, by=people.cross_checker, fields={"rationale": "Mine."}, seen=edit.digests(claim))


def test_a_missing_claim_is_said_so(people):
    with pytest.raises(Refused, match="does not exist"):
        edit.edit_claim(10**9, by=people.author, fields={"context": "x"}, seen={})


def test_editors_arrange_dates_and_topics(claim, people):
    topic = Topic.objects.create(slug="harbour", name="Harbour")
    due = desk.soon()

    edit.arrange_claim(claim.pk, by=people.editor, due_at=due, priority=1, topics=[topic])
    edit.arrange_claim(claim.pk, by=people.editor, due_at=due)

    claim = desk.reload(claim)
    assert (claim.due_at, claim.priority, list(claim.topics.all())) == (due, 1, [topic])
    assert Event.objects.filter(chain=claim.chain, action="arrange").count() == 1
    with pytest.raises(Refused, match="An editor arranges"):
        edit.arrange_claim(claim.pk, by=people.author, priority=2)


# --- citations


def test_a_date_two_people_set_at_once_is_refused_with_both_moments(claim, people):
    seen = {"due_at": edit.digest(desk.reload(claim).due_at)}
    edit.arrange_claim(claim.pk, by=people.editor, due_at=datetime(2031, 5, 6, 7, 8, tzinfo=UTC))

    with pytest.raises(StaleEdit) as stale:
        edit.arrange_claim(claim.pk, by=people.editor, due_at=datetime(2032, 5, 6, 7, 8, tzinfo=UTC), seen=seen)

    theirs, mine = stale.value.conflicts["due_at"]
    assert (theirs[:10], mine[:10]) == ("2031-05-06", "2032-05-06")
    assert desk.reload(claim).due_at == datetime(2031, 5, 6, 7, 8, tzinfo=UTC)


def test_citations_follow_the_text(people):
    claim = desk.ready(people)
    assert Citation.objects.get(claim=claim, number=1).evidence.number == 1

    claim = desk.write_verdict(claim, people.author, rationale="See [2] and [9].")
    assert dict(Citation.objects.filter(claim=claim).values_list("number", "evidence__number")) == {2: 2, 9: None}
    apply(claim.pk, "submit", by=people.author)
    with pytest.raises(Refused, match=r"\[9\] points to no evidence"):
        apply(claim.pk, "pass", by=None)


def test_a_number_once_cited_is_not_given_to_another_source(people):
    claim = desk.ready(people)
    desk.write_verdict(claim, people.author, rationale="See [5].")

    added = [edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory()) for _ in range(3)]
    assert [evidence.number for evidence in added] == [3, 4, 6]


def test_a_year_in_brackets_does_not_run_away_with_the_numbers(people):
    claim = desk.ready(people)
    desk.write_verdict(claim, people.author, rationale="As it was in [2024] [1, 2].")

    assert list(claim.citations.values_list("number", "evidence__number")) == [(1, 1), (2, 2), (2024, None)]
    assert edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory()).number == 3


def test_a_copy_that_is_there_cannot_be_waived(people):
    claim = desk.ready(people)
    captured, other = claim.evidence.order_by("number")
    with pytest.raises(Refused, match="Evidence 1 has a captured copy, so there is nothing to waive"):
        edit_parts.waive(captured.pk, "capture", by=people.author, reason="No network.")
    other.quotes.all().delete()
    Evidence.objects.filter(pk=other.pk).update(pinned=None)
    with pytest.raises(Refused, match="Evidence 2 has a copy that is whole and can be read"):
        edit_parts.waive(other.pk, "capture", by=people.author, reason="No network.")

    assert edit_parts.waive(captured.pk, "quote_check", by=people.author, reason="Closed today.").kind == "quote_check"


# --- the title of a source


def test_a_checker_says_what_a_source_is_called_and_becomes_its_author(people):
    claim = desk.in_research(people)
    edit_parts.add_evidence(claim.pk, by=people.contributor, resource=ResourceFactory(title="untitled"))
    evidence = claim.evidence.get()
    edit_parts.title_source(evidence.pk, by=people.author, title="  Counts of the   harbour ")
    edit_parts.title_source(evidence.pk, by=people.author, title="Counts of the harbour")

    assert read_content(desk.reload(claim)).values["evidence"][0]["title"] == "Counts of the harbour"
    event = Event.objects.get(chain=claim.chain, action="title_source")
    assert (event.details["before"], event.details["after"]) == (
        {"title": "untitled"}, {"title": "Counts of the harbour"}
    )  # fmt: skip
    assert people.author.pk in authors_of(desk.reload(claim))
    with pytest.raises(Refused, match="what the source is called"):
        edit_parts.title_source(evidence.pk, by=people.author, title=" ")


def test_a_title_stays_while_another_claim_with_the_source_is_reviewed(people):
    reviewed = desk.in_review(people)
    source = reviewed.evidence.first().resource
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=source)
    before = source.title

    with pytest.raises(Refused, match="is being reviewed"):
        edit_parts.title_source(evidence.pk, by=people.author, title="Another name")
    source.refresh_from_db()
    assert source.title == before


# --- appearances


def test_who_made_the_claim_may_be_named_where_nobody_knows_him_yet(claim, people):
    known = ClaimantFactory(name="Harbour office")
    new = edit_appearances.add_appearance(
        claim.pk, by=people.contributor, new_claimant="Pilots' union", claimant_kind="organisation"
    )
    again = edit_appearances.add_appearance(claim.pk, by=people.contributor, new_claimant=" harbour OFFICE ")
    edit_appearances.edit_appearance(again.pk, by=people.contributor, new_claimant="pilots’ union")

    assert (new.claimant.name, new.claimant.kind) == ("Pilots' union", "organisation")
    assert again.claimant == known
    assert Appearance.objects.get(pk=again.pk).claimant == new.claimant
    assert Claimant.objects.count() == 2


def test_appearances_are_added_changed_and_removed(claim, people):
    first = edit_appearances.add_appearance(
        claim.pk, by=people.contributor, url="https://a.example.org/", verbatim="A dozen!"
    )
    second = edit_appearances.add_appearance(claim.pk, by=people.contributor, said_on=date(2026, 1, 5))
    edit_appearances.edit_appearance(second.pk, by=people.contributor, is_first=True, position="denies")
    edit_appearances.edit_appearance(second.pk, by=people.contributor, position="denies")
    edit_appearances.remove_appearance(first.pk, by=people.contributor)

    third = edit_appearances.add_appearance(
        claim.pk, by=people.contributor, is_first=True, url="https://b.example.org/"
    )
    edit_appearances.remove_appearance(third.pk, by=people.contributor)
    edit_appearances.edit_appearance(second.pk, by=people.contributor, is_first=True)

    row = Appearance.objects.get(claim=claim)
    assert (row.number, row.position, row.is_first) == (2, "denies", True)
    with pytest.raises(Refused, match="no longer there"):
        edit_appearances.remove_appearance(first.pk, by=people.contributor)


# --- evidence


def test_ten_links_at_once_lose_none_for_a_bad_one(claim, people):
    urls = [f"https://s{n}.example.org/a#top" for n in range(8)] + ["file:///etc/passwd", "https://s1.example.org/a"]

    results = dict(edit_parts.add_links(claim.pk, by=people.contributor, urls=urls, stance="refutes"))

    assert sum(not problem for problem in results.values()) == 8
    assert results["file:///etc/passwd"] != ""
    assert results["https://s1.example.org/a"] == "This source is evidence 2 already."
    assert Job.objects.filter(kind="capture", claim=claim).count() == 8


def test_one_address_is_one_source_for_every_claim(people):
    one, two = ClaimFactory(), ClaimFactory()
    for claim in (one, two):
        edit_parts.add_links(claim.pk, by=people.author, urls=["https://s.example.org/a"])

    assert one.evidence.get().resource == two.evidence.get().resource
    assert Job.objects.filter(kind="capture").count() == 1


def test_an_address_that_is_none_is_refused_in_words():
    with pytest.raises(FetchFailed):
        edit_parts.find_resource("javascript:alert(1)")


def test_a_source_captured_before_rests_on_that_copy(claim, people):
    snapshot = SnapshotFactory()

    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)

    assert evidence.pinned == snapshot
    assert not Job.objects.filter(kind="capture").exists()


def test_evidence_is_changed_withheld_and_removed(claim, people):
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    edit_parts.edit_evidence(evidence.pk, by=people.author, stance="refutes", reliability="B")
    with pytest.raises(Refused, match="why the source is withheld"), transaction.atomic():
        edit_parts.edit_evidence(evidence.pk, by=people.author, withheld=True, withheld_reason=" ")
    edit_parts.edit_evidence(evidence.pk, by=people.author, withheld=True, withheld_reason="A source at risk.")
    edit_parts.remove_evidence(evidence.pk, by=people.author)

    assert not Evidence.objects.filter(claim=claim).exists()
    assert last_event(claim).details["before"]["withheld_reason"] == "A source at risk."


def test_the_first_good_copy_is_pinned_where_the_claim_is_still_open(people):
    resource = ResourceFactory()
    open_claim, read_claim = desk.in_research(people), desk.in_cross_check(people)
    one = edit_parts.add_evidence(open_claim.pk, by=people.author, resource=resource)
    two = Evidence.objects.create(claim=read_claim, resource=resource, number=9)
    snapshot = SnapshotFactory(resource=resource)

    edit_parts.pin_first_snapshot(None, resource=resource.pk, snapshot=snapshot.pk)()

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.pinned, two.pinned) == (snapshot, None)
    assert last_event(open_claim).actor_ref == "system"


def test_only_a_copy_of_the_same_source_is_pinned(claim, people):
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())

    with pytest.raises(Refused, match="not of the source"):
        edit_parts.pin_snapshot(evidence.pk, SnapshotFactory().pk, by=people.author)
    snapshot = SnapshotFactory(resource=evidence.resource)
    for _ in range(2):
        edit_parts.pin_snapshot(evidence.pk, snapshot.pk, by=people.author)
    assert Event.objects.filter(chain=claim.chain, action="pin_snapshot").count() == 1


# --- passages and waivers


def test_a_passage_stands_where_the_copy_says(claim, people):
    snapshot, newer = SnapshotFactory(), None
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)
    newer = SnapshotFactory(resource=snapshot.resource, body_text="Now twelve ships, it says.")
    words = {"by": people.author, "exact": "twelve ships", "prefix": "", "suffix": ""}

    with pytest.raises(Refused, match="do not stand in this copy"):
        edit_parts.add_quote(evidence.pk, snapshot=newer, start=5, **words)
    quote = edit_parts.add_quote(evidence.pk, snapshot=newer, start=4, **words)
    again = edit_parts.add_quote(evidence.pk, snapshot=newer, start=4, **words)

    evidence.refresh_from_db()
    assert (quote, evidence.pinned) == (again, newer)
    edit_parts.remove_quote(quote.pk, by=people.author)
    assert not Quote.objects.exists()


def test_a_waiver_says_why_and_can_be_taken_back(people):
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())

    with pytest.raises(Refused, match="readers see it"):
        edit_parts.waive(evidence.pk, "capture", by=people.author, reason=" ")
    waiver = edit_parts.waive(evidence.pk, "capture", by=people.author, reason="The site is gone.")
    edit_parts.unwaive(waiver.pk, by=people.author)

    assert not Waiver.objects.exists()
    assert last_event(claim).details["before"] == "The site is gone."


# --- answers, comments, looking


def test_an_answer_of_the_checklist_is_recorded_once(claim, people):
    item = ChecklistItemFactory(code="date")
    for _ in range(2):
        edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    with pytest.raises(Refused, match="yes, no or does not apply"):
        edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="maybe")

    said = {"item": "date", "question": item.text, "before": "", "after": "yes"}
    assert last_event(claim).details == said


def test_contact_details_stay_out_of_the_record_and_the_revision(people):
    claim = desk.ready(people)
    contact = replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="email", contact_detail="secret@harbour.example",
        question="How many?", deadline=desk.soon(),
    )  # fmt: skip
    with pytest.raises(Refused, match="what was answered"):
        replies.answer_contact(contact.pk, by=people.author, answer="")
    with pytest.raises(Refused, match="who was asked"):
        replies.log_contact(claim.pk, by=people.author, asked="", channel="email", question="", deadline=desk.soon())
    claim = apply(claim.pk, "submit", by=people.author)

    texts = [event.body for event in Event.objects.all()] + [revision.body for revision in claim.revisions.all()]
    assert not any("secret@harbour" in text for text in texts)
    assert "Harbour office was asked on" in claim.revisions.get().body


def test_comments_are_not_for_auditors(claim, people):
    with pytest.raises(Refused, match="read this claim"):
        comments.add_comment(claim.pk, by=people.auditor, text="Hm.")
    with pytest.raises(Refused, match="Write a comment"):
        comments.add_comment(claim.pk, by=people.author, text=" ")
    comment = comments.add_comment(claim.pk, by=people.author, text="Who counted?")
    with pytest.raises(Refused, match="cannot be resolved"):
        comments.resolve_comment(comment.pk, by=people.auditor)
    for _ in range(2):
        comments.resolve_comment(comment.pk, by=people.author)

    assert Event.objects.filter(chain=claim.chain, action="resolve_comment").count() == 1


def test_looking_at_the_verdict_is_recorded_once(people):
    claim = desk.ready(people)
    for _ in range(2):
        edit_review.show_verdict(claim.pk, by=people.editor)

    assert standing(desk.reload(claim), people.editor).sees_verdict
    assert Event.objects.filter(chain=claim.chain, action="show_verdict").count() == 1


def test_a_withheld_source_without_a_reason_is_no_row():
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(claim=ClaimFactory(), number=1, resource=ResourceFactory(), withheld=True)


def test_ratings_are_compared_by_row_not_by_words(claim, people):
    rating = RatingFactory(code="true")
    for _ in range(2):
        edit.edit_claim(claim.pk, by=people.author, fields={"rating": rating}, seen=edit.digests(claim))

    assert Claim.objects.get(pk=claim.pk).rating == rating
    assert Event.objects.filter(chain=claim.chain, action="edit").count() == 1


def test_a_first_appearance_may_be_said_to_be_none(claim, people):
    row = edit_appearances.add_appearance(claim.pk, by=people.contributor, is_first=False)

    assert row.is_first is False


def test_an_edit_in_review_that_leaves_the_content_alone_voids_nothing(people):
    claim = desk.in_review(people)
    evidence = claim.evidence.first()
    edit_parts.edit_evidence(evidence.pk, by=people.editor, grade_reason="Known for years.")

    assert desk.reload(claim).status == "in_review"


def test_the_system_and_people_who_only_read_write_no_verdict(people):
    claim = desk.in_research(people)

    assert not standing(claim, None).may_edit
    assert not standing(claim, None).may_write_verdict
    assert not standing(claim, people.contributor).may_write_verdict
    assert not standing(claim, None).may_cross_check


def test_a_source_is_withheld_for_a_reason_and_shown_without_one(claim, people):
    row = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())

    for reason in ("", "  "):
        with pytest.raises(Refused, match="Say why"):
            edit_parts.edit_evidence(row.pk, by=people.author, withheld=True, withheld_reason=reason)
    row = edit_parts.edit_evidence(row.pk, by=people.author, withheld=True, withheld_reason="It names a minor.")
    assert row.withheld_reason == "It names a minor."
    row = edit_parts.edit_evidence(row.pk, by=people.author, withheld=False)
    assert (row.withheld, row.withheld_reason) == (False, "")


def test_a_comment_hangs_on_its_own_claim_only(claim, people):
    other = comments.add_comment(ClaimFactory().pk, by=people.author, text="Elsewhere.")
    mine = comments.add_comment(claim.pk, by=people.author, text="Here.")

    with pytest.raises(Refused, match="no longer on this claim"):
        comments.add_comment(claim.pk, by=people.author, text="Hm.", parent_id=other.pk)
    with pytest.raises(Refused, match="no longer on this claim"):
        comments.add_comment(claim.pk, by=people.author, text="Hm.", evidence_id=10**9)
    assert comments.add_comment(claim.pk, by=people.author, text="Yes.", parent_id=mine.pk).parent == mine


def test_an_address_that_is_too_long_keeps_no_other_out(claim, people):
    urls = ["https://example.org/" + "b" * 3000, "https://example.org/short"]

    results = edit_parts.add_links(claim.pk, by=people.contributor, urls=urls)

    assert [problem for _url, problem in results] == ["This address is longer than 2,000 characters.", ""]


def test_no_text_of_a_claim_holds_control_characters_or_marks_that_turn_letters(people, claim):
    said = {"title": "Ships\x07 counted\x1b", "summary": "10\u202e01", "statement": "\u202eShips\x9f"}

    edit.edit_claim(claim.pk, by=people.author, fields=said, seen=edit.digests(claim))

    claim.refresh_from_db()
    assert (claim.title, claim.summary, claim.statement) == ("Ships counted", "1001", "Ships")
