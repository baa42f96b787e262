"""What must hold before a step; the preflight list.

A guard takes an ``Attempt`` and gives back what is missing, in words, each with the place on the claim page where it is
put right.  Nothing missing: an empty list.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import (
    Claim,
    Correction,
    Desk,
    RubricQuestion,
)
from claims.workflow.attempt import Attempt, Missing, mark_of_draft
from claims.workflow.guards_of_people import (
    assignee_may_work,
    cross_check_is_free,
    not_an_author,
    not_recused,
    offer_stands,
    part_is_his_to_offer,
    role_can_be_handed_over,
    still_blind,
)
from claims.workflow.notes import mark_of_notes, notes_of
from claims.workflow.preflight_list import quotes_found, read_list
from claims.workflow.reply_lines import awaited_of
from claims.workflow.sources import looks_missing
from claims.workflow.stages import problem_with

Guard = Callable[[Attempt], list[Missing]]


def _unless(holds: bool, sentence: str, place: str = "your-move") -> list[Missing]:
    return [] if holds else [Missing(sentence, place)]


# --- what a person must say


def has_reason(attempt: Attempt) -> list[Missing]:
    return _unless(bool(attempt.reason.strip()), _("Say why, in a sentence."))


def has_decline_reason(attempt: Attempt) -> list[Missing]:
    known = attempt.data.get("decline_reason") in Claim.DeclineReason.values
    return _unless(known, _("Choose a reason from the list."))


def has_look_again_date(attempt: Attempt) -> list[Missing]:
    date = attempt.data.get("look_again")
    return _ahead(date, _("Give a date ahead to look at it again."))


def has_due_date(attempt: Attempt) -> list[Missing]:
    """One an editor gives, for the whole claim, or the desk's own for research."""
    if attempt.data.get("due") is not None:
        return _ahead(attempt.data["due"], _("Give a due date."))
    return _unless(bool(attempt.claim.due_at or attempt.desk.research_limit), _("Give a due date."))


def publish_at_is_ahead(attempt: Attempt) -> list[Missing]:
    at = attempt.data.get("publish_at")
    return _ahead(at, _("Give a time ahead to publish at."))


def _ahead(date: object, ask: str) -> list[Missing]:
    problem = problem_with(date, timezone.now()) if isinstance(date, datetime) else ask
    return _unless(not problem, problem)


# --- triage


def rubric_answered(attempt: Attempt) -> list[Missing]:
    open_questions = RubricQuestion.objects.current().exclude(answers__claim=attempt.claim)
    texts = [question.text for question in open_questions]
    return _unless(
        not texts,
        _("Answer the rubric first: %(questions)s") % {"questions": " ".join(texts)},
        "rubric",
    )


def merge_target_is_live(attempt: Attempt) -> list[Missing]:
    target = Claim.objects.filter(pk=attempt.data.get("target")).first()
    if target is None or target.pk == attempt.claim.pk:
        return [Missing(_("Choose the claim this one repeats."))]
    ok = target.duplicate_of_id is None and target.status in Claim.LIVE
    return _unless(ok, _("The claim it is merged into must be live and no duplicate itself."))


# --- right of reply


def contact_with_deadline(attempt: Attempt) -> list[Missing]:
    return _unless(
        awaited_of(attempt.claim).exists(),
        _("Log whom you asked and by when they may answer: a deadline still ahead."),
        "reply",
    )


def reply_settled(attempt: Attempt) -> list[Missing]:
    return _unless(
        bool(attempt.reason.strip()) or not awaited_of(attempt.claim).exists(),
        _("An answer is still awaited: say why you go on without it."),
        "reply",
    )


# --- the verdict and its second reading


def has_verdict(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.claim.rating_id is not None, _("Give a verdict."), "verdict-rating")


def has_rationale(attempt: Attempt) -> list[Missing]:
    return _unless(bool(attempt.claim.rationale.strip()), _("Write the rationale."), "verdict-rationale")


def waiver_allowed(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.desk.cross_check_may_be_waived, _("This desk does not waive the cross-check."))


def has_own_verdict(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.data.get("rating") is not None, _("Give your own verdict."), "cross-check")


def verdicts_differ(attempt: Attempt) -> list[Missing]:
    second = attempt.second_verdict
    if second is not None and second.kind == "decision":
        return [Missing(_("An editor has decided between the two verdicts already."))]
    if second is None or second.kind == "waiver":
        return [Missing(_("There is no second verdict to decide between."))]
    return _unless(
        second.rating_id != attempt.claim.rating_id, _("The two verdicts agree: there is nothing to decide.")
    )


def decision_is_one_of_two(attempt: Attempt) -> list[Missing]:
    rating, second = attempt.data.get("rating"), attempt.second_verdict
    either = {attempt.claim.rating_id, second.rating_id if second else None} - {None}
    return _unless(rating is not None and rating.pk in either, _("Decide for one of the two verdicts."))


def second_verdict_stands(attempt: Attempt) -> list[Missing]:
    second = attempt.second_verdict
    if second is None:
        return [Missing(_("No cross-check stands for this evidence and verdict."), "cross-check")]
    if second.kind == "cross" and second.rating_id != attempt.claim.rating_id:
        return [Missing(_("The two verdicts differ: an editor must decide first."), "cross-check")]
    return []


def policy_kept(attempt: Attempt) -> list[Missing]:
    same = attempt.by is not None and attempt.by.pk in attempt.second_readers
    return _unless(
        attempt.desk.review_policy != Desk.Policy.THREE or not same,
        _("This desk wants three people: the approver must not be the one who gave the second verdict."),
    )


