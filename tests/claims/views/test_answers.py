"""The clock's questions on the claim page, each with its one press."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import Assignment, Event, Reminder
from claims.workflow import edit_review
from claims.workflow.apply import apply
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


def ask(claim, person):
    Assignment.objects.filter(claim=claim, role="checker").update(assigned_at=timezone.now() - timedelta(days=6))
    Reminder.objects.create(claim=claim, kind="still_on_it", due_at=timezone.now(), person=person)


def page(client, claim, person):
    client.force_login(person)
    return client.get(reverse("claims:claim-detail", args=[claim.pk])).content.decode()


def test_the_holder_is_asked_on_the_page_and_answers_with_one_press(client, people):
    claim = desk.in_research(people)
    assert "Still on it?" not in page(client, claim, people.author)
    ask(claim, people.author)

    assert "Still on it?" not in page(client, claim, people.editor)
    assert "You have had this for 6 days. Still on it?" in page(client, claim, people.author)
    client.post(reverse("claims:still-on-it", args=[claim.pk]))
    assert "Still on it?" not in page(client, claim, people.author)
    assert Event.objects.filter(action="stay_on_it").count() == 1


def test_he_hands_it_back_with_one_press(client, people):
    claim = desk.in_research(people)
    ask(claim, people.author)
    client.force_login(people.author)

    client.post(reverse("claims:hand-back", args=[claim.pk]))
    again = client.post(reverse("claims:hand-back", args=[claim.pk]))

    assert desk.reload(claim).status == "accepted"
    assert again.status_code == 422
    assert "This is answered already." in again.content.decode()


def test_a_second_read_is_offered_to_those_who_may_give_it(client, people):
    claim = desk.in_cross_check(people)
    apply(claim.pk, "waive_cross_check", by=people.editor, reason="Nobody reads Frisian.")
    Reminder.objects.create(claim=claim, kind="second_read", due_at=timezone.now())
    button = "I read it again: it stands"

    for person in (people.author, people.other_editor, people.auditor):
        shown = page(client, claim, person)
        assert "a second read is due" in shown
        assert button not in shown
    edit_review.show_verdict(claim.pk, by=people.other_editor)
    assert button in page(client, claim, people.other_editor)

    client.post(reverse("claims:read-again", args=[claim.pk]))
    assert "a second read is due" not in page(client, claim, people.other_editor)
