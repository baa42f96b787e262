"""Deciding on a candidate: a claim, an appearance, nothing; once."""

import pytest
from django.db import transaction

from claims.errors import UserFacingError
from claims.intake import article as intake
from claims.intake import candidates, reading
from claims.models import Appearance, Candidate, Claim, Claimant, Person
from claims.workflow import edit, edit_appearances
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(people):
    text = "The harbour handled 1,240 ships in 2025, the port office said."
    article = intake.add_text(text, intake.About(title="Ships"), by=people.contributor)
    keep = reading.read_article(reading.Silent(), article=article.pk)
    with transaction.atomic():
        keep()
    return article.candidates.get()


def test_an_accepted_candidate_is_a_claim_with_the_words_as_said(people, candidate):
    claim = candidates.accept(candidate.pk, by=people.contributor, statement="The harbour handled 1,240 ships in 2025.")

    appearance = claim.appearances.get()
    assert (appearance.verbatim, appearance.is_first, claim.status) == (candidate.text, True, "inbox")
    candidate.refresh_from_db()
    assert (candidate.state, candidate.claim) == ("accepted", claim)


def test_a_candidate_is_decided_once(people, candidate):
    candidates.accept(candidate.pk, by=people.contributor, statement="Ships came.")

    with pytest.raises(UserFacingError, match="decided on this sentence already"):
        candidates.accept(candidate.pk, by=people.editor, statement="Ships came.")
    assert Claim.objects.count() == 1


def test_who_decided_is_kept_apart_from_the_sentence_that_names_him(people, candidate):
    Person.objects.filter(pk=people.editor.pk).update(name="שלום 12")
    candidates.dismiss(candidate.pk, by=Person.objects.get(pk=people.editor.pk))

    with pytest.raises(UserFacingError, match="\u2068שלום 12\u2069 decided"):
        candidates.accept(candidate.pk, by=people.editor, statement="Ships came.")


def test_a_candidate_without_a_statement_stays_open(people, candidate):
    with pytest.raises(UserFacingError, match="needs a statement"):
        candidates.accept(candidate.pk, by=people.contributor, statement=" ")

    candidate.refresh_from_db()
    assert candidate.state == "open"


def test_one_more_appearance_of_a_claim_that_is_open(people, candidate):
    claim = ClaimFactory()

    assert candidates.add_to_claim(candidate.pk, claim.pk, by=people.contributor, position="denies") == claim
    assert claim.appearances.get().position == "denies"


def test_a_public_claim_gets_the_appearance_through_a_duplicate(people, candidate):
    claim = desk.published(people)
    with pytest.raises(UserFacingError, match="an editor must add"), transaction.atomic():
        candidates.add_to_claim(candidate.pk, claim.pk, by=people.contributor)

    candidates.add_to_claim(candidate.pk, claim.pk, by=people.editor)

    duplicate = Claim.objects.get(duplicate_of=claim)
    assert duplicate.appearances.get().verbatim == candidate.text
    assert not Appearance.objects.filter(claim=claim).exists()


def test_a_duplicate_stands_for_its_main_claim(people, candidate):
    main = ClaimFactory()
    duplicate = ClaimFactory(status="duplicate", duplicate_of=main)

    assert candidates.add_to_claim(candidate.pk, duplicate.pk, by=people.editor) == main


def test_a_closed_claim_takes_no_appearance(people, candidate):
    closed = ClaimFactory(status="declined", decline_reason="other")

    with pytest.raises(UserFacingError, match="That claim is closed"):
        candidates.add_to_claim(candidate.pk, closed.pk, by=people.editor)


def test_dismissing_can_be_undone(people, candidate):
    candidates.dismiss(candidate.pk, by=people.contributor)
    candidates.put_back(candidate.pk, by=people.contributor)

    candidate.refresh_from_db()
    assert (candidate.state, candidate.decided_by) == ("open", None)
    with pytest.raises(UserFacingError, match="Only a decided"):
        candidates.put_back(candidate.pk, by=people.contributor)


def test_accepting_can_be_undone_while_nothing_else_happened_to_the_claim(people, candidate):
    first = candidates.accept(candidate.pk, by=people.contributor, statement="Ships came.")
    with (
        pytest.raises(UserFacingError, match=f"Only an editor takes a new claim back: C-{first.pk} waits"),
        transaction.atomic(),
    ):
        candidates.put_back(candidate.pk, by=people.contributor)
    candidates.put_back(candidate.pk, by=people.editor)

    candidate.refresh_from_db()
    assert (candidate.state, candidate.claim) == ("open", None)
    assert desk.reload(first).status == "declined"
    second = candidates.accept(candidate.pk, by=people.contributor, statement="Ships came.")
    edit.arrange_claim(second.pk, by=people.editor, priority=1)
    with pytest.raises(UserFacingError, match="was worked on in the meantime"), transaction.atomic():
        candidates.put_back(candidate.pk, by=people.editor)
    assert desk.reload(second).status == "inbox"


