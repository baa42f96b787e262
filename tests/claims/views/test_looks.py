"""Since you last looked: what the panel tells, when the mark moves, and what it never tells."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, ReadMark
from claims.workflow import comments, edit, edit_parts, edit_review, looks
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import RatingFactory, ResourceFactory

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 20
PART = {"HX-Request": "true", "HX-Target": "since"}
LATER = timedelta(hours=3)


@pytest.fixture
def claim(people):
    return desk.in_cross_check(people)


def panel(client, person, claim):
    client.force_login(person)
    return client.get(reverse("claims:claim-since", args=[claim.pk]), headers=PART)


def press(client, claim, headers=None, **sent):
    return client.post(reverse("claims:claim-seen", args=[claim.pk]), sent, headers=headers or {"HX-Request": "true"})


def look(client, person, claim):
    """Load the claim page as a browser does, and let the panel come into view."""
    response = panel(client, person, claim)
    return press(client, claim, seq=response.context["seq"])


def write(claim, by, **fields):
    edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def shown(response):
    return {row.label: row.words for row in response.context.get("rows", [])}


def heading(response):
    return "Since you last looked" in response.content.decode()


def recalled(claim, people):
    """Back with its checker, who rewrites the open words and the hidden ones, and submits it again."""
    apply(claim.pk, "recall", by=people.author, reason="Planted reason.")
    write(claim, people.author, context="At dawn.", rationale="Planted rationale [1].", title="Planted title")
    added = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    edit_parts.waive(added.pk, "capture", by=people.author, reason="It is behind a wall.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)


# --- what it tells


def test_who_comes_for_the_first_time_is_told_of_no_news(client, people, claim):
    response = panel(client, people.cross_checker, claim)

    assert response.status_code == 200
    assert heading(response) is False


def test_the_cross_checker_is_told_what_changed_that_he_may_know(client, people, claim):
    look(client, people.cross_checker, claim)
    recalled(claim, people)
    with time_machine.travel(timezone.now() + LATER):
        response = panel(client, people.cross_checker, claim)

    assert heading(response)
    assert shown(response)["Context"] == [("insert", "At dawn.")]
    assert set(shown(response)) == {"Context", "Evidence"}
    assert "Planted" not in response.content.decode()
    assert [entry.sentence for entry in response.context["told"]] == [
        "Preflight passed",
        f"{people.author.name} submitted version 2",
        f"{people.author.name} took it back",
    ]


def test_the_approver_who_sees_the_verdict_is_told_what_changed_in_it(client, people, claim):
    edit_review.show_verdict(claim.pk, by=people.editor)
    look(client, people.editor, claim)
    recalled(claim, people)
    with time_machine.travel(timezone.now() + LATER):
        response = panel(client, people.editor, claim)

    assert shown(response)["Rationale"][0] == ("delete", "Two counts agree")
    assert set(shown(response)) == {"Context", "Rationale", "Headline", "Evidence"}
    assert f"/claims/{claim.pk}/compare/?from=seen&amp;to=now" in response.content.decode()


def test_who_lost_sight_of_the_verdict_since_is_not_told_it_from_what_he_saw_then(client, people):
    claim = desk.published(people)
    look(client, people.auditor, claim)
    assert "Two counts agree" in ReadMark.objects.get(person=people.auditor).content
    apply(claim.pk, "propose_retraction", by=people.editor, reason="The count was of another day.")
    apply(claim.pk, "retract", by=people.other_editor, effect=desk.showing("retracted"))
    apply(claim.pk, "reopen", by=people.editor, reason="Again.")
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    write(claim, people.author, rationale="Planted rationale.", statement="Ten ships came on Monday.")
    with time_machine.travel(timezone.now() + LATER):
        response = panel(client, people.auditor, claim)
        compared = client.get(reverse("claims:claim-compare", args=[claim.pk]) + "?from=seen")

    assert set(shown(response)) == {"Statement"}
    for page in (response, compared):
        assert "Planted rationale" not in page.content.decode()
        assert "Two counts" not in page.content.decode()


def test_what_somebody_did_himself_is_no_news_to_him(client, people, claim):
    look(client, people.author, claim)
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    write(claim, people.author, context="At dawn.")
    with time_machine.travel(timezone.now() + LATER):
        assert heading(panel(client, people.author, claim)) is False
        assert heading(panel(client, people.editor, claim)) is False


def test_news_that_changed_no_word_is_told_too(client, people, claim):
    look(client, people.editor, claim)
    comments.add_comment(claim.pk, by=people.author, text="Look at the second table.")
    with time_machine.travel(timezone.now() + LATER):
        response = panel(client, people.editor, claim)

    assert [entry.sentence for entry in response.context["told"]] == [f"{people.author.name} commented"]
    assert "What you may see of the claim is the same." in response.content.decode()


def test_only_the_newest_steps_are_told_and_how_many_more_there_are(client, people, claim):
    look(client, people.editor, claim)
    for n in range(7):
        comments.add_comment(claim.pk, by=people.author, text=f"Comment {n}.")
    with time_machine.travel(timezone.now() + LATER):
        page = panel(client, people.editor, claim).content.decode()

    assert page.count("commented") == 4
    assert "3 more in the record" in page


def test_of_many_items_the_panel_shows_five_and_counts_the_rest(client, people):
    claim = desk.in_research(people)
    look(client, people.editor, claim)
    for _ in range(8):
        edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    with time_machine.travel(timezone.now() + LATER):
        page = panel(client, people.editor, claim).content.decode()

    assert page.count(">added</b>") == 5
    assert "and 3 more" in page


# --- when the mark moves


def test_loading_the_page_or_the_panel_moves_nothing(client, people, claim):
    client.force_login(people.editor)
    for address in (f"/claims/{claim.pk}/", reverse("claims:claim-since", args=[claim.pk])):
        for headers in ({}, PART, {"Sec-Purpose": "prefetch;prerender"}):
            client.get(address, headers=headers)
            client.head(address, headers=headers)

    assert not ReadMark.objects.exists()


def test_the_mark_moves_when_the_panel_came_into_view(client, people, claim):
    response = look(client, people.editor, claim)

    assert (response.status_code, response.content) == (204, b"")
    assert ReadMark.objects.get().seq == looks.newest_seq(claim)


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_a_browser_that_loads_ahead_moves_nothing(client, people, claim, header):
    seq = panel(client, people.editor, claim).context["seq"]
    response = press(client, claim, {"HX-Request": "true", header: "prefetch"}, seq=seq)

    assert response.status_code == 204
    assert not ReadMark.objects.exists()


def test_a_page_that_was_overtaken_moves_nothing(client, people, claim):
    seq = panel(client, people.editor, claim).context["seq"]
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    press(client, claim, seq=seq)

    assert not ReadMark.objects.exists()


@pytest.mark.parametrize("seq", ["", "x", "²", "99999", "-1", "9" * 40])
def test_a_number_that_is_none_moves_nothing(client, people, claim, seq):
    client.force_login(people.editor)

    assert press(client, claim, seq=seq).status_code == 204
    assert not ReadMark.objects.exists()


def test_the_panel_stays_through_a_visit_and_goes_when_it_was_read(client, people, claim):
    look(client, people.editor, claim)
    recalled(claim, people)
    with time_machine.travel(timezone.now() + LATER):
        for _ in range(2):
            assert heading(panel(client, people.editor, claim))
            look(client, people.editor, claim)
        answer = press(client, claim, PART, seq=looks.newest_seq(claim), read="1")

        assert heading(answer) is False
        assert heading(panel(client, people.editor, claim)) is False


def test_without_script_the_comparison_has_the_button(client, people, claim):
    look(client, people.editor, claim)
    recalled(claim, people)
    with time_machine.travel(timezone.now() + LATER):
        client.force_login(people.editor)
        since = client.get(reverse("claims:claim-since", args=[claim.pk]))
        page = client.get(since.url)
        answer = press(client, claim, {"Accept": "text/html"}, seq=page.context["seq"], read="1")
        again = client.get(since.url)

    assert since.url == f"/claims/{claim.pk}/compare/?from=seen&to=now"
    assert "I have read this" in page.content.decode()
    assert answer.url == f"/claims/{claim.pk}/"
    assert again.context["rows"] == []


def test_the_claim_page_asks_for_the_panel_and_leads_to_the_versions(client, people, claim):
    client.force_login(people.editor)
    page = client.get(f"/claims/{claim.pk}/").content.decode()

    assert f'hx-get="/claims/{claim.pk}/since/"' in page
    assert f'href="/claims/{claim.pk}/revisions/"' in page
    assert f'href="/claims/{claim.pk}/compare/?from=seen&amp;to=now"' in page


# --- who may ask, and what it costs


def test_a_confidential_claim_has_no_news_for_others(client, people, claim):
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    client.force_login(people.auditor)

    assert panel(client, people.auditor, claim).status_code == 404
    assert press(client, claim, seq=looks.newest_seq(claim)).status_code == 404
    assert not ReadMark.objects.exists()


@pytest.mark.parametrize("name", ["cross_checker", "editor"])
def test_the_panel_costs_the_same_for_little_and_for_much_news(client, people, name):
    claim = desk.in_research(people)
    person = getattr(people, name)
    look(client, person, claim)
    costs = []
    for count in (1, 30):
        for _ in range(count):
            edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
            comments.add_comment(claim.pk, by=people.author, text="Look.")
        with time_machine.travel(timezone.now() + LATER), CaptureQueriesContext(connection) as statements:
            assert heading(panel(client, person, claim))
        costs.append(len(statements))

    assert costs[0] == costs[1] <= MOST_STATEMENTS


def test_the_second_verdict_of_another_is_news_without_a_word_of_it(client, people, claim):
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    look(client, people.other_editor, claim)
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code="true"), reason="Planted reason.")
    with time_machine.travel(timezone.now() + LATER):
        response = panel(client, people.other_editor, claim)

    assert [entry.sentence for entry in response.context["told"]] == [
        f"{people.cross_checker.name} gave a second verdict"
    ]
    assert "Planted" not in response.content.decode()
