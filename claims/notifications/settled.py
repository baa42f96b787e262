"""Notices whose matter is done: what they ask for has happened, whoever did it.

A notice that asks for something belongs to the stage of the claim in which it was told: once the claim left it, it is
settled.  A few ask for something that has a mark of its own, and are settled when that mark is gone.
"""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from claims.models import Assignment, Claim, Notification, Reminder

OF_THE_STAGE = frozenset(
    {"assign", "return", "fail", "resume", "cross_check_wanted", "cross_checker_wanted", "review_wanted", "due_soon",
     "publish_refused", "wake"}
)  # fmt: skip
QUESTIONS = frozenset({"still_on_it", "second_read"})  # kinds of ``Reminder`` that stay open until they are answered


def settle(claim: Claim) -> int:
    """Mark the notices of a claim whose matter is done; read or not, they wait for nobody any more.  One statement.

    It asks how the claim stands and not what happened last, so the order in which jobs run makes no difference.

    Returns:
        how many are settled now that were not before.
    """
    open_ones = Notification.objects.filter(_is_done(claim), claim=claim, settled_at__isnull=True)
    return open_ones.update(settled_at=Now(), read_at=Coalesce("read_at", Now()))


def _is_done(claim: Claim) -> Q:
    held = Assignment.objects.filter(claim=claim, ended_at__isnull=True)
    taken = held.filter(role=Assignment.Role.CROSS_CHECKER, person__isnull=False)
    asked = Reminder.objects.filter(claim=claim, kind=OuterRef("kind"), closed_at__isnull=True)
    done = Q(kind__in=OF_THE_STAGE, event__at__lt=claim.status_since)
    done |= Q(Exists(taken), kind="cross_checker_wanted")
    done |= Q(Exists(taken.exclude(person=OuterRef("person"))), kind="cross_check_wanted")
    done |= Q(~Exists(held.filter(offered_to=OuterRef("person"))), kind="offer")
    done |= Q(~Exists(asked), kind__in=QUESTIONS)
    return done | Q(kind__in=_of_no_concern_now(claim))


def _of_no_concern_now(claim: Claim) -> list[str]:
    """Kinds that the claim's own row says are done."""
    due = claim.next_due_at
    done = {
        "overdue": due is None or due > timezone.now(),
        "withheld_too_long": claim.public_state != Claim.PublicState.WITHHELD,
        "propose_retraction": claim.retraction_proposed_by_id is None,
    }
    return [kind for kind, is_done in done.items() if is_done]
