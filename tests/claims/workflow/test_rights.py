"""Whose a change is: contributors add, mend and withdraw what is their own; the rest of the work is a checker's."""

from contextlib import suppress

import pytest

from claims.models import Event, Evidence, Quote, Refusal
from claims.workflow import drafts, edit, edit_appearances, edit_parts, edit_review, replies, undo
from claims.workflow.apply import Refused, apply
from claims.workflow.standing import standing
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, PersonFactory, RatingFactory, ResourceFactory

pytestmark = pytest.mark.django_db

RESEARCH = "This is for a checker or an editor: contributors add claims, appearances and evidence."
OTHERS = "You may mend or withdraw what you added yourself; the rest is for a checker or an editor."
WORDS = "Who brought a claim in may word it anew until work on it begins; then a checker or an editor does."


@pytest.fixture
def claim(people):
    """In research, with two pieces of evidence and a passage of its checker's."""
    return desk.ready(people)


def captured_evidence(claim, by):
    return edit_parts.add_evidence(claim.pk, by=by, resource=desk.captured().resource, stance="supports")


def mark(evidence, by):
    snapshot = Evidence.objects.get(pk=evidence.pk).pinned
    return edit_parts.add_quote(
        evidence.pk, by=by, snapshot=snapshot, exact="twelve ships", prefix="counted ", suffix=" on", start=27
    )


def ask(claim, by):
    return replies.log_contact(
        claim.pk, by=by, asked="Harbour office", channel="email", question="How many?", deadline=desk.soon()
    )


def is_refused(claim, person, words, operation):
    """Whether nothing was done, in these words, and the record keeps the attempt."""
    before = Event.objects.filter(chain=claim.chain).count()
    with pytest.raises(Refused) as refusal:
        operation()
    kept = Refusal.objects.filter(claim=claim, person=person).first()
    return (str(refusal.value), Event.objects.filter(chain=claim.chain).count(), kept and kept.reason) == (
        words, before, words,
    )  # fmt: skip


def research_on(claim, others):
    """Every operation that is research, as one person would do it; ``others``: a row somebody else logged."""
    item = ChecklistItemFactory()
    evidence = claim.evidence.get(number=1)
    return {
        "checklist": lambda by: edit_review.answer_checklist(claim.pk, by=by, item=item, answer="yes"),
        "waive": lambda by: edit_parts.waive(evidence.pk, "quote_check", by=by, reason="No network."),
        "unwaive": lambda by: edit_parts.unwaive(evidence.waivers.get().pk, by=by),
        "log": lambda by: ask(claim, by),
        "edit contact": lambda by: replies.edit_contact(others.pk, by=by, seen=replies.mark_of(others), question="Why?"),
        "go on": lambda by: replies.go_on_without(others.pk, by=by, reason="Printed today."),
        "answer": lambda by: replies.answer_contact(others.pk, by=by, answer="Twelve."),
        "remove contact": lambda by: replies.remove_contact(others.pk, by=by),
        "verdict": lambda by: edit.edit_claim(
            claim.pk, by=by, fields={"rating": RatingFactory(code="false")}, seen=edit.digests(desk.reload(claim))
        ),
    }  # fmt: skip


def test_a_contributor_does_no_research_and_a_checker_all_of_it(claim, people):
    edit_parts.waive(claim.evidence.get(number=1).pk, "quote_check", by=people.author, reason="Closed.")
    operations = research_on(claim, ask(claim, people.author))

    assert {
        name: is_refused(claim, people.contributor, RESEARCH, lambda run=run: run(people.contributor))
        for name, run in operations.items()
    } == dict.fromkeys(operations, True)
    for run in operations.values():
        run(people.author)


def test_what_others_added_is_mended_and_withdrawn_by_checkers(claim, people):
    evidence, quote = claim.evidence.get(number=2), Quote.objects.get(evidence__claim=claim)
    said = edit_appearances.add_appearance(claim.pk, by=people.author, url="https://a.example.org/")
    operations = {
        "judge": lambda by: edit_parts.edit_evidence(evidence.pk, by=by, stance="refutes"),
        "name": lambda by: edit_parts.title_source(evidence.pk, by=by, title="Counts of ships"),
        "pin": lambda by: edit_parts.pin_snapshot(evidence.pk, evidence.pinned_id, by=by),
        "mark": lambda by: mark(evidence, by),
        "unmark": lambda by: edit_parts.remove_quote(quote.pk, by=by),
        "take off": lambda by: edit_parts.remove_evidence(evidence.pk, by=by),
        "mend appearance": lambda by: edit_appearances.edit_appearance(said.pk, by=by, position="denies"),
        "remove appearance": lambda by: edit_appearances.remove_appearance(said.pk, by=by),
    }

    assert {
        name: is_refused(claim, people.contributor, OTHERS, lambda run=run: run(people.contributor))
        for name, run in operations.items()
    } == dict.fromkeys(operations, True)
    for run in operations.values():
        run(people.cross_checker)
    assert (claim.evidence.count(), claim.appearances.count()) == (1, 0)


