"""What people say to one another about a claim, one piece of its evidence, or a passage of its rationale.

A comment starts a thread; replies hang on the comment that started it.  Words of somebody who knows an unpublished
verdict may speak of it, so they are kept from those who must not know it yet (``kept_from``).
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import Assignment, Claim, Comment, Disclosure, Event, Person, Reading
from claims.workflow.apply import Refused, attempting
from claims.workflow.readable import has_visible
from claims.workflow.revisions import authors_of
from claims.workflow.standing import standing

MENTION = re.compile(r"(?<![\w@])@([\w.+@-]+)")
AROUND = 64  # characters kept on either side of a passage, by which it is found again
ENDS_A_SENTENCE = ".+-@"
ACTIONS = ("comment", "resolve_comment", "reopen_comment", "withdraw_comment")


@dataclass(frozen=True)
class Passage:
    """Words of the rationale and where they stand, in code points."""

    start: int
    end: int
    exact: str


def add_comment(
    claim_id: int,
    *,
    by: Person,
    text: str,
    evidence_id: int | None = None,
    parent_id: int | None = None,
    passage: Passage | None = None,
) -> Comment:
    """Start a thread on a claim, a piece of its evidence or a passage of its rationale, or reply in one.

    A reply opens a resolved thread again.

    Args:
        passage: what a new thread on the claim itself is about; its words are kept with the comment.

    Raises:
        Refused: nothing was written, the person only reads, or what is commented on is gone or not for his eyes.
    """
    if not has_visible(text):
        raise Refused(_("Write a comment first."), "comment")
    with attempting(claim_id, "comment", by):
        claim = _lock(claim_id, by)
        if evidence_id and not claim.evidence.filter(pk=evidence_id).exists():
            raise Refused(_("What you comment on is no longer on this claim."), "gone")
        first = _first_of(claim, parent_id, by) if parent_id else None
        comment = Comment.objects.create(
            claim=claim,
            by=by,
            text=text.strip(),
            evidence_id=first.evidence_id if first else evidence_id,
            parent=first,
            **(_place_of(claim, by, passage) if passage and not (first or evidence_id) else {}),
        )
        if first is not None and first.resolved_at is not None:
            _open_again(first, by)
        body = {"comment": comment.pk, "text": comment.text}
        body |= {"passage": comment.passage} if comment.passage else {}
        event = Event.objects.append(claim, "comment", by=by, body=body)
        jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
        return comment


def _place_of(claim: Claim, by: Person, passage: Passage) -> dict[str, Any]:
    """The passage as a comment keeps it, without the blanks a quick selection takes along."""
    if not standing(claim, by).sees_verdict:
        raise Refused(_("Give your own verdict first, or ask to see this one: a passage tells of it."), "blind")
    start, exact = passage.start, claim.rationale[passage.start : passage.end] if passage.start >= 0 else ""
    if not exact.strip() or " ".join(exact.split()) != " ".join(passage.exact.split()):  # forms write line ends anew
        raise Refused(_("The rationale has changed since you selected this passage: select it again."), "passage")
    start, end = start + len(exact) - len(exact.lstrip()), start + len(exact.rstrip())
    return {
        "passage": claim.rationale[start:end],
        "passage_start": start,
        "passage_before": claim.rationale[max(0, start - AROUND) : start],
        "passage_after": claim.rationale[end : end + AROUND],
    }


def _lock(claim_id: int, by: Person) -> Claim:
    claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
    if claim is None or by.role == Person.Role.AUDITOR:
        raise Refused(_("You may read this claim, not comment on it."), "person")
    return claim


def _first_of(claim: Claim, comment_id: int, by: Person) -> Comment:
    """The comment that started the thread, when this person may read it."""
    found = Comment.objects.filter(pk=comment_id, claim=claim).select_related("parent").first()
    first = found.parent if found and found.parent else found
    if first is None or first.withdrawn_at is not None:
        raise Refused(_("What you comment on is no longer on this claim."), "gone")
    if first.by_id in kept_from(claim, by) or (first.passage and not standing(claim, by).sees_verdict):
        raise Refused(_("This comment may speak of the verdict: give your own first, or ask to see it."), "blind")
    return first


def resolve_comment(comment_id: int, *, by: Person) -> Comment:
    """Close a thread; closed already: nothing happens."""
    return _settle(comment_id, by, resolved=True)


def reopen_comment(comment_id: int, *, by: Person) -> Comment:
    """Open a closed thread again; open already: nothing happens."""
    return _settle(comment_id, by, resolved=False)


def may_resolve(first: Comment, by: Person) -> bool:
    """An open thread stops approval, so not everybody closes it: whoever began it does, or an editor."""
    return by.is_editor or first.by_id == by.pk


def _settle(comment_id: int, by: Person, *, resolved: bool) -> Comment:
    found = Comment.objects.filter(pk=comment_id).first()
    if found is None:
        raise Refused(_("This comment cannot be resolved by you."), "person")
    with attempting(found.claim_id, "resolve_comment" if resolved else "reopen_comment", by):
        claim = Claim.objects.locked().get(pk=found.claim_id)
        if by.role == Person.Role.AUDITOR:
            raise Refused(_("This comment cannot be resolved by you."), "person")
        first = _first_of(claim, comment_id, by)
        if resolved and not may_resolve(first, by):
            raise Refused(_("Whoever began this thread resolves it, or an editor."), "person")
        if resolved and first.resolved_at is None:
            first.resolved_at, first.resolved_by = timezone.now(), by
            first.save(update_fields=["resolved_at", "resolved_by"])
            Event.objects.append(claim, "resolve_comment", by=by, body={"comment": first.pk})
            _settle_notices(claim)
        elif not resolved and first.resolved_at is not None:
            _open_again(first, by)
        return first


def _open_again(first: Comment, by: Person) -> None:
    first.resolved_at = first.resolved_by = None
    first.save(update_fields=["resolved_at", "resolved_by"])
    Event.objects.append(first.claim, "reopen_comment", by=by, body={"comment": first.pk})


def withdraw_comment(comment_id: int, *, by: Person) -> Comment:
    """Take one's own comment back while nobody answered or settled it; the record keeps that it was said.

    Raises:
        Refused: it is somebody else's, or no longer unanswered.
    """
    found = Comment.objects.filter(pk=comment_id).first()
    if found is None:
        raise Refused(_("Only who wrote a comment takes it back."), "person")
    with attempting(found.claim_id, "withdraw_comment", by):
        claim = Claim.objects.locked().get(pk=found.claim_id)
        found.refresh_from_db()
        if found.by_id != by.pk:
            raise Refused(_("Only who wrote a comment takes it back."), "person")
        later = found.parent.replies.filter(pk__gt=found.pk) if found.parent else found.replies.all()
        if found.resolved_at is not None or later.filter(withdrawn_at__isnull=True).exists():
            raise Refused(_("It was answered or resolved in the meantime, so it stays."), "answered")
        found.withdrawn_at = found.resolved_at = timezone.now()
        found.resolved_by = by
        found.save(update_fields=["withdrawn_at", "resolved_at", "resolved_by"])
        Event.objects.append(claim, "withdraw_comment", by=by, body={"comment": found.pk})
        _settle_notices(claim)
        return found


def _settle_notices(claim: Claim) -> None:
    jobs.enqueue("settle", key=claim.chain, claim=claim)


# --- who may read what, and who is told


def kept_from(claim: Claim, reader: Person) -> set[int]:
    """Ids of the people whose comments on a claim this reader may not read yet: they know a verdict he must not know."""
    if not claim.has_verdict or standing(claim, reader).sees_verdict:
        return set()
    held = Assignment.objects.filter(claim=claim, role=Assignment.Role.CHECKER, ended_at__isnull=True)
    knowing = held.filter(person__isnull=False).values_list("person_id", flat=True)
    read = Reading.objects.filter(claim=claim).values_list("by_id", flat=True)
    asked = Disclosure.objects.filter(claim=claim).values_list("person_id", flat=True)
    return (authors_of(claim) | set(knowing.union(read, asked))) - {reader.pk}


def people_named(text: str) -> QuerySet[Person]:
    """The people a text names with ``@username``, whatever the case and the full stop after it."""
    found = {name.lower() for name in MENTION.findall(text)}
    found |= {name.rstrip(ENDS_A_SENTENCE) for name in found}
    return Person.objects.annotate(lower=Lower("username")).filter(lower__in=found).order_by("name", "pk")


def names_of_nobody(text: str) -> list[str]:
    """What a text names with ``@`` though nobody has that user name, as it is written there."""
    known = {person.username.lower() for person in people_named(text)}
    named = dict.fromkeys(name.rstrip(ENDS_A_SENTENCE) for name in MENTION.findall(text) if name.lower() not in known)
    return [name for name in named if name and name.lower() not in known]


def not_told(comment: Comment) -> list[Person]:
    """The people a comment names who will hear nothing of it: they left, or may not see its claim."""
    return [person for person in people_named(comment.text) if not may_be_told(person, comment.claim)]


def may_be_told(person: Person, claim: Claim) -> bool:
    may_see = not claim.confidential or Claim.objects.visible_to(person).filter(pk=claim.pk).exists()
    return person.is_active and may_see
