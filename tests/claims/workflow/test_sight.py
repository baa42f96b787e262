"""Many claims at once: a verdict is seen by the same people as on the claim's own page."""

import pytest

from claims.models import Claim
from claims.workflow import edit_review
from claims.workflow.apply import apply
from claims.workflow.sight import verdicts_seen_by
from claims.workflow.standing import standing
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


def test_one_statement_says_of_many_claims_what_the_standing_says_of_each():
    people = desk.hire()
    asked = desk.in_review(people)
    edit_review.show_verdict(asked.pk, by=people.editor)
    handed = desk.ready(people)
    apply(handed.pk, "hand_over", by=people.editor, role="checker", person=people.other_editor)
    for make in (desk.accepted, desk.ready, desk.in_cross_check, desk.in_review, desk.published):
        make(people)
    wrong = []
    for person in vars(people).values():
        seen = set(verdicts_seen_by(Claim.objects.all(), person).values_list("pk", flat=True))
        expected = {claim.pk for claim in Claim.objects.all() if standing(claim, person).sees_verdict}
        if seen != expected:
            wrong.append((person.role, seen ^ expected))

    assert wrong == []


def test_a_confidential_verdict_is_seen_by_its_people_only():
    people = desk.hire()
    claim = desk.published(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)

    assert list(verdicts_seen_by(Claim.objects.all(), people.auditor)) == []
    assert list(verdicts_seen_by(Claim.objects.all(), people.editor)) == [claim]
