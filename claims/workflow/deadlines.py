"""What comes due by itself: claims to look at again, replies that did not come, publications on a date."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import Assignment, Claim, ContactLog, Event
from claims.workflow.apply import apply
from claims.workflow.assignment import choose_cross_checker, waiting_for_cross_checker, with_somebody_eligible
from claims.workflow.people import left_over, release_left_over
from claims.workflow.reply_lines import note_silence
from claims.workflow.revisions import latest_revision
from claims.workflow.rounds import Round
from claims.workflow.stages import BATCH, free_ones
from claims.workflow.transitions import EDITABLE, IN_REVIEW

FILLED_AT_ONCE = 20  # cross-checks given in one minute: whom to give one to is asked of each


@transaction.atomic
def tick(now: datetime | None = None) -> None:
    """Called by the clock once a minute; each thing it does happens once, because the state it starts from is gone.

    A claim somebody holds at this moment is passed over and looked at again in the next minute: the clock waits for
    nobody, so it neither hangs nor is refused what a person did first.  One that cannot be dealt with is passed over
    too, and told of.

    Args:
        now: for tests; else the moment it is called.
    """
    now, each = now or timezone.now(), Round("deadlines")
    each.go(free_ones(Claim.objects.filter(status="watching", look_again_at__lte=now)), _wake)
    open_contacts = ContactLog.objects.filter(claim=OuterRef("pk"), answer="")
    silent = open_contacts.filter(silence_noted_at=None, deadline__lte=now)
    heard = free_ones(Claim.objects.filter(Exists(silent), status__in=(*EDITABLE, IN_REVIEW)))
    each.go(heard, lambda claim: note_silence(claim, now))
    waiting = open_contacts.filter(no_wait_reason="", deadline__gt=now)
    each.go(free_ones(Claim.objects.filter(~Exists(waiting), status="awaiting_reply")), _resume)
    for pk in Claim.objects.filter(status="approved", publish_at__lte=now).values_list("pk", flat=True)[:BATCH]:
        jobs.enqueue("publish_due", key=f"claim/{pk}", claim=pk)
    each.go(free_ones(with_somebody_eligible(waiting_for_cross_checker()), FILLED_AT_ONCE), fill_cross_check)
    each.go(free_ones(left_over()), release_left_over)
    each.end()


def _wake(claim: Claim) -> None:
    apply(claim.pk, "wake", by=None)


def _resume(claim: Claim) -> None:
    apply(claim.pk, "resume", by=None, reason=_("Every answer is in, or its deadline has passed."))


def fill_cross_check(claim: Claim) -> None:
    """Give a cross-check nobody has to somebody who may have it now: he came, or came back, or is free of it again.

    Asked anew under the claim's lock, as somebody may have taken it a moment ago.
    """
    chosen = None
    if waiting_for_cross_checker(Claim.objects.filter(pk=claim.pk)).exists():
        chosen = choose_cross_checker(claim, latest_revision(claim))
    if chosen is not None:
        Claim.objects.filter(pk=claim.pk).update(version=F("version") + 1)
        body = {"role": Assignment.Role.CROSS_CHECKER, "person": chosen.ref}
        event = Event.objects.append(claim, "cross_check_wanted", by=None, body=body)
        jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
