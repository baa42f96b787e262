"""Two people with the same form of evidence or of an appearance open: nobody's words are lost, no source is shown again."""

import re

import pytest
from django.urls import reverse

from claims.models import Event, Evidence, Refusal, Resource, Waiver
from tests.claims.views.sent_forms import forms_of
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, EvidenceFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "e4"}
WITHHELD = {"withheld": "on", "withheld_reason": "A life is at risk."}


@pytest.fixture
def claim(people):
    return desk.in_research(people)


@pytest.fixture
def item(claim):
    return EvidenceFactory(claim=claim, number=4, stance="supports", note="As it was.", origin="Agency")


@pytest.fixture
def visits(client, people, item):
    """Give a person's visit: his form as he opens it, and what he sends of it."""

    def opened(person, name="evidence-edit", number=4):
        client.force_login(person)
        path = reverse(f"claims:{name}", args=[item.claim_id, number])
        page = reverse("claims:evidence-card", args=[item.claim_id, number]) + "?edit"
        if name == "evidence-grade":
            page = page.replace("?edit", "?grade")
        if name == "appearance-edit":
            page = path
        return path, forms_of(client.get(page, headers=HTMX), path)[0]

    def send(person, form, headers=None, **changes):
        client.force_login(person)
        path, given = form
        data = {name: value for name, value in (given | changes).items() if value is not None}
        return client.post(path, data, headers=headers or {})

    return opened, send


def returned(response, form):
    """The form that came back, ready to be sent again."""
    path, _given = form
    return path, forms_of(response, path)[0]


