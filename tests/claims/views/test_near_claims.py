"""The same claim is not made twice without a word: what the desk has already stands beside what is being written."""

import re

import pytest
from django.urls import reverse

from claims.models import Claim
from claims.views.near_claims import find_near
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db
NEW = "/claims/new/"
WORDS = "Ships delivered missiles to the northern harbour."


@pytest.fixture
def contributor(client):
    person = PersonFactory(role="contributor")
    client.force_login(person)
    return person


@pytest.fixture
def known():
    return ClaimFactory(statement=WORDS)


def post(client, **given):
    fields = {"statement": WORDS, "position": "asserts", "kind": Claim.Kind.values[0], "language": "en"}
    return client.post(NEW, fields | {"no_appearance_reason": "Readers asked."} | given)


def near_words(client, typed):
    page = client.get(
        reverse("claims:near-words"), {"statement": typed}, headers={"HX-Request": "true", "HX-Target": "near"}
    )
    return page.content.decode()


def test_while_a_claim_is_typed_the_one_the_desk_has_is_shown_with_its_state(client, contributor, known):
    page = near_words(client, "ships delivered missiles to the northern harb")

    assert f'href="/claims/{known.pk}/"' in page
    assert "The desk seems to have this claim already" in page
    assert "Inbox" in page
    assert "likely the same" in page
    assert "<html" not in page


@pytest.mark.parametrize("typed", ["", "   ", "The price of bread in Norland has doubled.", "\x00"])
def test_what_is_like_nothing_shows_nothing(client, contributor, known, typed):
    assert "/claims/" not in near_words(client, typed).replace(reverse("claims:near-words"), "")


def test_the_verdict_of_an_unpublished_claim_is_not_told_and_that_of_a_published_one_is(client, contributor):
    people = desk.hire()
    claim = desk.in_review(people)
    label = claim.rating.label
    assert label not in near_words(client, claim.statement)

    claim = desk.published(people)
    assert claim.rating.label in near_words(client, claim.statement)


def test_a_confidential_claim_is_not_told_of(client, contributor):
    ClaimFactory(statement=WORDS, confidential=True)

    assert find_near(WORDS, contributor) == []
    assert post(client).status_code == 302


def test_a_claim_that_is_known_is_put_into_the_inbox_only_by_a_press_that_has_seen_it(client, contributor, known):
    refused = post(client)

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "The desk seems to have this claim already" in page
    assert WORDS in page
    assert Claim.objects.count() == 1

    shown = re.findall(r'name="shown" value="(\d+)"', page)
    assert post(client, shown=shown).status_code == 302
    assert Claim.objects.count() == 2


def test_a_claim_that_says_something_else_goes_in_at_once(client, contributor, known):
    assert post(client, statement="The price of bread in Norland has doubled.").status_code == 302


@pytest.mark.parametrize("status", ["inbox", "watching", "accepted"])
def test_beside_a_claim_in_triage_stand_those_it_may_repeat(client, people, known, status):
    client.force_login(people.editor)
    claim = ClaimFactory(statement=WORDS, status=status)

    assert reverse("claims:near-claim", args=[claim.pk]) in client.get(f"/claims/{claim.pk}/").content.decode()
    page = client.get(reverse("claims:near-claim", args=[claim.pk])).content.decode()

    assert f'href="/claims/{known.pk}/"' in page
    assert f"Merge into C-{known.pk}" in page
    response = client.post(reverse("claims:claim-step", args=[claim.pk, "merge"]), {"target": known.pk})
    assert (response.status_code, Claim.objects.get(pk=claim.pk).duplicate_of_id) == (302, known.pk)


def test_only_an_editor_is_offered_to_merge_and_a_claim_at_work_is_not_compared(client, contributor, known):
    claim = ClaimFactory(statement=WORDS)
    page = client.get(reverse("claims:near-claim", args=[claim.pk])).content.decode()
    assert f'href="/claims/{known.pk}/"' in page
    assert "Merge into" not in page

    working = desk.in_research(desk.hire())
    page = client.get(reverse("claims:near-claim", args=[working.pk])).content.decode()
    assert "near-h" not in page
