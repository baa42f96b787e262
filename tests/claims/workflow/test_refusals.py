"""What somebody tried on a claim and was refused is kept, whichever operation it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Comment, Refusal, Reminder
from claims.views.record_words import name_of_attempt
from claims.workflow import answers, comments, edit, edit_review, undo
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import TopicFactory

pytestmark = pytest.mark.django_db


def thread_of(claim, people):
    return comments.add_comment(claim.pk, by=people.editor, text="Who counted?").pk


def asked_to_read_again(claim):
    Reminder.objects.create(claim=claim, kind="second_read", due_at=timezone.now() - timedelta(days=1))
    return claim.pk


ATTEMPTS = {
    "assign": lambda claim, people: apply(claim.pk, "assign", by=people.contributor, due=desk.soon()),
    "edit": lambda claim, people: edit.edit_claim(claim.pk, by=people.auditor, fields={"context": "In May."}, seen={}),
    "arrange": lambda claim, people: edit.arrange_claim(claim.pk, by=people.author, priority=1),
    "answer_rubric": lambda claim, people: edit_review.answer_rubric(claim.pk, by=people.contributor, answers={}),
    "show_verdict": lambda claim, people: edit_review.show_verdict(claim.pk, by=people.editor),
    "comment": lambda claim, people: comments.add_comment(claim.pk, by=people.auditor, text="Really?"),
    "resolve_comment": lambda claim, people: comments.resolve_comment(thread_of(claim, people), by=people.author),
    "reopen_comment": lambda claim, people: comments.reopen_comment(thread_of(claim, people), by=people.auditor),
    "withdraw_comment": lambda claim, people: comments.withdraw_comment(thread_of(claim, people), by=people.author),
    "stay_on_it": lambda claim, people: answers.stay_on_it(claim.pk, by=people.author),
    "hand_back": lambda claim, people: answers.hand_back(claim.pk, by=people.author),
    "read_again": lambda claim, people: answers.read_again(asked_to_read_again(claim), by=people.contributor),
}


@pytest.mark.parametrize("action", ATTEMPTS)
def test_a_refused_attempt_is_kept_with_its_sentence_and_has_a_name(people, action):
    claim = desk.accepted(people)

    with pytest.raises(Refused) as refused:
        ATTEMPTS[action](claim, people)

    (kept,) = Refusal.objects.all()
    assert (kept.claim, kept.action, kept.reason) == (claim, action, str(refused.value))
    assert name_of_attempt(action) != name_of_attempt("no such thing")


def test_an_attempt_within_another_is_kept_once(people):
    claim = desk.accepted(people)
    with pytest.raises(Refused):
        edit.add_topic(claim.pk, by=people.author, topic=TopicFactory())

    assert list(Refusal.objects.values_list("action", "person")) == [("arrange", people.author.pk)]


def test_a_refused_undo_is_kept(people):
    claim, since = desk.accepted(people), timezone.now()
    apply(claim.pk, "decline", by=people.editor, decline_reason="other", reason="No.")
    token = undo.offer([claim.pk], by=people.editor, since=since)
    apply(claim.pk, "restore", by=people.editor)

    assert list(undo.undo(token, by=people.editor).refused) == [claim.pk]
    assert Refusal.objects.get().action == "undo"


def test_a_form_that_is_not_filled_in_is_no_attempt(people):
    with pytest.raises(Refused, match="Write a comment first"):
        comments.add_comment(desk.accepted(people).pk, by=people.author, text=" ")

    assert (Refusal.objects.exists(), Comment.objects.exists()) == (False, False)
