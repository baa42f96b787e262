"""Who is told of what comes due: who must act; when it is late, the editors too."""

from collections.abc import Callable

from claims.models import Assignment, Claim, Event, Person, RevisionAuthor
from claims.workflow.revisions import latest_revision

Told = dict[int, str]

# The role whose move it is; in every other state it is the editors'.
ROLE_IN = {
    "in_research": "checker", "changes_requested": "checker", "awaiting_reply": "checker",
    "in_cross_check": "cross_checker", "in_review": "editor", "approved": "editor",
}  # fmt: skip


def _editors(event: Event, claim: Claim) -> Told:
    people = Person.objects.eligible(Person.Role.EDITOR)
    return dict.fromkeys(people.values_list("pk", flat=True), event.action)


def _who_must_act(event: Event, claim: Claim) -> Told:
    """Whoever holds the role whose move it is; where nobody does, the editors, in review without its authors."""
    held = Assignment.objects.filter(claim=claim, ended_at=None, role=ROLE_IN.get(claim.status, ""))
    holders = list(held.filter(person__isnull=False).values_list("person_id", flat=True))
    if holders:
        return dict.fromkeys(holders, event.action)
    told = _editors(event, claim)
    if claim.status == Claim.Status.IN_REVIEW:
        authors = RevisionAuthor.objects.filter(revision=latest_revision(claim))
        for pk in authors.values_list("person_id", flat=True):
            told.pop(pk, None)
    return told


def _escalation(event: Event, claim: Claim) -> Told:
    return _editors(event, claim) | _who_must_act(event, claim)


def _checker(event: Event, claim: Claim) -> Told:
    """Who holds the research, or the editors where nobody does."""
    held = Assignment.objects.filter(claim=claim, ended_at=None, role="checker", person__isnull=False)
    return dict.fromkeys(held.values_list("person_id", flat=True), event.action) or _editors(event, claim)


def _asked(event: Event, claim: Claim) -> Told:
    """The one the question is put to."""
    return {int(str(event.details["person"]).removeprefix("person/")): event.action}


def _checker_and_editors(event: Event, claim: Claim) -> Told:
    return _editors(event, claim) | _checker(event, claim)


WHO: dict[str, Callable[[Event, Claim], Told]] = {
    "due_soon": _who_must_act,
    "overdue": _escalation,
    "still_on_it": _asked,
    "reply_due_soon": _checker,
    "reply_overdue": _checker_and_editors,
    "reply_deadline_passed": _checker,
    "cross_checker_wanted": _editors,
    "second_read": _editors,
    "withheld_too_long": _editors,
}