def test_a_stale_form_never_shows_a_withheld_source_again(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    assert send(people.editor, opened(people.editor), **WITHHELD).status_code == 302

    assert send(people.author, old, note="Read on site.").status_code == 302

    item.refresh_from_db()
    assert (item.withheld, item.withheld_reason, item.note) == (True, "A life is at risk.", "Read on site.")


def test_a_source_is_shown_again_by_who_saw_that_it_was_withheld(visits, people, item):
    opened, send = visits
    send(people.editor, opened(people.editor), **WITHHELD)

    send(people.author, opened(people.author), withheld=None)

    item.refresh_from_db()
    assert (item.withheld, item.withheld_reason) == (False, "")


def test_two_reasons_to_withhold_a_source_meet(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    send(people.editor, opened(people.editor), **WITHHELD)

    answer = send(people.author, old, withheld="on", withheld_reason="It names a minor.")

    item.refresh_from_db()
    assert (answer.status_code, item.withheld_reason) == (409, "A life is at risk.")
    assert "A life is at risk." in answer.content.decode()
    assert returned(answer, old)[1]["withheld_reason"] == "It names a minor."
    send(people.author, returned(answer, old))
    item.refresh_from_db()
    assert (item.withheld, item.withheld_reason) == (True, "It names a minor.")


def test_two_people_judge_different_fields_and_both_stand(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    send(people.editor, opened(people.editor), stance="refutes", reliability="A", title="Counts of the harbour")

    assert send(people.author, old, origin="The office", credibility="1").status_code == 302

    row = Evidence.objects.select_related("resource").get(pk=item.pk)
    assert (row.stance, row.reliability, row.resource.title) == ("refutes", "A", "Counts of the harbour")
    assert (row.origin, row.credibility) == ("The office", 1)


def test_the_same_field_comes_back_with_both_texts_and_nothing_is_written(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    send(people.editor, opened(people.editor), note="Theirs.", title="Their title", kind="primary", **WITHHELD)
    before = Event.objects.count()

    answer = send(people.author, old, note="Mine.", title="My title", origin="The office")

    row = Evidence.objects.select_related("resource").get(pk=item.pk)
    assert (answer.status_code, Event.objects.count()) == (409, before)
    assert (row.note, row.resource.title, row.origin) == ("Theirs.", "Their title", "Agency")
    page = answer.content.decode()
    assert re.findall(r"It now says: “([^”]*)”", page) == ["Their title", "Theirs."]
    assert len(re.findall(rf"{people.editor} changed this meanwhile \(\d", page)) == 2
    path, form = returned(answer, old)
    assert (form["note"], form["title"], form["origin"]) == ("Mine.", "My title", "The office")
    assert (form["kind"], form["withheld"]) == ("primary", "on")  # what he left alone is as it stands now

    assert send(people.author, (path, form)).status_code == 302
    row = Evidence.objects.select_related("resource").get(pk=item.pk)
    assert (row.note, row.resource.title, row.origin) == ("Mine.", "My title", "The office")
    assert (row.kind, row.withheld_reason) == ("primary", "A life is at risk.")


def test_ones_own_other_window_is_called_that_and_an_emptied_field_empty(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    send(people.author, opened(people.author), origin="")

    page = send(people.author, old, origin="The office").content.decode()

    assert "You changed this meanwhile in another window (" in page
    assert "It is empty now." in page


def test_who_named_a_source_from_another_claim_is_not_guessed(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    Resource.objects.update(title="Their title")

    assert (
        "Somebody else changed this meanwhile. It now says: “Their title”."
        in send(people.author, old, title="My title").content.decode()
    )


def test_a_choice_somebody_else_made_is_told_in_words(visits, people, item):
    opened, send = visits
    old = opened(people.author)
    send(people.editor, opened(people.editor), stance="refutes")

    answer = send(people.author, old, stance="context")

    item.refresh_from_db()
    assert (answer.status_code, item.stance) == (409, "refutes")
    assert f"It now says: “{item.get_stance_display()}”" in answer.content.decode()


def test_a_form_that_does_not_say_what_was_seen_changes_nothing(visits, people, item):
    opened, send = visits
    path, form = opened(people.author)
    bare = {name: value for name, value in form.items() if not name.startswith("seen-")}

    answer = send(people.author, (path, bare), note="Mine.")

    item.refresh_from_db()
    assert (answer.status_code, item.note) == (422, "As it was.")
    assert answer.context["refusal"].sentence == "Reload the page: it did not say what you had before you."
    assert Refusal.objects.filter(claim=item.claim, action="edit_evidence").count() == 1


def test_two_grades_on_the_card_meet(visits, people, item):
    opened, send = visits
    old = opened(people.author, "evidence-grade")
    send(people.editor, opened(people.editor), grade_reason="Theirs.", reliability="A")

    answer = send(people.author, old, HTMX, grade_reason="Mine.", credibility="1")

    item.refresh_from_db()
    assert (answer.status_code, item.grade_reason) == (409, "Theirs.")
    assert re.search(
        rf"{people.editor} changed this meanwhile \([^)]+\)\. It now says: “Theirs\.”", answer.content.decode()
    )
    form = returned(answer, old)
    assert (form[1]["grade_reason"], form[1]["reliability"]) == ("Mine.", "A")
    assert send(people.author, form, HTMX).status_code == 200
    item.refresh_from_db()
    assert (item.grade_reason, item.reliability, item.credibility) == ("Mine.", "A", 1)


def test_an_appearance_keeps_what_each_of_two_people_changed(visits, people, claim):
    opened, send = visits
    row = AppearanceFactory(claim=claim, number=7, claimant=ClaimantFactory(), verbatim="Ten.", place="")
    old = opened(people.author, "appearance-edit", 7)
    send(people.editor, opened(people.editor, "appearance-edit", 7), verbatim="Twelve.", said_on="2026-01-02")

    assert send(people.author, old, place="Page 3").status_code == 302
    answer = send(people.author, old, place="Page 3", verbatim="A dozen.", new_claimant="Pilots' union", claimant="")

    row.refresh_from_db()
    assert (row.verbatim, str(row.said_on), row.place) == ("Twelve.", "2026-01-02", "Page 3")
    assert answer.status_code == 409
    assert re.search(
        rf"{people.editor} changed this meanwhile \([^)]+\)\. It now says: “Twelve\.”", answer.content.decode()
    )
    form = returned(answer, old)
    assert (form[1]["verbatim"], form[1]["said_on"], form[1]["new_claimant"]) == (
        "A dozen.", "2026-01-02", "Pilots' union",
    )  # fmt: skip
    assert send(people.author, form).status_code == 302
    row.refresh_from_db()
    assert (row.verbatim, row.claimant.name) == ("A dozen.", "Pilots' union")


def test_two_names_for_a_source_meet_in_the_reader(client, people, item):
    client.force_login(people.author)
    reader, path = (reverse(f"claims:{name}", args=[item.pk]) for name in ("evidence-reader", "source-title"))
    old = forms_of(client.get(reader), path)[0]
    Resource.objects.update(title="Their title")

    answer = client.post(path, old | {"title": "My title"})

    page = answer.content.decode()
    assert (answer.status_code, Resource.objects.get(pk=item.resource_id).title) == (422, "Their title")
    assert "Somebody else named this source meanwhile: “Their title”." in page
    assert client.post(path, forms_of(answer, path)[0]).status_code == 302
    assert Resource.objects.get(pk=item.resource_id).title == "My title"


def test_a_second_reason_to_do_without_a_copy_does_not_push_the_first_out(client, people, item):
    Waiver.objects.create(evidence=item, kind="capture", reason="Their reason.", by=people.editor)
    client.force_login(people.author)

    answer = client.post(reverse("claims:evidence-waive", args=[item.pk]), {"reason": "My reason."})

    assert (answer.status_code, Waiver.objects.get().reason) == (422, "Their reason.")
    assert "yours was: “My reason.”" in answer.content.decode()
