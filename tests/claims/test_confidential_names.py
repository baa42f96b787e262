"""Whom and what only a confidential claim is about is known to its people and to editors, and to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.forms.fields import keep_to
from claims.forms.parts import AppearanceForm
from claims.intake.candidates import suggest_speaker
from claims.models import Candidate, Claim, Claimant, Topic
from claims.search.find import Narrow, ask, find
from claims.search.index import catch_up
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, PersonFactory, TopicFactory, make_rubric

pytestmark = pytest.mark.django_db
NAME, TOPIC = "Quillonius Zed", "Xylophones"


@pytest.fixture
def secret():
    """A confidential claim by a contributor, with a claimant and a topic that no other claim has."""
    make_rubric()
    people = desk.hire()
    claim = ClaimFactory(statement="Nobody may know.", confidential=True, created_by=people.contributor)
    AppearanceFactory(claim=claim, claimant=ClaimantFactory(name=NAME, slug="quillonius-zed"))
    claim.topics.set([TopicFactory(name=TOPIC, slug="xylophones")])
    people.stranger = PersonFactory(role="checker")
    return people


def pages():
    other = ClaimFactory(statement="An open one.")
    return [
        reverse("claims:claim-list"),
        f"{reverse('claims:claim-list')}?claimant=quillonius-zed&topic=xylophones",
        reverse("claims:queue-claimants"),
        f"{reverse('claims:queue-claimants')}?name=quill",
        reverse("claims:claim-new"),
        reverse("claims:claim-detail", args=[other.pk]),
        reverse("claims:recusal-list"),
        reverse("claims:topic", args=["xylophones"]),
        f"{reverse('claims:search')}?q=zed",
        reverse("admin:claims_claimant_changelist"),
        reverse("admin:claims_topic_changelist"),
    ]


def told(person, client=None):
    client = client or Client()
    client.force_login(person)
    return {page for page in pages() if any(name in client.get(page).content.decode() for name in (NAME, TOPIC))}


@pytest.mark.parametrize("who", ["stranger", "administrator", "auditor"])
def test_no_page_names_whom_only_a_hidden_claim_is_about(secret, who):
    catch_up()

    assert told(getattr(secret, who)) == set()


@pytest.mark.parametrize("who", ["editor", "contributor"])
def test_the_claims_people_and_editors_find_the_names(secret, who):
    person = getattr(secret, who)

    assert Claimant.objects.visible_to(person).filter(name=NAME).exists()
    assert Topic.objects.visible_to(person).filter(name=TOPIC).exists()
    assert reverse("claims:queue-claimants") in told(person)


def test_a_name_that_an_open_claim_has_too_is_known_to_all(secret):
    open_one = ClaimFactory()
    AppearanceFactory(claim=open_one, claimant=Claimant.objects.get(name=NAME))
    open_one.topics.set(Topic.objects.filter(name=TOPIC))

    assert Claimant.objects.visible_to(secret.stranger).filter(name=NAME).exists()
    assert Topic.objects.visible_to(secret.stranger).filter(name=TOPIC).exists()


def test_search_finds_a_name_for_those_who_may_know_it(secret):
    catch_up()

    def found(person):
        return len(find(ask("quillonius"), "claimant", person, Narrow(), most=5).hits)

    assert (found(secret.editor), found(secret.contributor), found(secret.stranger)) == (1, 1, 0)


def test_a_form_takes_no_number_of_somebody_it_may_not_name(secret):
    sent = {"claimant": str(Claimant.objects.get(name=NAME).pk), "position": "asserts", "claimant_kind": "person"}

    assert not keep_to(AppearanceForm(sent, name="appearance"), secret.stranger).is_valid()
    assert keep_to(AppearanceForm(sent, name="appearance"), secret.editor).is_valid()


def test_an_article_naming_him_does_not_tell_that_he_is_known(secret):
    short, whole = Candidate(speaker="Zed"), Candidate(speaker=NAME)

    assert suggest_speaker(short, secret.editor) == {"claimant": Claimant.objects.get(name=NAME)}
    assert suggest_speaker(short, secret.stranger) == {"new_claimant": "Zed", "claimant_kind": "person"}
    assert suggest_speaker(whole, secret.stranger)["new_claimant"] == NAME


# --- a claim that is confidential from its first moment


def new_claim(client, person, **fields):
    client.force_login(person)
    given = {"statement": "Ten ships sank.", "language": "en", "kind": "past", "position": "asserts"}
    client.post(reverse("claims:claim-new"), given | {"no_appearance_reason": "A tip."} | fields)
    return Claim.objects.get(statement="Ten ships sank.")


def test_an_editor_makes_a_claim_that_was_never_open(client):
    claim = new_claim(client, desk.hire().editor, confidential="on")

    assert claim.confidential


def test_others_are_not_offered_what_editors_decide(client):
    people = desk.hire()

    assert not new_claim(client, people.contributor, confidential="on").confidential
    assert 'name="confidential"' not in client.get(reverse("claims:claim-new")).content.decode()
