"""The people of a claim on its page: a part offered and taken, a cross-check nobody holds, and what is said of verdicts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Assignment
from claims.workflow import edit_review
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import PersonFactory, RatingFactory, TopicFactory

pytestmark = pytest.mark.django_db


def read(client, person, claim):
    client.force_login(person)
    return client.get(reverse("claims:claim-detail", args=[claim.pk]))


def press(client, claim, action, **given):
    return client.post(reverse("claims:claim-step", args=[claim.pk, action]), given, follow=True)


def actions(response):
    return {move.action for move in response.context["moves"]}


def text_of(response):
    return response.content.decode()


def test_a_part_is_offered_and_taken_over_on_the_page(client, people):
    claim = desk.in_research(people)
    form = read(client, people.author, claim).context["hand_over"]
    assert form.action == "offer"
    assert people.author not in form.form.fields["person"].rows.values()
    asked = press(client, claim, "offer", role="checker", person=people.cross_checker.pk)
    assert f"asked {people.cross_checker} to take over" in text_of(asked)

    page = read(client, people.cross_checker, claim)
    assert f"{people.author} asks you to take over a part of this claim." in text_of(page)
    assert {"take_over", "turn_down"} <= actions(page)
    press(client, claim, "take_over")
    assert claim.assignments.get(role="checker", ended_at__isnull=True).person == people.cross_checker
    assert "asks you to take over" not in text_of(read(client, people.cross_checker, claim))


def test_an_editor_is_proposed_the_least_loaded_of_those_who_may(client, people):
    desk.in_research(people)  # its author holds one now
    claim, topic = desk.accepted(people), TopicFactory()
    idle = PersonFactory(role="checker")
    claim.topics.add(topic)
    people.cross_checker.recusals.create(topic=topic)
    move = next(move for move in read(client, people.editor, claim).context["moves"] if move.action == "assign")
    assert move.form["person"].value() == idle.pk
    idle.recusals.create(topic=topic)
    people.author.recusals.create(topic=topic)
    move = next(move for move in read(client, people.editor, claim).context["moves"] if move.action == "assign")
    assert move.form["person"].value() == people.editor.pk


def test_an_editor_is_offered_to_hand_over_at_once(client, people):
    claim = desk.in_research(people)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.editor)

    assert read(client, people.editor, claim).context["hand_over"].action == "hand_over"


def test_a_claim_without_a_cross_checker_says_so_and_is_taken_in_one_press(client, people):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker").update(person=None)
    page = read(client, people.cross_checker, claim)
    assert "It needs a cross-checker" in text_of(page)
    assert "take_cross_check" in actions(page)
    assert "take_cross_check" not in actions(read(client, people.author, claim))
    client.force_login(people.cross_checker)
    press(client, claim, "take_cross_check")

    assert claim.assignments.get(role="cross_checker", ended_at__isnull=True).person == people.cross_checker
    page = read(client, people.cross_checker, claim)
    assert "It needs a cross-checker" not in text_of(page)
    assert "take_cross_check" not in actions(page)


def shows_the_button(client, person, claim):
    return "Show the verdict" in text_of(read(client, person, claim))


def test_the_verdict_is_offered_to_who_does_not_see_it_where_there_may_be_one(client, people):
    inbox, empty, written = desk.accepted(people), desk.in_research(people), desk.ready(people)
    everybody = (people.author, people.cross_checker, people.editor, people.auditor, people.administrator)

    assert [shows_the_button(client, person, inbox) for person in everybody] == [False] * 5
    assert [shows_the_button(client, person, written) for person in everybody] == [False] + [True] * 4
    # who does not research learns from no page whether somebody has written one
    assert [shows_the_button(client, person, empty) for person in everybody] == [False] * 3 + [True] * 2
    assert "No verdict yet." in text_of(read(client, people.auditor, inbox))


def test_its_cross_checker_is_told_when_he_will_see_it_instead(client, people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)

    assert not shows_the_button(client, people.cross_checker, claim)
    assert "it is shown to you when your own verdict is recorded" in text_of(read(client, people.cross_checker, claim))
    assert shows_the_button(client, people.other_editor, claim)


def test_what_is_asked_of_people_costs_no_statement_more(client, people):
    claim = desk.in_research(people)
    costs = []
    for offered_to in (None, people.cross_checker):
        Assignment.objects.filter(claim=claim, role="checker").update(offered_to=offered_to)
        client.force_login(people.cross_checker)
        client.get(reverse("claims:claim-detail", args=[claim.pk]))
        with CaptureQueriesContext(connection) as statements:
            client.get(reverse("claims:claim-detail", args=[claim.pk]))
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_there_is_something_to_decide_only_while_two_verdicts_differ(client, people):
    agreed = desk.in_review(people)
    differs = desk.in_review(people, second="false")
    apply(differs.pk, "submit", by=people.author)
    apply(differs.pk, "pass", by=None)
    for claim in (agreed, differs):
        edit_review.show_verdict(claim.pk, by=people.editor)
    assert "decide" not in actions(read(client, people.editor, agreed))
    assert "decide" in actions(read(client, people.editor, differs))
    apply(differs.pk, "decide", by=people.editor, rating=RatingFactory(code="false"), reason="The later count.")
    page = read(client, people.editor, differs)

    assert "decide" not in actions(page)
    assert "verdicts agree" not in text_of(page)


def test_what_is_kept_from_whom_is_said_as_it_is_at_this_stage(client, people):
    until, over = "until the second verdict is given", "The cross-check is over."
    checking, review = desk.in_cross_check(people), desk.in_review(people)
    pages = [text_of(read(client, people.auditor, claim)) for claim in (checking, review)]

    assert [until in page for page in pages] == [True, False]
    assert [over in page for page in pages] == [False, True]


def test_why_it_was_returned_is_kept_from_who_must_not_know_the_verdict(client, people):
    claim = desk.in_review(people)
    apply(claim.pk, "return", by=people.editor, reason="Qzreturned is too strong.")

    assert "Qzreturned" not in text_of(read(client, PersonFactory(role="checker"), claim))
    assert "Qzreturned" in text_of(read(client, people.author, claim))
