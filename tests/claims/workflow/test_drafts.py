from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import Draft, Event
from claims.workflow import drafts, edit
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.claims.workflow.test_races import at_once
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(people):
    return desk.ready(people)


def keep(claim, by, key="window-a", part="verdict", instead_of="", seen=None, **texts):
    seen = edit.digests(desk.reload(claim)) if seen is None else seen
    return drafts.keep_draft(claim.pk, by=by, part=part, key=key, texts=texts, seen=seen, instead_of=instead_of)


def kept(claim, by):
    return [row.texts for row in drafts.drafts_of(desk.reload(claim), by)]


def change(claim, by, **fields):
    return edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def test_what_is_typed_is_kept_and_the_claim_and_its_record_stay_as_they_are(people, claim):
    before = Event.objects.count(), desk.reload(claim).version
    keep(claim, people.author, rationale="Two counts", title="")
    keep(claim, people.author, rationale="Two counts and", title="")

    assert kept(claim, people.author) == [{"rationale": "Two counts and"}]
    assert (Event.objects.count(), desk.reload(claim).version) == before
    assert Draft.objects.get().version == 2


def test_a_text_put_back_as_it_was_is_no_draft(people, claim):
    keep(claim, people.author, rationale="Two counts")
    keep(claim, people.author, rationale=desk.reload(claim).rationale + "\r\n")

    assert not Draft.objects.exists()


def test_a_draft_is_its_writers_alone(people, claim):
    keep(claim, people.author, rationale="Two counts")

    assert kept(claim, people.editor) == []
    assert kept(claim, people.author) == [{"rationale": "Two counts"}]


def test_fields_of_another_form_and_fields_nobody_had_seen_are_not_kept(people, claim):
    keep(claim, people.author, statement="Ten ships came.", rationale="Counted.", status="published", seen={})
    keep(claim, people.author, part="statement", rationale="Counted.")

    assert not Draft.objects.exists()


def test_two_windows_of_one_person_keep_two_drafts_newest_first(people, claim):
    keep(claim, people.author, "window-a", rationale="In one window.")
    keep(claim, people.author, "window-b", rationale="In the other.")

    assert kept(claim, people.author) == [{"rationale": "In the other."}, {"rationale": "In one window."}]


def test_who_takes_a_draft_up_writes_it_on_in_his_window(people, claim):
    keep(claim, people.author, "old", rationale="Begun.")
    keep(claim, people.author, "new", instead_of=Draft.objects.get().mark, rationale="Begun. Ended.")

    assert kept(claim, people.author) == [{"rationale": "Begun. Ended."}]


def test_a_draft_two_windows_write_on_in_loses_neither_text(people, claim):
    keep(claim, people.author, "old", rationale="Begun.")
    mark = Draft.objects.get().mark
    keep(claim, people.author, "old", rationale="Begun. Still open there.")
    keep(claim, people.author, "new", instead_of=mark, rationale="Begun. Ended.")

    assert {row["rationale"] for row in kept(claim, people.author)} == {"Begun. Still open there.", "Begun. Ended."}


@pytest.mark.parametrize("mark", ["", "old", "old.", "old.x", "old.99999999999", "old.²"])
def test_a_mark_of_no_draft_takes_nothing_away(people, claim, mark):
    keep(claim, people.author, "old", rationale="Begun.")
    keep(claim, people.author, "new", instead_of=mark, rationale="Ended.")

    assert len(kept(claim, people.author)) == 2


def test_the_writer_is_told_when_somebody_else_changed_the_same_text(people, claim):
    seen = edit.digests(desk.reload(claim))
    assert keep(claim, people.author, rationale="Mine.", seen=seen).stale == []
    change(claim, people.author, rationale="Another window's.")

    assert keep(claim, people.author, rationale="Mine.", title="Mine too.", seen=seen).stale == ["rationale"]
    assert keep(claim, people.author, rationale="Another window's.", seen=seen).stale == []


def test_who_may_not_know_of_the_verdict_is_not_told_that_it_changed(people, claim):
    seen = edit.digests(desk.reload(claim))
    change(claim, people.author, rationale="Counted anew.")

    assert keep(claim, people.other_editor, rationale="Mine.", seen=seen).stale == []
    assert kept(claim, people.other_editor) == [{"rationale": "Mine."}]


def test_what_is_written_while_the_claim_moves_on_is_kept_too(people, claim):
    seen = edit.digests(desk.reload(claim))
    apply(claim.pk, "submit", by=people.author)

    assert keep(claim, people.author, rationale="Not saved in time.", seen=seen).stale == []
    assert kept(claim, people.author) == [{"rationale": "Not saved in time."}]


def test_a_draft_that_says_what_the_claim_says_is_not_offered(people, claim):
    keep(claim, people.author, rationale="Counted.", title="Ships")
    change(claim, people.author, rationale="Counted.")
    assert len(kept(claim, people.author)) == 1
    change(claim, people.author, title="Ships")

    assert kept(claim, people.author) == []


def test_what_was_saved_is_let_go_with_the_draft_it_began_as(people, claim):
    keep(claim, people.author, "old", rationale="Begun.")
    mark = Draft.objects.get().mark
    keep(claim, people.author, "new", rationale="Ended.")
    drafts.settle_drafts(claim.pk, by=people.author, part="verdict", key="new", instead_of=mark)

    assert not Draft.objects.exists()


def test_there_is_an_end_to_windows_and_to_the_length_of_a_text(people, claim):
    Draft.objects.bulk_create(
        Draft(claim=claim, person=people.author, part="verdict", key=f"w{n}") for n in range(Draft.MOST_WINDOWS)
    )
    with pytest.raises(Refused, match="too many unsaved texts"):
        keep(claim, people.author, "one more", rationale="Mine.")
    keep(claim, people.author, "w1", rationale="Mine.")
    with pytest.raises(Refused, match="too long"):
        keep(claim, people.author, "w1", rationale="x" * (drafts.MOST_TEXT + 1))


def test_drafts_nobody_took_up_for_three_months_are_let_go(people, claim):
    keep(claim, people.author, "old", rationale="Begun.")
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=91))
    keep(claim, people.author, "new", rationale="Ended.")

    assert drafts.drop_old_drafts() == 1
    assert kept(claim, people.author) == [{"rationale": "Ended."}]
    assert str(Draft.objects.get()) == f"draft of {people.author.pk} in the verdict of claim {claim.pk}"


@pytest.mark.django_db(transaction=True)
def test_the_first_words_of_one_window_sent_twice_at_once_are_kept_once(people, claim):
    seen = edit.digests(desk.reload(claim))
    at_once(*[lambda: keep(claim, people.author, rationale="Begun.", seen=seen)] * 4)

    assert kept(claim, people.author) == [{"rationale": "Begun."}]


def test_a_leaver_takes_his_drafts_with_him(claim):
    writer = PersonFactory(role="contributor")
    keep(claim, writer, part="statement", context="Begun.")
    writer.delete()

    assert not Draft.objects.exists()
