"""At commit, what is public was approved, and the claim says what its newest public version says (migration 0007)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.models import FactCheck
from claims.workflow.apply import save_step
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


def commit():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def add_version(claim, kind, number=1):
    return FactCheck.objects.create(
        claim=claim,
        number=number,
        kind=kind,
        revision=claim.revisions.latest("number"),
        slug="an-address",
        reason="" if kind == "published" else "A reason.",
        page="{}",
        first_published_at=timezone.now(),
    )


def say(claim, **fields):
    for name, value in fields.items():
        setattr(claim, name, value)
    save_step(claim)


@transaction.atomic
def write(claim, version=None, number=1, **fields):
    """One transaction up to its commit: a public version or none, and what the claim says of itself."""
    if version:
        add_version(claim, version, number)
    if fields:
        say(claim, **fields)
    commit()


def test_published_needs_a_public_version(people):
    claim = desk.approved(people)
    with pytest.raises(IntegrityError, match='public state "published" but its newest public version is "none"'):
        write(claim, status="published", public_state="published", slug="an-address")


def test_a_public_version_needs_a_claim_that_says_so(people):
    claim = desk.approved(people)
    with pytest.raises(IntegrityError, match='public state "" but its newest public version is "published"'):
        write(claim, "published")


@pytest.mark.parametrize("kind", ["published", "withheld"])
def test_what_nobody_approved_is_not_public(people, kind):
    claim = desk.in_review(people)
    with pytest.raises(IntegrityError, match="which nobody approved"):
        write(claim, kind, public_state=kind, slug="an-address")


def test_a_published_claim_is_not_retracted_at_the_same_time(people):
    claim = desk.published(people)
    with pytest.raises(IntegrityError, match="published without a fact-check in force"):
        write(claim, "retracted", 2, public_state="retracted")


def test_both_together_are_let_through(people):
    claim = desk.approved(people)
    write(claim, "published", status="published", public_state="published", slug="an-address")
    claim.refresh_from_db()
    assert claim.is_public


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "published"}, "claim_published_is_public"),
        ({"public_state": "published"}, "claim_public_has_address"),
        ({"status": "declined"}, "claim_decline_says_why"),
        ({"priority": 0}, "claim_priority_range"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused_at_once(db, fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ClaimFactory(**fields)


def test_a_page_never_shows_the_revision_of_another_claim(people):
    claim, other = desk.approved(people), desk.approved(people)
    with pytest.raises(IntegrityError, match="revision of another claim"), transaction.atomic():
        FactCheck.objects.create(
            claim=claim, number=1, kind="published", revision=other.revisions.latest("number"), slug="an-address",
            page="{}", first_published_at=timezone.now(),
        )  # fmt: skip
