"""The desk page: who is on what, what waits, and the agreement of second verdicts, without a word that is hidden."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Claim
from claims.workflow import edit_review
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


def read(client, person):
    client.force_login(person)
    return client.get("/desk/")


def agreement(client, person):
    client.force_login(person)
    return client.get("/desk/agreement/")


def text_of(response):
    return response.content.decode()


def test_strangers_sign_in_and_every_role_reads_it(client, people):
    assert client.get("/desk/").url == "/accounts/login/?next=/desk/"
    assert client.get("/desk/agreement/").url == "/accounts/login/?next=/desk/agreement/"
    assert client.post("/desk/").status_code == 302
    assert {read(client, person).status_code for person in vars(people).values()} == {200}
    assert client.post("/desk/").status_code == 405


def test_each_active_person_stands_with_what_he_holds_and_what_is_late(client, people):
    claim, late = desk.in_research(people), desk.in_research(people)
    Claim.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    PersonFactory(role="checker", is_active=False)
    team = read(client, people.auditor).context["team"]
    busiest = team[0]

    assert {hand.person for hand in team} == {people.author, people.cross_checker, people.editor, people.other_editor}
    assert (busiest.person, busiest.load, busiest.share, busiest.roles) == (people.author, 2, 100, [("Checker", 2)])
    assert [row.claim for row in busiest.named] == [late, claim]
    assert (busiest.overdue, busiest.more) == (1, 0)
    assert [(hand.load, hand.share, hand.named) for hand in team[1:]] == [(0, 0, [])] * 3


def test_of_many_claims_the_four_due_first_are_named_and_the_rest_counted(client, people):
    claims = [desk.in_research(people) for _n in range(6)]
    for days, claim in enumerate(claims):
        Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now() + timedelta(days=days - 2))
    hand = read(client, people.auditor).context["team"][0]

    assert [row.claim for row in hand.named] == claims[:4]
    assert (hand.more, hand.overdue, hand.roles) == (2, 3, [("Checker", 6)])


def test_what_waits_for_somebody_leads_to_the_queue(client, people):
    ClaimFactory()
    waiting = read(client, people.editor).context["waiting"]

    assert [(row["url"], row["count"]) for row in waiting] == [
        ("?view=unassigned", "1"), ("?view=second", "0"), ("?view=overdue", "0"),
    ]  # fmt: skip


def test_the_figures_above_the_charts_lead_to_the_claims_they_count(client, people):
    ClaimFactory(status="inbox")
    for _number in range(2):
        ClaimFactory(status="accepted", due_at=timezone.now() - timedelta(hours=1))
    figures = read(client, people.editor).context["figures"]

    for figure in figures:
        page = client.get(f"/claims/{figure['url']}").content.decode()
        assert page.count("data-row-link") == int(figure["count"])
    assert [figure["count"] for figure in figures] == ["3", "2", "0", "0", "0"]


def test_claims_one_may_not_see_are_not_named(client, people):
    secret = desk.in_research(people)
    Claim.objects.filter(pk=secret.pk).update(confidential=True, statement="A secret harbour.")

    assert "secret harbour" not in text_of(read(client, people.auditor))
    assert "secret harbour" in text_of(read(client, people.editor))


def test_with_few_pairs_it_says_so(client, people):
    assert agreement(client, people.editor).context["finding"] == "no pair yet"
    desk.in_review(people)
    response = agreement(client, people.editor)

    assert response.context["finding"] == "of all time: the same rating in 1 of 1 pair"
    assert "Not enough pairs yet" in text_of(response)


def test_alpha_stands_in_the_head_when_there_are_pairs_enough(client, people, monkeypatch):
    monkeypatch.setattr("claims.workflow.agreement.FEWEST_PAIRS", 2)
    desk.in_review(people)
    desk.in_review(people, code="false", second="false")

    assert (
        agreement(client, people.editor).context["finding"]
        == "of all time: the same rating in 2 of 2 pairs, alpha 1.00"
    )


def differing(people):
    """A claim in review whose two verdicts differ for the second time."""
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)
    claim = apply(claim.pk, "pass", by=None)
    if claim.status == "in_cross_check":
        claim = apply(claim.pk, "cross_check", by=people.cross_checker, rating=_false(), reason="No.")
    return claim


def _false():
    from tests.factories import RatingFactory

    return RatingFactory(code="false")


def test_a_disagreement_is_named_only_to_who_sees_its_verdict(client, people):
    claim = differing(people)
    told = {
        name: [found.pk for found in agreement(client, person).context["differing"]]
        for name, person in vars(people).items()
    }
    edit_review.show_verdict(claim.pk, by=people.editor)

    seeing = {"author", "contributor", "cross_checker"}  # the contributor wrote the statement: an author too
    assert told == {name: [claim.pk] if name in seeing else [] for name in told}
    assert "and 1 claim whose verdict you do not see" in text_of(agreement(client, people.auditor))
    assert [found.pk for found in agreement(client, people.editor).context["differing"]] == [claim.pk]


def test_the_page_costs_the_same_for_few_claims_and_for_many(client, people):
    desk.in_review(people)
    costs = []
    for count in (1, 6):
        for _ in range(count):
            desk.in_research(people)
            differing(people)
        client.force_login(people.auditor)
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/desk/").status_code == 200
        with CaptureQueriesContext(connection) as further:
            assert client.get("/desk/agreement/", headers={"HX-Request": "true"}).status_code == 200
        costs.append((len(statements), len(further)))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 10
