"""The starting newsroom: what a first run finds on the desk."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from claims.management.commands.load_newsroom import NOT_CAPTURED
from claims.matching.retrieve import nearest
from claims.models import (
    Approval,
    Article,
    Claim,
    Claimant,
    ClaimText,
    ContactLog,
    Desk,
    Event,
    Evidence,
    FactCheck,
    Job,
    Person,
    Publisher,
    Rating,
    Resource,
    Snapshot,
    SourceAlert,
)
from claims.publishing.validate import problems
from claims.workflow.anchoring import anchor_heads
from claims.workflow.preflight_list import read_list
from claims.workflow.record import verify
from tests.work import work_off

RUN_OF_WORDS = 8


def everything():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("claims").get_models()
    }


def load():
    out = StringIO()
    call_command("load_newsroom", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def said(django_db_setup, django_db_blocker, tmp_path_factory):
    """The newsroom, loaded once for this file and taken back at its end."""
    folder = tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setitem(settings.STORAGES["evidence"]["OPTIONS"], "location", folder)
        patch.setattr(settings, "VAR_DIR", folder)
        yield load()
        transaction.set_rollback(True)


@pytest.fixture
def newsroom(said, db):
    return said


@pytest.mark.thorough
@pytest.mark.django_db
def test_loading_the_fixture_twice_changes_nothing():
    call_command("loaddata", "newsroom", verbosity=0)
    before = everything()
    assert len(before["Claim"]) == 36

    call_command("loaddata", "newsroom", verbosity=0)

    assert everything() == before


def test_the_fixture_names_no_row_by_its_number():
    rows = json.loads(Path("fixtures/newsroom.json").read_text())
    assert {row["model"] for row in rows if "pk" in row} == {"claims.desk"}  # there is one, and it is number 1


def test_loading_the_newsroom_says_what_it_did(newsroom):
    assert newsroom == "The demonstration newsroom is open: 36 claims, 2 of them published.\n"


def test_loading_it_a_second_time_does_nothing(newsroom):
    before = everything()
    assert load() == "There are claims already: nothing was loaded.\n"
    assert everything() == before


def test_it_keeps_to_the_constraints_that_wait_for_the_commit(newsroom):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_holds_what_the_two_articles_gave(newsroom):
    found = (Claim, Claimant, Publisher, Article, Resource.objects.filter(slug__startswith="src-"), Rating)
    counts = [getattr(each, "objects", each).count() for each in found]
    assert counts == [36, 19, 84, 2, 105, 8]
    assert Evidence.objects.exclude(kind="desk_note").count() == 125
    assert set(Article.objects.values_list("text", flat=True)) == {""}
    assert Desk.objects.current().is_demo


def test_the_first_article_that_comes_in_finds_the_claims_it_repeats(newsroom):
    claim = Claim.objects.get(external_id="clm-06-aid-clause")
    assert ClaimText.objects.count() == 36
    assert nearest(claim.statement, 1)[0].id == claim.pk


def test_there_are_two_people_of_each_role_and_none_can_sign_in_yet(newsroom):
    roles = list(Person.objects.order_by("role").values_list("role", flat=True))
    assert roles == sorted([*Person.Role.values, *Person.Role.values])
    assert not any(person.has_usable_password() for person in Person.objects.all())


def test_the_claims_stand_everywhere_between_inbox_and_public_page(newsroom):
    counts = {status: Claim.objects.filter(status=status).count() for status in Claim.Status.values}
    assert {status: count for status, count in counts.items() if count} == {
        "inbox": 5,
        "watching": 2,
        "accepted": 9,
        "in_research": 9,
        "awaiting_reply": 1,
        "changes_requested": 2,
        "in_cross_check": 2,
        "in_review": 2,
        "approved": 1,
        "published": 2,
        "declined": 1,
    }


def test_every_claim_is_worth_a_page(newsroom):
    for claim in Claim.objects.prefetch_related("appearances__claimant", "evidence", "rubric_answers", "topics"):
        assert claim.rating_id, claim
        assert claim.rationale, claim
        assert claim.confidence, claim
        assert claim.worth, claim
        assert claim.topics.all(), claim
        assert len(claim.rubric_answers.all()) == 4, claim
        assert sum(place.is_first for place in claim.appearances.all()) == 1, claim
        assert all(place.claimant and place.said_on and place.date_basis for place in claim.appearances.all()), claim
        assert all(place.url or place.article_id for place in claim.appearances.all()), claim
        assert claim.evidence.all() or claim.kind == "opinion", claim
        assert all(piece.note for piece in claim.evidence.all()), claim


def test_every_citation_points_at_its_evidence(newsroom):
    for claim in Claim.objects.prefetch_related("citations__evidence"):
        cited = {int(number) for number in re.findall(r"\[(\d+)]", claim.rationale)}
        assert {row.number: row.evidence.number for row in claim.citations.all()} == {n: n for n in cited}, claim


def test_the_desk_has_work_that_is_overdue_unassigned_and_waited_for(newsroom):
    assert Claim.objects.overdue().count() == 3
    assert Claim.objects.unassigned().count() >= 10
    assert Claim.objects.filter(due_at__gt=timezone.now()).count() >= 10
    assert not Claim.objects.filter(status="watching", look_again_at=None).exists()
    assert ContactLog.objects.get().public_line == "Demonstration: nobody was asked in fact."


def test_three_different_people_stand_behind_every_approval(newsroom):
    approvals = Approval.objects.select_related("revision", "approver", "cross_checker")
    assert len(approvals) == 3
    for approval in approvals:
        authors = set(approval.revision.author_rows.values_list("person", flat=True))
        assert authors
        assert len({*authors, approval.approver_id, approval.cross_checker_id}) == len(authors) + 2
        assert (approval.policy, approval.approver.role) == ("three", "editor")


def test_second_verdicts_that_differ_send_a_claim_back(newsroom):
    claim = Claim.objects.get(external_id="clm-24-reliance")
    verdicts = claim.readings.order_by("pk").values_list("kind", "rating__code")
    assert (claim.status, list(verdicts)) == ("changes_requested", [("first", "mostly-true"), ("cross", "half-true")])


def test_what_is_public_is_valid_and_says_that_no_copy_was_made(newsroom, client):
    for row in FactCheck.objects.all():
        page = client.get(reverse("claims:fact-check-detail", args=[row.slug]))
        assert page.status_code == 200
        assert NOT_CAPTURED in page.content.decode()
        markup = re.search(r"\{.*\}", row.jsonld, re.DOTALL).group()
        assert problems(json.loads(markup)) == []


def test_what_was_handed_in_passes_the_preflight_list(newsroom):
    handed_in = Claim.objects.filter(status__in=["in_cross_check", "in_review", "approved", "published"])
    missing = [(claim, item.place) for claim in handed_in for line in read_list(claim) for item in line.missing]
    # What is public and unchanged has no change to tell of.
    assert [
        place for claim, place in missing if (claim.status, place) != ("published", "verdict-correction_kind")
    ] == []


def test_the_record_is_whole_and_knows_every_claim(newsroom):
    anchor_heads()
    verdict = verify()
    assert verdict.problems == ()
    assert verdict.events == Event.objects.count()
    assert all(claim.content_version == claim.recorded_version for claim in Claim.objects.all())


def test_notes_of_the_desk_can_be_read_and_compared_without_a_network(newsroom):
    notes = Evidence.objects.filter(kind="desk_note").select_related("resource")
    assert sorted(note.resource.snapshots.count() for note in notes) == [1, 2]
    assert all(note.quotes.exists() for note in notes)
    old, new = Snapshot.objects.filter(resource__title__startswith="Dates of the treaty").order_by("pk")
    assert new.previous_sha256 == old.sha256
    assert "Article 4 speaks of aid" in old.body_text
    assert old.body_text != new.body_text


def test_the_jobs_it_leaves_need_no_network_and_find_the_altered_passage(newsroom):
    assert set(Job.objects.values_list("kind", flat=True)) <= {"notify", "preflight", "check_quotes", "pin", "settle"}
    before = dict(Claim.objects.values_list("pk", "status"))

    work_off()

    assert not Job.objects.exclude(state="done").exists()
    assert dict(Claim.objects.values_list("pk", "status")) == before
    alert = SourceAlert.objects.get()
    assert alert.quote.exact == "The agencies do not agree yet: they give 4 or 5 December 2024."
    states = alert.quote.evidence.quotes.order_by("start").values_list("checks__state", flat=True)
    assert list(states) == ["unchanged", "altered"]
