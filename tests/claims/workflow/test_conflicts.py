import pytest

from claims.errors import StaleEdit
from claims.models import Claim, Event
from claims.workflow import edit, edit_parts
from claims.workflow.conflicts import OF_EVIDENCE, last_written, read_bases, read_conflicts
from tests.claims.workflow import desk
from tests.factories import RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return desk.ready(people)


def change(claim, by, **fields):
    return edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def refused(claim, by, seen, **fields):
    with pytest.raises(StaleEdit) as stale:
        edit.edit_claim(claim.pk, by=by, fields=fields, seen=seen)
    return read_conflicts(desk.reload(claim), stale.value, seen)


def test_what_both_began_with_is_found_in_the_record(people, claim):
    change(claim, people.author, rationale="Twelve ships came today.")
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, rationale="Ten ships came today.")
    change(claim, people.author, rationale="Nine ships came today.")

    (conflict,) = refused(claim, people.author, seen, rationale="Twelve ships came at night.")

    assert conflict.base == "Twelve ships came today."
    assert conflict.merged.text == "Nine ships came at night."
    assert conflict.is_text


def test_a_field_that_was_empty_before_began_with_nothing(people, claim):
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, summary="Ten ships.")

    (conflict,) = refused(claim, people.author, seen, summary="Nine ships.")

    assert conflict.base == ""
    assert conflict.merged.text == "⟦Nine ships.⟧⟦Ten ships.⟧"


def test_the_statement_a_claim_was_made_with_is_in_the_record_too(people):
    claim = edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")
    seen = edit.digests(claim)
    change(claim, people.contributor, statement="Ten ships came on Monday.")

    (conflict,) = refused(claim, people.contributor, seen, statement="Twelve ships came on Tuesday.")

    assert conflict.merged.text == "Ten ships came on Tuesday."


def test_other_ends_of_lines_are_no_difference(people, claim):
    change(claim, people.author, rationale="One.\r\nTwo.")
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, rationale="One.\r\nTwo and a half.")

    (conflict,) = refused(claim, people.author, seen, rationale="None.\nTwo.")

    assert conflict.merged.text == "None.\nTwo and a half."


def test_a_text_that_came_from_outside_the_application_is_not_in_the_record(people, claim):
    Claim.objects.filter(pk=claim.pk).update(body="Slipped in, twelve ships.")
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, title="Ships", body="")
    Event.objects.append(claim, "edit", by=None, body={"note": "no texts"})

    assert read_bases(desk.reload(claim), {"body": edit.digest("Never there.")}) == {}
    assert read_bases(desk.reload(claim), {"body": seen["body"]}) == {"body": "Slipped in, twelve ships."}


def test_a_choice_shows_what_was_chosen_before_and_is_made_again(people, claim):
    false, mixed = RatingFactory(code="false"), RatingFactory(code="mixed")
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, rating=false)

    (conflict,) = refused(claim, people.author, seen, rating=mixed)

    assert (conflict.base, conflict.theirs, conflict.mine) == (str(claim.rating), "False", "Mixed")
    assert not conflict.is_text
    assert read_bases(claim, {"rating": "unknown"}) == {"rating": ""}


def test_of_two_pieces_of_evidence_each_has_its_own_last_writer(people, claim):
    first, second = claim.evidence.order_by("number")[:2]
    edit_parts.edit_evidence(first.pk, by=people.author, note="Read it twice.")
    edit_parts.edit_evidence(second.pk, by=people.editor, note="Ask the port.")

    written = [last_written(claim, ["note"], actions=OF_EVIDENCE, number=row.number) for row in (first, second)]

    assert [found["note"].by for found in written] == [people.author, people.editor]
