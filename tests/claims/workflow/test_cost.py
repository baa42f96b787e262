"""What a step costs: so many statements from BEGIN to COMMIT, however much evidence there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Evidence
from claims.publishing import publish as publishing
from claims.workflow import adopt
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import RatingFactory, ResourceFactory

pytestmark = pytest.mark.django_db

MOST = {"submit": 18, "pass": 26, "cross_check": 18, "approve": 14, "publish": 20}


def with_evidence(claim, count):
    """So many pieces, put in as a loaded fixture would be: the clock adopts them."""
    copy = desk.captured()
    have = claim.evidence.count()
    Evidence.objects.bulk_create(
        Evidence(claim=claim, number=number, resource=ResourceFactory(), stance="supports", pinned=copy)
        for number in range(have + 1, count + 1)
    )
    adopt.adopt_outside_changes()


def costs_of_a_claim_with(count):
    """What each step takes; the savepoint of the test stands for BEGIN, its release for COMMIT."""
    people, costs = desk.hire(), {}
    claim = desk.ready(people)
    with_evidence(claim, count)

    def take(action, step):
        with CaptureQueriesContext(connection) as found:
            step()
        costs[action] = len(found)

    take("submit", lambda: apply(claim.pk, "submit", by=people.author))
    take("pass", lambda: apply(claim.pk, "pass", by=None))
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    given = {"rating": RatingFactory(code="true"), "reason": "Counted too."}
    take("cross_check", lambda: apply(claim.pk, "cross_check", by=people.cross_checker, **given))
    seen = desk.seen(claim)
    take("approve", lambda: apply(claim.pk, "approve", by=people.editor, seen=seen))
    take("publish", lambda: publishing.publish(claim.pk, by=people.editor))
    return costs


def test_a_step_costs_the_same_however_much_evidence():
    few, many = costs_of_a_claim_with(2), costs_of_a_claim_with(200)

    assert few == many
    assert {action: cost for action, cost in many.items() if cost > MOST[action]} == {}
