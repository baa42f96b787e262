"""What people answer to what the clock asks: still on it, handed back, read again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import Assignment, Claim, Event, Person, Reminder
from claims.workflow import assignment
from claims.workflow.apply import Refused, apply, attempting
from claims.workflow.standing import standing
from claims.workflow.transitions import IN_RESEARCH


@contextmanager
def _answering(claim_id: int, action: str, kind: str, *, by: Person, **narrow: object) -> Iterator[Claim]:
    """Lock the claim and close the question.

    Raises:
        Refused: nobody asks it any more.
    """
    with attempting(claim_id, action, by):
        claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
        asked = Reminder.objects.filter(claim=claim_id, kind=kind, closed_at=None, **narrow)
        if claim is None or not asked.update(closed_at=timezone.now()):
            raise Refused(_("This is answered already."), "answered")
        yield claim


def stay_on_it(claim_id: int, *, by: Person) -> None:
    """The holder goes on; he is asked again after as many days."""
    with _answering(claim_id, "stay_on_it", Reminder.Kind.STILL_ON_IT, by=by, person=by) as claim:
        _tell(Event.objects.append(claim, "stay_on_it", by=by))


def hand_back(claim_id: int, *, by: Person) -> None:
    """The holder gives the claim back: it waits for somebody else, and its editors are told."""
    with _answering(claim_id, "hand_back", Reminder.Kind.STILL_ON_IT, by=by, person=by) as claim:
        if claim.status == IN_RESEARCH and not claim.is_public:
            apply(claim.pk, "unassign", by=by)
            return
        assignment.give(claim, Assignment.Role.CHECKER, None, by=by)
        body = {"role": Assignment.Role.CHECKER, "person": by.ref, "before": by.ref, "reason": ""}
        _tell(Event.objects.append(claim, "release", by=by, body=body))


def read_again(claim_id: int, *, by: Person) -> None:
    """Somebody who wrote none of it has read a claim whose cross-check was waived, and it stands.

    Raises:
        Refused: he wrote it, has not seen it, or does not research.
    """
    with _answering(claim_id, "read_again", Reminder.Kind.SECOND_READ, by=by) as claim:
        held = standing(claim, by)
        if not by.can_research or held.is_author:
            raise Refused(_("A checker or an editor who wrote none of it reads it again."), "person")
        if not held.sees_verdict:
            raise Refused(_("Look at the verdict first."), "blind")
        _tell(Event.objects.append(claim, "read_again", by=by))


def _tell(event: Event) -> None:
    """So that what was asked is seen to be done."""
    jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
