"""Many claims at once: the same rows, and the same rules, as one by one."""

import pytest

from claims.errors import StepRefused
from claims.models import Appearance, Citation, Claim, Event, Evidence, Job
from claims.workflow.edit import create_claim
from claims.workflow.edit_appearances import add_appearance
from claims.workflow.edit_parts import add_evidence, find_resource
from claims.workflow.imports import Changes, NewClaim, change_imported, create_claims, find_resources
from claims.workflow.revisions import authors_of, read_content
from claims.workflow.standing import standing
from tests.factories import ClaimFactory, PersonFactory, RatingFactory, SnapshotFactory

pytestmark = pytest.mark.django_db
IGNORED = {
    "id",
    "external_id",
    "created_at",
    "updated_at",
    "status_since",
    "version",
    "content_version",
    "recorded_version",
}


def draft(**fields):
    sources = find_resources({"https://a.example.org/": "A"})
    return NewClaim(
        {"statement": "The quay is new.", **fields},
        appearances=[{"number": 1, "verbatim": "New!", "is_first": True}],
        evidence=[{"number": 1, "resource": sources["https://a.example.org/"], "stance": "refutes"}],
    )


def test_a_claim_made_with_others_is_as_one_made_alone():
    (many,) = create_claims([draft(rationale="No [1], see [2].")], by=None)
    alone = create_claim(by=None, statement="The quay is new.")
    add_appearance(alone.pk, by=None, verbatim="New!")
    add_evidence(alone.pk, by=None, resource=find_resource("https://a.example.org/"), stance="refutes")
    many, alone = (Claim.objects.filter(pk=claim.pk).values().get() for claim in (many, alone))

    differing = {name for name in many if many[name] != alone[name]} - IGNORED
    assert differing <= {"rationale", "stage_due_at", "next_due_at"}
    assert many["stage_due_at"].date() == alone["stage_due_at"].date()
    assert many["recorded_version"] == many["content_version"]
    for model in (Appearance, Evidence):
        rows = [model.objects.filter(claim=claim["id"]).values().get() for claim in (many, alone)]
        assert {name for name in rows[0] if rows[0][name] != rows[1][name]} <= {"id", "claim_id", "added_at"}
    cited = Citation.objects.filter(claim=many["id"]).values_list("number", "evidence__number")
    assert list(cited) == [(1, 1), (2, None)]


def test_evidence_rests_on_a_copy_that_is_there_and_is_captured_where_there_is_none():
    sources = find_resources({"https://a.example.org/": "", "https://b.example.org/": ""})
    copy = SnapshotFactory(resource=sources["https://a.example.org/"])
    evidence = [{"number": n, "resource": row} for n, row in enumerate(sources.values(), start=1)]

    create_claims([NewClaim({"statement": "The quay is new."}, evidence=evidence)], by=None)

    assert [row.pinned for row in Evidence.objects.order_by("number")] == [copy, None]
    assert [job.args["resource"] for job in Job.objects.filter(kind="capture")] == [
        sources["https://b.example.org/"].pk
    ]


def test_who_imports_a_verdict_is_its_author_and_never_approves_it():
    person, rating = PersonFactory(role="editor"), RatingFactory(code="false")

    (claim,) = create_claims([draft(rating=rating, rationale="No.")], by=person)
    other = ClaimFactory()
    change_imported(other.pk, Changes(fields={"rationale": "Theirs."}), by=person)

    assert authors_of(claim) == authors_of(other) == {person.pk}
    assert standing(Claim.objects.get(pk=other.pk), person).is_author
    assert not standing(Claim.objects.get(pk=other.pk), person).may_cross_check


def test_a_change_is_kept_before_and_after_and_is_recorded():
    (claim,) = create_claims([draft()], by=None)
    row, piece = claim.appearances.get(), claim.evidence.get()
    changes = Changes(
        fields={"rationale": "No [1].", "rating": RatingFactory(code="false")},
        topics=[],
        appearances=[(row, {"place": "page 2"})],
        evidence=[(piece, {"stance": "context"})],
        told={"file": "a.csv"},
    )

    change_imported(claim.pk, changes, by=None)

    event = Event.objects.filter(chain=claim.chain).order_by("-seq").first()
    assert event.details == {
        "file": "a.csv",
        "before": {"rationale": "", "rating": None, "topics": [], "appearance 1, place": "", "evidence 1, stance": "refutes"},
        "after": {
            "rationale": "No [1].", "rating": "False", "topics": [], "appearance 1, place": "page 2", "evidence 1, stance": "context",
        },
    }  # fmt: skip
    claim = Claim.objects.get(pk=claim.pk)
    assert (claim.version, claim.recorded_version) == (2, claim.content_version)
    assert read_content(claim).values["citations"] == [[1, 1]]


def test_a_claim_somebody_reviews_is_refused_and_nothing_is_written():
    claim = ClaimFactory(status="in_review")

    with pytest.raises(StepRefused, match="an import does not change it"):
        change_imported(claim.pk, Changes(fields={"context": "New."}), by=PersonFactory(role="editor"))

    claim.refresh_from_db()
    assert claim.context == ""
    assert not Event.objects.filter(chain=claim.chain).exists()


def test_sources_are_shared_and_keep_the_title_they_have():
    first = find_resources({"https://a.example.org/": "A"})

    again = find_resources({"https://a.example.org/": "Another", "https://b.example.org/": "B"})

    assert again["https://a.example.org/"] == first["https://a.example.org/"]
    assert [again[url].title for url in sorted(again)] == ["A", "B"]
    assert again["https://b.example.org/"].host == "b.example.org"
