"""Which claims wait for one person: those on which the next move is his to make now."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from claims.models import Assignment, Desk, Disclosure, Person, Reading, Recusal, Reminder, Revision, RevisionAuthor
from claims.models.claim import ClaimQuerySet
from claims.workflow.transitions import (
    ACCEPTED,
    APPROVED,
    AWAITING_REPLY,
    CHANGES_REQUESTED,
    IN_CROSS_CHECK,
    IN_RESEARCH,
    IN_REVIEW,
)

# Where somebody may be waited for; said first, so that the index of the states leaves all others unread.
ACTED_ON = (ACCEPTED, IN_RESEARCH, AWAITING_REPLY, CHANGES_REQUESTED, IN_CROSS_CHECK, IN_REVIEW, APPROVED)


def waiting_for(claims: ClaimQuerySet, person: Person) -> ClaimQuerySet:
    """Claims whose next step this person may take now, and somebody waits for it.

    Sent back to him, his to cross-check, to review, to publish or to retract, or asked of him by the clock or by a
    colleague.  What he works on in his own time is "mine"; what nobody holds is "unassigned".
    """
    mine = Assignment.objects.filter(ended_at=None)  # small sets, read once
    found = Q(pk__in=Reminder.objects.filter(person=person, closed_at=None).values("claim"))
    found |= Q(pk__in=mine.filter(offered_to=person).values("claim"))
    found |= Q(status=CHANGES_REQUESTED, pk__in=mine.filter(role="checker", person=person).values("claim"))
    if person.can_research:
        named = Q(pk__in=mine.filter(role="cross_checker", person=person).values("claim"))
        found |= Q(status=IN_CROSS_CHECK) & (named | _may_take_cross_check(person))
    if person.is_editor:
        found |= Q(status=IN_REVIEW) & _may_review(person)
        found |= Q(status=APPROVED, publish_at=None) & ~_has_another_editor(person)
    found &= Q(status__in=ACTED_ON)
    if person.is_editor:
        found |= Q(retraction_proposed_by__isnull=False) & ~Q(retraction_proposed_by=person)
    return claims.filter(found)


def _roles(**values: object) -> QuerySet[Assignment]:
    return Assignment.objects.filter(claim=OuterRef("pk"), ended_at=None, **values)


def _has_another_editor(person: Person) -> Q:
    return Q(Exists(_roles(role="editor", person__isnull=False).exclude(person=person)))


def _newest_version(field: str) -> Subquery:
    """A field of the version that was frozen last, asked inside a query about something else of the claim."""
    return Subquery(Revision.objects.filter(claim=OuterRef(OuterRef("pk"))).order_by("-number").values(field)[:1])


def _wrote(person: Person) -> Q:
    return Q(Exists(RevisionAuthor.objects.filter(person=person, revision=_newest_version("pk"))))


def _may_take_cross_check(person: Person) -> Q:
    """Nobody has it, and he may: he neither wrote it nor holds it nor is recused nor saw its verdict."""
    about = Q(topic__claims=OuterRef("pk")) | Q(claimant__appearances__claim=OuterRef("pk"))
    saw = Exists(Disclosure.objects.filter(claim=OuterRef("pk"), person=person))
    barred = _wrote(person) | Q(Exists(_roles(role="checker", person=person)))
    barred |= Q(Exists(Recusal.objects.filter(about, person=person))) | (Q(public_state="") & Q(saw))
    return ~Q(Exists(_roles(role="cross_checker", person__isnull=False))) & ~barred


def _may_review(person: Person) -> Q:
    """He did not write it, no other editor has it, and under the policy of three he did not cross-check it."""
    given = Reading.objects.filter(claim=OuterRef("pk"), by=person, kind="cross")
    given = given.filter(material_sha256=_newest_version("material_sha256"))
    three = Exists(Desk.objects.filter(review_policy=Desk.Policy.THREE))
    return ~_wrote(person) & ~_has_another_editor(person) & ~(Q(three) & Q(Exists(given)))
