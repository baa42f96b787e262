"""What people say to one another about a claim, or about one piece of its evidence."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import Claim, Comment, Event, Person
from claims.workflow.apply import Refused


@transaction.atomic
def add_comment(
    claim_id: int, *, by: Person, text: str, evidence_id: int | None = None, parent_id: int | None = None
) -> Comment:
    if not text.strip():
        raise Refused(_("Write a comment first."), "comment")
    claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
    if claim is None or by.role == Person.Role.AUDITOR:
        raise Refused(_("You may read this claim, not comment on it."), "person")
    if (evidence_id and not claim.evidence.filter(pk=evidence_id).exists()) or (
        parent_id and not claim.comments.filter(pk=parent_id).exists()
    ):
        raise Refused(_("What you comment on is no longer on this claim."), "gone")
    comment = Comment.objects.create(
        claim=claim, by=by, text=text.strip(), evidence_id=evidence_id, parent_id=parent_id
    )
    event = Event.objects.append(claim, "comment", by=by, body={"comment": comment.pk, "text": comment.text})
    jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
    return comment


@transaction.atomic
def resolve_comment(comment_id: int, *, by: Person) -> Comment:
    comment = Comment.objects.select_related("claim").filter(pk=comment_id).first()
    if comment is None or by.role == Person.Role.AUDITOR:
        raise Refused(_("This comment cannot be resolved by you."), "person")
    Claim.objects.locked().get(pk=comment.claim_id)
    comment.refresh_from_db(fields=["resolved_at"])
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = timezone.now(), by
        comment.save(update_fields=["resolved_at", "resolved_by"])
        Event.objects.append(comment.claim, "resolve_comment", by=by, body={"comment": comment.pk})
    return comment
