"""Arranging a claim and its rubric, from a page that is no longer what stands there."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from claims.models import Event
from claims.workflow import edit, edit_review
from tests.claims.views.sent_forms import forms_of
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, TopicFactory, make_rubric

pytestmark = pytest.mark.django_db

GIVEN = {"verifiable": 2, "significant": 1, "spread": 1, "harmful": 0}


def at(name, claim):
    return reverse(f"claims:{name}", args=[claim.pk])


def opened(client, claim, name):
    """The form as it stands on the claim's page now."""
    return forms_of(client.get(at("claim-detail", claim)), at(name, claim))[0]


@pytest.fixture
def editor(client, people):
    client.force_login(people.editor)
    return people.editor


@pytest.fixture
def claim():
    make_rubric()
    return ClaimFactory(due_at=desk.soon() + timedelta(seconds=31))


def arrangement(claim):
    claim = desk.reload(claim)
    return claim.priority, claim.confidential, [topic.pk for topic in claim.topics.all()], claim.due_at


def answers_of(claim):
    return dict(claim.rubric_answers.values_list("question__code", "answer"))


def test_an_old_form_that_changes_the_priority_leaves_what_others_changed(client, people, editor, claim):
    topic, due = TopicFactory(), desk.soon(days=9)
    form = opened(client, claim, "claim-arrange")
    edit.arrange_claim(claim.pk, by=people.other_editor, confidential=True, topics=[topic], due_at=due)
    response = client.post(at("claim-arrange", claim), form | {"priority": 2})

    assert response.status_code == 302
    assert arrangement(claim) == (2, True, [topic.pk], due)
    assert Event.objects.filter(chain=claim.chain, action="arrange").latest("seq").details["after"] == {"priority": 2}


def test_a_form_that_changes_nothing_writes_nothing(client, editor, claim):
    before = Event.objects.count(), arrangement(claim)
    client.post(at("claim-arrange", claim), opened(client, claim, "claim-arrange"))

    assert (Event.objects.count(), arrangement(claim)) == before


def test_an_editor_who_saw_the_tick_lifts_confidentiality(client, people, editor, claim):
    edit.arrange_claim(claim.pk, by=people.other_editor, confidential=True)
    form = opened(client, claim, "claim-arrange")
    assert form.pop("confidential") == "on"
    client.post(at("claim-arrange", claim), form)

    assert not desk.reload(claim).confidential


def test_a_form_that_does_not_say_whether_it_saw_the_tick_lifts_nothing(client, people, editor, claim):
    form = opened(client, claim, "claim-arrange") | {"seen-confidential": "invented", "priority": 2}
    edit.arrange_claim(claim.pk, by=people.other_editor, confidential=True)
    response = client.post(at("claim-arrange", claim), form)

    assert response.status_code == 409
    assert arrangement(claim)[:2] == (5, True)


@pytest.mark.parametrize(
    ("button", "priority"), [(0, 2), (1, 3), (2, 2)], ids=["mine", "what stands there", "the choice below"]
)
def test_the_same_field_arranged_by_two_shows_both_and_loses_nothing(client, people, editor, claim, button, priority):
    mine, theirs = TopicFactory(name="Ports"), TopicFactory(name="Prices")
    form = opened(client, claim, "claim-arrange")
    edit.arrange_claim(claim.pk, by=people.other_editor, priority=3, confidential=True, topics=[theirs])
    response = client.post(at("claim-arrange", claim), form | {"priority": 2, "topics": [mine.pk]})
    page = response.content.decode()

    assert response.status_code == 409
    assert arrangement(claim)[:3] == (3, True, [theirs.pk])
    shown = {row.conflict.field: (row.conflict.theirs, row.conflict.mine) for row in response.context["rows"]}
    assert shown == {"priority": ("3", "2"), "topics": ("Prices", "Ports")}
    assert f"<bdi>{people.other_editor}</bdi>" in page
    assert "<del>" not in page  # a choice is no text of which words were changed

    sent = forms_of(response, at("claim-arrange", claim))[button]
    assert client.post(at("claim-arrange", claim), sent).status_code == 302
    assert arrangement(claim)[:3] == (priority, True, [theirs.pk if priority == 3 else mine.pk])


def test_an_old_rubric_leaves_the_answers_and_the_reason_of_others(client, people, editor, claim):
    edit_review.answer_rubric(claim.pk, by=people.author, answers=GIVEN, reason="Told.")
    form = opened(client, claim, "rubric-answer")
    edit_review.answer_rubric(claim.pk, by=people.author, answers={"spread": 2}, reason="Told everywhere.")
    response = client.post(at("rubric-answer", claim), form | {"q-harmful": 2})

    assert response.status_code == 302
    assert answers_of(claim) == GIVEN | {"spread": 2, "harmful": 2}
    assert desk.reload(claim).worth_reason == "Told everywhere."


@pytest.mark.parametrize(("button", "worth"), [(0, "low"), (1, "medium")], ids=["mine", "what stands there"])
def test_the_same_question_answered_by_two_shows_both_and_loses_nothing(client, people, editor, claim, button, worth):
    form = opened(client, claim, "rubric-answer")
    edit_review.answer_rubric(claim.pk, by=people.author, answers=GIVEN, reason="Told everywhere.")
    mine = {f"q-{code}": answer for code, answer in (GIVEN | {"verifiable": 0}).items()} | {"reason": "A rumour."}
    response = client.post(at("rubric-answer", claim), form | mine)

    assert response.status_code == 409
    assert (answers_of(claim), desk.reload(claim).worth_reason) == (GIVEN, "Told everywhere.")
    shown = {row.conflict.field: (row.conflict.theirs, row.conflict.mine) for row in response.context["rows"]}
    assert shown == {"q-verifiable": ("Yes", "No"), "reason": ("Told everywhere.", "A rumour.")}
    assert [row.written.by for row in response.context["rows"]] == [people.author, people.author]
    assert response.content.decode().count(f"<bdi>{people.author}</bdi>, <time ") == 2

    sent = forms_of(response, at("rubric-answer", claim))[button]
    assert client.post(at("rubric-answer", claim), sent).status_code == 302
    assert (desk.reload(claim).worth, desk.reload(claim).worth_reason) == (
        worth, "A rumour." if worth == "low" else "Told everywhere.",
    )  # fmt: skip


def test_two_versions_side_by_side_are_no_reason(client, editor, claim):
    form = opened(client, claim, "rubric-answer")
    sent = form | {f"q-{code}": answer for code, answer in GIVEN.items()} | {"reason": "⟦Told.⟧⟦Not told.⟧"}

    assert client.post(at("rubric-answer", claim), sent).status_code == 422
    assert answers_of(claim) == {}


@pytest.mark.django_db(transaction=True)
def test_of_two_rubrics_saved_at_one_moment_one_is_asked_which_stands(client, people, claim):
    barrier, answered = Barrier(2), []

    def save(person, answer):
        mine = Client()
        mine.force_login(person)
        form = opened(mine, claim, "rubric-answer") | {f"q-{code}": answer for code in GIVEN}
        barrier.wait(timeout=60)
        answered.append((mine.post(at("rubric-answer", claim), form).status_code, answer))
        connections.close_all()

    threads = [Thread(target=save, args=pair) for pair in ((people.editor, 2), (people.author, 0))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sorted(status for status, _answer in answered) == [302, 409]
    assert set(answers_of(claim).values()) == {dict(answered)[302]}
