"""What this person may do on this claim now, what each step still misses, and the form it takes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.forms.steps import StepForm
from claims.models import Claim, Job, Person, Rating
from claims.views.claim_page import ClaimPage
from claims.workflow import stages
from claims.workflow.apply import possible_steps
from claims.workflow.assignment import eligible_checkers
from claims.workflow.attempt import Missing, mark_of_draft
from claims.workflow.notes import make_notes, mark_of_notes
from claims.workflow.preflight_list import quotes_found
from claims.workflow.sources import looks_missing
from claims.workflow.transitions import TRANSITIONS

# The one step the page proposes: the first of these that can be taken.
PROPOSED = (
    "take_over", "submit", "cross_check", "approve", "decide", "publish", "accept", "assign", "resume", "lift",
)  # fmt: skip
# Steps about what the blind review hides: nobody takes them without having seen it.
ABOUT_THE_VERDICT = {"approve", "decide", "publish", "schedule", "stand"}
# Asked once more, in a sentence, because readers see it at once.
CONFIRMED = {"publish", "retract", "lift", "archive"}
# Decided when the button is pressed: the page would need the whole content read twice to say it before.  Of the looks at the
# sources it knows, once it is approved.
SAID_WHEN_PRESSED = ("approved_is_current", "correction_typed", "content_is_public_one", "quotes_checked_today")
# Single keys of triage, where one decides on many claims in a row.
KEYS = {"accept": "y", "decline": "d", "watch": "w", "merge": "m"}
ELSEWHERE = {"hand_over": "people", "offer": "people", "cross_check": "cross-check"}
NEXT_STAGE = {
    "inbox": gettext_lazy("triage"),
    "watching": gettext_lazy("triage"),
    "accepted": gettext_lazy("research"),
    "in_research": gettext_lazy("preflight"),
    "awaiting_reply": gettext_lazy("research"),
    "changes_requested": gettext_lazy("preflight"),
    "preflight": gettext_lazy("cross-check"),
    "in_cross_check": gettext_lazy("review"),
    "in_review": gettext_lazy("approval"),
    "approved": gettext_lazy("publication"),
}


@dataclass
class Move:
    """One step this person may take, or would if nothing were missing."""

    action: str
    label: str
    form: StepForm
    missing: list[Missing] = field(default_factory=list)
    proposed: bool = False
    is_open: bool = False

    @property
    def place(self) -> str:
        """The part of the page that holds the form."""
        return ELSEWHERE.get(self.action, "your-move")

    @property
    def key(self) -> str:
        """The key that presses it; empty: none does."""
        return KEYS.get(self.action, "")

    @property
    def needs_form(self) -> bool:
        return self.action in CONFIRMED or any(not shown.is_hidden for shown in self.form)

    @property
    def is_asked_again(self) -> bool:
        return self.action in CONFIRMED


def read_moves(page: ClaimPage, bound: StepForm | None = None) -> list[Move]:
    """The steps of the table for this person, the proposed one first.

    Args:
        bound: a form that came back with a refusal; it keeps what was written and stands open.
    """
    found = possible_steps(page.claim, page.person, page.attempt, _known(page))
    hidden = set() if page.sees_verdict else ABOUT_THE_VERDICT
    if not _is_undecided(page):
        hidden = hidden | {"decide"}
    if "hand_over" in found:
        hidden = hidden | {"offer"}  # an editor hands it over at once
    if page.standing.roles.get("cross_checker") == page.person.pk:
        hidden = hidden | {"take_cross_check"}
    hidden = hidden | {"withhold" if page.claim.public_state == Claim.PublicState.WITHHELD else "lift"}
    moves = [_move(page, action, missing, bound) for action, missing in found.items() if action not in hidden]
    ready = {move.action: move for move in moves if not move.missing}
    first = next((ready[action] for action in PROPOSED if action in ready), None)
    if first is None:
        return moves
    first.proposed = True
    return [first, *(move for move in moves if move is not first)]


def _is_undecided(page: ClaimPage) -> bool:
    """Whether the two verdicts differ and nobody has settled it."""
    second = page.second_verdict
    return second is not None and second.kind == "cross" and second.rating_id != page.claim.rating_id


def _known(page: ClaimPage) -> dict[str, list[Missing]]:
    """What guards would ask the database for, from what the page has read."""
    found: dict[str, list[Missing]] = {name: [] for name in SAID_WHEN_PRESSED}
    found["preflight_list"] = [missing for item in page.preflight for missing in item.missing]
    found["comments_resolved"] = _open_comments(page.values.open_comments)
    found["contact_with_deadline"] = _no_contact(page)
    found["rubric_answered"] = _open_rubric(page)
    if page.claim.status == Claim.Status.APPROVED:
        # Why a look could not tell stands in the preflight list beside it.
        waits = looks_missing(page.evidence, _looks_at_work(page))
        found["quotes_checked_today"] = waits or quotes_found(page.evidence)
    return found


def _looks_at_work(page: ClaimPage) -> dict[int, datetime]:
    """Sources that are being looked at, and not before when."""
    at_work = {Job.State.QUEUED, Job.State.RUNNING}
    return {source: job.run_after for source, job in page.captures.items() if job.state in at_work}


def _open_comments(count: int) -> list[Missing]:
    if not count:
        return []
    words = ngettext("%(count)d comment is not resolved.", "%(count)d comments are not resolved.", count)
    return [Missing(words % {"count": count}, "comments")]


def _no_contact(page: ClaimPage) -> list[Missing]:
    if page.awaited:
        return []
    return [Missing(_("Log whom you asked and by when they may answer: a deadline still ahead."), "reply")]


def _open_rubric(page: ClaimPage) -> list[Missing]:
    if all(row["answer"] is not None for row in page.values.rubric):
        return []
    return [Missing(_("Answer the questions of the rubric."), "rubric")]


def _move(page: ClaimPage, action: str, missing: list[Missing], bound: StepForm | None) -> Move:
    form = _renew(bound, page) if bound is not None and bound.action == action else make_form(page, action)
    return Move(action, label_of(page, action), form, missing, is_open=form is bound)


def label_of(page: ClaimPage, action: str) -> str:
    """The words on the button of a step, as this person reads them on this claim."""
    if action == "submit" and page.claim.status == "changes_requested":
        return _("Submit again")
    if action == "assign" and not page.person.is_editor:
        return _("Take it")
    return _(TRANSITIONS[action].label)


def make_form(page: ClaimPage, action: str, data: Any = None) -> StepForm:
    """The form of one step, with the people and verdicts it offers on this claim."""
    return StepForm(
        action,
        data,
        people=people_for(page, action),
        ratings=ratings_for(page, action),
        initial={
            "seen": _seen(page, action),
            "notes": _notes(page),
            "due": _due(page),
            "person": _proposed(page) if action == "assign" and data is None else None,
            "role": _part_in_question(page, action),
        },
    )


def _due(page: ClaimPage) -> datetime | None:
    """The date a step proposes: the claim's own, or the desk's limit from today where that one has passed."""
    due = page.claim.due_at
    return due if due is None or due > page.now else stages.after(page.desk, "research_limit", page.now)


def _seen(page: ClaimPage, action: str) -> str:
    """What a form says its reader had before his eyes: the draft that is submitted, else the version that was."""
    if action == "submit":
        return mark_of_draft(page.claim, page.evidence)
    return page.values.revision["content_sha256"] if page.values.revision else ""


def _notes(page: ClaimPage) -> str:
    """The mark of the notes to the approver that stand on the page."""
    quiet = [row for row in page.contacts if row.no_wait_reason and not row.answer]
    unawaited = [(row.asked, row.deadline, row.no_wait_reason) for row in quiet]
    return mark_of_notes(make_notes(page.values.checklist, unawaited))


def _renew(form: StepForm, page: ClaimPage) -> StepForm:
    """A form that came back stands on a page read anew, so that is what its reader has before his eyes now."""
    now = {"seen": _seen(page, form.action), "notes": _notes(page)}
    if marks := {name: mark for name, mark in now.items() if name in form.fields}:
        form.data = {name: form.data[name] for name in form.data} | marks
    return form


def _proposed(page: ClaimPage) -> int | None:
    """Whom the desk proposes to research it: a checker himself, to an editor the least loaded of those who may."""
    if not page.person.is_editor:
        return page.person.pk
    fit = eligible_checkers(page.claim)
    return fit[0].pk if fit else None


def _part_in_question(page: ClaimPage, action: str) -> str:
    """The part a form of handing over begins with: one's own, else the one that works now."""
    own = [role for role, holder in page.standing.roles.items() if holder == page.person.pk]
    if action == "offer" and own:
        return own[0]
    return "cross_checker" if page.claim.status == "in_cross_check" else "checker"


def people_for(page: ClaimPage, action: str) -> list[Person]:
    """Active checkers and editors; a checker takes a claim only for himself, and offers a part to another."""
    if action == "assign" and not page.person.is_editor:
        return [page.person]
    fit = [person for person in page.people if person.is_active and person.can_research]
    return [person for person in fit if action != "offer" or person != page.person]


def ratings_for(page: ClaimPage, action: str) -> list[Rating]:
    """What may be chosen: for a decision one of the two verdicts, else the current scale and nothing that tells more."""
    if action == "decide":
        second = page.second_verdict.rating_id if page.second_verdict else None
        return [rating for rating in page.ratings if rating.pk in {page.claim.rating_id, second}]
    return [rating for rating in page.ratings if rating.scale.is_current and not rating.is_retired]