def test_an_appearance_added_from_intake_is_taken_off_again(people, candidate):
    claim = ClaimFactory()
    candidates.add_to_claim(candidate.pk, claim.pk, by=people.contributor)
    candidates.put_back(candidate.pk, by=people.contributor)

    candidate.refresh_from_db()
    assert candidate.state == "open"
    assert not claim.appearances.exists()
    candidates.add_to_claim(candidate.pk, claim.pk, by=people.contributor)
    edit_appearances.edit_appearance(claim.appearances.get().pk, by=people.editor, verbatim="Other words.")
    with pytest.raises(UserFacingError, match="was changed in the meantime"), transaction.atomic():
        candidates.put_back(candidate.pk, by=people.contributor)
    assert claim.appearances.exists()


@pytest.mark.parametrize("decide", [candidates.dismiss, candidates.put_back])
def test_who_only_reads_decides_nothing(people, candidate, decide):
    with pytest.raises(UserFacingError, match="Your role reads"):
        decide(candidate.pk, by=people.auditor)


def test_a_candidate_that_is_gone_is_said_so(people):
    with pytest.raises(UserFacingError, match="no longer there"):
        candidates.dismiss(10**9, by=people.editor)


@pytest.mark.parametrize(
    ("speaker", "suggested"),
    [
        ("the port office", "known"),
        ("Bennet", "somebody"),
        ("Darcy", {}),  # two of the name
        ("Office", {"new_claimant": "Office", "claimant_kind": "organisation"}),  # part of a body's name only
        ("Charles Bingley", {"new_claimant": "Charles Bingley", "claimant_kind": "person"}),
        ("Finance Ministry", {"new_claimant": "Finance Ministry", "claimant_kind": "government"}),
        ("Statistisches Bundesamt", {"new_claimant": "Statistisches Bundesamt", "claimant_kind": "government"}),
        ("SPD", {"new_claimant": "SPD", "claimant_kind": "organisation"}),
        ("local officials", {}),
        ("", {}),
    ],
)
def test_the_speaker_of_a_sentence_is_suggested_unless_there_is_a_doubt(speaker, suggested):
    known = {
        "known": Claimant.objects.create(slug="port-office", name="The Port Office", kind="organisation"),
        "somebody": Claimant.objects.create(slug="bennet", name="Elizabeth Bennet"),
    }
    Claimant.objects.create(slug="darcy", name="Georgiana Darcy")
    Claimant.objects.create(slug="darcy-2", name="Fitzwilliam Darcy")

    expected = {"claimant": known[suggested]} if isinstance(suggested, str) else suggested

    assert candidates.suggest_speaker(Candidate(speaker=speaker)) == expected


def test_a_confidential_claim_does_not_exist_for_who_may_not_see_it(people, candidate):
    secret = ClaimFactory(confidential=True)

    with pytest.raises(UserFacingError, match="no claim with this number"):
        candidates.add_to_claim(candidate.pk, secret.pk, by=people.contributor)
    assert candidates.add_to_claim(candidate.pk, secret.pk, by=people.editor) == secret


def test_the_duplicate_that_keeps_an_appearance_is_as_confidential_as_its_main_claim(people, candidate):
    claim = desk.published(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)

    candidates.add_to_claim(candidate.pk, claim.pk, by=people.editor)

    assert Claim.objects.get(duplicate_of=claim).confidential


def test_neither_a_claim_nor_its_appearance_holds_control_characters_or_marks_that_turn_letters(people, candidate):
    said = candidate.text
    candidate.text = f"\u202e{said}\x07"
    candidate.save(update_fields=["text"])

    claim = candidates.accept(candidate.pk, by=people.contributor, statement="\u202eShips:\x1b 1,240\x85a year.")

    assert (claim.statement, claim.appearances.get().verbatim) == ("Ships: 1,240 a year.", said)


def test_a_sentence_is_taken_back_whatever_its_appearance_leaves_out(people, candidate):
    candidate.text += "\x07"
    candidate.save(update_fields=["text"])
    candidates.add_to_claim(candidate.pk, ClaimFactory().pk, by=people.editor)

    assert candidates.put_back(candidate.pk, by=people.editor).state == "open"
    assert not Appearance.objects.exists()
