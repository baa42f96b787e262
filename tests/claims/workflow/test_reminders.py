"""What the clock says of what is due: to whom, and once."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Assignment, Claim, ContactLog, Desk, Event, Job, Notification, PeriodicRun, Reminder
from claims.notifications.send import notify
from claims.workflow import deadlines, reminders, replies, stages
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.claims.workflow.test_races import Call
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)  # ten o'clock in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def people(now):
    Desk.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    return desk.hire()


@pytest.fixture
def start(people, now):
    """Today: some moments come from the database's own clock, which no test moves.  The desk never closes."""
    Desk.objects.update(day_starts=time(0), day_ends=time(0), working_days=[1, 2, 3, 4, 5, 6, 7])
    now.move_to(time_machine.escape_hatch.datetime.datetime.now(tz=UTC))
    return timezone.now()


MINUTE = timedelta(minutes=1)  # more than a test takes on the database's clock


def tick():
    deadlines.tick()
    reminders.tick()


def told(kind):
    """Who has a notice of a kind, after the jobs that send them."""
    for job in Job.objects.filter(kind="notify"):
        notify(None, event=job.args["event"])()
    return sorted(Notification.objects.filter(kind=kind).values_list("person_id", flat=True))


def ids(*people):
    return sorted(person.pk for person in people)


def events(kind):
    return Event.objects.filter(action=kind).count()


def in_research(people):
    """A claim without a date of its own: research is due on Monday the 8th at ten."""
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=None)
    return claim


# --- before, and after


def test_who_must_act_is_reminded_some_hours_of_work_before_and_not_again(people, now):
    in_research(people)
    now.move_to(
        MONDAY + timedelta(days=4, hours=3, minutes=50)
    )  # Friday 13:50; four hours of work are until Monday 08:50
    tick()
    assert told("due_soon") == []

    now.move_to(MONDAY + timedelta(days=4, hours=5))  # Friday 15:00; until Monday 10:00
    for _ in range(3):
        tick()
        now.shift(60)

    assert told("due_soon") == ids(people.author)
    assert events("due_soon") == 1


def test_nobody_is_reminded_of_what_he_was_given_a_moment_ago(people, now):
    Desk.objects.update(research_limit="3h")
    in_research(people)
    now.shift(HOUR)
    tick()
    assert events("due_soon") == 0

    now.shift(HOUR)
    tick()
    assert events("due_soon") == 1


def test_a_desk_that_wants_no_reminders_gets_none(people, now):
    Desk.objects.update(remind_before="", ask_after="")
    claim = in_research(people)
    replies.log_contact(
        claim.pk, by=people.author, asked="The port", channel="email", question="How many?", deadline=desk.soon(days=6)
    )
    for days in range(6):
        now.move_to(MONDAY + days * DAY + 7 * HOUR)
        tick()

    assert not Reminder.objects.exists()


def test_what_is_late_is_told_to_the_editors_and_to_who_must_act(people, now):
    in_research(people)
    now.move_to(MONDAY + 7 * DAY)
    for _ in range(2):
        tick()
        now.shift(60)

    assert told("overdue") == ids(people.author, people.editor, people.other_editor)
    assert (events("overdue"), events("due_soon")) == (1, 0)


def test_another_due_date_is_another_reminder(people, now):
    claim = in_research(people)
    now.move_to(MONDAY + 8 * DAY)
    tick()
    Claim.objects.filter(pk=claim.pk).update(stage_due_at=timezone.now() + 3 * DAY)
    tick()
    assert events("overdue") == 1

    now.shift(4 * DAY)
    tick()
    assert events("overdue") == 2


@pytest.mark.parametrize(
    ("bring", "reminded"),
    [
        (lambda people: ClaimFactory(), ("editor", "other_editor")),
        (desk.accepted, ("editor", "other_editor")),
        (desk.in_research, ("author",)),
        (desk.in_review, ("editor", "other_editor")),
        (desk.approved, ("editor", "other_editor")),
    ],
)
def test_in_each_stage_it_is_told_to_those_whose_move_it_is(people, now, bring, reminded):
    claim = bring(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=None, status_since=MONDAY, stage_due_at=MONDAY + 3 * HOUR)
    now.shift(2 * HOUR)

    tick()

    assert told("due_soon") == ids(*(getattr(people, name) for name in reminded))


def test_a_cross_check_is_told_to_who_is_named_and_a_review_to_its_editor(people, now):
    cross, review = desk.in_cross_check(people), desk.in_review(people)
    desk.hand_cross_check_to(cross, people.cross_checker, people.editor)
    apply(review.pk, "hand_over", by=people.editor, role="editor", person=people.other_editor)
    Claim.objects.update(due_at=None, stage_due_at=MONDAY + 3 * HOUR)
    now.shift(2 * HOUR)

    tick()

    assert told("due_soon") == ids(people.cross_checker, people.other_editor)


