"""Every mark of every chart leads to a list with exactly as many claims as it says, for everybody."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from claims.figures.lists import QUESTIONS
from claims.figures.period import preset
from claims.models import Claim, QuoteCheck, Resource, SourceAlert
from claims.publishing.publish import publish
from claims.views.result_list import ResultList
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, EvidenceFactory, TopicFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def people():
    return desk.hire()


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


def marks_of(name, person, period=None):
    chart = QUESTIONS[name].answer(person, period or preset("30", timezone.localdate()))
    return [mark for line in chart.lines for mark in line.marks if mark]


def rows_behind(mark, person):
    return ResultList.read(QueryDict(mark.query)).claims(person).count()


# What each chart must at least have to say of this newsroom, so that the comparison is not one of nothing.
LEAST = {"flow": 3, "stages": 4, "due": 3, "load": 2, "claimants": 1, "topics": 1, "sources": 5, "agreement": 1}


def test_the_number_on_a_mark_is_the_number_of_rows_behind_it(newsroom, people):
    told = [
        (name, who, mark.query, mark.count, rows_behind(mark, person))
        for name in QUESTIONS
        for who, person in vars(people).items()
        for mark in marks_of(name, person)
    ]

    assert [found for found in told if found[3] != found[4]] == []
    assert {name: len(marks_of(name, people.editor)) >= least for name, least in LEAST.items()} == dict.fromkeys(
        LEAST, True
    )
