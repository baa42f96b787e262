"""A desk whose charts all have something to show, made by real steps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Claim, QuoteCheck, Resource, SourceAlert
from claims.publishing.publish import publish
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, EvidenceFactory, TopicFactory

NOW = timezone.now


@pytest.fixture
def newsroom(people):
    """Claims in many states, said by two claimants on two topics; one is confidential, one waits for a blind verdict."""
    said = [ClaimantFactory(slug="ministry", name="Ministry of Ports"), ClaimantFactory(slug="union", name="Union")]
    topics = [TopicFactory(slug="ships", name="Ships"), TopicFactory(slug="cranes", name="Cranes")]
    public, again = (publish(desk.approved(people).pk, by=people.editor).claim for _n in range(2))
    apply(again.pk, "reopen", by=people.editor, reason="New figures.")
    declined = desk.accepted(people)
    apply(declined.pk, "decline", by=people.editor, reason="No.", decline_reason="not_spread")
    apply(declined.pk, "restore", by=people.editor)
    late, secret = desk.in_research(people), desk.in_research(people)
    Claim.objects.filter(pk=late.pk).update(due_at=NOW() - timedelta(days=3))
    Claim.objects.filter(pk=secret.pk).update(confidential=True)
    claims = [public, again, late, secret, desk.in_cross_check(people), desk.in_review(people, second="false")]
    claims += [desk.in_review(people), ClaimFactory(due_at=NOW() + timedelta(hours=3)), ClaimFactory()]
    for n, claim in enumerate(claims):
        claim.topics.add(topics[n % 2])
        AppearanceFactory(claim=claim, claimant=said[n % 2], position="asserts" if n < 6 else "denies")
    spoil(claims)
    return claims


def spoil(claims):
    """Sources that changed, are gone and cannot be reached."""
    for claim, state in zip(claims, ("altered", "gone"), strict=False):
        quote = claim.evidence.exclude(quotes=None).first().quotes.first()
        check = QuoteCheck.objects.create(quote=quote, state=state)
        SourceAlert.objects.create(quote=quote, check_row=check)
    unreachable = claims[4].evidence.first().resource
    Resource.objects.filter(pk=unreachable.pk).update(misses=2)
    EvidenceFactory(claim=claims[7])