def test_authors_are_not_asked_to_review_their_own(people, now):
    people.author.role = "editor"
    people.author.save()
    claim = desk.in_review(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=None, stage_due_at=MONDAY + 3 * HOUR)
    now.shift(2 * HOUR)

    tick()

    assert told("due_soon") == ids(people.editor, people.other_editor)


def test_nobody_is_told_of_what_the_machine_does_next(people, now):
    waiting, scheduled = desk.in_preflight(people), desk.approved(people)
    Claim.objects.update(due_at=None)
    Claim.objects.filter(pk=waiting.pk).update(stage_due_at=MONDAY + HOUR)
    apply(scheduled.pk, "schedule", by=people.editor, publish_at=MONDAY + 3 * HOUR)
    now.shift(2 * HOUR)
    tick()
    now.move_to(MONDAY + 3 * HOUR)
    tick()
    assert (events("due_soon"), events("overdue")) == (0, 0)

    now.shift(10 * 60)  # its job should have published it by now
    tick()
    assert list(Reminder.objects.values_list("claim", "kind")) == [(scheduled.pk, "overdue")]


# --- still on it?


def ask(people, now):
    claim = in_research(people)
    Claim.objects.filter(pk=claim.pk).update(stage_due_at=timezone.now() + 90 * DAY)
    now.shift(6 * DAY + MINUTE)
    tick()
    return claim


def test_who_has_held_a_claim_for_six_days_is_asked_once(people, start, now):
    ask(people, now)
    now.shift(3 * DAY)
    tick()

    assert told("still_on_it") == ids(people.author)
    assert Notification.objects.get(kind="still_on_it").text.startswith("You have had this for 6 days. Still on it?")


def test_who_holds_it_for_less_is_not_asked(people, start, now):
    in_research(people)
    now.shift(6 * DAY - MINUTE)
    tick()

    assert events("still_on_it") == 0


def test_who_hands_it_over_is_asked_no_more_and_the_next_one_has_his_own_days(people, start, now):
    claim = ask(people, now)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.cross_checker)
    Assignment.objects.filter(claim=claim, ended_at=None).update(assigned_at=timezone.now())
    tick()
    assert not Reminder.objects.filter(closed_at=None).exists()

    now.shift(5 * DAY)
    tick()
    assert events("still_on_it") == 1
    now.shift(DAY)
    tick()
    assert told("still_on_it") == ids(people.author, people.cross_checker)


# --- replies


def question(claim, people, **delta):
    return replies.log_contact(
        claim.pk, by=people.author, asked="The port", channel="email", question="How many?", deadline=desk.soon(**delta)
    )


def test_its_checker_is_told_before_a_deadline_to_answer_and_when_it_has_passed(people, start, now):
    claim = in_research(people)
    question(claim, people, days=1)
    now.shift(12 * HOUR)
    tick()
    assert told("reply_due_soon") == []

    now.move_to(start + DAY - 2 * HOUR)
    for _ in range(2):
        tick()
    assert told("reply_due_soon") == ids(people.author)
    now.move_to(start + DAY)
    for _ in range(2):
        tick()
    assert events("reply_deadline_passed") == 1
    assert told("reply_deadline_passed") == ids(people.author)
    assert events("reply_overdue") == 0
    assert ContactLog.objects.get().silence_noted_at == start + DAY


def test_silence_during_a_review_is_told_and_noted_when_the_text_may_change_again(people, now):
    claim = desk.ready(people)
    question(claim, people, days=1)
    apply(claim.pk, "submit", by=people.author)
    now.shift(DAY)
    for _ in range(2):
        tick()

    assert told("reply_overdue") == ids(people.author, people.editor, people.other_editor)
    assert events("reply_overdue") == 1


def test_nobody_is_reminded_of_a_question_asked_a_moment_ago(people, start, now):
    question(in_research(people), people, hours=3)
    now.shift(HOUR)
    tick()
    assert events("reply_due_soon") == 0

    now.shift(HOUR)
    tick()
    assert events("reply_due_soon") == 1


def test_the_end_of_a_wait_is_told_once(people, start, now):
    claim = in_research(people)
    question(claim, people, days=1)
    apply(claim.pk, "request_reply", by=people.author)
    for _ in range(2):
        deadlines.tick(now=start + DAY)

    assert desk.reload(claim).status == "in_research"
    assert told("resume") == ids(people.author)
    assert told("reply_deadline_passed") == []


