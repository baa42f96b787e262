import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from claims.workflow import edit
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return desk.ready(people)


def look(client, person, claim, **query):
    client.force_login(person)
    return client.get(reverse("claims:presence", args=[claim.pk]), query).content.decode()


def test_each_is_told_who_else_has_the_claim_open_and_not_of_himself(client, people, claim):
    assert people.author.name not in look(client, people.author, claim)
    assert f"{people.author.name}</bdi> has this open too" in look(client, people.editor, claim)
    assert f"{people.editor.name}</bdi> has this open too" in look(client, people.author, claim)


def test_who_writes_is_named_first_with_the_part_he_writes(client, people, claim):
    look(client, people.author, claim, writing="verdict")
    look(client, people.contributor, claim, writing="statement")
    page = look(client, people.editor, claim, writing="nonsense")

    assert f"{people.contributor.name}</bdi> is writing the statement" in page


def test_that_somebody_writes_the_verdict_is_told_to_who_may_see_it_only(client, people, claim):
    look(client, people.author, claim, writing="verdict")

    assert "verdict" not in look(client, people.cross_checker, claim)
    edit_seen = reverse("claims:verdict-show", args=[claim.pk])
    client.force_login(people.editor)
    client.post(edit_seen)
    assert f"{people.author.name}</bdi> is writing the verdict" in look(client, people.editor, claim)


def test_who_closed_the_page_is_gone_after_a_minute(client, people, claim):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        look(client, people.author, claim)
        clock.shift(71)
        assert people.author.name not in look(client, people.editor, claim)


def test_a_confidential_claim_tells_strangers_nothing(client, people, claim):
    edit.arrange_claim(claim.pk, by=people.editor, confidential=True)
    client.force_login(people.cross_checker)

    assert client.get(reverse("claims:presence", args=[claim.pk])).status_code == 404


def test_the_claim_page_asks_who_is_here_when_it_has_loaded(client, people, claim):
    client.force_login(people.author)
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()

    assert reverse("claims:presence", args=[claim.pk]) in page
