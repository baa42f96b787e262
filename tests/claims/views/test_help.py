"""Help follows the claims that are there, and says of each stage what the table of steps says."""

import re
from html import unescape

import pytest

from claims.models import Article, Claim, Desk
from claims.views.help_words import BY_ITSELF, MUST_HOLD, STAGES, WHO
from claims.workflow.transitions import TRANSITIONS, steps_from
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


def page(client, address="/help/"):
    return unescape(client.get(address).content.decode())


def test_every_state_person_and_guard_of_the_table_has_words():
    assert list(STAGES) == list(Claim.Status.values)
    assert set(WHO) == {kind for step in TRANSITIONS.values() for kind in step.who}
    assert set(BY_ITSELF) == {action for action, step in TRANSITIONS.items() if not step.label}
    assert set(MUST_HOLD) == {guard for step in TRANSITIONS.values() for guard in step.guards}


def test_the_tour_leads_through_an_article_and_a_claim_of_each_state(client, people):
    article = Article.objects.create(
        title="Ships in the harbour", text="Ships came.", text_sha256="0" * 64, state="ready"
    )
    article.candidates.create(number=1, text="Ships came.", start=0, end=11, score=0.5)
    new, public = ClaimFactory(), desk.published(people)
    client.force_login(people.author)

    found = page(client)

    assert f'href="/intake/{article.pk}/"' in found
    assert re.findall(r'href="/claims/(\d+)/"', found) == [str(new.pk), str(public.pk)]


def test_the_tour_names_no_confidential_claim_to_others(client, people):
    hidden = ClaimFactory(confidential=True)
    client.force_login(people.cross_checker)
    assert f"/claims/{hidden.pk}/" not in page(client)
    client.force_login(people.editor)
    assert f"/claims/{hidden.pk}/" in page(client)


def test_an_empty_desk_is_told_how_to_begin(client):
    client.force_login(PersonFactory(role="checker"))

    assert "there are none yet" in page(client)


@pytest.mark.parametrize(("is_demo", "told"), [(True, True), (False, False)])
def test_a_demonstration_says_so_and_how_to_start_a_desk_of_ones_own(client, is_demo, told):
    Desk.objects.current()
    Desk.objects.update(is_demo=is_demo)
    client.force_login(PersonFactory(role="checker"))

    assert ("make run DEMO=0" in page(client)) is told


@pytest.mark.parametrize("state", Claim.Status.values)
def test_each_stage_lists_its_steps_with_who_may_take_them(client, state):
    client.force_login(PersonFactory(role="auditor"))

    found = page(client, f"/help/stages/{state}/")

    for step in steps_from(state).values():
        if step.label:
            assert f">{step.label}</b>" in found
        assert all(str(MUST_HOLD[guard]) in found for guard in step.guards)
    assert f'href="/claims/?status={state}"' in found


def test_an_unknown_stage_is_not_found(client):
    client.force_login(PersonFactory(role="checker"))

    assert client.get("/help/stages/nowhere/").status_code == 404


def test_the_bookmark_hands_what_it_brings_to_intake(client, settings):
    settings.BASE_URL = "https://desk.example.org"
    client.force_login(PersonFactory(role="contributor"))

    assert "javascript:void open('https://desk.example.org/intake/?source='+" in page(client)
    form = page(client, "/intake/?source=https%3A//a.example.org/1%3Fx%3D%22&title=Ships+%3Cb%3E")
    assert 'value="Ships <b>"' in form
    assert 'https://a.example.org/1?x="</textarea>' in form


def test_who_may_not_add_is_offered_no_bookmark(client):
    client.force_login(PersonFactory(role="auditor"))

    assert "javascript:" not in page(client)