def test_a_claim_that_waits_is_dated_anew_when_its_deadline_moves(people, now):
    claim = in_research(people)
    contact = question(claim, people, days=1)
    apply(claim.pk, "request_reply", by=people.author)
    ContactLog.objects.filter(pk=contact.pk).update(deadline=MONDAY + 3 * DAY)

    tick()

    assert desk.reload(claim).stage_due_at == MONDAY + 3 * DAY


# --- the review


def test_editors_are_told_of_a_cross_check_that_nobody_takes(people, start, now):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker", ended_at=None).update(person=None)
    for person in (people.cross_checker, people.editor, people.other_editor):
        claim.disclosures.create(person=person)
    now.shift(3 * HOUR)
    tick()
    assert events("cross_checker_wanted") == 0

    now.shift(HOUR + MINUTE)
    for _ in range(2):
        tick()
    assert told("cross_checker_wanted") == ids(people.editor, people.other_editor)
    assert events("cross_checker_wanted") == 1


def test_cross_checks_beyond_what_one_minute_takes_in_hand_are_told_of_in_the_next(people, start, now, monkeypatch):
    for _ in range(2):
        claim = desk.in_cross_check(people)
        Assignment.objects.filter(claim=claim, role="cross_checker", ended_at=None).update(person=None)
    monkeypatch.setattr(stages, "BATCH", 1)
    now.shift(5 * HOUR)

    for told_of in (1, 2, 2):
        reminders.tick()
        assert events("cross_checker_wanted") == told_of


def test_a_claim_that_is_due_costs_the_clock_its_event_and_no_more(people, start, now):
    def statements_for(count):
        Claim.objects.bulk_create(
            Claim(statement="Twelve ships.", status="accepted", stage_due_at=timezone.now() - MINUTE)
            for _ in range(count)
        )
        with CaptureQueriesContext(connection) as queries:
            reminders.tick()
        return len(queries)

    few, first_of_a_chain = statements_for(1), 3
    assert statements_for(21) - few <= 20 * first_of_a_chain
    assert events("overdue") == 22


def waive(people, now):
    claim = desk.in_cross_check(people)
    return apply(claim.pk, "waive_cross_check", by=people.editor, reason="Nobody reads Frisian.")


def test_three_days_after_a_waived_cross_check_a_second_read_is_due(people, start, now):
    waive(people, now)
    now.shift(3 * DAY - HOUR)
    tick()
    assert events("second_read") == 0

    now.shift(HOUR + MINUTE)
    for _ in range(2):
        tick()
    assert told("second_read") == ids(people.editor, people.other_editor)
    assert events("second_read") == 1


def test_a_second_verdict_after_the_waiver_is_the_second_read(people, start, now):
    claim = waive(people, now)
    now.shift(3 * DAY + MINUTE)
    tick()
    assert Reminder.objects.filter(kind="second_read", closed_at=None).exists()
    desk.add_proof(claim, people.editor, count=1)  # other material: it goes back to its checker
    tick()

    assert not Reminder.objects.filter(kind="second_read", closed_at=None).exists()
    assert events("second_read") == 1


def test_a_page_withheld_for_three_days_is_told_to_the_editors_and_is_overdue(people, now):
    claim = desk.published(people)
    apply(claim.pk, "withhold", by=people.editor, reason="A doubt.", effect=desk.showing("withheld"))
    now.shift(72 * HOUR - timedelta(seconds=1))
    tick()
    assert events("withheld_too_long") == 0

    now.shift(1)
    for _ in range(2):
        tick()
    assert told("withheld_too_long") == ids(people.editor, people.other_editor)
    assert (events("withheld_too_long"), events("overdue")) == (1, 0)


def test_a_page_withheld_again_has_three_days_again_also_while_its_claim_is_worked_on(people, now):
    claim = desk.published(people)
    for status in ("published", "in_research"):
        if status == "in_research":
            apply(claim.pk, "lift", by=people.editor, effect=desk.showing("published"))
            apply(claim.pk, "reopen", by=people.editor, reason="A doubt.")
        apply(claim.pk, "withhold", by=people.editor, reason="A doubt.", effect=desk.showing("withheld"))
        now.shift(73 * HOUR)
        tick()

    assert events("withheld_too_long") == 2


# --- once


