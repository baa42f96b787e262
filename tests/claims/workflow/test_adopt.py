"""Changes that came by no operation are taken into the record, and undo what was approved on the old text."""

import pytest
from django.db.models import F
from django.utils import timezone

from claims.models import Article, Claim, Claimant, Event, Evidence, PeriodicRun, Resource
from claims.workflow import edit_appearances, revisions
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory

pytestmark = pytest.mark.django_db


def events(claim):
    return list(Event.objects.filter(chain=claim.chain, action="adopt"))


def test_a_loaded_claim_gets_a_revision_and_an_event(people):
    claim = ClaimFactory()
    AppearanceFactory(claim=claim)

    assert adopt_outside_changes() == 1
    assert adopt_outside_changes() == 0
    (event,) = events(claim)
    assert (event.actor_ref, event.details["revision"]) == ("system", 1)
    assert claim.revisions.get().origin == "adopted"


def test_a_change_by_sql_is_recorded_with_its_difference(people):
    claim = desk.ready(people)
    adopt_outside_changes()
    Claim.objects.filter(pk=claim.pk).update(rationale="Changed behind the desk's back.")
    assert adopt_outside_changes() == 1
    Claim.objects.filter(pk=claim.pk).update(rationale="Again.")
    assert adopt_outside_changes() == 1

    assert events(claim)[-1].details["changed"] == [["rationale", "Changed behind the desk's back.", "Again."]]


def test_a_counter_that_rose_without_a_change_needs_no_revision(people):
    claim = ClaimFactory()
    adopt_outside_changes()
    Claim.objects.filter(pk=claim.pk).update(content_version=F("content_version") + 1)

    assert adopt_outside_changes() == 1
    assert claim.revisions.count() == 1
    assert "revision" not in events(claim)[-1].details


@pytest.mark.parametrize(
    ("bring", "change", "status"),
    [
        (desk.approved, {"summary": "New."}, "in_review"),
        (desk.approved, {"statement": "New."}, "changes_requested"),
        (desk.in_preflight, {"summary": "New."}, "changes_requested"),
        (desk.in_cross_check, {"statement": "New."}, "in_research"),
        (desk.in_cross_check, {"summary": "New."}, "in_cross_check"),
        (desk.ready, {"summary": "New."}, "in_research"),
    ],
)
def test_what_was_given_on_the_old_text_is_taken_back(people, bring, change, status):
    claim = bring(people)
    adopt_outside_changes()
    Claim.objects.filter(pk=claim.pk).update(**change)

    adopt_outside_changes()

    assert desk.reload(claim).status == status


def test_removed_rows_are_noticed_too(people):
    claim = desk.approved(people)
    Evidence.objects.filter(claim=claim, number=1).delete()

    assert adopt_outside_changes() == 1
    assert desk.reload(claim).status == "changes_requested"


def test_two_clocks_adopt_a_change_once(people):
    claim = ClaimFactory()

    assert [adopt_outside_changes(), adopt_outside_changes()] == [1, 0]
    assert len(events(claim)) == 1


def test_a_claim_that_cannot_be_read_holds_up_no_other_and_is_named(people, monkeypatch):
    odd, sound = ClaimFactory(), ClaimFactory()
    PeriodicRun.objects.create(name="adopt", tick=timezone.now())
    read = revisions.read_content
    monkeypatch.setattr(revisions, "read_content", lambda claim: 1 / 0 if claim == odd else read(claim))

    assert adopt_outside_changes() == 1
    assert (len(events(odd)), len(events(sound))) == (0, 1)
    assert PeriodicRun.objects.get().problem == f"C-{odd.pk} (ZeroDivisionError)"


def rename_source(claim):
    Resource.objects.filter(evidence__claim=claim).update(title="Another title")


def rename_claimant(claim):
    Claimant.objects.update(name="Another name")


def rename_article(claim):
    Article.objects.update(title="Another title")


@pytest.mark.parametrize("rename", [rename_source, rename_claimant, rename_article])
def test_words_shared_with_other_claims_are_approved_anew_and_leave_no_claim_stuck(people, rename):
    claim = desk.in_research(people)
    edit_appearances.add_appearance(
        claim.pk, by=people.author, claimant=ClaimantFactory(), article=Article.objects.create(title="A day in port")
    )
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author)
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    apply(claim.pk, "waive_cross_check", by=people.other_editor, reason="Nobody is free.")
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    rename(claim)

    assert adopt_outside_changes() == 1
    assert desk.reload(claim).status == "in_review"
    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"


def test_words_shared_with_a_claim_that_is_still_written_wait_for_its_submission(people):
    claim = desk.ready(people)
    rename_source(claim)

    assert adopt_outside_changes() == 0
