"""What comes due by itself: claims to look at again, replies that did not come, publications on a date."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import Claim, ContactLog, Event
from claims.workflow.apply import apply
from claims.workflow.edit_review import default_public_line
from claims.workflow.readings import mark_recorded

BATCH = 200


def tick() -> None:
    """Called by the clock once a minute; each thing it does happens once, because the state it starts from is gone."""
    now = timezone.now()
    for pk in _ids(Claim.objects.filter(status="watching", look_again_at__lte=now)):
        apply(pk, "wake", by=None)
    waiting = ContactLog.objects.filter(claim=OuterRef("pk"), answer="", deadline__gt=now)
    for pk in _ids(Claim.objects.filter(~Exists(waiting), status="awaiting_reply")):
        _close_silent_contacts(pk)
        apply(pk, "resume", by=None, reason=_("Every answer is in, or its deadline has passed."))
    for pk in _ids(Claim.objects.filter(status="approved", publish_at__lte=now)):
        jobs.enqueue("publish_due", key=f"claim/{pk}", claim=pk)


def _ids(claims: QuerySet[Claim]) -> list[int]:
    return list(claims.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _close_silent_contacts(pk: int) -> None:
    """Readers are told that somebody was asked and did not answer."""
    claim = Claim.objects.locked().get(pk=pk)
    silent = []
    for contact in ContactLog.objects.filter(claim=claim, answer="", deadline__lte=timezone.now()):
        line = default_public_line(contact.asked, contact.asked_at, answered=False)
        if contact.public_line == default_public_line(contact.asked, contact.asked_at):
            ContactLog.objects.filter(pk=contact.pk).update(public_line=line)
            silent.append(contact.pk)
    if silent:
        Event.objects.append(claim, "reply_deadline_passed", by=None, body={"contacts": silent})
        mark_recorded(claim)
