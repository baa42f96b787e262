import json

import pytest

from claims.models import Claim, Correction, FactCheck
from claims.publishing import publish as publishing
from claims.publishing.page import read_page
from claims.publishing.preview import preview
from claims.workflow import edit
from claims.workflow.apply import apply
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db
MOMENTS = ("published_at", "first_published_at", "history")


def without_moments(page):
    return {name: value for name, value in page.items() if name not in MOMENTS}


def test_the_preview_of_an_approved_claim_is_the_page_that_is_published(people):
    claim = desk.approved(people)

    seen = preview(Claim.objects.get(pk=claim.pk), by=people.editor)
    row = publishing.publish(claim.pk, by=people.editor)

    assert without_moments(seen.page) == without_moments(read_page(row))
    assert seen.number == row.revision.number
    assert json.loads(seen.markup)["url"].endswith(f"/fact-checks/{row.slug}/")
    assert seen.problems == []


def test_the_preview_of_a_claim_without_a_verdict_says_what_is_missing_and_writes_nothing(people):
    claim = desk.in_research(people)

    seen = preview(Claim.objects.get(pk=claim.pk), by=people.author)

    assert seen.page["rating"] is None
    assert "review" not in seen.page
    assert [sentence for sentence in seen.problems if "verdict" in sentence]
    assert not FactCheck.objects.exists()
    assert Claim.objects.get(pk=claim.pk).slug is None


def test_the_preview_of_a_claim_under_way_shows_what_stands_there_now(people):
    claim = desk.ready(people)

    seen = preview(Claim.objects.get(pk=claim.pk), by=people.author)

    assert seen.page["rationale"] == "Two counts agree [1]."
    assert seen.page["rating"]["code"] == "true"
    assert seen.number == 1


def test_the_preview_of_a_change_tells_the_correction_that_is_being_written(people):
    row = publishing.publish(desk.approved(people).pk, by=people.editor)
    apply(row.claim_id, "reopen", by=people.editor, reason="A third count came.")
    apply(row.claim_id, "hand_over", by=people.editor, role="checker", person=people.author)
    claim = Claim.objects.get(pk=row.claim_id)
    fields = {
        "rationale": "Three counts agree [1].",
        "correction_kind": "update",
        "correction_text": "A third count was added.",
    }
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(claim))

    seen = preview(Claim.objects.get(pk=row.claim_id), by=people.editor)

    told = [(one["kind"], one["text"]) for one in seen.page["history"]]
    assert told == [("update", "A third count was added."), ("published", "")]
    assert seen.page["first_published_at"] == read_page(row)["first_published_at"]
    assert seen.page["version"] == 2
    assert read_page(FactCheck.objects.get())["rationale"] == "Two counts agree [1]."
    assert not Correction.objects.exists()
