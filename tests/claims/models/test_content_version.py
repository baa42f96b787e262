"""Whatever changes a claim's content raises its content_version, by whatever way it comes (migration 0005)."""

import pytest
from django.utils import timezone

from claims.models import ChecklistAnswer, Citation, Claim, ContactLog, Quote, Waiver
from tests.factories import (
    AppearanceFactory,
    ChecklistItemFactory,
    ClaimFactory,
    EvidenceFactory,
    RatingFactory,
    SnapshotFactory,
)

pytestmark = pytest.mark.django_db


def version(claim):
    return Claim.objects.values_list("content_version", flat=True).get(pk=claim.pk)


@pytest.mark.parametrize(
    "field",
    [
        "statement", "context", "language", "title", "summary", "body", "rationale", "confidence", "evidence_exception",
        "correction_kind", "correction_text",
    ],
)  # fmt: skip
def test_a_change_of_a_field_of_the_content_counts(field):
    claim = ClaimFactory()
    before = version(claim)
    Claim.objects.filter(pk=claim.pk).update(**{field: "another"})
    assert version(claim) == before + 1


def test_another_rating_counts():
    claim = ClaimFactory()
    before = version(claim)
    Claim.objects.filter(pk=claim.pk).update(rating=RatingFactory())
    assert version(claim) == before + 1


def test_what_is_no_content_does_not_count():
    claim = ClaimFactory()
    before = version(claim)
    Claim.objects.filter(pk=claim.pk).update(priority=1, worth="high", due_at=timezone.now())
    assert version(claim) == before


def test_a_row_saved_whole_never_turns_the_counters_back():
    claim = ClaimFactory()
    old = Claim.objects.get(pk=claim.pk)
    Claim.objects.filter(pk=claim.pk).update(statement="Newer words.")
    Claim.objects.filter(pk=claim.pk).update(recorded_version=version(claim))
    now = version(claim)
    Claim.objects.filter(pk=claim.pk).update(content_version=old.content_version, recorded_version=old.recorded_version)
    claim.refresh_from_db()
    assert (claim.content_version, claim.recorded_version) == (now, now)


def appearance(claim):
    return AppearanceFactory(claim=claim), {"verbatim": "Other words."}


def evidence(claim):
    return EvidenceFactory(claim=claim), {"stance": "refutes"}


def citation(claim):
    return Citation.objects.create(claim=claim, number=1), {"number": 2}


def contact(claim):
    return ContactLog.objects.create(
        claim=claim, asked="The port", channel="email", question="How many?", deadline=timezone.now()
    ), {"public_line": "The port was asked."}


def answer(claim):
    return ChecklistAnswer.objects.create(claim=claim, item=ChecklistItemFactory(), answer="yes"), {"answer": "no"}


def quote(claim):
    snapshot = SnapshotFactory()
    piece = EvidenceFactory(claim=claim, resource=snapshot.resource)
    return Quote.objects.create(evidence=piece, snapshot=snapshot, exact="The", start=0, end=3), {"suffix": " harbour"}


def waiver(claim):
    return Waiver.objects.create(evidence=EvidenceFactory(claim=claim), kind="capture", reason="Offline."), {
        "reason": "Another reason."
    }


@pytest.mark.parametrize("make", [appearance, evidence, citation, contact, answer, quote, waiver])
def test_adding_changing_and_removing_what_hangs_on_a_claim_counts(make):
    claim, bystander = ClaimFactory.create_batch(2)
    untouched = version(bystander)
    before = version(claim)
    row, change = make(claim)
    added = version(claim)
    assert added > before

    rows = type(row).objects.filter(pk=row.pk)
    rows.update(**{name: getattr(row, name) for name in change})
    assert version(claim) == added, "saying the same again (loaddata twice) changes nothing"

    rows.update(**change)
    assert version(claim) == added + 1

    rows._raw_delete("default")
    assert version(claim) == added + 2
    assert version(bystander) == untouched


@pytest.mark.parametrize("make", [appearance, evidence])
def test_a_row_that_moves_to_another_claim_counts_for_both(make):
    one, other = ClaimFactory.create_batch(2)
    row, _change = make(one)
    before = version(one), version(other)
    type(row).objects.filter(pk=row.pk).update(claim=other)
    assert (version(one), version(other)) == (before[0] + 1, before[1] + 1)


def recorded(claim):
    return Claim.objects.values_list("recorded_version", flat=True).get(pk=claim.pk)


def test_a_row_from_elsewhere_does_not_say_of_itself_that_it_is_recorded():
    claim = ClaimFactory(recorded_version=50, content_version=50)
    assert recorded(claim) == 0


def test_a_row_loaded_over_another_does_not_hide_its_change_behind_counters_of_elsewhere():
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(statement="Slipped in.", content_version=50, recorded_version=50)
    assert (version(claim), recorded(claim)) == (2, 0)


def test_the_counters_of_elsewhere_alone_are_looked_at_too():
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(content_version=50, recorded_version=50)
    assert (version(claim), recorded(claim)) == (50, 0)


def test_nothing_is_recorded_before_it_is_said():
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(recorded_version=50)
    assert recorded(claim) == version(claim) == 1
