"""Notices about sources and comments wait for nobody once somebody has acted, whatever he did."""

import pytest

from claims.evidence import blobs, scrub, watch
from claims.models import Notification, SourceAlert
from claims.workflow import comments, edit_parts
from claims.workflow.apply import apply
from tests.claims.evidence.test_silence import misses
from tests.claims.evidence.test_watch import AFTER, BEFORE, SENTENCE, look, people, quote  # noqa: F401
from tests.claims.workflow import desk
from tests.factories import SnapshotFactory
from tests.work import work_off


def waiting(kind):
    """Who has not read and not done what a kind of notice asks, when all jobs have run."""
    work_off()
    rows = Notification.objects.filter(kind=kind, read_at=None, settled_at=None).select_related("person")
    return {row.person for row in rows}


def close_it(people, quote):  # noqa: F811
    watch.close_alert(SourceAlert.objects.get().pk, by=people.editor, resolution="The page was moved.")


def take_the_passage_away(people, quote):  # noqa: F811
    edit_parts.remove_quote(quote.pk, by=people.author)


def take_the_source_away(people, quote):  # noqa: F811
    edit_parts.remove_evidence(quote.evidence_id, by=people.author)


def find_it_again(people, quote):  # noqa: F811
    look(quote, f"{BEFORE}{SENTENCE}{AFTER} And a word more.")


def decline_it(people, quote):  # noqa: F811
    apply(quote.evidence.claim_id, "decline", by=people.editor, decline_reason="out_of_scope", reason="Not ours.")


@pytest.mark.parametrize("act", [close_it, take_the_passage_away, take_the_source_away, find_it_again, decline_it])
def test_an_altered_passage_waits_for_nobody_once_it_is_dealt_with(people, quote, act):  # noqa: F811
    look(quote, BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER)
    assert waiting("source_changed") >= {people.editor, people.other_editor}

    act(people, quote)

    assert waiting("source_changed") == set()


def test_an_alert_that_is_open_keeps_its_notices_whatever_else_happens(people, quote):  # noqa: F811
    look(quote, BEFORE + SENTENCE.replace("twelve", "twenty") + AFTER)
    another = SnapshotFactory(body_text=BEFORE + SENTENCE + AFTER)
    evidence = edit_parts.add_evidence(quote.evidence.claim_id, by=people.author, resource=another.resource)

    edit_parts.remove_evidence(evidence.pk, by=people.author)

    assert waiting("source_changed") >= {people.editor, people.other_editor}


@pytest.mark.parametrize("way", ["look", "waive"])
def test_a_silent_source_waits_for_nobody_once_it_was_read_or_waived(people, quote, way):  # noqa: F811
    misses(quote, 3)
    assert waiting("source_silent") >= {people.editor}

    if way == "look":
        find_it_again(people, quote)
    else:
        edit_parts.waive(quote.evidence_id, "quote_check", by=people.author, reason="Read in a browser today.")

    assert waiting("source_silent") == set()


def test_a_damaged_copy_waits_for_nobody_once_it_is_whole(monkeypatch, people, quote):  # noqa: F811
    copy = quote.snapshot.body_id
    monkeypatch.setattr(blobs, "find_damage", lambda sha256: "damaged")
    scrub.check_now(copy)
    assert waiting("copy_damaged") >= {people.editor}

    monkeypatch.setattr(blobs, "find_damage", lambda sha256: "")
    scrub.check_now(copy)

    assert waiting("copy_damaged") == set()


@pytest.fixture
def talk(people):  # noqa: F811
    """A question of the editor to the checker, by name, and what another editor says to it."""
    claim = desk.in_research(people)
    text = f"@{people.author.username} where was it counted?"
    first = comments.add_comment(claim.pk, by=people.editor, text=text)
    comments.add_comment(claim.pk, by=people.other_editor, text="I wonder too.", parent_id=first.pk)
    return first


def test_a_resolved_thread_waits_for_nobody(people, talk):  # noqa: F811
    assert waiting("mention") == {people.author}
    assert waiting("comment") == {people.author, people.editor}

    comments.resolve_comment(talk.pk, by=people.editor)

    assert waiting("mention") == waiting("comment") == set()


def test_who_answered_is_not_asked_again_and_others_still_are(people, talk):  # noqa: F811
    assert waiting("mention") == {people.author}

    comments.add_comment(talk.claim_id, by=people.author, text="At the pier.", parent_id=talk.pk)

    assert waiting("mention") == set()
    assert waiting("comment") == {people.editor, people.other_editor}


def test_a_comment_taken_back_waits_for_nobody_and_its_thread_still_does(people, talk):  # noqa: F811
    reply = talk.replies.get()

    comments.withdraw_comment(reply.pk, by=people.other_editor)

    assert waiting("comment") == set()
    assert waiting("mention") == {people.author}


def test_another_thread_of_the_claim_is_left_alone(people, talk):  # noqa: F811
    other = comments.add_comment(talk.claim_id, by=people.other_editor, text="Another thing.")

    comments.resolve_comment(other.pk, by=people.other_editor)

    assert waiting("mention") == {people.author}
