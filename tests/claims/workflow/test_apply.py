"""The life of a claim, step by step, and what each step refuses."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from claims.models import Approval, Assignment, Claim, Desk, Event, Job, Reading, Refusal, Revision, RevisionAuthor
from claims.workflow import comments, edit, edit_parts, edit_review, replies
from claims.workflow.apply import Refused, apply, possible_steps
from claims.workflow.revisions import authors_of
from claims.workflow.standing import standing
from tests.claims.workflow import desk
from tests.factories import (
    ChecklistItemFactory,
    ClaimFactory,
    PersonFactory,
    RatingFactory,
    RubricQuestionFactory,
    SnapshotFactory,
    make_rubric,
)

pytestmark = pytest.mark.django_db


def actions(claim):
    return list(Event.objects.filter(chain=claim.chain).values_list("action", flat=True))


# --- triage


def test_accept_asks_for_the_rubric(people):
    make_rubric()
    claim = edit.create_claim(by=people.contributor, statement="Ships came.")

    with pytest.raises(Refused, match="Answer the rubric first: Is it verifiable"):
        apply(claim.pk, "accept", by=people.editor)


def test_an_accepted_claim_is_looked_for_among_the_others(people):
    claim = desk.accepted(people)

    assert claim.status == "accepted"
    assert Job.objects.filter(kind="match_claim", claim=claim).count() == 1


@pytest.mark.parametrize(
    ("answers", "worth"),
    [
        ({"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}, "high"),
        ({"verifiable": 2, "significant": 1, "spread": 1, "harmful": 0}, "medium"),
        ({"verifiable": 0, "significant": 2, "spread": 2, "harmful": 2}, "low"),
        ({"verifiable": 1, "significant": 1, "spread": 1, "harmful": 0}, "low"),
        ({"verifiable": 2}, ""),
    ],
)
def test_worth_follows_from_the_rubric(people, answers, worth):
    make_rubric()
    claim = edit.create_claim(by=people.contributor, statement="Ships came.")

    assert edit_review.answer_rubric(claim.pk, by=people.author, answers=answers).worth == worth


def test_a_desk_may_ask_other_questions_and_the_worth_is_a_share_of_what_could_be_had(people):
    for code in ("new", "close"):
        RubricQuestionFactory(code=code, decisive=False)
    claim = edit.create_claim(by=people.contributor, statement="Ships came.")

    assert edit_review.answer_rubric(claim.pk, by=people.author, answers={"new": 2}).worth == ""
    assert edit_review.answer_rubric(claim.pk, by=people.author, answers={"close": 1}).worth == "high"
    assert edit_review.answer_rubric(claim.pk, by=people.author, answers={"new": 0}).worth == "low"


@pytest.mark.parametrize("answers", [{"unheard-of": 2}, {"verifiable": 3}])
def test_an_answer_the_rubric_does_not_know_is_refused(people, answers):
    make_rubric()
    claim = ClaimFactory()

    with pytest.raises(Refused, match="answer it as it stands"):
        edit_review.answer_rubric(claim.pk, by=people.author, answers=answers)
    assert not claim.rubric_answers.exists()


def test_a_contributor_does_not_answer_the_rubric(people):
    claim = ClaimFactory()

    with pytest.raises(Refused, match="checker or an editor"):
        edit_review.answer_rubric(claim.pk, by=people.contributor, answers={"verifiable": 2})


def test_watching_ends_when_the_clock_says_so(people):
    claim = ClaimFactory()
    with pytest.raises(Refused, match="passed already"):
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon(days=-1))
    apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())

    assert apply(claim.pk, "wake", by=None).status == "inbox"


def test_decline_needs_a_reason_from_the_list_and_words(people):
    claim = desk.in_research(people)

    with pytest.raises(Refused, match="reason from the list"):
        apply(claim.pk, "decline", by=people.editor, reason="Nothing to find.")
    with pytest.raises(Refused, match="in a sentence"):
        apply(claim.pk, "decline", by=people.editor, decline_reason="no_evidence")
    declined = apply(claim.pk, "decline", by=people.editor, decline_reason="no_evidence", reason="Nothing to find.")

    assert declined.status == "declined"
    assert not Assignment.objects.filter(claim=claim, ended_at__isnull=True).exists()


def test_restore_leads_back_but_never_past_research(people):
    inbox, late = ClaimFactory(), desk.in_review(people)
    for claim in (inbox, late):
        apply(claim.pk, "decline", by=people.editor, decline_reason="other", reason="For now.")

    assert apply(inbox.pk, "restore", by=people.editor).status == "inbox"
    assert apply(late.pk, "restore", by=people.editor).status == "in_research"


def test_merging_points_at_the_main_claim_and_takes_the_cluster_along(people):
    main, second, third = ClaimFactory(), ClaimFactory(), ClaimFactory()
    apply(third.pk, "merge", by=people.editor, target=second.pk)
    apply(second.pk, "merge", by=people.editor, target=main.pk)

    assert set(Claim.objects.filter(duplicate_of=main)) == {second, third}
    with pytest.raises(Refused, match="no duplicate itself"):
        apply(ClaimFactory().pk, "merge", by=people.editor, target=second.pk)
    with pytest.raises(Refused, match="Choose the claim"):
        apply(main.pk, "merge", by=people.editor, target=main.pk)
    assert apply(second.pk, "restore", by=people.editor).duplicate_of_id is None


# --- work


def test_a_checker_takes_a_claim_for_himself_only(people):
    claim = desk.accepted(people)

    with pytest.raises(Refused, match="for himself"):
        apply(claim.pk, "assign", by=people.author, person=people.cross_checker, due=desk.soon())
    Desk.objects.update_or_create(pk=1, defaults={"research_limit": ""})
    with pytest.raises(Refused, match="Give a due date"):
        apply(claim.pk, "assign", by=people.author)
    with pytest.raises(Refused, match="passed already"):
        apply(claim.pk, "assign", by=people.author, due=desk.soon(minutes=-1))
    assert apply(claim.pk, "assign", by=people.author, due=desk.soon()).status == "in_research"


def test_a_recused_person_gets_no_role(people):
    claim = desk.accepted(people)
    topic = claim.topics.create(slug="harbour", name="Harbour")
    people.author.recusals.create(topic=topic)

    with pytest.raises(Refused, match="recused"):
        apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())


@pytest.mark.parametrize(
    ("role", "who", "by", "sentence"),
    [
        ("captain", "editor", "editor", "which part"),
        ("checker", None, "editor", "active checker"),
        ("checker", "contributor", "editor", "active checker"),
        ("editor", "cross_checker", "editor", "not an editor"),
        ("editor", "editor", "author", "not yours to take"),
        ("cross_checker", "author", "editor", "cannot cross-check"),
    ],
)
def test_roles_go_only_to_people_they_fit(people, role, who, by, sentence):
    claim = desk.in_research(people)
    desk.write_verdict(claim, people.author)

    with pytest.raises(Refused, match=sentence):
        apply(claim.pk, "hand_over", by=getattr(people, by), role=role, person=getattr(people, who) if who else None)


def test_the_cross_checker_does_not_become_the_checker(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    with pytest.raises(Refused, match="cross-checks this claim"):
        apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.cross_checker)


def test_waiting_for_a_reply_needs_somebody_asked(people):
    claim = desk.in_research(people)
    with pytest.raises(Refused, match="whom you asked"):
        apply(claim.pk, "request_reply", by=people.author)

    contact = replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="email", question="How many?", deadline=desk.soon()
    )
    apply(claim.pk, "request_reply", by=people.author)
    with pytest.raises(Refused, match="go on without it"):
        apply(claim.pk, "resume", by=people.author)
    replies.answer_contact(contact.pk, by=people.author, answer="Twelve.")

    assert apply(claim.pk, "resume", by=people.author).status == "in_research"


def test_submit_freezes_what_the_claim_says_and_rings_preflight(people):
    claim = desk.in_preflight(people)

    revision = Revision.objects.get(claim=claim)
    assert json.loads(revision.body)["rationale"] == "Two counts agree [1]."
    assert set(revision.author_rows.values_list("person_id", flat=True)) == {people.contributor.pk, people.author.pk}
    assert Reading.objects.get(claim=claim).kind == "first"
    assert Job.objects.get(kind="preflight").args == {"revision": revision.pk}
    with pytest.raises(Refused, match="cannot be done from"):
        apply(claim.pk, "submit", by=people.author)


def test_who_comes_too_late_reads_who_was_quicker_and_when(people):
    claim = desk.in_review(people)
    seen = desk.seen(claim)
    apply(claim.pk, "return", by=people.editor, reason="Say where.")
    moved = Event.objects.filter(chain=claim.chain).latest("seq")
    when = date_format(timezone.localtime(moved.at), "TIME_FORMAT")

    with pytest.raises(Refused) as late:
        apply(claim.pk, "approve", by=people.other_editor, seen=seen)
    assert str(late.value) == (
        f"“Approve” cannot be done from “Changes requested”. {people.editor} did “Return” at {when}."
    )
    with pytest.raises(Refused, match=f"You did “Return” at {when}"):
        apply(claim.pk, "return", by=people.editor, reason="Say where.")


def test_who_comes_after_the_desk_itself_is_told_so(people):
    claim = desk.in_cross_check(people)

    with pytest.raises(Refused, match="The desk itself moved it on at"):
        apply(claim.pk, "submit", by=people.author)


def test_of_a_step_long_ago_nothing_is_told(people):
    claim = desk.in_preflight(people)
    Claim.objects.filter(pk=claim.pk).update(status_since=timezone.now() - timedelta(hours=2))

    with pytest.raises(Refused) as late:
        apply(claim.pk, "submit", by=people.author)
    assert str(late.value).endswith("from “Preflight”.")


def test_submit_needs_verdict_and_rationale(people):
    claim = desk.in_research(people)

    with pytest.raises(Refused, match=r"Give a verdict\. Write the rationale\."):
        apply(claim.pk, "submit", by=people.author)


def test_only_its_checker_submits(people):
    claim = desk.ready(people)

    with pytest.raises(Refused, match="not yours"):
        apply(claim.pk, "submit", by=people.editor)


def test_recall_brings_it_back_and_keeps_the_readings(people):
    claim = desk.in_review(people)

    assert apply(claim.pk, "recall", by=people.author, reason="A new source.").status == "in_research"
    assert Reading.objects.filter(claim=claim, kind="cross").count() == 1


# --- the second verdict


def test_two_verdicts_that_agree_lead_to_review(people):
    assert desk.in_review(people).status == "in_review"


def test_the_first_difference_goes_back_the_second_to_an_editor(people):
    claim = desk.in_review(people, second="false")
    assert claim.status == "changes_requested"

    desk.write_verdict(claim, people.author, code="mixed")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    claim = apply(
        claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="false"), reason="Still not."
    )

    assert claim.status == "in_review"
    with pytest.raises(Refused, match="an editor must decide first"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))


def test_a_standing_cross_check_is_not_asked_for_again(people):
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)

    assert apply(claim.pk, "pass", by=None).status == "in_review"


def test_deciding_for_the_first_verdict_lets_it_be_approved(people):
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)

    with pytest.raises(Refused, match="one of the two"):
        apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code="mixed"), reason="Between.")
    apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code="true"), reason="The counts hold.")
    claim = apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    approval = Approval.objects.get(revision__claim=claim)
    assert (approval.cross_checker, approval.decision.by) == (people.cross_checker, people.editor)


def test_deciding_for_the_second_verdict_changes_the_verdict_without_authorship(people):
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code="false"), reason="The second count holds.")

    claim = desk.reload(claim)
    assert claim.rating.code == "false"
    assert people.editor.pk not in authors_of(claim)
    with pytest.raises(Refused, match="three people"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    assert apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim)).status == "approved"


def test_there_is_nothing_to_decide_between_equal_verdicts(people):
    claim = desk.in_review(people)

    with pytest.raises(Refused, match="nothing to decide"):
        apply(claim.pk, "decide", by=people.editor, rating=RatingFactory(code="true"), reason="Yes.")


def test_who_saw_the_verdict_cannot_cross_check_it(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.other_editor, people.editor)
    edit_review.show_verdict(claim.pk, by=people.cross_checker)

    with pytest.raises(Refused, match="cannot cross-check"):
        desk.hand_cross_check_to(claim, people.cross_checker, people.editor)


def test_where_there_is_no_verdict_nobody_gives_up_his_chance_to_cross_check_by_asking_for_it(people):
    claim = desk.in_research(people)

    with pytest.raises(Refused, match="There is no verdict to show yet"):
        edit_review.show_verdict(claim.pk, by=people.cross_checker)
    assert not standing(claim, people.cross_checker).has_seen


def test_the_cross_checker_is_kept_from_looking(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    with pytest.raises(Refused, match="own verdict first"):
        edit_review.show_verdict(claim.pk, by=people.cross_checker)
    assert not standing(desk.reload(claim), people.cross_checker).sees_verdict


def test_a_cross_check_needs_a_verdict(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    with pytest.raises(Refused, match="your own verdict"):
        apply(claim.pk, "cross_check", by=people.cross_checker)


def test_preflight_gives_the_cross_check_to_the_least_loaded_stranger(people):
    claim = desk.in_cross_check(people)

    role = Assignment.objects.get(claim=claim, role="cross_checker", ended_at__isnull=True)
    assert role.person == people.cross_checker


def test_with_nobody_eligible_the_cross_check_waits(people):
    for person in (people.cross_checker, people.editor, people.other_editor):
        person.is_active = False
        person.save()
    people.editor.is_active = True
    people.editor.save()
    claim = desk.ready(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    apply(claim.pk, "submit", by=people.author)
    claim = apply(claim.pk, "pass", by=None)

    assert claim.status == "in_cross_check"
    assert Assignment.objects.get(claim=claim, role="cross_checker", ended_at__isnull=True).person is None


def test_a_waiver_is_given_by_an_editor_with_a_reason_and_approved_by_another(people):
    claim = desk.in_cross_check(people)
    with pytest.raises(Refused, match="in a sentence"):
        apply(claim.pk, "waive_cross_check", by=people.editor)
    claim = apply(claim.pk, "waive_cross_check", by=people.editor, reason="Election night.")

    with pytest.raises(Refused, match="three people"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    assert apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim)).status == "approved"


def test_a_desk_may_forbid_the_waiver(people):
    row = Desk.objects.current()
    row.cross_check_may_be_waived = False
    row.save()
    claim = desk.in_cross_check(people)

    with pytest.raises(Refused, match="does not waive"):
        apply(claim.pk, "waive_cross_check", by=people.editor, reason="Election night.")


# --- approval


def test_approval_is_bound_to_the_text_on_the_page(people):
    claim = desk.in_review(people)

    with pytest.raises(Refused, match="has changed since"):
        apply(claim.pk, "approve", by=people.editor, seen="0" * 64)
    approved = apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    assert Approval.objects.get(revision__claim=claim).content_sha256 == desk.seen(approved)


def test_an_author_never_approves_even_by_sql(people):
    claim = desk.in_review(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    current = desk.reload(claim)
    edit.edit_claim(claim.pk, by=people.editor, fields={"summary": "Twelve."}, seen=edit.digests(current))
    with pytest.raises(Refused, match="somebody else"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    revision = Revision.objects.filter(claim=claim).latest("number")
    reading = Reading.objects.get(claim=claim, kind="cross")
    with pytest.raises(IntegrityError, match="can neither approve"), transaction.atomic():
        Approval.objects.create(
            revision=revision, content_sha256=revision.content_sha256, approver=people.editor, cross_check=reading,
            cross_checker=reading.by, policy="two",
        )  # fmt: skip


def test_under_three_the_cross_checker_does_not_approve_under_two_he_may(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.other_editor, people.editor)
    apply(claim.pk, "cross_check", by=people.other_editor, rating=RatingFactory(code="true"), reason="Counted too.")

    with pytest.raises(Refused, match="three people"):
        apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim))
    Desk.objects.update_or_create(pk=1, defaults={"review_policy": "two"})
    assert apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim)).status == "approved"


def test_open_comments_stop_approval(people):
    claim = desk.in_review(people)
    comment = comments.add_comment(claim.pk, by=people.other_editor, text="Who counted?")

    with pytest.raises(Refused, match="1 comment is not resolved"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    comments.resolve_comment(comment.pk, by=people.other_editor)
    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"


def test_words_changed_after_approval_void_it_and_leave_the_cross_check(people):
    claim = desk.approved(people)
    edit_review.show_verdict(claim.pk, by=people.other_editor)
    edit.edit_claim(
        claim.pk, by=people.other_editor, fields={"summary": "A dozen."}, seen=edit.digests(desk.reload(claim))
    )

    claim = desk.reload(claim)
    assert claim.status == "in_review"
    assert actions(claim)[-2:] == ["edit", "void"]
    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"


def test_evidence_changed_after_approval_asks_for_everything_again(people):
    claim = desk.approved(people)
    edit_parts.add_evidence(claim.pk, by=people.other_editor, resource=SnapshotFactory().resource, stance="refutes")

    assert desk.reload(claim).status == "changes_requested"


def test_an_edit_that_changes_nothing_voids_nothing(people):
    claim = desk.approved(people)
    current = desk.reload(claim)
    edit.edit_claim(claim.pk, by=people.editor, fields={"statement": current.statement}, seen=edit.digests(current))

    assert desk.reload(claim).status == "approved"


def test_scheduling_wants_a_time_ahead_and_a_void_empties_it(people):
    claim = desk.approved(people)
    with pytest.raises(Refused, match="passed already"):
        apply(claim.pk, "schedule", by=people.editor, publish_at=desk.soon(days=-1))
    apply(claim.pk, "schedule", by=people.editor, publish_at=desk.soon())
    apply(claim.pk, "return", by=people.other_editor, reason="Wait.")

    assert desk.reload(claim).publish_at is None


# --- refusals and races


def test_a_refused_attempt_is_kept(people):
    claim = ClaimFactory()

    with pytest.raises(Refused):
        apply(claim.pk, "accept", by=people.auditor)

    assert Refusal.objects.get(claim=claim).person == people.auditor


def test_a_claim_that_does_not_exist_is_said_so(people):
    with pytest.raises(Refused, match="does not exist"):
        apply(10**9, "accept", by=people.editor)


def test_a_publishing_effect_comes_only_with_the_steps_of_the_table(people):
    with pytest.raises(ValueError, match="not allowed"):
        apply(desk.accepted(people).pk, "assign", by=people.editor, person=people.author,
              due=desk.soon(), effect=lambda attempt: {})  # fmt: skip
    with pytest.raises(ValueError, match="needed"):
        apply(desk.approved(people).pk, "publish", by=people.editor)


def test_status_moves_by_no_other_way(people):
    claim = ClaimFactory()

    with pytest.raises(IntegrityError, match="only through a step"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(status="accepted")


@transaction.atomic
def publish_by_sql(claim):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.step', %s, true)", [str(claim.pk)])
        cursor.execute("UPDATE claims_claim SET status = 'published', public_state = 'published', slug = 'x'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_published_without_a_fact_check_does_not_commit(people):
    claim = desk.approved(people)

    with pytest.raises(IntegrityError):
        publish_by_sql(claim)


def test_buttons_say_what_they_still_miss(people):
    claim = desk.in_research(people)

    steps = possible_steps(desk.reload(claim), people.author)

    assert [item.sentence for item in steps["submit"]] == ["Give a verdict.", "Write the rationale."]
    assert "decline" not in steps
    assert possible_steps(desk.reload(claim), people.auditor) == {}


def test_a_person_who_left_takes_no_step(people):
    claim = ClaimFactory()
    people.editor.is_active = False

    with pytest.raises(Refused, match="not yours"):
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())


def test_unanswered_required_questions_fail_preflight(people):
    ChecklistItemFactory(text="Is the date right?")
    claim = desk.in_preflight(people)

    with pytest.raises(Refused, match="Checklist: Is the date right"):
        apply(claim.pk, "pass", by=None)


def test_authors_cannot_be_added_to_an_approved_revision(people):
    revision = desk.approved(people).revisions.get()

    with pytest.raises(IntegrityError, match="settled"), transaction.atomic():
        RevisionAuthor.objects.create(revision=revision, person=PersonFactory())
