"""Checklist and rubric in the panel: worded by the administrator, versioned, on the desk's record."""

import pytest
from django.urls import reverse

from claims.models import ChecklistItem, Event, RubricQuestion
from claims.workflow import edit_review
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, make_rubric

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, people):
    client.force_login(people.administrator)
    return people.administrator


def change(client, row, **fields):
    kind = row._meta.model_name
    special = {"checklistitem": {"required": "on"}, "rubricquestion": {"decisive": "on"}}[kind]
    given = {"text": row.text, "position": 1, "is_active": "on"} | special | fields
    return client.post(reverse(f"admin:claims_{kind}_change", args=[row.pk]), given)


def test_another_wording_of_an_answered_question_is_another_version(client, administrator, people):
    item = ChecklistItemFactory(code="date", text="Is the date right?")
    claim = desk.in_research(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")

    assert change(client, item, text="Is the day right?").status_code == 302
    rows = list(
        ChecklistItem.objects.filter(code="date").order_by("version").values_list("version", "text", "is_active")
    )
    assert rows == [(1, "Is the date right?", False), (2, "Is the day right?", True)]
    event = Event.objects.get(chain="desk", action="reword_question")
    assert (event.actor_ref, event.details["before"]["text"]) == (administrator.ref, "Is the date right?")


def test_what_is_no_wording_is_changed_in_place(client, administrator, people):
    item = ChecklistItemFactory(code="date")
    claim = desk.in_research(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")

    assert change(client, item, required="", position=7).status_code == 302
    item.refresh_from_db()
    assert (item.version, item.required, item.position) == (1, False, 7)
    assert Event.objects.get(chain="desk", action="change_setting").details["after"] == {
        "required": "False", "position": "7"
    }  # fmt: skip


def test_an_old_wording_is_left_alone(client, administrator, people):
    item = ChecklistItemFactory(code="date")
    claim = desk.in_research(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    change(client, item, text="Is the day right?")
    response = change(client, item, text="Was it the day?")

    assert response.status_code == 200
    assert "change the newest version" in response.content.decode()
    assert ChecklistItem.objects.count() == 2


def test_a_question_of_the_rubric_is_added_and_worded_anew(client, administrator, people):
    make_rubric()
    asked = {"code": "near", "text": "Does it touch our readers?", "position": 9, "is_active": "on"}
    assert client.post(reverse("admin:claims_rubricquestion_add"), asked).status_code == 302
    assert "change its words instead" in client.post(reverse("admin:claims_rubricquestion_add"), asked).content.decode()
    near = RubricQuestion.objects.get(code="near")
    assert change(client, near, text="Does it touch our town?", position=999).status_code == 302

    near.refresh_from_db()
    assert (near.version, near.text, near.decisive) == (1, "Does it touch our town?", True)
    assert list(RubricQuestion.objects.current())[-1] == near


@pytest.mark.parametrize("role", ["auditor", "editor"])
def test_only_an_administrator_words_questions(client, people, role):
    item = ChecklistItemFactory()
    client.force_login(getattr(people, role))

    assert change(client, item, text="Mine?").status_code in {302, 403}
    assert ChecklistItem.objects.get().text == item.text
