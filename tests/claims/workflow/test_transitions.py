"""The table tests itself."""

import pytest

from claims.models import Claim
from claims.workflow.guards import GUARDS
from claims.workflow.steps import STEPS
from claims.workflow.transitions import STATES, SYSTEM, TRANSITIONS, WORKING, steps_from

PUBLIC_STATES = (*WORKING, "published")


def targets(step, state):
    return step.targets or (state,)


def reachable(start, *, public):
    """States a claim can come to from here by steps a person may take or the system takes by itself."""
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        for step in steps_from(state).values():
            if step.public not in {None, public}:
                continue
            new = set(targets(step, state)) - found
            found |= new
            waiting += new
    return found


def test_the_table_knows_every_status_and_no_other():
    assert set(STATES) == set(Claim.Status.values)
    assert {s for step in TRANSITIONS.values() for s in (*step.sources, *step.targets)} <= set(STATES)
    assert tuple(Claim.WORKING) == WORKING


def test_every_guard_and_every_side_effect_of_the_table_exists():
    assert {guard for step in TRANSITIONS.values() for guard in step.guards} == set(GUARDS)
    assert set(STEPS) <= set(TRANSITIONS)


@pytest.mark.parametrize("state", STATES)
def test_a_person_can_always_do_something(state):
    assert [action for action, step in steps_from(state).items() if set(step.who) - {SYSTEM}] != []


@pytest.mark.parametrize("state", [state for state in STATES if state not in {"retracted", "published"}])
def test_a_claim_that_is_not_public_can_be_declined(state):
    assert "declined" in reachable(state, public=False)


@pytest.mark.parametrize("state", PUBLIC_STATES)
def test_a_public_claim_can_be_retracted(state):
    assert "retracted" in reachable(state, public=True)


def test_nothing_public_is_declined_or_merged():
    assert TRANSITIONS["decline"].public is False
    assert TRANSITIONS["merge"].public is False


def test_only_publishing_steps_take_an_effect():
    assert {action for action, step in TRANSITIONS.items() if step.effect} == {"publish", "withhold", "lift", "retract"}


@pytest.mark.parametrize("action", [action for action, step in TRANSITIONS.items() if not step.by_system_only])
def test_every_button_has_words(action):
    assert TRANSITIONS[action].label != ""