def test_after_a_pause_of_days_each_thing_is_told_of_once_and_no_reminder_comes_late(people, start, now):
    in_research(people)
    now.shift(20 * DAY)

    tick()

    assert sorted(Reminder.objects.values_list("kind", flat=True)) == ["overdue", "still_on_it"]
    assert (events("overdue"), events("still_on_it"), events("due_soon")) == (1, 1, 0)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("begun", "due"),
    [
        (datetime(2026, 3, 27, 9, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)),  # Friday ten o'clock, +1 and +2
        (datetime(2026, 10, 23, 8, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC)),  # Friday ten o'clock, +2 and +1
    ],
)
def test_across_a_change_of_the_clocks_it_is_due_at_the_same_time_of_day_and_told_once(people, now, begun, due):
    Desk.objects.update(research_limit="1d")
    now.move_to(begun)
    claim = in_research(people)
    assert desk.reload(claim).next_due_at == due

    moment = due - 30 * HOUR
    while moment < due + 30 * HOUR:
        now.move_to(moment)
        for _ in range(2):
            tick()
        if moment < due:
            assert events("overdue") == 0
        moment += 2 * HOUR

    assert (events("due_soon"), events("overdue")) == (1, 1)
    assert Event.objects.get(action="overdue").at == due


def test_the_tick_takes_its_moment_from_whoever_calls_it(people):
    in_research(people)

    reminders.tick(now=MONDAY + 7 * DAY)

    assert events("overdue") == 1


def test_a_tick_of_two_hundred_goes_on_with_the_next(people, now):
    Claim.objects.bulk_create(
        Claim(statement=f"Ship {n}.", status="inbox", due_at=MONDAY - HOUR) for n in range(stages_batch() + 5)
    )
    tick()
    first = events("overdue")
    tick()

    assert (first, events("overdue")) == (stages_batch(), stages_batch() + 5)


def stages_batch():
    return reminders.stages.BATCH


def test_what_came_by_no_step_is_dated_from_now_on(people, now):
    claim, watched = ClaimFactory(), ClaimFactory(status="watching", look_again_at=MONDAY + DAY)
    tick()

    assert desk.reload(claim).stage_due_at == MONDAY + 2 * DAY
    assert desk.reload(watched).stage_due_at is None
    assert desk.reload(claim).version == claim.version


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_tell_once():
    editors = [PersonFactory(role="editor") for _ in range(2)]
    claims = [ClaimFactory(due_at=timezone.now() - HOUR) for _ in range(12)]

    calls = [Call(reminders.tick) for _ in range(4)]
    assert [call.outcome() for call in calls] == [None] * 4

    assert Event.objects.filter(action="overdue").count() == len(claims)
    assert Reminder.objects.count() == len(claims)
    assert told("overdue") == sorted([editor.pk for editor in editors] * len(claims))


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_comes_while_another_tells_waits_for_nobody():
    PersonFactory(role="editor")
    held, free = ClaimFactory(due_at=timezone.now() - HOUR), ClaimFactory(due_at=timezone.now() - HOUR)

    with transaction.atomic():
        Claim.objects.locked().get(pk=held.pk)
        assert Call(reminders.tick).outcome() is None
        assert list(Reminder.objects.values_list("claim", flat=True)) == [free.pk]

    reminders.tick()
    assert Reminder.objects.count() == 2


def test_what_another_clock_told_between_the_look_and_the_telling_is_not_told_again(people, now, monkeypatch):
    claim = in_research(people)
    late = reminders.Due(claim.pk, Reminder.Kind.OVERDUE, MONDAY)
    monkeypatch.setattr(reminders, "LOOKS", (lambda desk, now: [late],))

    for _ in range(2):  # the look of the second still finds it, as it would have a moment before
        reminders.tick()

    assert events("overdue") == 1


@pytest.mark.parametrize(("module", "name"), [(stages, "due_in"), (reminders, "_record")])
def test_a_claim_that_cannot_be_dealt_with_holds_up_no_other_and_is_named(people, now, monkeypatch, module, name):
    first, odd, last = (ClaimFactory(due_at=MONDAY - HOUR) for _ in range(3))
    does = getattr(module, name)

    def fails(claim, *rest):
        if claim.pk == odd.pk:
            raise OverflowError("date value out of range")
        return does(claim, *rest)

    monkeypatch.setattr(module, name, fails)
    run = PeriodicRun.objects.create(name="reminders", tick=MONDAY)

    reminders.tick()

    run.refresh_from_db()
    assert run.problem == f"C-{odd.pk} (OverflowError)"
    dated = Claim.objects.filter(stage_due_at__isnull=False)
    found = dated if module is stages else Claim.objects.filter(reminders__kind="overdue")
    assert set(found.values_list("pk", flat=True)) == {first.pk, last.pk}
    assert events("overdue") == Reminder.objects.count() == Job.objects.filter(kind="notify").count()
