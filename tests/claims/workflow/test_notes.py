"""The notes an approver reads and no reader does: in the record of the approval, and fixed by it."""

import pytest
from django.db import connection

from claims.models import Approval, ChecklistAnswer, Event
from claims.workflow import edit_review, record, replies
from claims.workflow.apply import Refused, apply
from claims.workflow.facts import read_facts
from claims.workflow.notes import mark_of_notes, noted_otherwise, notes_of
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory

pytestmark = pytest.mark.django_db

WHY_NO = "The harbour keeps no log of this."
WHY_NOT_AWAITED = "It goes to print."


@pytest.fixture
def question():
    return ChecklistItemFactory(text="Is the number in the harbour's log?", required=True)


@pytest.fixture
def claim(people, question):
    """In review, with a "no" that says why and a reply that is not awaited."""
    claim = desk.ready(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=question, answer="no", note=WHY_NO)
    contact = replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="phone", question="How many?", deadline=desk.soon()
    )
    replies.go_on_without(contact.pk, by=people.author, reason=WHY_NOT_AWAITED)
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    rating = desk.reload(claim).rating
    return apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Counted too.")


def notes(claim):
    return notes_of(read_facts(desk.reload(claim)))


def approve(claim, by, read=None):
    return apply(claim.pk, "approve", by=by, seen=desk.seen(claim), notes=mark_of_notes(read or notes(claim)))


def answer(claim, by, question, note):
    edit_review.answer_checklist(claim.pk, by=by, item=question, answer="no", note=note)


def test_the_record_of_an_approval_says_which_notes_it_rests_on(claim, people, question):
    approve(claim, people.editor)

    said = Event.objects.get(chain=claim.chain, action="approve").details["notes"]
    assert said["checklist"] == [[question.pk, question.text, "no", WHY_NO]]
    assert [(who, why) for who, _until, why in said["not_awaited"]] == [("Harbour office", WHY_NOT_AWAITED)]
    assert record.verify().problems == ()


def test_notes_changed_behind_the_records_back_leave_the_record_what_it_was(claim, people):
    approve(claim, people.editor)
    before = Event.objects.get(chain=claim.chain, action="approve").body
    ChecklistAnswer.objects.update(note="Yes it does.")

    assert Event.objects.get(chain=claim.chain, action="approve").body == before
    assert WHY_NO in before
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE claims_event SET body = replace(body, %s, 'Other.') WHERE action = 'approve'", [WHY_NO])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert [problem.what for problem in record.verify().problems] == ["its words were changed"]


def test_nobody_approves_on_notes_that_are_not_those_he_read(claim, people, question):
    read, seen = notes(claim), desk.seen(claim)
    answer(claim, people.other_editor, question, "The log was lost in the flood.")
    assert desk.seen(claim) == seen  # readers are told nothing else

    with pytest.raises(Refused, match="has changed since this page was opened"):
        approve(claim, people.editor, read)
    with pytest.raises(Refused, match="has changed since this page was opened"):
        apply(claim.pk, "approve", by=people.editor, seen=seen)
    assert not Approval.objects.exists()
    assert approve(claim, people.editor).status == "approved"


def test_another_note_takes_an_approval_back_though_readers_see_no_difference(claim, people, question):
    approve(claim, people.editor)
    before = desk.seen(claim)
    answer(claim, people.other_editor, question, "The log was lost in the flood.")

    assert (desk.reload(claim).status, desk.seen(claim)) == ("in_review", before)
    with pytest.raises(Refused, match="You changed what this claim says"):
        approve(claim, people.other_editor)
    assert approve(claim, people.editor).status == "approved"
    assert Approval.objects.count() == 2


def test_the_same_note_said_again_takes_nothing_back(claim, people, question):
    approve(claim, people.editor)
    answer(claim, people.other_editor, question, WHY_NO)

    assert desk.reload(claim).status == "approved"


def test_an_approval_whose_record_says_nothing_of_notes_is_not_taken_back_for_them(claim, people, question):
    """One older than this rule, or whose words were erased."""
    approve(claim, people.editor)
    event = Event.objects.get(chain=claim.chain, action="approve")
    record.erase_event(event, by=people.administrator, reason="Asked for.")
    answer(claim, people.other_editor, question, "The log was lost in the flood.")

    assert desk.reload(claim).status == "approved"


def test_only_an_approved_claim_is_noted_otherwise(claim):
    assert not noted_otherwise(claim, read_facts(claim))


def test_a_claim_without_notes_asks_for_none(people):
    claim = desk.in_review(people)

    assert mark_of_notes(notes(claim)) == ""
    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"
