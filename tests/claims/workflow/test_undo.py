"""Undo: the inverse of what a person did last, by token, while nothing else happened."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from claims.models import Article, Assignment, Claim, Comment, Event, Refusal
from claims.workflow import comments, edit, edit_appearances, edit_parts, edit_review
from claims.workflow import undo as undoing
from claims.workflow.apply import Refused, apply
from claims.workflow.record import erase_event
from claims.workflow.undo import INVERSES, SALT, undo
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, TopicFactory, make_rubric

pytestmark = pytest.mark.django_db

CHANGED = "It was changed in the meantime, so nothing was undone."


def offer(claim_ids, *, by):
    return undoing.offer(claim_ids, by=by, since=timezone.now() - timedelta(minutes=1))


def newest(claim):
    return Event.objects.filter(chain=claim.chain).latest("seq")


def roles(claim):
    return dict(Assignment.objects.filter(claim=claim, ended_at=None).values_list("role", "person"))


def decline(claim, by):
    return apply(claim.pk, "decline", by=by, decline_reason="other", reason="By mistake.")


def test_a_declined_claim_comes_back_to_its_state_with_the_people_who_worked_on_it(people):
    claim = desk.in_research(people)
    decline(claim, people.editor)
    assert roles(claim) == {}

    undone = undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert (undone.claims, undone.refused) == ([claim.pk], {})
    assert desk.reload(claim).status == "in_research"
    assert roles(claim) == {"checker": people.author.pk}
    assert Event.objects.filter(chain=claim.chain, action__in=["decline", "restore"]).count() == 2


def test_somebody_who_left_does_not_get_his_role_back(people):
    claim = desk.in_research(people)
    decline(claim, people.editor)
    people.author.is_active = False
    people.author.save()

    assert undo(offer([claim.pk], by=people.editor), by=people.editor).claims == [claim.pk]
    assert roles(claim) == {}


def test_a_restored_claim_is_closed_again_as_it_was(people):
    declined = decline(desk.accepted(people), people.editor)
    main, duplicate = ClaimFactory(), ClaimFactory()
    apply(duplicate.pk, "merge", by=people.editor, target=main.pk)
    for claim in (declined, duplicate):
        apply(claim.pk, "restore", by=people.editor)

    undone = undo(offer([declined.pk, duplicate.pk], by=people.editor), by=people.editor)

    assert undone.claims == [declined.pk, duplicate.pk]
    assert (desk.reload(declined).status, desk.reload(declined).decline_reason) == ("declined", "other")
    assert desk.reload(duplicate).duplicate_of_id == main.pk


def test_what_came_from_the_archive_stays(people):
    claim = decline(ClaimFactory(), people.editor)
    apply(claim.pk, "archive", by=people.editor)
    apply(claim.pk, "restore", by=people.editor)

    undone = undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert undone.refused == {claim.pk: "What was archived is not put away again by undo."}
    assert desk.reload(claim).status == "inbox"


def test_a_merge_is_undone_with_the_claims_that_came_along(people):
    main, claim, member = ClaimFactory(), ClaimFactory(), ClaimFactory()
    apply(member.pk, "merge", by=people.editor, target=claim.pk)
    apply(claim.pk, "merge", by=people.editor, target=main.pk)
    assert desk.reload(member).duplicate_of_id == main.pk

    undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert desk.reload(claim).duplicate_of_id is None
    assert desk.reload(claim).status == "inbox"
    assert desk.reload(member).duplicate_of_id == claim.pk


def test_a_watched_claim_comes_back_to_the_inbox(people):
    claim = ClaimFactory()
    apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert desk.reload(claim).status == "inbox"
    assert desk.reload(claim).look_again_at is None


@pytest.mark.parametrize("watched", [False, True])
def test_an_accepted_claim_is_triaged_again_where_it_was(people, watched):
    make_rubric()
    claim = edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")
    answers = {"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    edit_review.answer_rubric(claim.pk, by=people.editor, answers=answers)
    date = desk.soon(days=9).replace(microsecond=0) if watched else None
    if watched:
        apply(claim.pk, "watch", by=people.editor, look_again=date)
    apply(claim.pk, "accept", by=people.editor)
    undo(offer([claim.pk], by=people.editor), by=people.editor)

    claim = desk.reload(claim)
    assert (claim.status, claim.look_again_at) == ("watching" if watched else "inbox", date)
    assert claim.worth == "high"  # the answers of the rubric stay
    undone = undo(offer([claim.pk], by=people.editor), by=people.editor)
    assert (undone.claims, desk.reload(claim).status) == ([claim.pk], "accepted")


def test_an_accepted_claim_somebody_has_taken_stays_accepted(people):
    claim = desk.accepted(people)
    token = offer([claim.pk], by=people.editor)
    apply(claim.pk, "assign", by=people.author, person=people.author, due=desk.soon())
    undone = undo(token, by=people.editor)

    assert undone.refused == {claim.pk: CHANGED}
    assert desk.reload(claim).status == "in_research"


def test_a_claim_sent_back_to_triage_and_accepted_again_by_undo_has_its_people_again(people):
    claim = desk.accepted(people)
    apply(claim.pk, "hand_over", by=people.editor, role="editor", person=people.other_editor)
    apply(claim.pk, "unaccept", by=people.editor)
    assert (desk.reload(claim).status, roles(claim)) == ("inbox", {})

    undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert (desk.reload(claim).status, roles(claim)) == ("accepted", {"editor": people.other_editor.pk})


def test_only_an_editor_sends_a_claim_back_to_triage(people):
    claim = desk.accepted(people)
    with pytest.raises(Refused, match="not yours to take"):
        apply(claim.pk, "unaccept", by=people.author)


@pytest.mark.parametrize("due", [None, desk.soon(days=9).replace(microsecond=0)])
def test_an_assigned_claim_is_nobody_s_again_and_due_when_it_was_due(people, due):
    claim = desk.accepted(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=due)
    apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())

    undo(offer([claim.pk], by=people.editor), by=people.editor)

    claim = desk.reload(claim)
    assert (claim.status, claim.due_at, roles(claim)) == ("accepted", due, {})
    assert newest(claim).details["before"] == people.author.ref


def test_a_checker_gives_his_claim_back_and_it_keeps_its_date(people):
    claim = desk.in_research(people)
    due = desk.reload(claim).due_at
    apply(claim.pk, "unassign", by=people.author)

    assert (desk.reload(claim).status, desk.reload(claim).due_at, roles(claim)) == ("accepted", due, {})


def test_dates_priorities_and_topics_go_back_to_what_they_were(people):
    old, new = TopicFactory(), TopicFactory()
    due = desk.soon(days=3).replace(microsecond=0)
    claim = edit.create_claim(by=people.editor, statement="Twelve ships.", topics=[old], due_at=due)
    changed = {"due_at": desk.soon(), "priority": 1, "confidential": True}
    edit.arrange_claim(claim.pk, by=people.editor, topics=[new], **changed)

    undo(offer([claim.pk], by=people.editor), by=people.editor)

    claim = desk.reload(claim)
    assert (claim.due_at, claim.priority, claim.confidential, list(claim.topics.all())) == (due, 5, False, [old])


def test_a_date_given_where_there_was_none_is_taken_away_and_topics_stay(people):
    topic = TopicFactory()
    claim = edit.create_claim(by=people.editor, statement="Twelve ships.", topics=[topic])
    edit.arrange_claim(claim.pk, by=people.editor, due_at=desk.soon())
    undo(offer([claim.pk], by=people.editor), by=people.editor)

    assert desk.reload(claim).due_at is None
    assert list(claim.topics.all()) == [topic]


def test_evidence_comes_back_whole_and_the_claim_says_what_it_said(people):
    claim = desk.ready(people)
    item = claim.evidence.get(number=2)
    edit_parts.waive(item.pk, "quote_check", by=people.author, reason="The page is a photograph.")
    comment = comments.add_comment(claim.pk, by=people.author, text="Page 3?", evidence_id=item.pk)
    before, added = desk.seen(claim), item.quotes.get().added_at
    edit_parts.remove_evidence(item.pk, by=people.author)
    assert desk.seen(claim) != before

    undo(offer([claim.pk], by=people.author), by=people.author)

    assert desk.seen(claim) == before
    back = claim.evidence.get(number=2)
    assert back.quotes.get().added_at == added
    assert Comment.objects.get(pk=comment.pk).evidence == back


def test_citations_point_again_at_evidence_that_came_back(people):
    claim = desk.ready(people)
    edit_parts.remove_evidence(claim.evidence.get(number=1).pk, by=people.author)
    assert claim.citations.get().evidence is None
    undo(offer([claim.pk], by=people.author), by=people.author)

    assert claim.citations.get().evidence.number == 1


def test_a_passage_comes_back(people):
    claim = desk.ready(people)
    before = desk.seen(claim)
    edit_parts.remove_quote(claim.evidence.get(number=2).quotes.get().pk, by=people.author)
    undo(offer([claim.pk], by=people.author), by=people.author)

    assert desk.seen(claim) == before


def test_an_appearance_comes_back(people):
    claim = desk.in_research(people)
    row = AppearanceFactory(
        claim=claim, claimant=ClaimantFactory(), article=Article.objects.create(title="On ships"), said_on="2024-06-19"
    )
    before = desk.seen(claim)
    edit_appearances.remove_appearance(row.pk, by=people.author)
    undo(offer([claim.pk], by=people.author), by=people.author)

    assert desk.seen(claim) == before
    assert claim.appearances.get().article == row.article


def test_a_resolved_thread_is_open_again_and_only_once(people):
    claim = desk.in_research(people)
    other = comments.add_comment(claim.pk, by=people.editor, text="When?")
    comment = comments.add_comment(claim.pk, by=people.author, text="Who?")
    comments.resolve_comment(comment.pk, by=people.author)
    token = offer([claim.pk], by=people.author)
    comments.resolve_comment(other.pk, by=people.editor)

    assert undo(token, by=people.author).claims == [claim.pk]
    comments.resolve_comment(comment.pk, by=people.editor)
    assert undo(token, by=people.author).refused == {claim.pk: CHANGED}
    assert Comment.objects.get(pk=comment.pk).resolved_by == people.editor


def test_evidence_speaks_again_for_what_it_spoke_for_and_has_its_grade_again(people):
    claim = desk.ready(people)
    item = claim.evidence.get(number=2)
    before = desk.seen(claim)
    edit_parts.edit_evidence(item.pk, by=people.author, stance="refutes", reliability="E", credibility=5)
    assert desk.seen(claim) != before

    undo(offer([claim.pk], by=people.author), by=people.author)

    assert desk.seen(claim) == before
    assert newest(claim).action == "edit_evidence"


def test_a_statement_says_again_what_it_said(people):
    claim = desk.in_research(people)
    before = claim.statement
    fields = {"statement": "Norland has no harbour.", "context": "As of 2025."}
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(claim))

    undo(offer([claim.pk], by=people.author), by=people.author)

    assert (desk.reload(claim).statement, desk.reload(claim).context) == (before, "")


def test_a_verdict_is_not_put_back_by_a_press(people):
    claim = desk.ready(people)
    edit.edit_claim(claim.pk, by=people.author, fields={"summary": "Another."}, seen=edit.digests(desk.reload(claim)))

    undone = undo(offer([claim.pk], by=people.author), by=people.author)

    assert undone.refused == {claim.pk: "A verdict is not put back by undo: write it again."}
    assert desk.reload(claim).summary == "Another."


# --- what a token is good for


def test_every_inverse_is_tried_here_and_nothing_else_can_be_undone():
    assert set(INVERSES) == {
        "accept", "unaccept", "decline", "merge", "restore", "watch", "assign", "arrange", "edit", "edit_evidence",
        "remove_appearance", "remove_evidence", "remove_quote", "resolve_comment",
    }  # fmt: skip


def test_what_was_changed_in_the_meantime_is_left_as_it_is_and_the_attempt_is_kept(people):
    claims = [desk.accepted(people) for _ in range(2)]
    for claim in claims:
        edit.arrange_claim(claim.pk, by=people.editor, priority=2)
    token = offer([claim.pk for claim in claims], by=people.editor)
    edit.arrange_claim(claims[0].pk, by=people.other_editor, due_at=desk.soon())

    undone = undo(token, by=people.editor)

    assert (undone.claims, undone.refused) == ([claims[1].pk], {claims[0].pk: CHANGED})
    assert [desk.reload(claim).priority for claim in claims] == [2, 5]
    assert Refusal.objects.get(claim=claims[0], action="undo").reason == CHANGED


def test_a_token_takes_effect_once(people):
    claim = decline(desk.accepted(people), people.editor)
    token = offer([claim.pk], by=people.editor)

    assert undo(token, by=people.editor).claims == [claim.pk]
    events = Event.objects.filter(chain=claim.chain).count()
    assert undo(token, by=people.editor).refused == {claim.pk: CHANGED}
    assert Event.objects.filter(chain=claim.chain).count() == events


def test_a_token_is_for_the_person_who_did_it(people):
    claim = decline(desk.accepted(people), people.editor)
    token = offer([claim.pk], by=people.editor)

    with pytest.raises(Refused, match="cannot be undone from here"):
        undo(token, by=people.other_editor)
    assert desk.reload(claim).status == "declined"


def test_a_forged_token_is_refused(people):
    claim = decline(desk.accepted(people), people.editor)
    forged = signing.dumps({"by": people.editor.pk, "done": [[claim.pk, claim.version, 1]]}, salt="another")

    for token in ("", "nonsense", forged, offer([claim.pk], by=people.editor)[:-2]):
        with pytest.raises(Refused, match="cannot be undone from here"):
            undo(token, by=people.editor)


def test_a_token_is_too_old_after_an_hour(people):
    claim = decline(desk.accepted(people), people.editor)
    token = offer([claim.pk], by=people.editor)

    later = time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False)
    with later, pytest.raises(Refused, match="too late"):
        undo(token, by=people.editor)


def test_nothing_is_offered_for_what_somebody_else_did_or_what_cannot_be_undone(people):
    claim = desk.in_cross_check(people)
    apply(claim.pk, "recall", by=people.editor, reason="Once more.")
    assert offer([claim.pk], by=people.editor) == ""
    decline(claim, people.editor)
    assert offer([claim.pk], by=people.other_editor) == ""
    assert offer([], by=people.editor) == ""


def test_what_was_done_before_the_press_is_not_offered(people):
    claim = desk.accepted(people)
    edit.arrange_claim(claim.pk, by=people.editor, priority=2)

    assert undoing.offer([claim.pk], by=people.editor, since=timezone.now()) == ""


def test_an_event_whose_words_were_erased_cannot_be_undone(people):
    claim = decline(desk.accepted(people), people.editor)
    token = offer([claim.pk], by=people.editor)
    erase_event(newest(claim), by=people.administrator, reason="Asked for.")

    assert undo(token, by=people.editor).refused == {claim.pk: CHANGED}


def test_a_claim_or_an_event_that_is_not_there_is_refused(people):
    claim = desk.accepted(people)
    signed = signing.dumps({"by": people.editor.pk, "done": [[10**9, 1, 1], [claim.pk, claim.version, 99]]}, salt=SALT)

    assert undo(signed, by=people.editor).refused == {10**9: CHANGED, claim.pk: CHANGED}


def test_who_may_no_longer_change_the_claim_cannot_undo(people):
    claim = desk.ready(people)
    edit_parts.remove_evidence(claim.evidence.get(number=2).pk, by=people.author)
    token = offer([claim.pk], by=people.author)
    people.author.is_active = False
    people.author.save()

    assert "Your account is closed" in undo(token, by=people.author).refused[claim.pk]
    assert claim.evidence.count() == 1