def test_a_contributor_adds_to_anybodys_claim_and_mends_and_withdraws_what_he_added(claim, people):
    by = people.contributor
    evidence, said = captured_evidence(claim, by), edit_appearances.add_appearance(claim.pk, by=by, verbatim="A dozen!")
    quote = mark(evidence, by)

    edit_parts.edit_evidence(evidence.pk, by=by, stance="refutes")
    edit_parts.title_source(evidence.pk, by=by, title="Counts of ships")
    edit_appearances.edit_appearance(said.pk, by=by, position="denies")
    edit_parts.remove_quote(quote.pk, by=by)
    token = undo.offer([claim.pk], by=by, since=quote.added_at)
    assert undo.undo(token, by=by).claims == [claim.pk]
    edit_parts.remove_evidence(evidence.pk, by=by)
    edit_appearances.remove_appearance(said.pk, by=by)

    assert (claim.evidence.count(), claim.appearances.count()) == (2, 0)
    assert not Refusal.objects.filter(person=by).exists()


def test_an_appearance_put_back_is_still_of_who_added_it(claim, people):
    by = people.contributor
    said = edit_appearances.add_appearance(claim.pk, by=by, verbatim="A dozen!")
    edit_appearances.remove_appearance(said.pk, by=by)
    undo.undo(undo.offer([claim.pk], by=by, since=claim.created_at), by=by)

    assert claim.appearances.get().added_by == by


def test_a_contributors_evidence_in_which_somebody_else_marked_a_passage_is_taken_off_by_checkers(claim, people):
    evidence = captured_evidence(claim, people.contributor)
    mark(evidence, people.author)
    words = "Somebody else marked a passage in it: a checker or an editor takes it off."

    assert is_refused(
        claim, people.contributor, words, lambda: edit_parts.remove_evidence(evidence.pk, by=people.contributor)
    )
    edit_parts.remove_evidence(evidence.pk, by=people.cross_checker)


def test_a_source_others_cite_too_is_named_by_checkers(claim, people):
    other = desk.in_research(people)
    resource = claim.evidence.get(number=1).resource
    evidence = edit_parts.add_evidence(other.pk, by=people.contributor, resource=resource)
    words = "Somebody else cites this source too: a checker or an editor names it."

    assert is_refused(
        other, people.contributor, words,
        lambda: edit_parts.title_source(evidence.pk, by=people.contributor, title="Mine"),
    )  # fmt: skip
    assert edit_parts.title_source(evidence.pk, by=people.author, title="Counts").title == "Counts"


def word(claim, by, statement="Ten ships came on Monday."):
    return edit.edit_claim(claim.pk, by=by, fields={"statement": statement}, seen=edit.digests(desk.reload(claim)))


@pytest.mark.parametrize("state", ["inbox", "watching", "accepted"])
def test_who_brought_a_claim_in_words_it_anew_until_work_begins(people, state):
    claim = (
        desk.accepted(people) if state == "accepted" else edit.create_claim(by=people.contributor, statement="Ships.")
    )
    if state == "watching":
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    another = PersonFactory(role="contributor")

    assert is_refused(claim, another, WORDS, lambda: word(claim, another))
    assert word(claim, people.contributor).statement == "Ten ships came on Monday."
    assert word(claim, people.cross_checker, "Eleven ships came.").statement == "Eleven ships came."


def test_once_work_has_begun_he_words_it_no_more(claim, people):
    assert is_refused(claim, people.contributor, WORDS, lambda: word(claim, people.contributor))
    assert not standing(claim, people.contributor).may_word


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("auditor", "As an auditor you read claims; you do not change them."),
        ("administrator", "As an administrator you look after the desk; its people change claims."),
    ],
)
def test_who_does_not_work_on_claims_is_told_so_whatever_their_state(claim, people, who, words):
    person = getattr(people, who)
    for found in (claim, desk.in_review(people)):
        assert is_refused(
            found, person, words,
            lambda found=found: edit_parts.add_evidence(found.pk, by=person, resource=ResourceFactory()),
        )  # fmt: skip


def test_a_closed_account_changes_nothing(claim, people):
    people.author.is_active = False

    assert is_refused(
        claim, people.author, "Your account is closed, so nothing was changed.",
        lambda: edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory()),
    )  # fmt: skip


def test_a_draft_is_kept_for_who_may_write_such_a_text_at_all(claim, people):
    seen = edit.digests(claim)
    kept = {}
    for name in ("contributor", "cross_checker", "editor", "administrator", "auditor"):
        for part, field in (("statement", "context"), ("verdict", "rationale")):
            with suppress(Refused):
                drafts.keep_draft(
                    claim.pk, by=getattr(people, name), part=part, key="w", texts={field: "Begun."}, seen=seen
                )
                kept.setdefault(name, set()).add(part)

    both = {"statement", "verdict"}
    assert kept == {"contributor": {"statement"}, "cross_checker": both, "editor": both}
