"""THE TABLE: every step a claim can take, from where, to where, by whom, and what must hold.

Pure: plain strings, so that buttons, documentation, tests and the operation itself are made from one source.
``who`` lists the kinds of person of whom one is enough; ``guards`` are names in ``claims.workflow.guards``.
"""

from dataclasses import dataclass

from claims.language import marked as _

INBOX, WATCHING, ACCEPTED = "inbox", "watching", "accepted"
IN_RESEARCH, AWAITING_REPLY, CHANGES_REQUESTED = "in_research", "awaiting_reply", "changes_requested"
PREFLIGHT, IN_CROSS_CHECK, IN_REVIEW, APPROVED = "preflight", "in_cross_check", "in_review", "approved"
PUBLISHED, DECLINED, DUPLICATE, RETRACTED, ARCHIVED = "published", "declined", "duplicate", "retracted", "archived"

WORKING = (IN_RESEARCH, AWAITING_REPLY, CHANGES_REQUESTED, PREFLIGHT, IN_CROSS_CHECK, IN_REVIEW, APPROVED)
BEFORE_WORK = (INBOX, WATCHING, ACCEPTED)
LIVE = (*BEFORE_WORK, *WORKING, PUBLISHED)
STATES = (*LIVE, DECLINED, DUPLICATE, RETRACTED, ARCHIVED)

# Where an author may change what the claim says; editors may also in the second group, which voids the approval.
EDITABLE = (*BEFORE_WORK, IN_RESEARCH, AWAITING_REPLY, CHANGES_REQUESTED)
EDITABLE_BY_EDITORS = (IN_REVIEW, APPROVED)

# Kinds of person.
EDITOR, CHECKER, HOLDER, CROSS_CHECKER, SYSTEM = "editor", "checker", "holder", "cross_checker", "system"
PART_HOLDER, ASKED = "part_holder", "asked"  # holds any part of it; was asked by its holder to take one over


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    Attributes:
        sources: states it may be taken from.
        targets: where it may lead; empty: the state stays.  With several, the step itself says which.
        who: kinds of person allowed, or the system.
        guards: what must hold, by name.
        label: the words on the button, translated by whoever shows it.
        needs: what the person must give: ``reason``, ``due``, ``rating`` ...
        public: ``True`` only for public claims, ``False`` only for others, ``None`` for both.
        effect: whether a publishing effect runs inside the transaction.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    who: tuple[str, ...]
    guards: tuple[str, ...] = ()
    label: str = ""
    needs: tuple[str, ...] = ()
    public: bool | None = None
    effect: bool = False

    @property
    def by_system_only(self) -> bool:
        return self.who == (SYSTEM,)


CLOSABLE = (*BEFORE_WORK, *WORKING)
EDITORS = (EDITOR,)
HOLDER_OR_EDITOR = (HOLDER, EDITOR)

