"""The public page before it is public: as readers will see it, for those of the desk who may see the verdict."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from claims.models import FactCheck
from claims.publishing import publish as publishing
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


def preview(client, person, claim):
    client.force_login(person)
    return client.get(reverse("claims:claim-preview", args=[claim.pk]))


def article(response):
    html = response.content.decode()
    return html[html.index("<article") : html.index("</article>")]


def test_the_preview_reads_word_for_word_like_the_page_that_is_published(client, people):
    claim = desk.approved(people)

    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False):
        seen = preview(client, people.author, claim)
        row = publishing.publish(claim.pk, by=people.editor)
        public = client.get(reverse("claims:fact-check-detail", args=[row.slug]))

    assert article(seen) == article(public)
    assert "Checked by 3 people" in seen.content.decode()


def test_the_preview_is_for_nobody_outside_and_for_no_search_engine(client, people):
    claim = desk.approved(people)

    html = preview(client, people.author, claim).content.decode()
    client.logout()
    stranger = client.get(reverse("claims:claim-preview", args=[claim.pk]))

    assert '<meta name="robots" content="noindex">' in html
    assert "application/ld+json" not in html
    assert stranger.url.startswith("/accounts/login/")
    assert not FactCheck.objects.exists()


def test_who_gives_a_second_verdict_sees_no_preview_before(client, people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    refused = preview(client, people.cross_checker, claim)
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()

    assert refused.status_code == 403
    assert "hidden from you until you have given your own" in refused.content.decode()
    assert "Two counts agree" not in refused.content.decode()
    assert reverse("claims:claim-preview", args=[claim.pk]) not in page


def test_a_claim_without_a_verdict_has_a_preview_that_says_what_is_missing(client, people):
    claim = desk.in_research(people)

    response = preview(client, people.author, claim)
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()

    assert response.status_code == 200
    assert "As it stands it could not be published" in response.content.decode()
    assert "Nobody is named as the one who made the claim." in response.content.decode()
    assert reverse("claims:claim-preview", args=[claim.pk]) in page


def test_markup_in_a_statement_is_shown_as_text(client, people):
    claim = desk.in_research(people)
    type(claim).objects.filter(pk=claim.pk).update(statement="</pre><script>alert(1)</script>")

    html = preview(client, people.author, claim).content.decode()

    assert "<script>alert" not in html
    assert "&lt;/pre&gt;&lt;script&gt;" in html
