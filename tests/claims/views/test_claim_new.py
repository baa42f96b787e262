"""A new claim: who says it and what it is about may be new to the desk too; its language is chosen by name."""

import re

import pytest
from django.utils import translation

from claims.forms.languages import LanguageField, tag_of
from claims.models import Claim, Claimant, Event, Topic
from claims.search import common
from tests.claims.workflow import desk
from tests.factories import ClaimantFactory, ClaimFactory, PersonFactory, TopicFactory

NEW = "/claims/new/"


@pytest.fixture
def contributor(client, db):
    person = PersonFactory(role="contributor")
    client.force_login(person)
    return person


def post(client, **given):
    fields = {"statement": "The quay is long.", "position": "asserts", "kind": "statement", "language": "en"}
    fields["kind"] = Claim.Kind.values[0]
    return client.post(NEW, fields | given)


def test_who_says_it_may_be_somebody_the_desk_does_not_know_yet(client, contributor):
    assert post(client, new_claimant="Pilots' union", claimant_kind="organisation").status_code == 302

    said = Claim.objects.get().appearances.get()
    assert (said.claimant.name, said.claimant.kind) == ("Pilots' union", "organisation")
    assert Event.objects.get(chain="desk", action="add_setting").actor_ref == contributor.ref


def test_a_name_that_is_known_is_not_added_twice_however_it_is_spelt(client, contributor):
    office, works = ClaimantFactory(name="Harbour Office"), TopicFactory(name="Harbour works")

    assert post(client, new_claimant="HARBOUR  office", new_topics="harbour-works").status_code == 302

    claim = Claim.objects.get()
    assert claim.appearances.get().claimant == office
    assert list(claim.topics.all()) == [works]
    assert (Claimant.objects.count(), Topic.objects.count()) == (1, 1)


def test_topics_are_chosen_and_written_together(client, contributor):
    known = TopicFactory(name="Harbour")

    post(client, no_appearance_reason="Readers asked.", topics=[known.pk], new_topics="Ships, harbour ,, Quays、港")

    assert {topic.name for topic in Claim.objects.get().topics.all()} == {"Harbour", "Ships", "Quays", "港"}


def test_a_name_that_is_refused_leaves_no_claim_behind(client, contributor):
    response = post(client, new_claimant="...", new_topics="Ships")

    assert response.status_code == 422
    assert "Give the name of who made the claim" in response.content.decode()
    assert not Claim.objects.exists()
    assert not Topic.objects.exists()


def test_a_statement_that_is_too_long_is_refused_in_words_and_kept_whole(client, contributor):
    words = "The quay is long. " * 40
    response = post(client, statement=words, no_appearance_reason="Readers asked.")
    page = response.content.decode()

    assert response.status_code == 422
    assert "at most 500 characters" in page
    assert words.strip() in page
    field = re.search(r'<textarea name="statement".*?>', client.get(NEW).content.decode(), re.DOTALL)[0]
    assert "maxlength" not in field  # a browser would cut what is pasted, without a word


def test_somebody_known_and_somebody_new_cannot_both_say_it_first(client, contributor):
    response = post(client, claimant=ClaimantFactory().pk, new_claimant="Pilots' union")

    assert response.status_code == 422
    assert "not both" in response.content.decode()


# --- its language


def languages(html):
    select = re.search(r'<select name="language".*?</select>', html, re.DOTALL)[0]
    groups = re.findall(r'<optgroup label="(.*?)">(.*?)</optgroup>', select, re.DOTALL)
    return select, {label: re.findall(r'<option value="(.*?)"', options) for label, options in groups}


def test_the_languages_the_desk_writes_in_stand_first_and_all_have_names(client, contributor, monkeypatch):
    monkeypatch.setattr(common._Kept, "common", common.Common(languages=("en", "ko", "so")))
    select, groups = languages(client.get(NEW).content.decode())

    assert groups["Common here"][:3] == ["en", "ko", "so"]
    assert {"zh-Hans", "pt-BR", "am", "zu"} <= set(groups["All"])
    assert not set(groups["Common here"]) & set(groups["All"])
    assert '<option value="so">Somali</option>' in select
    assert '<option value="en" selected>English</option>' in select


def test_languages_are_named_in_the_language_of_the_reader():
    with translation.override("de"):
        html = LanguageField(label="x").widget.render("language", "de")
    assert '<option value="de" selected>Deutsch</option>' in html


def test_a_language_kept_from_before_stays_and_can_be_saved_again(client, db):
    people = desk.hire()
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(language="tlh")
    client.force_login(people.author)
    page = client.get(f"/claims/{claim.pk}/").content.decode()

    assert '<option value="tlh" selected>tlh</option>' in languages(page)[0]
    seen = dict(re.findall(r'name="(seen-(?:statement|language))" value="(\w+)"', page))
    sent = {"statement": claim.statement, "language": "tlh", "kind": claim.kind, "context": ""} | seen
    response = client.post(f"/claims/{claim.pk}/edit/", sent | {"statement": "The quay is longer."})
    assert Claim.objects.get(pk=claim.pk).language == "tlh", response.status_code


@pytest.mark.parametrize("language", ["", "english (uk)", "x", "en_GB", "en<b>", "a" * 13])
def test_what_is_no_tag_of_a_language_is_refused(client, contributor, language):
    assert post(client, no_appearance_reason="Readers asked.", language=language).status_code == 422
    assert not Claim.objects.exists()


def test_codes_of_the_framework_become_tags_of_the_standard():
    assert [tag_of(code) for code in ("en", "zh-hans", "pt-br", "sr-latn")] == ["en", "zh-Hans", "pt-BR", "sr-Latn"]


def test_a_claim_in_a_chosen_language_keeps_its_tag(client, contributor):
    ClaimFactory()
    post(client, no_appearance_reason="Readers asked.", language="zh-Hans")

    assert Claim.objects.latest("pk").language == "zh-Hans"
