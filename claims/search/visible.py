"""Whose verdict a person sees, asked of many claims at once: what ``workflow.standing`` answers for one."""

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from claims.models import Assignment, Claim, Disclosure, Event, Person, Reading
from claims.workflow.facts import EDITS

PUBLIC = (Claim.PublicState.PUBLISHED, Claim.PublicState.WITHHELD)


def verdict_seen_by(person: Person) -> Q:
    """Claims whose verdict and its texts this person may be shown: public, written or held by him, read or asked for."""
    claim = OuterRef("pk")
    chain = Concat(Value("claim/"), Cast(claim, CharField()))
    return (
        Q(public_state__in=PUBLIC)
        | Q(Exists(Assignment.objects.filter(claim=claim, role="checker", person=person, ended_at=None)))
        | Q(Exists(Reading.objects.filter(claim=claim, by=person, kind="cross")))
        | Q(Exists(Disclosure.objects.filter(claim=claim, person=person)))
        | Q(Exists(Event.objects.filter(chain=chain, actor_ref=person.ref, action__in=EDITS)))
    )
