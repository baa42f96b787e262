"""A claim beside the queue: what it rests on, its verdict for those who see it, and nothing of what is hidden."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.claims.workflow import desk
from tests.factories import EvidenceFactory, PersonFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "glance"}


@pytest.fixture
def claim(people):
    return desk.in_cross_check(people)


def glance(client, person, claim, **headers):
    client.force_login(person)
    return client.get(reverse("claims:claim-glance", args=[claim.pk]), headers=headers or HTMX)


def test_the_claim_under_the_cursor_is_shown_with_what_it_rests_on(client, people, claim):
    page = glance(client, people.author, claim).content.decode()

    assert claim.statement in page
    assert all(f"/evidence/{item.pk}/" in page for item in claim.evidence.all())
    assert "<html" not in page


def test_the_verdict_is_shown_to_who_sees_it_and_to_nobody_else(client, people, claim):
    verdict = {f"{claim.rating.label}</span>", "Two counts agree"}
    seen = glance(client, people.author, claim).content.decode()
    blind = glance(client, people.cross_checker, claim).content.decode()

    assert all(words in seen for words in verdict)
    assert not any(words in blind for words in verdict)


def test_a_confidential_claim_is_shown_to_its_people_only(client, people, claim):
    type(claim).objects.filter(pk=claim.pk).update(confidential=True)

    assert glance(client, PersonFactory(role="checker"), claim).status_code == 404
    assert glance(client, people.author, claim).status_code == 200


def test_without_a_script_the_address_leads_to_the_claim(client, people, claim):
    assert glance(client, people.author, claim, accept="text/html").url == f"/claims/{claim.pk}/"


def test_many_pieces_of_evidence_cost_no_more_statements_and_the_rest_is_counted(client, people, claim):
    glance(client, people.cross_checker, claim)  # what is read once for all requests
    address = reverse("claims:claim-glance", args=[claim.pk])
    with CaptureQueriesContext(connection) as few:
        client.get(address, headers=HTMX)
    for number in range(10, 30):
        EvidenceFactory(claim=claim, number=number)
    with CaptureQueriesContext(connection) as many:
        page = client.get(address, headers=HTMX).content.decode()

    assert len(many) == len(few)
    assert f"{claim.evidence.count() - 12} more pieces of evidence" in page
