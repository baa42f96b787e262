"""What comes due by itself, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import (
    Assignment,
    Claim,
    ContactLog,
    Event,
    Job,
    Notification,
    PeriodicRun,
    Person,
    Recusal,
)
from claims.notifications import send
from claims.workflow import deadlines, replies
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import apply
from claims.workflow.assignment import eligible_cross_checkers, waiting_for_cross_checker, with_somebody_eligible
from claims.workflow.people import let_go, withdraw_recusal
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_a_watched_claim_comes_back_on_its_day_and_not_before(people):
    early, late = ClaimFactory(), ClaimFactory()
    for claim in (early, late):
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    Claim.objects.filter(pk=late.pk).update(look_again_at=timezone.now() - timedelta(minutes=1))

    for _ in range(2):
        deadlines.tick()

    assert (desk.reload(early).status, desk.reload(late).status) == ("watching", "inbox")
    assert Event.objects.filter(chain=late.chain, action="wake").count() == 1


@pytest.mark.parametrize("line", ["", "We asked the harbour office twice."])
def test_silence_past_the_deadline_ends_the_wait_and_is_said_to_readers(people, line):
    claim = desk.in_research(people)
    replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="phone", question="How many?",
        deadline=desk.soon(), public_line=line,
    )  # fmt: skip
    apply(claim.pk, "request_reply", by=people.author)
    deadlines.tick()
    assert desk.reload(claim).status == "awaiting_reply"
    ContactLog.objects.update(deadline=timezone.now() - timedelta(minutes=1))
    adopt_outside_changes()

    deadlines.tick()

    claim = desk.reload(claim)
    assert claim.status == "in_research"
    assert claim.content_version == claim.recorded_version
    assert (line or "did not answer") in ContactLog.objects.get().public_line


def test_a_scheduled_claim_is_published_by_a_job(people):
    claim = desk.approved(people)
    apply(claim.pk, "schedule", by=people.editor, publish_at=desk.soon())
    deadlines.tick()
    assert not Job.objects.filter(kind="publish_due").exists()
    Claim.objects.filter(pk=claim.pk).update(publish_at=timezone.now() - timedelta(minutes=1))

    for _ in range(2):
        deadlines.tick()

    assert Job.objects.get(kind="publish_due").claim == claim


# --- a cross-check nobody has


@pytest.fixture
def empty(people):
    """Its cross-check waits for somebody: everybody who may is away."""
    able = Person.objects.filter(role__in=["checker", "editor"]).exclude(pk__in=[people.author.pk])
    claim = desk.in_preflight(people)
    able.update(is_active=False)
    apply(claim.pk, "pass", by=None)
    assert cross_checker(claim) is None
    return claim


def cross_checker(claim):
    return claim.assignments.get(role="cross_checker", ended_at=None).person


def told_of_it(claim):
    return Event.objects.filter(chain=claim.chain, action="cross_check_wanted")


def comes_back(person):
    Person.objects.filter(pk=person.pk).update(is_active=True)


def test_an_empty_cross_check_is_given_once_to_who_comes_back(people, empty):
    deadlines.tick()
    assert cross_checker(empty) is None
    comes_back(people.cross_checker)

    for _ in range(2):
        deadlines.tick()

    assert cross_checker(empty) == people.cross_checker
    assert [event.details["person"] for event in told_of_it(empty)] == [people.cross_checker.ref]
    assert empty.assignments.filter(role="cross_checker").count() == 2
    notice = Job.objects.get(kind="notify", args__event=told_of_it(empty).get().pk)
    send.notify(None, event=notice.args["event"])()
    assert Notification.objects.get(kind="cross_check_wanted").person == people.cross_checker


def test_an_empty_cross_check_is_given_to_who_becomes_a_checker(people, empty):
    Person.objects.filter(pk=people.contributor.pk).update(role="checker")
    deadlines.tick()
    assert cross_checker(empty) is None  # he brought the claim in, so he is one of its authors

    Person.objects.filter(pk=people.auditor.pk).update(role="checker")
    deadlines.tick()
    assert cross_checker(empty) == people.auditor


@pytest.mark.parametrize("about", ["topic", "claimant"])
def test_an_empty_cross_check_is_given_to_who_withdraws_his_recusal(people, empty, about):
    topic, claimant = TopicFactory(), ClaimantFactory()
    empty.topics.add(topic)
    AppearanceFactory(claim=empty, claimant=claimant, number=9)
    comes_back(people.cross_checker)
    recusal = Recusal.objects.create(person=people.cross_checker, **{about: topic if about == "topic" else claimant})
    deadlines.tick()
    assert cross_checker(empty) is None

    withdraw_recusal(recusal, by=people.cross_checker)
    deadlines.tick()
    assert cross_checker(empty) == people.cross_checker


def test_what_a_leaver_had_to_cross_check_is_given_to_another(people):
    claim = desk.in_cross_check(people)
    let_go(people.cross_checker, by=people.administrator)
    deadlines.tick()

    assert cross_checker(claim) in {people.editor, people.other_editor}


@pytest.mark.parametrize("knows", ["wrote", "holds", "saw"])
def test_an_empty_cross_check_is_not_given_to_who_knows_the_verdict(people, empty, knows):
    comes_back(people.cross_checker)
    if knows == "wrote":
        empty.revisions.get().author_rows.create(person=people.cross_checker)
    elif knows == "holds":
        empty.assignments.filter(role="checker").update(person=people.cross_checker)
    else:
        empty.disclosures.create(person=people.cross_checker)
    deadlines.tick()

    assert cross_checker(empty) is None
    assert not with_somebody_eligible(Claim.objects.filter(pk=empty.pk)).exists()
    assert eligible_cross_checkers(empty, empty.revisions.get()) == []


def test_of_a_public_claim_also_who_saw_the_draft_may_cross_check(people):
    claim = desk.published(people)
    claim.disclosures.create(person=people.administrator)
    Person.objects.exclude(pk=people.administrator.pk).update(is_active=False)
    Person.objects.filter(pk=people.administrator.pk).update(role="checker")

    assert with_somebody_eligible(Claim.objects.filter(pk=claim.pk)).exists()
    assert eligible_cross_checkers(claim, claim.revisions.first()) == [people.administrator]


def test_a_cross_check_somebody_took_a_moment_ago_is_left_to_him(people, empty):
    """Found empty, and taken before the clock has locked the claim."""
    comes_back(people.cross_checker)
    comes_back(people.editor)
    apply(empty.pk, "take_cross_check", by=people.editor)

    deadlines.fill_cross_check(desk.reload(empty))

    assert cross_checker(empty) == people.editor
    assert not told_of_it(empty).exists()


def test_nobody_eligible_is_found_out_in_one_statement_for_all_claims(people, empty, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not with_somebody_eligible(waiting_for_cross_checker())


# --- what cannot be done


def test_a_claim_that_cannot_be_dealt_with_holds_up_no_other_and_is_named(people, monkeypatch):
    first, odd, last = (ClaimFactory() for _ in range(3))
    for claim in (first, odd, last):
        apply(claim.pk, "watch", by=people.editor, look_again=desk.soon())
    Claim.objects.update(look_again_at=timezone.now() - timedelta(minutes=1))
    does = deadlines.apply
    monkeypatch.setattr(deadlines, "apply", lambda pk, *a, **data: does(None if pk == odd.pk else pk, *a, **data))
    older, now = (PeriodicRun.objects.create(name="deadlines", tick=timezone.now() + timedelta(days=n)) for n in (0, 1))

    deadlines.tick()

    assert [desk.reload(claim).status for claim in (first, odd, last)] == ["inbox", "watching", "inbox"]
    older.refresh_from_db()
    now.refresh_from_db()
    assert (older.problem, now.problem) == ("", f"C-{odd.pk} (Refused)")


def test_a_part_somebody_has_who_is_gone_waits_for_others_and_is_asked_of_him_no_more(people):
    held, asked = desk.in_research(people), desk.in_research(people)
    apply(held.pk, "hand_over", by=people.editor, role="checker", person=people.other_editor)
    apply(asked.pk, "offer", by=people.author, role="checker", person=people.other_editor)
    Person.objects.filter(pk=people.other_editor.pk).update(is_active=False)

    deadlines.tick()

    rows = Assignment.objects.filter(role="checker", ended_at=None).order_by("claim")
    assert list(rows.values_list("person", "offered_to")) == [(None, None), (people.author.pk, None)]
    assert list(Event.objects.filter(action="release").values_list("chain", "actor_ref")) == [(held.chain, "system")]
