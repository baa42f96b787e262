import re

import pytest
from django.urls import reverse

from claims.models import Claim, Event
from claims.workflow import edit, edit_review
from tests.claims.views.test_parts import fields_of
from tests.claims.workflow import desk
from tests.factories import RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    claim = desk.in_research(people)
    desk.write_verdict(claim, people.author, rationale="Twelve ships came to the port at night.")
    edit_review.show_verdict(claim.pk, by=people.editor)
    return desk.reload(claim)


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return people.author


def change(claim, by, **fields):
    edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def marks(claim, *names):
    return {f"seen-{name}": mark for name, mark in edit.digests(desk.reload(claim)).items() if name in names}


def save(client, claim, data, name="verdict-edit"):
    return client.post(reverse(f"claims:{name}", args=[claim.pk]), data)


def saved_after(client, claim, by, theirs, mine):
    """Somebody else saves first; what this person's save is answered with."""
    data = marks(claim, *mine) | mine
    change(claim, by, **theirs)
    return save(client, claim, data)


def texts_of(response):
    return {row.conflict.field: row.field.value() for row in response.context["rows"]}


def test_changes_of_different_words_are_brought_together_and_saved_with_one_press(client, people, author, claim):
    response = saved_after(
        client, claim, people.editor,
        {"rationale": "Ten ships came to the port at night."}, {"rationale": "Twelve ships came to the port at noon."},
    )  # fmt: skip
    page = response.content.decode()

    assert response.status_code == 409
    assert texts_of(response) == {"rationale": "Ten ships came to the port at noon."}
    assert "<ins>Ten" in page
    assert "<ins>noon" in page
    assert "brought together" in page
    assert f"<bdi>{people.editor}</bdi>" in page

    data = fields_of_both(response) | texts_of(response)
    assert save(client, claim, data).status_code == 302
    assert desk.reload(claim).rationale == "Ten ships came to the port at noon."


def test_what_stands_there_is_taken_with_one_press_and_the_persons_other_changes_with_it(client, people, author, claim):
    mine = {"statement": "Nine ships came to the port.", "context": "In one night."}
    data = marks(claim, *mine) | mine
    change(claim, people.editor, statement="Ten ships came to the port.")
    response = save(client, claim, data, name="claim-edit")
    assert response.status_code == 409

    taken = save(client, claim, fields_of_form(response, "Take what stands there"), name="claim-edit")

    assert taken.status_code == 302
    now = desk.reload(claim)
    assert (now.statement, now.context) == ("Ten ships came to the port.", "In one night.")


def fields_of_both(response):
    return fields_of_form(response, "Save this")


def fields_of_form(response, button):
    page = response.content.decode()
    form = next(part for part in page.split("<form")[1:] if f">{button}</button>" in part.split("</form>")[0])
    found = {}
    for part in form.split("<input ")[1:]:
        attributes = part.split(">")[0]
        found[attributes.split('name="')[1].split('"')[0]] = attributes.split('value="')[1].split('"')[0]
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_where_both_changed_the_same_words_both_versions_wait_for_a_choice(client, people, author, claim):
    response = saved_after(
        client, claim, people.editor,
        {"rationale": "Ten ships came to the port at night."}, {"rationale": "Nine ships came to the port at night."},
    )  # fmt: skip
    both = "⟦Nine⟧⟦Ten⟧ ships came to the port at night."

    assert texts_of(response) == {"rationale": both}
    refused = save(client, claim, fields_of_both(response) | {"rationale": both})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert re.search(
        r'id="verdict-rationale_error" role="alert">.{,400}keep one and take out the marks', page, re.DOTALL
    )
    (taken_up,) = re.findall(r"<(?:input|textarea|select)[^>]* autofocus[ >][^>]*", page)
    assert 'id="verdict-rationale"' in taken_up
    assert f">\n{both}</textarea>" in page
    assert desk.reload(claim).rationale == "Ten ships came to the port at night."


def test_a_form_that_comes_back_with_a_complaint_can_be_sent_again(client, author, claim):
    refused = save(client, claim, marks(claim, "title") | {"title": "x" * 201})
    form = refused.context["verdict_form"]

    assert refused.status_code == 422
    assert dict(form.marks) == marks(claim, "title")
    assert save(client, claim, dict(form.marks) | {"title": "Ships"}).status_code == 302
    assert desk.reload(claim).title == "Ships"


def test_a_third_text_while_the_conflict_is_resolved_loses_neither(client, people, author, claim):
    conflict = saved_after(
        client, claim, people.editor,
        {"rationale": "Ten ships came to the port at night."}, {"rationale": "Twelve ships came to the port at noon."},
    )  # fmt: skip
    change(claim, people.editor, rationale="Ten big ships came to the port at night.")

    again = save(client, claim, fields_of_both(conflict) | texts_of(conflict))

    assert again.status_code == 409
    assert texts_of(again) == {"rationale": "Ten big ships came to the port at noon."}
    assert save(client, claim, fields_of(again, "Take mine")).status_code == 302
    assert desk.reload(claim).rationale == "Ten ships came to the port at noon."


def test_another_window_of_the_same_person_is_called_that(client, author, claim):
    response = saved_after(client, claim, author, {"title": "Ships"}, {"title": "Boats"})

    page = response.content.decode()
    assert "you, in another window" in page
    assert "You wrote in two windows" in page
    assert "Two people" not in page
    assert "Somebody else" not in page


def test_a_text_that_came_by_no_edit_has_no_name_beside_it(client, author, claim):
    data = marks(claim, "title") | {"title": "Boats"}
    Claim.objects.filter(pk=claim.pk).update(title="Slipped in")

    assert [row.written for row in save(client, claim, data).context["rows"]] == [None]


def test_a_choice_is_shown_with_both_and_made_again(client, people, author, claim):
    false, mixed = RatingFactory(code="false"), RatingFactory(code="mixed")
    response = saved_after(client, claim, people.editor, {"rating": false}, {"rating": str(mixed.pk)})

    assert texts_of(response) == {"rating": str(mixed.pk)}
    assert "Your choice" in response.content.decode()
    assert save(client, claim, fields_of_both(response) | {"rating": str(mixed.pk)}).status_code == 302
    assert desk.reload(claim).rating == mixed


def test_what_both_began_with_is_said_to_be_unknown_when_the_record_does_not_hold_it(client, people, author, claim):
    data = {"rationale": "Nine ships came.", "seen-rationale": "0123456789abcdef"}
    change(claim, people.editor, rationale="Ten ships came.")
    response = save(client, claim, data)

    assert "not in the record" in response.content.decode()
    assert texts_of(response) == {"rationale": "⟦Nine⟧⟦Ten⟧ ships came."}


def test_saving_a_text_of_both_is_one_entry_of_the_record(client, people, author, claim):
    response = saved_after(
        client, claim, people.editor,
        {"rationale": "Ten ships came to the port at night."}, {"rationale": "Twelve ships came to the port at noon."},
    )  # fmt: skip
    before = Event.objects.filter(chain=claim.chain).count()
    save(client, claim, fields_of_both(response) | texts_of(response))

    assert Event.objects.filter(chain=claim.chain).count() == before + 1
