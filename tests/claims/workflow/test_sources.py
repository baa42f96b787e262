"""What a page and a refusal say of the looks before a publication."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import jobs
from claims.models import Job, Quote, QuoteCheck, Resource
from claims.workflow import edit_parts
from claims.workflow.evidence_facts import read_evidence
from claims.workflow.sources import looks_missing
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim():
    """Two sources quoted twice, a third once, and no look at any of them."""
    people = desk.hire()
    claim = desk.in_research(people)
    for _ in range(2):
        desk.add_proof(claim, people.author)
    first = claim.evidence.get(number=1)
    edit_parts.add_quote(
        first.pk, by=people.author, snapshot=first.pinned, exact="harbour", prefix="The ", suffix=" master", start=4
    )
    QuoteCheck.objects.all().delete()
    return claim


def said(claim):
    return [(missing.sentence, missing.place) for missing in looks_missing(read_evidence(claim))]


def under_way(claim, *numbers, **fields):
    rows = claim.evidence.filter(number__in=numbers).select_related("resource")
    jobs.enqueue_all([("capture", {"key": row.resource.chain, "resource": row.resource_id}) for row in rows])
    Job.objects.filter(kind="capture").update(**fields)


def look_at(claim, *numbers):
    for quote in Quote.objects.filter(evidence__claim=claim, evidence__number__in=numbers):
        desk.look_again(quote)


ASK = "Capture them again, or go without the look, with a reason."


def test_it_is_said_once_which_sources_nobody_looked_at(claim):
    all_three = "0 of 3 sources were looked at within 24 hours; not yet: evidence 1, evidence 2, evidence 4."
    assert said(claim) == [(f"{all_three} {ASK}", "e1")]

    look_at(claim, 1, 4)
    assert said(claim) == [(f"2 of 3 sources were looked at within 24 hours; not yet: evidence 2. {ASK}", "e2")]
    look_at(claim, 2)
    assert said(claim) == []


def test_what_is_under_way_is_said_and_when_the_next_try_is(claim):
    under_way(claim, 1, 2)
    assert said(claim)[0][0].endswith(
        "Looks are under way: evidence 1, evidence 2. Capture the others again, or go without the look, with a reason."
    )

    under_way(claim, 4)
    look_at(claim, 1, 2)
    assert said(claim)[0][0].endswith("not yet: evidence 4. A look is under way: evidence 4.")
    at = timezone.localtime(timezone.now() + timedelta(minutes=9))
    Job.objects.update(run_after=at)
    assert "The next try is at " in said(claim)[0][0]


def test_a_look_is_under_way_until_its_passages_were_looked_for(claim):
    resource = claim.evidence.get(number=1).resource
    jobs.enqueue("check_quotes", key=resource.chain, resource=resource.pk)

    assert "A look is under way: evidence 1." in said(claim)[0][0]
    Job.objects.filter(kind="check_quotes").update(state="done")
    assert "under way" not in said(claim)[0][0]


def test_an_upload_needs_no_look_nor_does_what_somebody_goes_without(claim):
    people = desk.hire()
    Resource.objects.filter(evidence__number=1).update(url=None)
    edit_parts.waive(claim.evidence.get(number=2).pk, "quote_check", by=people.author, reason="Closed.")

    assert said(claim) == [(f"0 of 1 sources were looked at within 24 hours; not yet: evidence 4. {ASK}", "e4")]


@pytest.mark.parametrize("quoted", [2, 40])
def test_what_is_under_way_takes_one_statement(claim, quoted, django_assert_num_queries):
    rows = read_evidence(claim) * quoted
    with django_assert_num_queries(1):
        looks_missing(rows)
    with django_assert_num_queries(0):
        looks_missing(rows, {})
