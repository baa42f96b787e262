"""Records as an administrator reads them: in words, with the way to the desk, and stored JSON in lines."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from claims.admin.event_words import BESIDE_CLAIMS, deed
from claims.models import Claimant, Event, FactCheck, Job, Person, Publisher
from claims.views.record_words import WORDS
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, people):
    client.force_login(people.administrator)
    return people.administrator


def read(client, page, *args):
    return client.get(reverse(f"admin:claims_{page}", args=args)).content.decode()


def test_the_list_of_events_says_who_did_what(client, administrator, people):
    claim = desk.published(people)
    approved = Event.objects.get(chain=claim.chain, action="approve")
    html = read(client, "event_changelist")

    assert f"{Person.objects.get(pk=approved.actor_ref.removeprefix('person/'))} approved it" in html
    assert "Preflight passed" in html
    assert 'class="field-actor_ref' not in html


def test_what_the_desk_does_by_itself_and_what_a_forgotten_person_did_has_a_doer(client, administrator):
    Event.objects.append("desk", "change_setting", by=None, body={})
    assert "The desk changed a setting" in read(client, "event_changelist")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_deed_can_be_told_without_what_its_entry_says(language):
    with translation.override(language):
        told = {action: deed(action) for action in {*WORDS, *BESIDE_CLAIMS}}

    assert [words for words in told.values() if re.search(r"%|_", words)] == []
    assert set(WORDS).isdisjoint(BESIDE_CLAIMS)


def test_the_list_of_jobs_names_them_as_the_page_of_background_work_does(client, administrator, people):
    desk.in_preflight(people)
    html = read(client, "job_changelist")

    assert "Go through the preflight list" in html
    assert ">preflight<" not in html
    assert Job.objects.filter(kind="preflight").exists()


def test_a_record_leads_to_the_desk_and_not_to_an_empty_history(client, administrator, people):
    claim = desk.published(people)
    version = FactCheck.objects.get(claim=claim)
    ways = {
        ("claim_change", claim.pk): reverse("claims:claim-detail", args=[claim.pk]),
        ("evidence_change", claim.evidence.first().pk): reverse(
            "claims:evidence-reader", args=[claim.evidence.first().pk]
        ),
        ("factcheck_change", version.pk): reverse("claims:fact-check-detail", args=[version.slug]),
    }

    for (page, pk), way in ways.items():
        html = read(client, page, pk)
        assert f'<a href="{way}" class="viewsitelink">' in html
        assert "historylink" not in html


def test_stored_content_is_spread_over_lines(client, administrator, people):
    claim = desk.published(people)
    version = FactCheck.objects.get(claim=claim)

    assert "<pre>{" in read(client, "factcheck_change", version.pk)
    assert "<pre>{\n  &quot;" in read(client, "revision_change", version.revision_id)


def test_a_publisher_is_graded_on_the_scale(client, administrator):
    add = reverse("admin:claims_publisher_add")
    data = {"name": "Norland Post", "slug": "norland-post", "domain": "post.example"}

    refused = client.post(add, {**data, "reliability": "Z"})
    assert "reliability" in refused.context["adminform"].form.errors
    client.post(add, {**data, "reliability": "B"})

    assert Publisher.objects.get().reliability == "B"
    assert "B: Usually reliable" in read(client, "publisher_changelist")


def test_no_choice_of_a_filter_is_without_words(client, administrator):
    Claimant.objects.create(slug="nobody", name="Nobody in particular")
    Claimant.objects.create(slug="mayor", name="The mayor", country="NO")
    url = reverse("admin:claims_claimant_changelist")
    html = client.get(url).content.decode()

    assert re.findall(r"<a href=\"\?[^\"]*\">\s*</a>", html) == []
    found = client.get(url, {"country": "NO"}).context["cl"].queryset
    assert [claimant.name for claimant in found] == ["The mayor"]


def test_tables_are_called_what_the_desk_calls_them(client, administrator):
    ClaimFactory()
    html = client.get(reverse("admin:index")).content.decode()

    assert ">Sources</a>" in html
    assert ">Resources</a>" not in html
