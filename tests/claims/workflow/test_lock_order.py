"""Whoever works on a claim, and whoever comes from elsewhere at that moment, wait for each other in one order only.

Each meeting is tried both ways round: one has taken the claim, the other comes, and the first goes on.
"""

import time

import pytest
from django.db import transaction
from django.utils import timezone

from claims import jobs
from claims.errors import UserFacingError
from claims.jobs import ledger
from claims.models import Assignment, Claim, Job, Person
from claims.workflow import comments, deadlines, edit, undo
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.claims.workflow.test_races import PATIENCE, Call, someone_waits

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = {
    "recall": lambda claim, target, people: apply(claim.pk, "recall", by=people.editor, reason="A new source."),
    "merge": lambda claim, target, people: apply(claim.pk, "merge", by=people.editor, target=target.pk),
    "comment": lambda claim, target, people: comments.add_comment(claim.pk, by=people.editor, text="Who counted?"),
}


def cancels(claim, people):
    job = Job.objects.get(kind="preflight")
    return lambda: jobs.cancel(job.pk, people.editor)


def fails(claim, people):
    leased = ledger.lease(Job.Queue.CRITICAL)
    return lambda: ledger.fail(leased.id, leased.token, "It broke.", "error", permanent=True)


def ticks(claim, people):
    Person.objects.filter(pk=people.author.pk).update(is_active=False)  # his part is to be given back
    return deadlines.tick


def undoes(claim, people):
    since = timezone.now()
    edit.arrange_claim(claim.pk, by=people.editor, priority=3)
    token = undo.offer([claim.pk], by=people.editor, since=since)
    return lambda: undo.undo(token, by=people.editor)


OTHERS = [cancels, fails, ticks, undoes]


@pytest.fixture
def target(people):
    """Made first, so that a merge into it locks a lower number than the claim's."""
    return desk.accepted(people)


@pytest.fixture
def claim(people, target):
    return desk.in_preflight(people)


def meet(first, then):
    """What comes of an operation that begins when the claim is held, and of the one that holds it."""
    with transaction.atomic():
        goes_on = first()
        call = Call(then)
        end = time.monotonic() + PATIENCE
        while call.is_alive() and not someone_waits():
            assert time.monotonic() < end
            time.sleep(0.01)
        goes_on()
    return call.outcome()


def nothing_is_stranded(claim):
    """A claim in preflight has its job, whoever is gone has no part, and no one was torn out of his work."""
    deadlines.tick()
    gone = Assignment.objects.filter(ended_at=None, person__is_active=False)
    waits = Job.objects.unfinished().filter(kind="preflight").exists()
    return not gone.exists() and (waits or desk.reload(claim).status != "preflight")


def is_told(outcome):
    return not isinstance(outcome, Exception) or isinstance(outcome, UserFacingError)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("step", STEPS)
def test_who_comes_while_a_step_holds_the_claim_waits_or_passes_it_over(people, target, claim, step, other):
    comes = other(claim, people)

    def held():
        list(Claim.objects.locked().filter(pk__in=[claim.pk, target.pk]))
        return lambda: STEPS[step](claim, target, people)

    assert is_told(meet(held, comes))
    assert nothing_is_stranded(claim)


@pytest.mark.thorough
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_waits_for_who_came_first(people, target, claim, step, other):
    comes = other(claim, people)

    def came():
        comes()
        return lambda: None

    assert is_told(meet(came, lambda: STEPS[step](claim, target, people)))
    assert nothing_is_stranded(claim)
