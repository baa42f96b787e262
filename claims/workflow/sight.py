"""Which verdicts a person may see, asked of many claims in one statement; of one claim ``standing`` tells it."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from claims.models import Assignment, Claim, Disclosure, Event, Person, Reading
from claims.models.claim import ClaimQuerySet
from claims.workflow.facts import EDITS

PUBLIC = (Claim.PublicState.PUBLISHED, Claim.PublicState.WITHHELD)


def verdicts_seen_by(claims: ClaimQuerySet, person: Person) -> ClaimQuerySet:
    """Of some claims those the person may know of and whose verdict is no secret to him (``Standing.sees_verdict``)."""
    of_claim = Q(claim=OuterRef("pk"))
    holds = Assignment.objects.filter(of_claim, role=Assignment.Role.CHECKER, person=person, ended_at=None)
    read = Reading.objects.filter(of_claim, by=person, kind=Reading.Kind.CROSS)
    asked = Disclosure.objects.filter(of_claim, person=person)
    found: ClaimQuerySet = claims.visible_to(person).filter(
        Q(public_state__in=PUBLIC) | Exists(holds) | Exists(read) | Exists(asked) | Exists(_wrote(person))
    )
    return found


def _wrote(person: Person) -> QuerySet[Event]:
    """Events by which the person became an author of a claim that is not public: see ``facts.wrote``."""
    chain = Concat(Value("claim/"), Cast(OuterRef("pk"), CharField()))
    return Event.objects.filter(chain=chain, actor_ref=person.ref, action__in=EDITS)
