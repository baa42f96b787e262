"""Every action x every state x every kind of person: who may take which step, and nobody else."""

import pytest
from django.db import transaction

from claims.models import Assignment
from claims.workflow import attempt as attempts
from claims.workflow.apply import Refused, apply, check
from claims.workflow.attempt import Attempt
from claims.workflow.transitions import STATES, TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db

KINDS = {
    "contributor": set(),
    "author": {"checker", "holder", "part_holder"},
    "cross_checker": {"checker", "cross_checker", "part_holder"},
    "editor": {"editor", "checker", "asked"},
    "administrator": set(),
    "auditor": set(),
    "system": {"system"},
}


def person_of(people, kind):
    return None if kind == "system" else getattr(people, kind)


@pytest.mark.parametrize("state", STATES)
def test_a_step_is_open_to_its_people_in_its_states_and_to_nobody_else(state):
    people = desk.hire()
    values = {"declined": {"decline_reason": "other"}, "duplicate": {"duplicate_of": ClaimFactory()}}
    if state == "published":
        # Born unpublished; the deferred trigger would refuse a published claim without a fact-check, at commit only.
        values["published"] = {"public_state": "published", "slug": "s"}
    claim = ClaimFactory(status=state, **values.get(state, {}))
    Assignment.objects.create(claim=claim, role="checker", person=people.author, offered_to=people.editor)
    Assignment.objects.create(claim=claim, role="cross_checker", person=people.cross_checker)
    wrong = []

    for action, step in TRANSITIONS.items():
        for kind, is_one_of in KINDS.items():
            expected = (
                state in step.sources and step.public in {None, claim.is_public} and bool(is_one_of & set(step.who))
            )
            if expected != _gets_past_state_and_person(claim, action, person_of(people, kind)):
                wrong.append((action, kind))

    assert wrong == []
    transaction.set_rollback(True)


def _gets_past_state_and_person(claim, action, by):
    try:
        check(Attempt(claim, action, by), TRANSITIONS[action])
    except Refused as refusal:
        return refusal.code == "guard"
    return True


def test_a_refused_step_changes_nothing():
    people = desk.hire()
    claim = desk.in_review(people)
    before = (claim.status, claim.version, desk.seen(claim))

    for action in TRANSITIONS:
        if not TRANSITIONS[action].effect and action not in {"propose_retraction", "say_under_review", "stand"}:
            with pytest.raises(Refused):
                apply(claim.pk, action, by=people.auditor, reason="No.")

    claim = desk.reload(claim)
    assert (claim.status, claim.version, desk.seen(claim)) == before
    assert attempts.public_version(claim) is None
