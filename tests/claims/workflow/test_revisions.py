"""What is frozen, how it is hashed, how two are compared."""

import json

import pytest

from claims.models import Claim, Resource
from claims.workflow import edit_parts, edit_review, revisions
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ChecklistItemFactory, ClaimFactory, ResourceFactory

pytestmark = pytest.mark.django_db


def content(claim):
    return revisions.read_content(desk.reload(claim))


def test_format_1_holds_everything_the_reader_sees(people):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author)
    AppearanceFactory(claim=claim, verbatim="Twelve, they say.", url="https://a.example.org/")
    edit_review.answer_checklist(claim.pk, by=people.author, item=ChecklistItemFactory(code="date"), answer="yes")
    bare = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    edit_parts.waive(bare.pk, "capture", by=people.author, reason="No network.")
    desk.write_verdict(claim, people.author)

    values = json.loads(content(claim).body)

    assert values["rating"]["label"] == "True"
    assert values["checklist"] == [["date", 1, "yes"]]
    assert values["appearances"][0]["verbatim"] == "Twelve, they say."
    assert values["evidence"][2]["waiver"] == "No network."
    assert values["evidence"][1]["quotes"] == [["twelve ships", "counted ", " on"]]
    assert values["citations"] == [[1, 1]]


def test_the_same_content_has_the_same_hashes_and_any_change_another(people):
    claim = desk.ready(people)
    before = content(claim)
    Claim.objects.filter(pk=claim.pk).update(priority=1)
    assert content(claim).content_sha256 == before.content_sha256

    Claim.objects.filter(pk=claim.pk).update(summary="A dozen.")
    words = content(claim)
    assert words.content_sha256 != before.content_sha256
    assert words.material_sha256 == before.material_sha256

    Claim.objects.filter(pk=claim.pk).update(statement="Ten ships came.")
    assert content(claim).material_sha256 != before.material_sha256


def test_renaming_a_shared_source_is_a_change_of_words(people):
    claim = desk.ready(people)
    before = content(claim)

    Resource.objects.update(title="Another title")

    assert content(claim).content_sha256 != before.content_sha256
    assert content(claim).material_sha256 == before.material_sha256


@pytest.mark.parametrize("count", [2, 40])
def test_reading_content_costs_the_same_however_much_evidence(people, count, django_assert_num_queries):
    claim = ClaimFactory()
    for _ in range(count):
        edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    claim = desk.reload(claim)

    with django_assert_num_queries(2):
        revisions.read_content(claim)


def test_publication_starts_authorship_anew(people):
    claim = desk.approved(people)
    assert revisions.authors_of(claim) == {people.contributor.pk, people.author.pk}

    apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))
    assert revisions.authors_of(desk.reload(claim)) == set()


def test_after_a_retraction_the_authors_of_what_was_public_are_authors_again(people):
    claim = desk.published(people)
    apply(claim.pk, "propose_retraction", by=people.editor, reason="The count was of another day.")
    claim = apply(claim.pk, "retract", by=people.other_editor, effect=desk.showing("retracted"))

    assert revisions.authors_of(claim) == {people.contributor.pk, people.author.pk}
