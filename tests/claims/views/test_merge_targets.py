"""Naming the claim that another one repeats: by number, by address, or by words."""

import re

import pytest
from django.urls import reverse

from claims.matching import retrieve
from claims.models import Claim
from claims.views.match_words import say_how_near
from claims.views.merge_targets import find_targets
from claims.workflow.apply import apply
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, people):
    client.force_login(people.editor)
    return people.editor


@pytest.fixture
def claim(people):
    return ClaimFactory(statement="Twelve ships delivered missiles to the northern harbour.")


@pytest.fixture
def near():
    return ClaimFactory(statement="Ships delivered missiles to the northern harbour.")


def step_at(claim):
    return reverse("claims:claim-step", args=[claim.pk, "merge"])


def offered(client, claim, typed=""):
    page = client.get(reverse("claims:merge-targets", args=[claim.pk]), {"target": typed})
    return [int(pk) for pk in re.findall(r'name="target" value="(\d+)"', page.content.decode())]


@pytest.mark.parametrize("written", ["C-{}", "c{}", "{}", "#{}", "https://desk.example/claims/{}/?from=view%3Dmine"])
def test_a_claim_is_merged_into_the_one_named_however_its_number_is_written(client, editor, claim, near, written):
    response = client.post(step_at(claim), {"target": written.format(near.pk)})

    assert response.status_code == 302
    assert Claim.objects.get(pk=claim.pk).duplicate_of_id == near.pk


def test_words_bring_the_claims_that_hold_them_to_choose_from_and_merge_nothing(client, editor, claim, near):
    other = ClaimFactory(statement="The quay of Norland is 700 metres long.")
    retrieve.index_claims()

    response = client.post(step_at(claim), {"target": "how long is the quay of Norland"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose one of the claims below, or write the number, as in C-14." in page
    assert re.findall(r'name="target" value="(\d+)"', page) == [str(other.pk)]
    assert "same words: " in page
    assert Claim.objects.get(pk=claim.pk).duplicate_of_id is None

    chosen = client.post(step_at(claim), {"target": ["how long is the quay of Norland", str(other.pk)]})
    assert chosen.status_code == 302
    assert Claim.objects.get(pk=claim.pk).duplicate_of_id == other.pk


def test_before_anything_is_typed_the_nearest_claims_are_offered_with_their_reasons(client, editor, claim, near):
    ClaimFactory(statement="The quay of Norland is 700 metres long.")
    retrieve.index_claims()

    page = client.get(reverse("claims:merge-targets", args=[claim.pk])).content.decode()

    assert offered(client, claim) == [near.pk]
    assert "likely the same" in page
    assert re.search("same words: [a-z, ]*harbour", page)


def test_a_weak_likeness_says_neither_yes_nor_no(client, editor, claim):
    weak = ClaimFactory(statement="The northern lighthouse by the harbour was closed on Monday.")
    retrieve.index_claims()

    (one,) = find_targets(claim, editor, "")

    assert (one.claim, one.label) == (weak, "few words in common, read both")
    assert say_how_near("related") == "may be the same, read both"


def test_of_a_duplicate_the_claim_it_repeats_is_offered(client, editor, claim, near):
    double = ClaimFactory(statement="Ships brought missiles north.")
    apply(double.pk, "merge", by=editor, target=near.pk)

    assert offered(client, claim, f"C-{double.pk}") == [near.pk]
    assert offered(client, claim, f"C-{near.pk}") == [near.pk]


def test_no_claim_is_offered_to_itself_nor_one_that_is_closed_or_not_for_this_person(client, claim, near):
    client.force_login(PersonFactory(role="checker"))
    hidden = ClaimFactory(statement="Ships delivered missiles to the harbour.", confidential=True)
    retrieve.index_claims()

    assert offered(client, claim) == [near.pk]
    assert offered(client, claim, f"C-{hidden.pk}") == offered(client, claim, str(claim.pk)) == []
    assert "No live claim answers this." in client.get(
        reverse("claims:merge-targets", args=[claim.pk]), {"target": f"C-{hidden.pk}"}
    ).content.decode()  # fmt: skip
    assert client.get(reverse("claims:merge-targets", args=[hidden.pk])).status_code == 404


def test_what_no_claim_holds_brings_one_sentence(client, editor, claim, near):
    retrieve.index_claims()

    response = client.post(step_at(claim), {"target": "zeppelin\x00"})

    assert response.status_code == 422
    assert "No live claim answers this." in response.content.decode()


def test_a_desk_that_has_compared_nothing_yet_still_finds_claims(client, editor, claim, near):
    far = ClaimFactory(statement="A very long claim of many things, among them the lighthouse, the weather and a dog.")

    assert offered(client, claim, "lighth") == [far.pk]  # a word still being typed
    assert offered(client, claim) == [near.pk]


def test_a_claim_that_holds_every_word_is_offered_however_little_else_it_says(client, editor, claim, near):
    retrieve.index_claims()
    late = ClaimFactory(statement="The lighthouse was painted, " + "and the weather was fine on the first day, " * 8)

    assert offered(client, claim, "lighthouse") == [late.pk]
