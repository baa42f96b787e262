"""The answer to a visit where only a press is taken."""

import pytest

from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def editor(client):
    client.force_login(PersonFactory(role="editor"))
    return client


def test_a_visit_to_an_address_for_presses_is_answered_by_a_page_with_a_way_back(editor):
    answer = editor.get("/claims/bulk/", headers=BROWSER)

    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert "This address is no page" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, BROWSER | {"HX-Request": "true"}])
def test_a_program_and_a_part_of_a_page_get_the_bare_refusal(editor, headers):
    answer = editor.get("/claims/bulk/", headers=headers)

    assert (answer.status_code, answer.text) == (405, "")


def test_a_page_that_may_be_read_is_left_alone(client):
    assert "This address" not in client.get("/fact-checks/", headers=BROWSER).text