# fmt: off
TRANSITIONS: dict[str, Transition] = {
    "watch":             Transition((INBOX,), (WATCHING,), EDITORS, ("has_look_again_date",), _("Watch"), ("look_again",)),
    "wake":              Transition((WATCHING,), (INBOX,), (SYSTEM, EDITOR), (), _("Back to the inbox")),
    "accept":            Transition((INBOX, WATCHING), (ACCEPTED,), EDITORS, ("rubric_answered",), _("Accept")),
    "unaccept":          Transition((ACCEPTED,), (INBOX, WATCHING), EDITORS, (), _("Back to triage"), public=False),
    "decline":           Transition(CLOSABLE, (DECLINED,), EDITORS, ("has_reason", "has_decline_reason"), _("Decline"), ("decline_reason", "reason"), public=False),
    "merge":             Transition(CLOSABLE, (DUPLICATE,), EDITORS, ("merge_target_is_live",), _("Merge"), ("target",), public=False),
    "restore":           Transition((DECLINED, DUPLICATE, ARCHIVED), (INBOX, WATCHING, ACCEPTED, IN_RESEARCH, RETRACTED), EDITORS, (), _("Restore")),
    "assign":            Transition((ACCEPTED,), (IN_RESEARCH,), (EDITOR, CHECKER), ("assignee_may_work", "has_due_date"), _("Assign"), ("person", "due")),
    "unassign":          Transition((IN_RESEARCH,), (ACCEPTED,), HOLDER_OR_EDITOR, (), _("Give back"), public=False),
    "hand_over":         Transition((ACCEPTED, *WORKING), (), EDITORS, ("role_can_be_handed_over",), _("Hand over"), ("role", "person")),
    "offer":             Transition((ACCEPTED, *WORKING), (), (PART_HOLDER,), ("part_is_his_to_offer",), _("Ask somebody to take over"), ("role", "person")),
    "take_over":         Transition((ACCEPTED, *WORKING), (), (ASKED,), ("offer_stands",), _("Take it over")),
    "turn_down":         Transition((ACCEPTED, *WORKING), (), (ASKED,), (), _("Turn it down")),
    "take_cross_check":  Transition((IN_CROSS_CHECK,), (), (CROSS_CHECKER,), ("cross_check_is_free", "not_an_author", "still_blind", "not_recused"), _("Take the cross-check")),
    "request_reply":     Transition((IN_RESEARCH, CHANGES_REQUESTED), (AWAITING_REPLY,), (HOLDER,), ("contact_with_deadline",), _("Wait for the reply")),
    "resume":            Transition((AWAITING_REPLY,), (IN_RESEARCH,), (HOLDER, EDITOR, SYSTEM), ("reply_settled",), _("Resume"), ("reason",)),
    "submit":            Transition((IN_RESEARCH, CHANGES_REQUESTED), (PREFLIGHT,), (HOLDER,), ("has_verdict", "has_rationale", "draft_is_the_one_seen"), _("Submit")),
    "recall":            Transition((PREFLIGHT, IN_CROSS_CHECK, IN_REVIEW), (IN_RESEARCH,), (HOLDER, EDITOR, SYSTEM), ("has_reason",), _("Recall"), ("reason",)),
    "pass":              Transition((PREFLIGHT,), (IN_CROSS_CHECK, IN_REVIEW), (SYSTEM,), ("preflight_list",)),
    "fail":              Transition((PREFLIGHT,), (CHANGES_REQUESTED,), (SYSTEM,), ("has_reason",)),
    "waive_cross_check": Transition((IN_CROSS_CHECK,), (IN_REVIEW,), EDITORS, ("not_an_author", "waiver_allowed", "version_is_the_one_seen", "has_reason"), _("Waive the cross-check"), ("reason",)),
    "cross_check":       Transition((IN_CROSS_CHECK,), (IN_REVIEW, CHANGES_REQUESTED), (CROSS_CHECKER,), ("not_an_author", "still_blind", "not_recused", "version_is_the_one_seen", "has_own_verdict"), _("Give your verdict"), ("rating", "reason")),
    "decide":            Transition((IN_REVIEW,), (), EDITORS, ("not_an_author", "verdicts_differ", "version_is_the_one_seen", "decision_is_one_of_two", "has_reason"), _("Decide"), ("rating", "reason")),
    "return":            Transition((IN_REVIEW, APPROVED), (CHANGES_REQUESTED,), EDITORS, ("has_reason",), _("Return"), ("reason",)),
    "approve":           Transition((IN_REVIEW,), (APPROVED,), EDITORS, ("not_an_author", "policy_kept", "seen_is_current", "preflight_list", "second_verdict_stands", "comments_resolved"), _("Approve")),
    "void":              Transition((IN_REVIEW, APPROVED), (IN_REVIEW, CHANGES_REQUESTED), (SYSTEM,)),
    "schedule":          Transition((APPROVED,), (), EDITORS, ("publish_at_is_ahead",), _("Schedule"), ("publish_at",)),
    "publish":           Transition((APPROVED,), (PUBLISHED,), (EDITOR, SYSTEM), ("not_confidential", "approved_is_current", "everything_recorded", "quotes_checked_today", "correction_typed"), _("Publish"), effect=True),
    "reopen":            Transition((PUBLISHED, RETRACTED), (IN_RESEARCH,), (EDITOR, SYSTEM), ("has_reason",), _("Reopen"), ("reason", "say_under_review")),
    "say_under_review":  Transition(WORKING, (), EDITORS, ("has_reason", "readers_not_told"), _("Tell readers it is under review"), ("reason",), public=True),
    "stand":             Transition(WORKING, (PUBLISHED,), EDITORS, ("has_reason", "content_is_public_one"), _("It stands"), ("reason",), public=True),
    "withhold":          Transition((*WORKING, PUBLISHED), (), EDITORS, ("has_reason", "not_withheld"), _("Withhold"), ("reason",), public=True, effect=True),
    "lift":              Transition((*WORKING, PUBLISHED), (), EDITORS, ("is_withheld",), _("Put back"), public=True, effect=True),
    "propose_retraction": Transition((*WORKING, PUBLISHED), (), EDITORS, ("has_reason", "not_yet_proposed"), _("Propose retraction"), ("reason",), public=True),
    "retract":           Transition((*WORKING, PUBLISHED), (RETRACTED,), EDITORS, ("retraction_proposed_by_another",), _("Retract"), public=True, effect=True),
    "archive":           Transition((DECLINED, DUPLICATE, RETRACTED), (ARCHIVED,), EDITORS, (), _("Archive")),
}
# fmt: on


def steps_from(state: str) -> dict[str, Transition]:
    """The rows of the table that may be taken from a state, in the table's order."""
    return {action: step for action, step in TRANSITIONS.items() if state in step.sources}
