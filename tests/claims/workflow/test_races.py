"""Two people at once: real transactions on connections of their own, one held back until the other waits for it."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from claims.errors import StaleEdit
from claims.models import (
    Approval,
    Assignment,
    Claim,
    ContactLog,
    Disclosure,
    Event,
    Evidence,
    FactCheck,
    Person,
    Quote,
    Reading,
)
from claims.publishing import publish as publishing
from claims.workflow import adopt, deadlines, edit, edit_appearances, edit_parts, edit_review, replies, steps, undo
from claims.workflow import people as staff
from claims.workflow.apply import Refused, apply
from claims.workflow.revisions import read_content
from tests.claims.workflow import desk
from tests.factories import RatingFactory, ResourceFactory, SnapshotFactory, TopicFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds until a test says that nobody waits where somebody should


class Call(threading.Thread):
    """One operation on a connection of its own; keeps what came of it."""

    def __init__(self, operation):
        super().__init__(daemon=True)
        self.operation, self.result, self.error = operation, None, None
        self.start()

    def run(self):
        try:
            self.result = self.operation()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what came of it
            self.error = error
        finally:
            connection.close()

    def outcome(self):
        self.join(timeout=60)
        assert not self.is_alive()
        return self.error or self.result


def someone_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def until_someone_waits():
    end = time.monotonic() + PATIENCE
    while not someone_waits():
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def overtaken(late, *, by):
    """What comes of an operation that began while another was under way, and went on when that one was committed."""
    with transaction.atomic():
        by()
        call = Call(late)
        until_someone_waits()
    return call.outcome()


def at_once(*operations):
    barrier = threading.Barrier(len(operations))

    def started(operation):
        def run():
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return operation()

        return run

    return [call.outcome() for call in [Call(started(operation)) for operation in operations]]


def is_refused(outcome, code):
    return isinstance(outcome, Refused) and outcome.code == code


# --- the same claim


def test_a_verdict_changed_while_submit_waits_is_the_one_that_is_frozen(people):
    claim = desk.ready(people)

    submitted = overtaken(
        lambda: apply(claim.pk, "submit", by=people.author),
        by=lambda: desk.write_verdict(claim, people.author, code="false"),
    )

    assert submitted.status == "preflight"
    assert json.loads(claim.revisions.get().body)["rating"]["label"] == "False"
    assert Reading.objects.get(claim=claim).rating.code == "false"


def test_an_edit_that_waited_for_another_verdict_is_told_of_it(people):
    claim = desk.ready(people)
    seen, mixed = edit.digests(claim), RatingFactory(code="mixed")

    outcome = overtaken(
        lambda: edit.edit_claim(claim.pk, by=people.author, fields={"rating": mixed}, seen=seen),
        by=lambda: desk.write_verdict(claim, people.author, code="false"),
    )

    assert isinstance(outcome, StaleEdit)
    assert outcome.conflicts == {"rating": ("False", "Mixed")}


def test_approval_that_waited_for_an_edit_is_refused(people):
    claim = desk.in_review(people)
    seen = desk.seen(claim)
    edit_review.show_verdict(claim.pk, by=people.other_editor)

    outcome = overtaken(
        lambda: apply(claim.pk, "approve", by=people.editor, seen=seen),
        by=lambda: edit.edit_claim(
            claim.pk, by=people.other_editor, fields={"context": "In May."}, seen=edit.digests(claim)
        ),
    )

    assert is_refused(outcome, "guard")
    assert not Approval.objects.exists()


def test_an_edit_that_waited_for_the_approval_takes_it_back(people):
    claim = desk.in_review(people)
    seen = desk.seen(claim)

    overtaken(
        lambda: edit.edit_claim(
            claim.pk, by=people.other_editor, fields={"context": "In May."}, seen=edit.digests(claim)
        ),
        by=lambda: apply(claim.pk, "approve", by=people.editor, seen=seen),
    )

    assert desk.reload(claim).status == "in_review"
    with pytest.raises(Refused):
        apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))


def test_of_two_approvals_at_once_one_is_kept(people):
    claim = desk.in_review(people)
    seen = desk.seen(claim)

    outcomes = at_once(
        lambda: apply(claim.pk, "approve", by=people.editor, seen=seen),
        lambda: apply(claim.pk, "approve", by=people.other_editor, seen=seen),
    )

    assert sum(is_refused(one, "state") for one in outcomes) == 1
    assert Approval.objects.count() == 1


def test_of_two_second_verdicts_at_once_one_is_kept(people):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker").update(person=None)
    rating = RatingFactory(code="true")

    outcomes = at_once(
        lambda: apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Yes."),
        lambda: apply(claim.pk, "cross_check", by=people.other_editor, rating=rating, reason="Yes."),
    )

    assert sum(is_refused(one, "state") for one in outcomes) == 1
    assert Reading.objects.filter(kind="cross").count() == 1


def test_a_cross_check_handed_over_meanwhile_is_somebody_elses(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    rating = RatingFactory(code="true")

    outcome = overtaken(
        lambda: apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Yes."),
        by=lambda: desk.hand_cross_check_to(claim, people.other_editor, people.editor),
    )

    assert is_refused(outcome, "person")


def test_who_looks_while_the_cross_check_is_given_to_nobody_cannot_give_it(people):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker").update(person=None)
    rating = RatingFactory(code="true")

    outcome = overtaken(
        lambda: apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Yes."),
        by=lambda: edit_review.show_verdict(claim.pk, by=people.cross_checker),
    )

    assert is_refused(outcome, "guard")


def test_a_verdict_on_a_version_that_is_no_longer_read_is_refused(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    page = claim.revisions.get().content_sha256
    apply(claim.pk, "recall", by=people.author, reason="A new source.")
    desk.add_proof(claim, people.author, count=1)
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    rating = RatingFactory(code="true")

    with pytest.raises(Refused, match="read it again"):
        apply(claim.pk, "cross_check", by=people.cross_checker, seen=page, rating=rating, reason="Yes.")
    now = claim.revisions.latest("number").content_sha256
    given = apply(claim.pk, "cross_check", by=people.cross_checker, seen=now, rating=rating, reason="Yes.")
    assert given.status == "in_review"


def test_publishing_and_withholding_at_once_leave_one_order_of_versions(people):
    claim = desk.approved(people)
    publishing.publish(claim.pk, by=people.editor)
    apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.")

    at_once(
        lambda: publishing.withhold(claim.pk, by=people.editor, reason="A court asks."),
        lambda: publishing.withhold(claim.pk, by=people.other_editor, reason="A court asks."),
        lambda: apply(claim.pk, "stand", by=people.other_editor, reason="Looked at again."),
    )

    versions = FactCheck.objects.filter(claim=claim).order_by("number")
    assert list(versions.values_list("number", "kind")) == [(1, "published"), (2, "withheld")]
    assert desk.reload(claim).public_state == "withheld"


# --- several claims


def test_two_claims_merged_into_each_other_leave_one_main_claim(people):
    one, other = desk.accepted(people), desk.accepted(people)

    outcomes = at_once(
        lambda: apply(one.pk, "merge", by=people.editor, target=other.pk),
        lambda: apply(other.pk, "merge", by=people.other_editor, target=one.pk),
    )

    assert sum(isinstance(found, Refused) for found in outcomes) == 1
    assert Claim.objects.filter(status="duplicate").count() == 1


def test_a_claim_restored_while_its_cluster_moves_stays_free(people):
    member, old, new = (desk.accepted(people) for _ in range(3))
    apply(member.pk, "merge", by=people.editor, target=old.pk)

    overtaken(
        lambda: apply(old.pk, "merge", by=people.other_editor, target=new.pk),
        by=lambda: apply(member.pk, "restore", by=people.editor),
    )

    member.refresh_from_db()
    assert (member.status, member.duplicate_of) == ("accepted", None)
    assert desk.reload(old).duplicate_of_id == new.pk
    assert Event.objects.get(chain=old.chain, action="merge").details["moved"] == []


def test_a_cluster_that_moves_waits_for_its_members_lowest_first(people):
    member, old, new = (desk.accepted(people) for _ in range(3))
    apply(member.pk, "merge", by=people.editor, target=old.pk)

    def hold_both():
        list(Claim.objects.locked().filter(pk=member.pk))
        call = Call(lambda: apply(old.pk, "merge", by=people.other_editor, target=new.pk))
        until_someone_waits()
        list(Claim.objects.select_for_update(nowait=True).filter(pk=old.pk))  # not held by who waits for the member
        return call

    with transaction.atomic():
        call = hold_both()
    assert call.outcome().duplicate_of_id == new.pk
    assert desk.reload(member).duplicate_of_id == new.pk


def test_a_claim_that_joined_a_cluster_while_it_was_waited_for_is_locked_before_the_cluster_moves(people, monkeypatch):
    member, old, new = (desk.accepted(people) for _ in range(3))
    is_locked, is_seen, moves = threading.Event(), threading.Event(), steps.STEPS["merge"]

    def pause(attempt):
        is_locked.set()
        assert is_seen.wait(PATIENCE)
        return moves(attempt)

    with transaction.atomic():
        apply(member.pk, "merge", by=people.editor, target=old.pk)
        monkeypatch.setitem(steps.STEPS, "merge", pause)
        call = Call(lambda: apply(old.pk, "merge", by=people.other_editor, target=new.pk))
        until_someone_waits()
    assert is_locked.wait(PATIENCE)

    with pytest.raises(OperationalError), transaction.atomic():
        list(Claim.objects.select_for_update(nowait=True).filter(pk=member.pk))
    is_seen.set()
    assert call.outcome().duplicate_of_id == desk.reload(member).duplicate_of_id == new.pk


def restored(people):
    """A duplicate that was restored, the claim it pointed at, which has the lower number, and how to take it back."""
    target, claim = desk.accepted(people), desk.accepted(people)
    apply(claim.pk, "merge", by=people.editor, target=target.pk)
    since = timezone.now()
    apply(claim.pk, "restore", by=people.editor)
    return target, claim, undo.offer([claim.pk], by=people.editor, since=since)


def merged(people):
    """A claim that was merged, one of lower number that came along, and how to take it back."""
    member, claim, target = (desk.accepted(people) for _ in range(3))
    apply(member.pk, "merge", by=people.editor, target=claim.pk)
    since = timezone.now()
    apply(claim.pk, "merge", by=people.editor, target=target.pk)
    return member, claim, undo.offer([claim.pk], by=people.editor, since=since)


@pytest.mark.parametrize("done", [restored, merged])
def test_undo_waits_for_the_claims_it_touches_lowest_first(people, done):
    lower, claim, token = done(people)

    with transaction.atomic():
        list(Claim.objects.locked().filter(pk=lower.pk))
        call = Call(lambda: undo.undo(token, by=people.editor))
        until_someone_waits()
        list(Claim.objects.select_for_update(nowait=True).filter(pk=claim.pk))  # not held by who waits for the lower

    assert call.outcome().claims == [claim.pk]
    pointing = claim if done is restored else lower
    assert desk.reload(pointing).duplicate_of_id == (lower if done is restored else claim).pk


# --- what hangs on a claim


@pytest.mark.parametrize(
    "late",
    [
        lambda row, by: edit_parts.edit_evidence(row.pk, by=by, stance="refutes"),
        lambda row, by: edit_parts.remove_evidence(row.pk, by=by),
        lambda row, by: edit_parts.waive(row.pk, "capture", by=by, reason="A book."),
        lambda row, by: edit_parts.pin_snapshot(row.pk, row.pinned_id, by=by),
        lambda row, by: edit_parts.add_quote(
            row.pk, by=by, snapshot=row.pinned, exact="twelve ships", prefix="", suffix="", start=27
        ),
    ],
)
def test_evidence_that_was_removed_meanwhile_is_said_to_be_gone(people, late):
    claim = desk.ready(people)
    row = Evidence.objects.filter(claim=claim).select_related("pinned").first()
    removed = Event.objects.filter(action="remove_evidence")

    outcome = overtaken(
        lambda: late(row, people.author), by=lambda: edit_parts.remove_evidence(row.pk, by=people.author)
    )

    assert is_refused(outcome, "gone")
    assert removed.count() == 1


def test_a_passage_is_removed_once(people):
    claim = desk.ready(people)
    quote = Quote.objects.get(evidence__claim=claim)

    outcome = overtaken(
        lambda: edit_parts.remove_quote(quote.pk, by=people.author),
        by=lambda: edit_parts.remove_quote(quote.pk, by=people.author),
    )

    assert is_refused(outcome, "gone")
    assert Event.objects.filter(action="remove_quote").count() == 1


def test_a_waiver_is_taken_back_once(people):
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    waiver = edit_parts.waive(evidence.pk, "capture", by=people.author, reason="A book.")

    outcome = overtaken(
        lambda: edit_parts.unwaive(waiver.pk, by=people.author),
        by=lambda: edit_parts.unwaive(waiver.pk, by=people.author),
    )

    assert is_refused(outcome, "gone")


def test_an_appearance_is_removed_once_and_not_edited_after(people):
    claim = desk.in_research(people)
    row = edit_appearances.add_appearance(claim.pk, by=people.author, url="https://example.org/1")

    outcome = overtaken(
        lambda: edit_appearances.edit_appearance(row.pk, by=people.author, place="Pier 1"),
        by=lambda: edit_appearances.remove_appearance(row.pk, by=people.author),
    )

    assert is_refused(outcome, "gone")


def test_a_passage_marked_in_an_older_copy_pins_that_copy_though_another_was_pinned_meanwhile(people):
    claim = desk.in_research(people)
    old = desk.captured()
    new = SnapshotFactory(resource=old.resource)
    row = edit_parts.add_evidence(claim.pk, by=people.author, resource=old.resource)
    edit_parts.pin_snapshot(row.pk, old.pk, by=people.author)

    overtaken(
        lambda: edit_parts.add_quote(
            row.pk, by=people.author, snapshot=old, exact="twelve ships", prefix="", suffix="", start=27
        ),
        by=lambda: edit_parts.pin_snapshot(row.pk, new.pk, by=people.author),
    )

    row.refresh_from_db()
    assert row.pinned_id == old.pk


def first_copy(claim, people):
    """A source cited before it was captured, and the copy that came."""
    snapshot = desk.captured()
    edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)
    Evidence.objects.filter(claim=claim, resource=snapshot.resource).update(pinned=None)
    adopt.adopt_outside_changes()
    return snapshot


def test_the_first_copy_is_not_pinned_under_somebody_who_reads(people):
    claim = desk.ready(people)
    snapshot = first_copy(claim, people)
    pin = edit_parts.pin_first_snapshot(None, resource=snapshot.resource_id, snapshot=snapshot.pk)

    overtaken(transaction.atomic(pin), by=lambda: apply(claim.pk, "submit", by=people.author))

    frozen = claim.revisions.latest("number").content_sha256
    assert read_content(desk.reload(claim)).content_sha256 == frozen


def test_the_first_copy_does_not_replace_one_a_person_chose(people):
    claim = desk.in_research(people)
    snapshot = first_copy(claim, people)
    row = Evidence.objects.get(claim=claim)
    chosen = SnapshotFactory(resource=snapshot.resource)
    pin = edit_parts.pin_first_snapshot(None, resource=snapshot.resource_id, snapshot=snapshot.pk)

    overtaken(transaction.atomic(pin), by=lambda: edit_parts.pin_snapshot(row.pk, chosen.pk, by=people.author))

    row.refresh_from_db()
    assert row.pinned_id == chosen.pk


# --- the clock and people


def test_a_claim_a_person_woke_does_not_keep_the_clock_from_the_others(people):
    claims = [edit.create_claim(by=people.contributor, statement=f"Ship {n} came.") for n in range(2)]
    for claim in claims:
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    Claim.objects.update(look_again_at=timezone.now() - timedelta(hours=1))

    with transaction.atomic():
        apply(claims[0].pk, "wake", by=people.editor)
        assert Call(deadlines.tick).outcome() is None
        assert Claim.objects.get(pk=claims[1].pk).status == "inbox"

    assert set(Claim.objects.values_list("status", flat=True)) == {"inbox"}


def test_silence_is_not_written_into_a_claim_that_went_on_meanwhile(people):
    claim = desk.ready(people)
    replies.log_contact(
        claim.pk, by=people.author, asked="The port", channel="email", question="How many?", deadline=desk.soon()
    )
    apply(claim.pk, "request_reply", by=people.author)
    ContactLog.objects.update(deadline=timezone.now() - timedelta(hours=1))
    adopt.adopt_outside_changes()

    with transaction.atomic():
        apply(claim.pk, "resume", by=people.author, reason="Enough.")
        apply(claim.pk, "submit", by=people.author)
        assert Call(deadlines.tick).outcome() is None

    frozen = claim.revisions.latest("number").content_sha256
    assert read_content(desk.reload(claim)).content_sha256 == frozen


def test_a_role_given_while_somebody_leaves_waits_for_others_at_the_next_tick(people):
    claim = desk.accepted(people)
    with transaction.atomic():
        apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())
        assert Call(lambda: staff.let_go(people.author, by=people.administrator)).outcome() == 0

    deadlines.tick()

    assert Assignment.objects.get(claim=claim, role="checker", ended_at=None).person is None


def test_the_clock_waits_for_nobody_who_holds_the_claim_of_a_leaver(people):
    claim = desk.in_research(people)
    Person.objects.filter(pk=people.author.pk).update(is_active=False)

    with transaction.atomic():
        Claim.objects.locked().get(pk=claim.pk)
        assert Call(deadlines.tick).outcome() is None
    assert Assignment.objects.get(claim=claim, ended_at=None).person == people.author

    deadlines.tick()
    assert Assignment.objects.get(claim=claim, ended_at=None).person is None


def test_the_clock_waits_for_nobody_who_changes_a_claim_that_was_changed_from_outside(people):
    held, free = desk.ready(people), desk.ready(people)
    Claim.objects.update(body="Slipped in.")

    with transaction.atomic():
        Claim.objects.locked().get(pk=held.pk)
        assert Call(adopt.adopt_outside_changes).outcome() == 1

    assert desk.reload(free).recorded_version == desk.reload(free).content_version
    assert adopt.adopt_outside_changes() == 1


@pytest.mark.parametrize("leave", ["let_go", "follow_role", "recuse"])
def test_a_part_given_to_a_leaver_is_taken_back_after_the_step_that_gives_it_and_not_against_it(people, leave):
    """Whoever takes parts away locks their claims first, so that he waits instead of holding what the step needs."""
    claim, topic = desk.in_research(people), TopicFactory()
    claim.topics.add(topic)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    ways = {
        "let_go": lambda: staff.let_go(people.cross_checker, by=people.administrator),
        "follow_role": lambda: staff.follow_role(people.cross_checker, by=people.administrator),
        "recuse": lambda: staff.recuse(people.cross_checker, by=people.cross_checker, topic=topic),
    }
    if leave == "follow_role":
        people.cross_checker.role = "contributor"
        people.cross_checker.save()

    with transaction.atomic():
        Claim.objects.locked().get(pk=claim.pk)
        call = Call(ways[leave])
        until_someone_waits()
        apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.other_editor)

    assert not isinstance(call.outcome(), Exception)
    row = Assignment.objects.get(claim=claim, role="checker", ended_at=None)
    assert (row.person, row.offered_to) == (people.other_editor, None)


def test_a_change_from_outside_is_adopted_though_somebody_edited_in_between(people):
    claim = desk.ready(people)
    Claim.objects.filter(pk=claim.pk).update(body="Slipped in.")
    edit.edit_claim(claim.pk, by=people.author, fields={"context": "In May."}, seen=edit.digests(desk.reload(claim)))

    assert adopt.adopt_outside_changes() == 1
    assert Event.objects.filter(chain=claim.chain, action="adopt").count() == 1
    assert adopt.adopt_outside_changes() == 0


def test_who_held_the_claim_while_it_had_a_verdict_cannot_cross_check_it(people):
    claim = desk.ready(people)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.cross_checker)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)

    assert Disclosure.objects.filter(claim=claim, person=people.cross_checker).exists()
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    with pytest.raises(Refused, match="cannot cross-check"):
        desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
