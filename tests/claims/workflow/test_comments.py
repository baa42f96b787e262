"""Threads on a claim and on its evidence: who may say, read, settle and take back what."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import Claim, Comment, Event
from claims.workflow import comments, edit_parts, edit_review
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return desk.in_research(people)


def actions(claim):
    return list(Event.objects.filter(chain=claim.chain, action__in=comments.ACTIONS).values_list("action", flat=True))


def test_a_reply_to_a_reply_hangs_on_the_comment_that_started_the_thread(people, claim):
    desk.add_proof(claim, people.author)
    item = claim.evidence.first()
    first = comments.add_comment(claim.pk, by=people.editor, text="Who counted?", evidence_id=item.pk)
    second = comments.add_comment(claim.pk, by=people.author, text="The harbour.", parent_id=first.pk)
    third = comments.add_comment(claim.pk, by=people.editor, text="When?", parent_id=second.pk)

    assert (second.parent, third.parent) == (first, first)
    assert {first.evidence_id, second.evidence_id, third.evidence_id} == {item.pk}


def test_a_thread_is_resolved_and_opened_again_once_however_often_it_is_asked(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    for _ in range(2):
        comments.resolve_comment(comment.pk, by=people.other_editor)
    assert Comment.objects.get().resolved_by == people.other_editor
    for _ in range(2):
        comments.reopen_comment(comment.pk, by=people.editor)

    assert Comment.objects.get().resolved_by is None
    assert actions(claim) == ["comment", "resolve_comment", "reopen_comment"]


def test_who_neither_began_a_thread_nor_edits_does_not_resolve_it(people, claim):
    blocker = comments.add_comment(claim.pk, by=people.editor, text="Do not approve this.")
    for person in (people.author, people.contributor):
        with pytest.raises(Refused, match="or an editor"):
            comments.resolve_comment(blocker.pk, by=person)
    own = comments.add_comment(claim.pk, by=people.author, text="Is this right?")

    assert Comment.objects.filter(resolved_at__isnull=False).count() == 0
    assert comments.resolve_comment(own.pk, by=people.author).resolved_by == people.author


def test_a_reply_to_a_resolved_thread_opens_it_again(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    comments.resolve_comment(comment.pk, by=people.other_editor)
    reply = comments.add_comment(claim.pk, by=people.editor, text="Not answered.", parent_id=comment.pk)

    assert Comment.objects.get(pk=comment.pk).resolved_at is None
    assert actions(claim) == ["comment", "resolve_comment", "reopen_comment", "comment"]
    comments.resolve_comment(reply.pk, by=people.other_editor)
    assert Comment.objects.get(pk=comment.pk).resolved_by == people.other_editor


def test_an_open_comment_stops_approval_and_one_taken_back_does_not(people):
    claim = desk.in_review(people)
    comment = comments.add_comment(claim.pk, by=people.other_editor, text="Who counted?")
    with pytest.raises(Refused, match=r"^1 comment is not resolved\.$"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    comments.withdraw_comment(comment.pk, by=people.other_editor)

    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"


def test_ones_own_unanswered_comment_is_taken_back_and_the_record_keeps_it(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    comments.withdraw_comment(comment.pk, by=people.editor)

    assert Comment.objects.get().withdrawn_at is not None
    assert actions(claim) == ["comment", "withdraw_comment"]
    assert Event.objects.get(chain=claim.chain, action="comment").details["text"] == "Who counted?"
    with pytest.raises(Refused, match="no longer on this claim"):
        comments.add_comment(claim.pk, by=people.author, text="I did.", parent_id=comment.pk)
    with pytest.raises(Refused, match="no longer on this claim"):
        comments.reopen_comment(comment.pk, by=people.editor)


def test_a_comment_is_not_taken_back_by_others_nor_once_it_was_answered_or_resolved(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    with pytest.raises(Refused, match="Only who wrote"):
        comments.withdraw_comment(comment.pk, by=people.author)
    with pytest.raises(Refused, match="Only who wrote"):
        comments.withdraw_comment(10**9, by=people.author)

    reply = comments.add_comment(claim.pk, by=people.author, text="I did.", parent_id=comment.pk)
    with pytest.raises(Refused, match="answered or resolved"):
        comments.withdraw_comment(comment.pk, by=people.editor)

    later = comments.add_comment(claim.pk, by=people.editor, text="Thank you.", parent_id=comment.pk)
    with pytest.raises(Refused, match="answered or resolved"):
        comments.withdraw_comment(reply.pk, by=people.author)
    comments.withdraw_comment(later.pk, by=people.editor)
    comments.withdraw_comment(reply.pk, by=people.author)
    comments.resolve_comment(comment.pk, by=people.other_editor)
    with pytest.raises(Refused, match="answered or resolved"):
        comments.withdraw_comment(comment.pk, by=people.editor)


def test_the_database_holds_that_what_was_taken_back_is_settled(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    with pytest.raises(IntegrityError, match="comment_withdrawn_is_resolved"), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(withdrawn_at=timezone.now())


def test_an_auditor_and_a_comment_that_is_not_there_are_refused(people, claim):
    comment = comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    for operation in (comments.resolve_comment, comments.reopen_comment):
        with pytest.raises(Refused, match="cannot be resolved by you"):
            operation(comment.pk, by=people.auditor)
        with pytest.raises(Refused, match="cannot be resolved by you"):
            operation(10**9, by=people.author)


# --- blind


def test_words_of_those_who_know_the_verdict_are_kept_from_those_who_must_not(people):
    claim = desk.in_cross_check(people)

    authors = {people.contributor.pk, people.author.pk}

    assert comments.kept_from(desk.reload(claim), people.cross_checker) == authors
    assert comments.kept_from(desk.reload(claim), people.editor) == authors
    assert comments.kept_from(desk.reload(claim), people.author) == set()
    edit_review.show_verdict(claim.pk, by=people.editor)
    assert comments.kept_from(desk.reload(claim), people.editor) == set()
    assert comments.kept_from(desk.reload(claim), people.other_editor) == authors | {people.editor.pk}


def test_who_gave_a_second_verdict_knows_it_and_a_checker_who_wrote_nothing_may(people):
    knowing = {people.contributor.pk, people.author.pk, people.cross_checker.pk}
    claim = desk.in_review(people)
    assert comments.kept_from(desk.reload(claim), people.other_editor) == knowing

    plain = desk.in_research(people)
    desk.write_verdict(plain, people.author)
    apply(plain.pk, "hand_over", by=people.editor, role="checker", person=people.cross_checker)
    assert comments.kept_from(desk.reload(plain), people.other_editor) == knowing


def test_nothing_is_kept_while_there_is_no_verdict(people, claim):
    assert comments.kept_from(claim, people.other_editor) == set()


def test_a_blind_person_neither_answers_nor_settles_what_he_must_not_read(people):
    claim = desk.in_cross_check(people)
    comment = comments.add_comment(claim.pk, by=people.author, text="It is true as the register says.")
    before = actions(claim)
    for attempt in (
        lambda: comments.add_comment(claim.pk, by=people.cross_checker, text="Hm.", parent_id=comment.pk),
        lambda: comments.resolve_comment(comment.pk, by=people.cross_checker),
        lambda: comments.reopen_comment(comment.pk, by=people.cross_checker),
    ):
        with pytest.raises(Refused, match="may speak of the verdict"):
            attempt()

    assert actions(claim) == before


# --- mentions


@pytest.mark.parametrize(
    "text",
    ["@ines look", "Ask @Ines.", "(@ines)", "@INES, please", "first\n@ines-", "@ines@ no"],
)
def test_somebody_is_named_by_user_name_whatever_stands_around_it(text):
    person = PersonFactory(username="ines")
    PersonFactory(username="in")

    assert list(comments.people_named(text)) == [person]


@pytest.mark.parametrize("text", ["mail ines@desk.org", "ines", "@@ines", "x@ines", "@inesita"])
def test_what_only_looks_like_a_name_names_nobody(text):
    PersonFactory(username="ines")

    assert list(comments.people_named(text)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask @Nobody, @nobody and @ines.", ["Nobody", "nobody"]),
        ("Ask @ines. Or @INES", []),
        ("Mail desk@example.org, or not @ all, @...", []),
        ("@nobody.", ["nobody"]),
    ],
)
def test_who_is_named_though_nobody_has_that_name_is_known(text, names):
    PersonFactory(username="ines")

    assert comments.names_of_nobody(text) == names


def test_a_user_name_that_is_an_address_can_be_named():
    person = PersonFactory(username="ines@desk.org")

    assert list(comments.people_named("Ask @ines@desk.org.")) == [person]


def test_who_may_not_see_the_claim_or_has_left_is_not_told(people):
    claim = ClaimFactory(confidential=True, created_by=people.contributor)
    gone = PersonFactory(username="gone", is_active=False)
    text = f"@{people.contributor.username} @{people.author.username} @{people.editor.username} @gone"
    comment = comments.add_comment(claim.pk, by=people.editor, text=text)

    assert set(comments.not_told(comment)) == {people.author, gone}
    Claim.objects.update(confidential=False)
    assert comments.not_told(Comment.objects.get()) == [gone]


def test_a_comment_on_evidence_that_was_taken_off_is_refused(people, claim):
    desk.add_proof(claim, people.author, count=1)
    item = claim.evidence.get()
    pk = item.pk
    edit_parts.remove_evidence(pk, by=people.author)

    with pytest.raises(Refused, match="no longer on this claim"):
        comments.add_comment(claim.pk, by=people.author, text="Hm.", evidence_id=pk)
