"""What a step does besides moving the claim: one function for each action that does more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from claims.models import Assignment, Claim, Person
from claims.workflow import assignment, readings, reply_lines, revisions, sources, stages
from claims.workflow.attempt import Attempt
from claims.workflow.notes import notes_of
from claims.workflow.record_rows import seal
from claims.workflow.transitions import (
    IN_CROSS_CHECK,
    IN_RESEARCH,
    IN_REVIEW,
    INBOX,
    PUBLISHED,
    RETRACTED,
    WATCHING,
    WORKING,
)

# Fields a step may write; everything else of a claim belongs to ``edit`` and is left alone.
WRITTEN = [
    "status", "status_before", "status_since", "due_at", "stage_due_at", "look_again_at", "decline_reason", "publish_at",
    "duplicate_of", "slug", "public_state", "public_note", "retraction_proposed_by", "retraction_reason", "version",
    "updated_at",
]  # fmt: skip

# Guards about what a person gives with the step: a form asks for it, so a button is drawn without it.
ASKED_IN_THE_FORM = frozenset(
    {
        "has_reason", "has_decline_reason", "has_look_again_date", "has_due_date", "publish_at_is_ahead",
        "merge_target_is_live", "assignee_may_work", "role_can_be_handed_over", "part_is_his_to_offer", "has_own_verdict",
        "decision_is_one_of_two", "seen_is_current", "version_is_the_one_seen", "draft_is_the_one_seen", "reply_settled",
    }
)  # fmt: skip


@dataclass
class Done:
    """What a step did: where it leads (empty: the table's only target), what the Event says, which jobs follow."""

    target: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    jobs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def nothing_else(attempt: Attempt) -> Done:
    return Done()


def watch(attempt: Attempt) -> Done:
    attempt.claim.look_again_at = attempt.data["look_again"]
    return Done(body={"look_again": attempt.data["look_again"]})


def wake(attempt: Attempt) -> Done:
    attempt.claim.look_again_at = None
    return Done()


def accept(attempt: Attempt) -> Done:
    look_again, attempt.claim.look_again_at = attempt.claim.look_again_at, None
    return Done(body={"look_again": look_again}, jobs=[("match_claim", {"key": attempt.claim.chain})])


def unaccept(attempt: Attempt) -> Done:
    """Back to triage: to the inbox, or to be watched where the date to look again is given."""
    claim, roles = attempt.claim, _roles(attempt)
    claim.look_again_at = attempt.data.get("look_again")
    assignment.end_all(claim)
    return Done(
        target=WATCHING if claim.look_again_at else INBOX, body={"look_again": claim.look_again_at, "roles": roles}
    )


def decline(attempt: Attempt) -> Done:
    claim, roles = attempt.claim, _roles(attempt)
    claim.status_before = claim.status
    claim.decline_reason = attempt.data["decline_reason"]
    assignment.end_all(claim)
    return Done(body={"decline_reason": claim.decline_reason, "roles": roles})


def _roles(attempt: Attempt) -> dict[str, str]:
    """Who works on it, for the record of a step that ends all roles."""
    return {role: f"person/{pk}" for role, pk in attempt.standing.roles.items() if pk}


def merge(attempt: Attempt) -> Done:
    """Point at the main claim; the claims that pointed here follow in the same transaction, so clusters stay flat."""
    claim, target, roles = attempt.claim, int(attempt.data["target"]), _roles(attempt)
    moved = sorted(claim.duplicates.values_list("pk", flat=True))
    claim.duplicates.update(duplicate_of=target)
    claim.status_before = claim.status
    claim.duplicate_of_id = target
    assignment.end_all(claim)
    return Done(body={"target": target, "moved": moved, "roles": roles})


def restore(attempt: Attempt) -> Done:
    claim = attempt.claim
    retracted = claim.status == Claim.Status.ARCHIVED and claim.public_state == Claim.PublicState.RETRACTED
    before = claim.status_before or Claim.Status.INBOX
    target = RETRACTED if retracted else IN_RESEARCH if before in WORKING else before
    body = {"duplicate_of": claim.duplicate_of_id, "decline_reason": claim.decline_reason}
    claim.duplicate_of = None
    claim.decline_reason = ""
    claim.status_before = ""
    return Done(target=target, body=body)


def assign(attempt: Attempt) -> Done:
    claim, person = attempt.claim, attempt.data.get("person") or attempt.by
    assert person is not None
    due_before, claim.due_at = claim.due_at, attempt.data.get("due") or claim.due_at
    assignment.give(claim, Assignment.Role.CHECKER, person, by=attempt.by)
    return Done(body={"person": person.ref, "due": claim.due_at, "due_before": due_before})


def unassign(attempt: Attempt) -> Done:
    """Nobody's work again; ``due`` is given where the date goes back to what it was."""
    claim = attempt.claim
    before = _roles(attempt).get(Assignment.Role.CHECKER, "")
    claim.due_at = attempt.data.get("due", claim.due_at)
    assignment.end_all(claim)
    return Done(body={"before": before, "due": claim.due_at})


def offer(attempt: Attempt) -> Done:
    """Ask somebody to take a part over; it stays with its holder until he accepts."""
    role, person = attempt.data["role"], attempt.data["person"]
    assignment.offer(attempt.claim, role, person)
    return Done(body={"role": role, "person": person.ref})


def take_over(attempt: Attempt) -> Done:
    """Accept: every part of the claim he was asked to take over is his now."""
    claim, by = attempt.claim, attempt.by
    assert by is not None
    roles = sorted(attempt.standing.offers)
    before = [assignment.give(claim, role, by, by=by) for role in roles]
    return Done(body={"role": ", ".join(roles), "person": by.ref, "before": before[0]})


def turn_down(attempt: Attempt) -> Done:
    offers = dict(attempt.standing.offers)
    for role in offers:
        assignment.offer(attempt.claim, role, None)
    return Done(body={"role": ", ".join(offers), "person": next(iter(offers.values()), "")})


def take_cross_check(attempt: Attempt) -> Done:
    assert attempt.by is not None
    assignment.give(attempt.claim, Assignment.Role.CROSS_CHECKER, attempt.by, by=attempt.by)
    return Done(body={"role": Assignment.Role.CROSS_CHECKER, "person": attempt.by.ref})


def hand_over(attempt: Attempt) -> Done:
    role, person = attempt.data["role"], attempt.data["person"]
    before = assignment.give(attempt.claim, role, person, by=attempt.by)
    return Done(body={"role": role, "person": person.ref, "before": before})


def resume(attempt: Attempt) -> Done:
    """Why the desk goes on without the answers still awaited is kept with each question."""
    if attempt.by is not None:
        reply_lines.go_on_without_all(attempt.claim, attempt.by, attempt.reason)
    return Done()


def submit(attempt: Attempt) -> Done:
    """Freeze the revision that will be read, keep the first verdict with it, and send it to preflight."""
    claim, by = attempt.claim, attempt.by
    assert by is not None
    revision = revisions.freeze(claim, "submit", by=by, content=attempt.content, facts=attempt.facts)
    reading = readings.add_first(claim, revision, by)
    body = {
        "revision": revision.number,
        "content_sha256": revision.content_sha256,
        "material_sha256": revision.material_sha256,
        "revision_sha256": seal(revision),
        "reading": reading.pk,
        "reading_sha256": seal(reading),
    }
    return Done(body=body, jobs=[("preflight", {"key": f"{claim.chain}/{revision.number}", "revision": revision.pk})])


def let_pass(attempt: Attempt) -> Done:
    stands = attempt.second_verdict is not None
    if not stands:
        assignment.choose_cross_checker(attempt.claim, attempt.revision)
    return Done(target=IN_REVIEW if stands else IN_CROSS_CHECK)


def fail(attempt: Attempt) -> Done:
    return Done(body={"missing": [[item.sentence, item.place] for item in attempt.data.get("missing", [])]})


def schedule(attempt: Attempt) -> Done:
    attempt.claim.publish_at = attempt.claim.stage_due_at = attempt.data["publish_at"]
    return Done(body={"publish_at": attempt.data["publish_at"]})


def publish(attempt: Attempt) -> Done:
    claim = attempt.claim
    claim.publish_at = None
    claim.due_at = None
    claim.public_note = ""
    claim.retraction_proposed_by = None
    claim.retraction_reason = ""
    return Done()


def reopen(attempt: Attempt) -> Done:
    """The public page says "under review" only when an editor ticks it."""
    if attempt.by is not None and attempt.data.get("say_under_review"):
        attempt.claim.public_note = attempt.reason
    return Done(body={"public_note": attempt.claim.public_note})


def say_under_review(attempt: Attempt) -> Done:
    """An editor confirms to readers what the watch, or a colleague, reopened without a word to them."""
    attempt.claim.public_note = attempt.reason
    return Done(body={"public_note": attempt.reason})


def stand(attempt: Attempt) -> Done:
    attempt.claim.public_note = ""
    attempt.claim.due_at = None
    sources.settle_alerts(attempt.claim, attempt.by, attempt.reason)
    return Done()


def withhold(attempt: Attempt) -> Done:
    """A page that readers miss is due again soon; while its claim is worked on, the stage says when."""
    attempt.claim.public_note = ""
    if attempt.claim.status == PUBLISHED:
        attempt.claim.stage_due_at = timezone.now() + stages.WITHHELD_AT_MOST
    return Done()


def lift(attempt: Attempt) -> Done:
    if attempt.claim.status == PUBLISHED:
        attempt.claim.stage_due_at = None
    return Done()


def propose_retraction(attempt: Attempt) -> Done:
    assert isinstance(attempt.by, Person)
    attempt.claim.retraction_proposed_by = attempt.by
    attempt.claim.retraction_reason = attempt.reason
    return Done()


def retract(attempt: Attempt) -> Done:
    claim = attempt.claim
    body = {"proposed_by": f"person/{claim.retraction_proposed_by_id}", "public_reason": claim.retraction_reason}
    attempt.reason = attempt.reason or claim.retraction_reason
    claim.retraction_proposed_by = None
    claim.due_at = None
    assignment.end_all(claim)
    return Done(body=body)


def void(attempt: Attempt) -> Done:
    revision = attempt.revision
    assert revision is not None
    return Done(target=attempt.data["target"], body={"revision": revision.number, "revision_sha256": seal(revision)})


def give_cross_check(attempt: Attempt) -> Done:
    reading, target = readings.add_cross(attempt)
    return Done(target=target, body=readings.in_the_record(reading))


def waive_cross_check(attempt: Attempt) -> Done:
    return Done(body=readings.in_the_record(readings.add_waiver(attempt)))


def decide(attempt: Attempt) -> Done:
    return Done(body=readings.add_decision(attempt))


def approve(attempt: Attempt) -> Done:
    approval = readings.add_approval(attempt)
    body = {"content_sha256": approval.content_sha256, "policy": approval.policy, "notes": notes_of(attempt.facts)}
    wanted = sources.looks_wanted(attempt.claim, attempt.evidence)
    return Done(body=body | {"approval": approval.pk, "approval_sha256": seal(approval)}, jobs=wanted)


STEPS: dict[str, Callable[[Attempt], Done]] = {
    "watch": watch,
    "wake": wake,
    "accept": accept,
    "unaccept": unaccept,
    "decline": decline,
    "merge": merge,
    "restore": restore,
    "assign": assign,
    "unassign": unassign,
    "offer": offer,
    "take_over": take_over,
    "turn_down": turn_down,
    "take_cross_check": take_cross_check,
    "hand_over": hand_over,
    "resume": resume,
    "submit": submit,
    "pass": let_pass,
    "fail": fail,
    "cross_check": give_cross_check,
    "waive_cross_check": waive_cross_check,
    "decide": decide,
    "approve": approve,
    "schedule": schedule,
    "publish": publish,
    "reopen": reopen,
    "say_under_review": say_under_review,
    "stand": stand,
    "withhold": withhold,
    "lift": lift,
    "propose_retraction": propose_retraction,
    "retract": retract,
    "void": void,
}
