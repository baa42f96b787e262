"""What is written can be read: nothing of invisible characters only, and nothing that turns the words around it."""

import importlib
import inspect
import pkgutil

import pytest
from django import forms
from django.urls import reverse

import claims.forms
from claims.forms.fields import WrittenField
from claims.forms.parts import CommentForm
from claims.forms.steps import StepForm
from claims.models import Claim, Comment, Person, SavedView, Waiver
from claims.workflow import comments, edit
from claims.workflow.apply import Refused
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import EvidenceFactory, PersonFactory

UNSEEN = ["\u200b\u2060", "\u202e \u2066", "\ufe0f", "\u3164", " \u00ad\u200f "]
# Addresses, numbers and marks, and words that must stand as they do in a text to be found there.
NOT_WRITTEN = {"urls", "language", "number", "target", "seen", "notes", "exact", "first", "last"}


def every_form():
    for info in pkgutil.iter_modules(claims.forms.__path__):
        module = importlib.import_module(f"claims.forms.{info.name}")
        for _name, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, forms.Form):
                yield found


def test_every_text_of_every_form_is_one_that_can_be_read():
    fields = {(name, type(field)) for form in every_form() for name, field in form.base_fields.items()}
    fields |= {(name, type(field)) for action in TRANSITIONS for name, field in StepForm(action).fields.items()}
    plain = {name for name, kind in fields if issubclass(kind, forms.CharField) and not issubclass(kind, WrittenField)}

    assert {name for name in plain if name != "url"} <= NOT_WRITTEN
    assert {"statement", "rationale", "text", "asked", "reason", "title", "note", "new_claimant"} <= {
        name for name, kind in fields if kind is WrittenField
    }


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_nobody_can_see_is_refused_in_one_sentence(text):
    form = CommentForm({"text": text}, name="comment")

    assert len(form.errors["text"]) == 1


def test_what_would_turn_the_words_behind_it_is_taken_out_and_the_rest_kept():
    form = CommentForm({"text": "Ten\u202e ships, as \u2067\u05d4\u05e0\u05de\u05dc\u2069 says."}, name="comment")

    assert form.is_valid()
    assert form.cleaned_data["text"] == "Ten ships, as \u2067\u05d4\u05e0\u05de\u05dc\u2069 says."


@pytest.mark.django_db
class TestNothingInvisible:
    @pytest.fixture
    def people(self):
        return desk.hire()

    @pytest.mark.parametrize("text", UNSEEN)
    def test_becomes_a_claim_a_statement_or_a_comment(self, people, text):
        claim = edit.create_claim(by=people.contributor, statement="Ten ships came.")

        for operation in (
            lambda: edit.create_claim(by=people.contributor, statement=text),
            lambda: edit.edit_claim(claim.pk, by=people.author, fields={"statement": text}, seen=edit.digests(claim)),
            lambda: comments.add_comment(claim.pk, by=people.author, text=text),
        ):
            with pytest.raises(Refused):
                operation()
        assert (Claim.objects.get().statement, Comment.objects.count()) == ("Ten ships came.", 0)

    def test_is_taken_by_the_pages_of_a_claim_and_of_a_source(self, client, people):
        claim = desk.in_research(people)
        evidence = EvidenceFactory(claim=claim, number=1)
        client.force_login(people.author)
        page = client.get(reverse("claims:claim-detail", args=[claim.pk])).context["statement_form"]

        statement = client.post(
            reverse("claims:claim-edit", args=[claim.pk]), dict(page.marks) | page.initial | {"statement": "\u200b"}
        )
        waiver = client.post(reverse("claims:evidence-waive", args=[evidence.pk]), {"reason": "\u200b"})
        client.post(reverse("claims:view-save"), {"name": "\u2060", "query": "status=inbox"})

        assert (statement.status_code, waiver.status_code) == (422, 422)
        assert "write something that can be read" in statement.content.decode()
        assert "Say why, in a sentence" in waiver.content.decode()
        assert not Waiver.objects.exists()
        assert not SavedView.objects.exists()

    def test_is_a_name_and_no_name_turns_what_stands_beside_it(self, client):
        person = PersonFactory(role="checker", name="Ann Other")
        client.force_login(PersonFactory(role="administrator"))
        url = reverse("admin:claims_person_change", args=[person.pk])
        given = {"username": person.username, "email": "", "role": "checker", "is_active": "on"}

        refused = client.post(url, given | {"name": "\u200b\u202c\u2800"})
        assert "write something that can be read" in refused.content.decode()
        assert client.post(url, given | {"name": "Ann\u202e Third"}).status_code == 302
        assert Person.objects.get(pk=person.pk).name == "Ann Third"