def seen_is_current(attempt: Attempt) -> list[Missing]:
    current = attempt.content.content_sha256
    frozen = attempt.revision.content_sha256 if attempt.revision else ""
    noted = mark_of_notes(notes_of(attempt.facts)) == attempt.data.get("notes", "")
    return _unless(
        noted and attempt.seen == current == frozen,
        _("The claim has changed since this page was opened: read it again."),
        "verdict",
    )


def version_is_the_one_seen(attempt: Attempt) -> list[Missing]:
    """What a verdict is given on is what stood on the page; a caller without a page says nothing of what it saw."""
    frozen = attempt.revision.content_sha256 if attempt.revision else ""
    return _unless(
        attempt.seen in {"", frozen}, _("The claim has changed since this page was opened: read it again."), "verdict"
    )


def draft_is_the_one_seen(attempt: Attempt) -> list[Missing]:
    """What is submitted is what stood on the page of who submits it, in the state it was in."""
    return _unless(
        not attempt.seen or attempt.seen == mark_of_draft(attempt.claim, attempt.evidence),
        _("The claim has changed since this page was opened: read it again."),
        "verdict",
    )


def comments_resolved(attempt: Attempt) -> list[Missing]:
    count = attempt.facts.open_comments
    sentence = ngettext("%(count)d comment is not resolved.", "%(count)d comments are not resolved.", count)
    return _unless(not count, sentence % {"count": count}, "comments")


# --- the preflight list


def preflight_list(attempt: Attempt) -> list[Missing]:
    return [found for item in read_list(attempt.claim, attempt.evidence, attempt.facts) for found in item.missing]


# --- publication


def approved_is_current(attempt: Attempt) -> list[Missing]:
    revision = attempt.revision
    approved = revision is not None and attempt.approval is not None
    same = approved and revision is not None and attempt.content.content_sha256 == revision.content_sha256
    return _unless(same, _("What stands here now is not what was approved."), "verdict")


def not_confidential(attempt: Attempt) -> list[Missing]:
    return _unless(
        not attempt.claim.confidential,
        _("This claim is confidential: an editor must open it to the desk before it is public."),
    )


def everything_recorded(attempt: Attempt) -> list[Missing]:
    claim = attempt.claim
    return _unless(
        claim.content_version <= claim.recorded_version,
        _("Something was changed outside the application and is not in the record yet; try again in a minute."),
    )


def quotes_checked_today(attempt: Attempt) -> list[Missing]:
    return [*looks_missing(attempt.evidence), *quotes_found(attempt.evidence)]


def correction_typed(attempt: Attempt) -> list[Missing]:
    public = attempt.public_version
    if public is None or public.revision.content_sha256 == attempt.content.content_sha256:
        return []
    claim = attempt.claim
    told_before = json.loads(public.revision.body)["correction"]
    now = [claim.correction_kind, claim.correction_text]
    typed = (
        claim.correction_kind in Correction.OF_A_VERSION and bool(claim.correction_text.strip()) and now != told_before
    )
    return _unless(
        typed, _("It was public before: say what kind of change this is, and what changed."), "verdict-correction_kind"
    )


def content_is_public_one(attempt: Attempt) -> list[Missing]:
    public = attempt.public_version
    same = public is not None and public.revision.content_sha256 == attempt.content.content_sha256
    return _unless(same, _("What stands here differs from what is public: submit it instead."), "verdict")


def not_withheld(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.claim.public_state != Claim.PublicState.WITHHELD, _("It is withheld already."))


def is_withheld(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.claim.public_state == Claim.PublicState.WITHHELD, _("It is not withheld."))


def readers_not_told(attempt: Attempt) -> list[Missing]:
    """Readers of a page that is there; a withheld or retracted one says words of its own."""
    claim = attempt.claim
    if claim.public_state != Claim.PublicState.PUBLISHED:
        return [Missing(_("Its public page says something else already."))]
    return _unless(not claim.public_note, _("Readers are told already that it is under review."))


def not_yet_proposed(attempt: Attempt) -> list[Missing]:
    return _unless(attempt.claim.retraction_proposed_by_id is None, _("A retraction is proposed already."))


def retraction_proposed_by_another(attempt: Attempt) -> list[Missing]:
    proposer = attempt.claim.retraction_proposed_by_id
    if proposer is None:
        return [Missing(_("Propose the retraction first; another editor then carries it out."))]
    return _unless(
        attempt.by is not None and attempt.by.pk != proposer, _("Another editor must carry out what you proposed.")
    )


GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        has_reason, has_decline_reason, has_look_again_date, has_due_date, publish_at_is_ahead, rubric_answered,
        merge_target_is_live, assignee_may_work, role_can_be_handed_over, part_is_his_to_offer, offer_stands, cross_check_is_free,
        not_recused, not_an_author, still_blind,
        contact_with_deadline, reply_settled, has_verdict, has_rationale, waiver_allowed, has_own_verdict,
        verdicts_differ, decision_is_one_of_two, second_verdict_stands, policy_kept, seen_is_current,
        version_is_the_one_seen, draft_is_the_one_seen, comments_resolved,
        preflight_list, not_confidential, approved_is_current, everything_recorded, quotes_checked_today, correction_typed,
        content_is_public_one, not_withheld, is_withheld, readers_not_told, not_yet_proposed, retraction_proposed_by_another,
    )
}  # fmt: skip


def missing(attempt: Attempt, guards: tuple[str, ...]) -> list[Missing]:
    """All that the named guards miss, in their order."""
    return [found for name in guards for found in GUARDS[name](attempt)]
