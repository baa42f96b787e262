"""Evidence judged on its card: which way it speaks and what it is worth, with and without a script."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Desk, Event, Evidence, Refusal
from claims.workflow.edit import digest
from tests.claims.workflow import desk
from tests.factories import EvidenceFactory

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 16
HTMX = {"HX-Request": "true", "HX-Target": "e1"}


@pytest.fixture
def claim(people):
    """In research, with three pieces: two of one origin for it, one against."""
    claim = desk.in_research(people)
    for number, stance, origin in ((1, "supports", "Agency"), (2, "supports", "Agency"), (3, "refutes", "")):
        EvidenceFactory(claim=claim, number=number, stance=stance, origin=origin)
    return claim


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return people.author


def move(client, claim, to, **headers):
    return client.post(reverse("claims:evidence-move", args=[claim.pk]), {"to": to}, headers=headers)


def grade(client, claim, number, **data):
    given = {"reliability": "A", "credibility": "1", "grade_reason": "Its own register."} | data
    seen = claim.evidence.filter(number=number).values("reliability", "credibility", "grade_reason").first() or {}
    given |= {f"seen-{name}": digest(value) for name, value in seen.items()}
    return client.post(reverse("claims:evidence-grade", args=[claim.pk, number]), given, headers=HTMX)


def stance(claim, number):
    return claim.evidence.get(number=number).stance


def parts(response):
    """Id and text of each part that is put in its place on the page."""
    found = re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob="true"[^>]*>(.*?)<', response.content.decode(), re.DOTALL)
    return {name: text.strip() for name, text in found}


def test_a_piece_changes_sides_and_its_card_and_the_numbers_come_back_alone(client, author, claim):
    response = move(client, claim, "1:refutes", **HTMX)

    assert stance(claim, 1) == "refutes"
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (200, "#e1", "outerHTML")
    assert response["HX-Push-Url"] == "false"
    page = response.content.decode()
    assert re.findall(r'<li class="ev" id="(\w+)" tabindex="-1" data-stance="(\w+)"', page) == [("e1", "refutes")]
    numbers = parts(response)
    assert [numbers[f"count-{name}"] for name in ("supports", "refutes", "context")] == ["1", "2", "0"]
    assert {"messages", "your-move", "evidence-sum", "origins", "twins-2", "twins-3"} <= set(numbers)
    assert "Evidence 1 refutes the claim now." in page
    assert "Undo" in page


def test_the_same_change_back_and_forth_is_made_each_time(client, author, claim):
    for to in ("refutes", "supports", "refutes"):
        page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()
        once = re.search(r'id="move-evidence".*?name="once" value="([^"]+)"', page, re.DOTALL)[1]
        address = reverse("claims:evidence-move", args=[claim.pk])
        answer = client.post(address, {"to": f"1:{to}", "once": once}, headers=HTMX).content.decode()
        renewed = re.search(r'id="move-evidence".*?name="once" value="([^"]+)"', answer, re.DOTALL)[1]
        assert (stance(claim, 1), renewed != once) == (to, True)


def test_pieces_that_count_once_say_so_on_their_cards_until_one_is_context(client, author, claim):
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()
    assert ("counts once with 2" in page, "counts once with 1" in page) == (True, True)
    assert "3 pieces for or against, <b>2 independent</b>" in page

    answer = move(client, claim, "1:context", **HTMX).content.decode()

    assert "counts once" not in answer
    assert "2 pieces for or against, all of different origin" in answer


def test_without_a_script_the_claim_comes_back_at_the_piece_and_offers_to_undo(client, author, claim):
    response = move(client, claim, "3:context")

    assert response["Location"] == reverse("claims:claim-detail", args=[claim.pk]) + "#e3"
    page = client.get(response["Location"])
    assert "Evidence 3 is context now." in page.content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    client.post(reverse("claims:undo"), {"token": token})
    assert stance(claim, 3) == "refutes"


def test_every_card_has_a_menu_that_names_the_other_two_sides(client, author, claim):
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()

    offered = re.findall(r'<button type="submit" form="move-evidence" name="to" value="([\w:]+)"', page)
    assert offered == ["1:refutes", "1:context", "2:refutes", "2:context", "3:supports", "3:context"]


@pytest.mark.parametrize("to", ["1:believes", "99:refutes", "x:refutes", "", ":refutes", "1:"])
def test_what_is_no_piece_or_no_side_is_not_found(client, author, claim, to):
    assert move(client, claim, to, **HTMX).status_code == 404
    assert stance(claim, 1) == "supports"


def test_who_may_not_change_it_is_told_on_the_card_and_is_drawn_no_menu(client, people, claim):
    client.force_login(people.auditor)
    page = client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()
    assert 'id="move-evidence"' not in page
    assert "ev-drag" not in page

    response = move(client, claim, "1:refutes", **HTMX)

    assert (response.status_code, stance(claim, 1)) == (422, "supports")
    sentence = Refusal.objects.get(claim=claim).reason
    assert 'role="alert"' in response.content.decode()
    assert sentence in response.content.decode()
    assert response["HX-Retarget"] == "#e1"


def test_a_confidential_claim_does_not_exist_for_others(client, people, claim):
    claim.confidential = True
    claim.save()
    client.force_login(people.cross_checker)

    assert move(client, claim, "1:refutes", **HTMX).status_code == 404
    assert stance(claim, 1) == "supports"


def test_an_editor_s_change_in_review_takes_the_claim_back_and_brings_the_page_anew(client, people):
    claim = desk.in_review(people)
    client.force_login(people.editor)

    response = move(client, claim, "1:context", **HTMX)

    assert desk.reload(claim).status == "changes_requested"
    assert response["HX-Refresh"] == "true"


def test_a_grade_is_given_on_the_card_and_the_press_leaves_one_at_it(client, author, claim):
    form = client.get(reverse("claims:evidence-card", args=[claim.pk, 1]) + "?grade", headers=HTMX).content.decode()
    assert re.search(r'<select name="reliability"[^>]*autofocus', form)

    response = grade(client, claim, 1)

    item = claim.evidence.get(number=1)
    assert (item.reliability, item.credibility, item.grade_reason) == ("A", 1, "Its own register.")
    page = response.content.decode()
    assert re.search(r'<a class="ev-grade" id="grade-1"[^>]* data-focus>', page)
    assert "Evidence 1 is graded." in page
    assert Event.objects.filter(chain=claim.chain).latest("seq").action == "edit_evidence"


def test_a_grade_there_is_not_comes_back_with_its_form(client, author, claim):
    response = grade(client, claim, 1, reliability="Z")

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert claim.evidence.get(number=1).reliability == "F"


def test_no_form_of_a_grade_opens_for_who_may_not_change_it(client, people, claim):
    client.force_login(people.auditor)
    address = reverse("claims:evidence-card", args=[claim.pk, 1]) + "?grade"

    assert "<select" not in client.get(address, headers=HTMX).content.decode()
    assert grade(client, claim, 1).status_code == 422


def test_without_a_script_a_grade_is_changed_in_the_whole_form(client, author, claim):
    response = client.get(reverse("claims:evidence-card", args=[claim.pk, 1]) + "?grade")

    assert response["Location"] == reverse("claims:claim-detail", args=[claim.pk]) + "?edit=1#e1"


def test_a_piece_that_is_not_there_is_not_found(client, author, claim):
    assert client.get(reverse("claims:evidence-card", args=[claim.pk, 9]), headers=HTMX).status_code == 404
    assert grade(client, claim, 9).status_code == 404


def test_a_move_costs_the_same_among_three_pieces_and_among_sixty(client, author, claim):
    Desk.objects.current()
    costs = []
    for to, more in (("1:refutes", 0), ("1:supports", 57)):
        for number in range(4, 4 + more):
            EvidenceFactory(claim=claim, number=number)
        with CaptureQueriesContext(connection) as statements:
            assert move(client, claim, to, **HTMX).status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
    assert Evidence.objects.filter(claim=claim).count() == 60


def test_a_hidden_verdict_is_not_sent_with_a_card(client, people):
    claim = desk.ready(people)
    client.force_login(people.editor)

    answer = move(client, claim, "1:context", **HTMX).content.decode()

    assert stance(claim, 1) == "context"
    assert desk.reload(claim).rating.label not in answer
