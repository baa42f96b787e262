"""Right of reply: several people asked, each row put right and answered later, silence told, numbers kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from claims.models import ContactLog, Desk, Event, Refusal
from claims.workflow import deadlines, record, replies
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import Refused, apply
from claims.workflow.preflight_list import read_list
from claims.workflow.reply_lines import count_replies, is_automatic, line_of, note_silence
from claims.workflow.revisions import authors_of, read_content
from claims.workflow.standing import standing
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

NUMBER = "+44 20 7946 0123"
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.fixture
def claim(people):
    return desk.ready(people)


def ask(claim, people, **fields):
    given = {"asked": "Harbour office", "channel": "phone", "question": "How many?", "deadline": desk.soon()}
    return replies.log_contact(claim.pk, by=people.author, **given | {"contact_detail": NUMBER} | fields)


def put_right(contact, by, **fields):
    return replies.edit_contact(
        contact.pk, by=by, seen=replies.mark_of(ContactLog.objects.get(pk=contact.pk)), **fields
    )


def pass_deadlines():
    ContactLog.objects.update(
        asked_at=timezone.now() - timedelta(days=3), deadline=timezone.now() - timedelta(minutes=1)
    )


def awaited(claim):
    rows = read_list(desk.reload(claim))
    return [found for item in rows for found in item.missing if item.title.startswith("Replies in")]


def lines(claim):
    return read_content(desk.reload(claim)).values["contacts"]


def today(ahead=0):
    day = (timezone.now() + timedelta(days=ahead)).astimezone(Desk.objects.current().zone)
    return f"{day.day} {day:%B %Y}"


def in_two_days():
    return today(2)


# --- asked, answered, put right


def test_several_people_are_asked_and_each_answers_for_himself(claim, people):
    office, union = ask(claim, people), ask(claim, people, asked="Pilots' union", channel="email")
    replies.answer_contact(office.pk, by=people.author, answer=" Twelve. ")

    rows = list(ContactLog.objects.filter(claim=claim))
    assert [(row.asked, row.answer) for row in rows] == [("Harbour office", "Twelve."), ("Pilots' union", "")]
    assert lines(claim) == [
        f"Harbour office was asked on {today()} and answered.",
        f"Pilots' union was asked on {today()} to answer by {in_two_days()}.",
    ]
    with pytest.raises(Refused, match="correct it instead"):
        replies.answer_contact(office.pk, by=people.author, answer="Thirteen.")
    assert union.answered_at is None


def test_an_answer_is_published_in_words_of_the_desk(claim, people):
    contact = ask(claim, people)
    replies.answer_contact(contact.pk, by=people.author, answer="Twelve.", public_line="The office says twelve.")

    assert lines(claim) == ["The office says twelve."]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"asked": " "}, "who was asked, and what"),
        ({"question": ""}, "who was asked, and what"),
        ({"channel": "pigeon"}, "how they were asked"),
        ({"asked_at": timezone.now() + timedelta(days=2)}, "cannot be ahead"),
        ({"deadline": timezone.now() - timedelta(days=2)}, "due after the question"),
    ],
)
def test_a_row_that_says_too_little_is_refused(claim, people, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(claim, people, **fields)
    contact = ask(claim, people)
    with pytest.raises(Refused, match=sentence):
        put_right(contact, people.author, **fields)
    assert not Event.objects.filter(chain=claim.chain, action="edit_contact").exists()


def test_a_row_is_put_right_and_the_line_nobody_worded_follows(claim, people):
    contact = ask(claim, people)
    put_right(contact, people.author, asked="Port office", asked_at=timezone.now() - timedelta(days=1))
    put_right(contact, people.author, asked="Port office")

    row = ContactLog.objects.get()
    assert row.public_line == line_of(row, Desk.objects.current().zone)
    assert row.public_line.startswith("Port office was asked on")
    event = Event.objects.get(chain=claim.chain, action="edit_contact")
    assert (event.details["before"]["asked"], event.details["after"]["asked"]) == ("Harbour office", "Port office")


def test_a_form_that_knows_no_seconds_changes_no_moment(claim, people):
    contact = ask(claim, people)
    whole = contact.asked_at.replace(second=0, microsecond=0)
    put_right(contact, people.author, asked_at=whole, question="How many came?")

    assert ContactLog.objects.get().asked_at == contact.asked_at
    assert set(Event.objects.get(chain=claim.chain, action="edit_contact").details["after"]) == {"question"}


def test_words_of_the_desk_stay_when_the_row_is_put_right(claim, people):
    contact = ask(claim, people, public_line="We asked twice.")
    put_right(contact, people.author, answer="Twelve.")

    assert lines(claim) == ["We asked twice."]
    assert ContactLog.objects.get().answered_at is not None


def test_an_answer_taken_out_again_leaves_the_question_open(claim, people):
    contact = ask(claim, people)
    replies.answer_contact(contact.pk, by=people.author, answer="Twelve.")
    put_right(contact, people.author, answer=" ")

    row = ContactLog.objects.get()
    assert (row.answer, row.answered_at) == ("", None)
    assert lines(claim) == [f"Harbour office was asked on {today()} to answer by {in_two_days()}."]


def test_two_people_do_not_put_one_row_right_over_each_other(claim, people):
    contact = ask(claim, people)
    seen = replies.mark_of(contact)
    put_right(contact, people.author, question="How many came?")

    with pytest.raises(Refused, match="changed this row meanwhile"):
        replies.edit_contact(contact.pk, by=people.cross_checker, seen=seen, question="Why?")
    assert ContactLog.objects.get().question == "How many came?"


def test_a_row_logged_by_mistake_is_taken_off_and_the_record_keeps_it(claim, people):
    contact = ask(claim, people)
    replies.remove_contact(contact.pk, by=people.author)

    assert lines(claim) == []
    assert Event.objects.get(chain=claim.chain, action="remove_contact").details["before"]["question"] == "How many?"
    with pytest.raises(Refused, match="no longer there"):
        replies.answer_contact(contact.pk, by=people.author, answer="Twelve.")


def test_only_fields_of_the_row_are_put_right(claim, people):
    with pytest.raises(ValueError, match="silence_noted_at"):
        put_right(ask(claim, people), people.author, silence_noted_at=None)


# --- waiting, and not waiting


def test_an_open_question_is_asked_about_before_anybody_reads_the_claim(claim, people):
    contact = ask(claim, people)
    found = awaited(claim)

    assert [item.place for item in found] == [f"contact-{contact.pk}"]
    assert found[0].sentence.startswith("A reply of Harbour office is awaited until ")
    apply(claim.pk, "submit", by=people.author)
    with pytest.raises(Refused, match="A reply of Harbour office is awaited"):
        apply(claim.pk, "pass", by=None)


def test_a_reason_not_to_wait_settles_it_and_readers_are_told_that_no_answer_had_come(claim, people):
    contact = ask(claim, people)
    with pytest.raises(Refused, match="why you do not wait"):
        replies.go_on_without(contact.pk, by=people.author, reason=" ")
    replies.go_on_without(contact.pk, by=people.author, reason="They answered the same question in May.")

    assert awaited(claim) == []
    assert ContactLog.objects.get().no_wait_reason == "They answered the same question in May."
    told = f"was asked on {today()} to answer by {in_two_days()} and had not answered when this was written."
    assert lines(claim) == [f"Harbour office {told}"]
    replies.answer_contact(contact.pk, by=people.author, answer="Twelve.")
    with pytest.raises(Refused, match="nothing to wait for"):
        replies.go_on_without(contact.pk, by=people.author, reason="Why.")


def test_a_later_deadline_means_to_wait_again(claim, people):
    contact = ask(claim, people, public_line="We asked twice.")
    replies.go_on_without(contact.pk, by=people.author, reason="No time.")
    put_right(contact, people.author, deadline=desk.soon() + timedelta(days=1))

    assert len(awaited(claim)) == 1
    assert lines(claim) == ["We asked twice."]


def test_going_on_by_the_button_keeps_the_reason_with_each_open_question(claim, people):
    answered, _open = ask(claim, people), ask(claim, people, asked="Pilots' union")
    replies.answer_contact(answered.pk, by=people.author, answer="Twelve.")
    apply(claim.pk, "request_reply", by=people.author)
    apply(claim.pk, "resume", by=people.editor, reason="It goes to print." + " Really." * 100)

    first, second = ContactLog.objects.values_list("no_wait_reason", flat=True)
    assert (first, second[:17], len(second)) == ("", "It goes to print.", 300)
    assert awaited(claim) == []
    claim = desk.reload(claim)
    assert claim.content_version == claim.recorded_version
    assert people.editor.pk in authors_of(claim)


def test_a_claim_that_waits_is_due_with_the_last_deadline_as_it_stands_now(claim, people):
    contact = ask(claim, people)
    apply(claim.pk, "request_reply", by=people.author)
    later = desk.soon(days=9)
    put_right(contact, people.author, deadline=later)
    assert desk.reload(claim).stage_due_at == later

    latest = ask(claim, people, deadline=desk.soon(days=12))
    assert desk.reload(claim).stage_due_at == latest.deadline
    replies.remove_contact(latest.pk, by=people.author)
    assert desk.reload(claim).stage_due_at == later


def test_silence_is_noted_once_also_where_nobody_waits(claim, people):
    contact = ask(claim, people)
    replies.go_on_without(contact.pk, by=people.author, reason="No time.")
    worded = ask(claim, people, asked="Pilots' union", public_line="We asked twice.")
    pass_deadlines()
    ContactLog.objects.filter(pk=contact.pk).update(
        public_line=line_of(ContactLog.objects.get(pk=contact.pk), Desk.objects.current().zone)
    )

    for _ in range(2):
        deadlines.tick()

    assert Event.objects.filter(chain=claim.chain, action="reply_deadline_passed").count() == 1
    assert lines(claim)[0].endswith("and did not answer.")
    assert lines(claim)[1] == "We asked twice."
    worded.refresh_from_db()
    assert worded.silence_noted_at is not None


def test_a_question_logged_after_its_deadline_says_at_once_that_nobody_answered(claim, people):
    ago = timezone.now() - timedelta(days=3)
    contact = ask(claim, people, asked_at=ago, deadline=ago + timedelta(days=1))

    assert contact.public_line.endswith("and did not answer.")
    assert contact.silence_noted_at is not None


def test_nothing_is_noted_while_nobody_is_silent(claim, people):
    ask(claim, people)
    note_silence(desk.reload(claim))

    assert not Event.objects.filter(action="reply_deadline_passed").exists()


def test_a_late_answer_ends_the_silence(claim, people):
    contact = ask(claim, people)
    pass_deadlines()
    deadlines.tick()
    replies.answer_contact(contact.pk, by=people.author, answer="Twelve.")

    row = ContactLog.objects.get()
    assert row.silence_noted_at is None
    assert "did not answer" not in row.public_line


def test_a_claim_whose_open_questions_all_have_a_reason_goes_on_by_itself(claim, people):
    contact = ask(claim, people)
    apply(claim.pk, "request_reply", by=people.author)
    replies.go_on_without(contact.pk, by=people.author, reason="No time.")
    deadlines.tick()

    assert desk.reload(claim).status == "in_research"


# --- counted


def row(answer="", hours=1, reason=""):
    return ContactLog(
        asked="Harbour office", answer=answer, no_wait_reason=reason,
        asked_at=NOW - timedelta(days=9), deadline=NOW + timedelta(hours=hours),
    )  # fmt: skip


def test_replies_are_counted():
    found = count_replies([row("Twelve."), row("No.", -5), row(hours=-2), row(), row(hours=3, reason="No time.")], NOW)

    assert (found.asked, found.answered, found.silent, found.awaited, found.unsettled) == (5, 2, 1, 2, 1)
    assert (found.passed_on, found.until) == (NOW - timedelta(hours=2), NOW + timedelta(hours=3))
    assert count_replies([], NOW).passed_on is None


def test_the_day_of_a_question_is_the_desks():
    asked = row()
    asked.asked_at = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)

    asked.deadline = asked.asked_at + timedelta(days=7)

    assert line_of(asked, UTC) == "Harbour office was asked on 12 March 2026 to answer by 19 March 2026."
    assert (
        line_of(asked, ZoneInfo("Asia/Tokyo"))
        == "Harbour office was asked on 13 March 2026 to answer by 20 March 2026."
    )


@pytest.mark.parametrize("reason", ["", "No time."])
def test_a_line_the_desk_wrote_is_known_by_its_words_whatever_the_deadline_and_also_without_one(reason):
    asked = row(reason=reason)
    asked.public_line = line_of(asked, UTC)
    asked.deadline += timedelta(days=40)
    assert is_automatic(asked, UTC)

    ending = " and had not answered when this was written." if reason else "."
    asked.public_line = "Harbour office was asked on 3 March 2026" + ending
    assert is_automatic(asked, UTC)
    asked.public_line += " Twice."
    assert not is_automatic(asked, UTC)


# --- a deadline that passes while the text is being judged


def without_an_answer(people, state):
    """A claim in this state whose only question is open, for a stated reason, and whose deadline has just passed."""
    claim = desk.ready(people)
    contact = ask(claim, people)
    replies.go_on_without(contact.pk, by=people.author, reason="It goes to print.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    rating = desk.reload(claim).rating
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Counted too.")
    if state == "approved":
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim), notes=desk.noted(claim))
    return desk.reload(claim), contact.deadline + timedelta(minutes=1)


def test_the_version_in_review_follows_when_a_deadline_passes_and_loses_nothing(claim, people):
    claim, later = without_an_answer(people, "in_review")
    on_the_page = desk.seen(claim)

    for _ in range(2):
        deadlines.tick(later)

    assert lines(claim) == [f"Harbour office was asked on {today()} and did not answer."]
    first, second = claim.revisions.order_by("number")
    assert (first.content_sha256, second.content_sha256) == (on_the_page, desk.seen(claim))
    assert first.material_sha256 == second.material_sha256
    wrote = [set(version.author_rows.values_list("person", flat=True)) for version in (first, second)]
    assert wrote == [{people.contributor.pk, people.author.pk}] * 2
    assert desk.reload(claim).content_version == desk.reload(claim).recorded_version
    assert record.verify().problems == ()
    with pytest.raises(Refused, match="changed"):
        apply(claim.pk, "approve", by=people.editor, seen=on_the_page)
    assert (
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim), notes=desk.noted(claim)).status
        == "approved"
    )


def test_what_was_approved_stays_true_and_approved_when_a_deadline_passes(people):
    claim, later = without_an_answer(people, "approved")
    on_the_page = desk.seen(claim)

    deadlines.tick(later)

    told = f"was asked on {today()} to answer by {in_two_days()} and had not answered when this was written."
    assert lines(claim) == [f"Harbour office {told}"]
    assert (desk.reload(claim).status, desk.seen(claim)) == ("approved", on_the_page)
    published = apply(claim.pk, "publish", by=people.editor, effect=desk.showing("published"))
    assert published.status == "published"


def test_words_of_the_desk_make_no_new_version_in_review_when_a_deadline_passes(people):
    claim, later = without_an_answer(people, "in_review")
    ContactLog.objects.update(public_line="We asked twice.")
    adopt_outside_changes()
    before = claim.revisions.count()

    deadlines.tick(later)

    assert ContactLog.objects.get().silence_noted_at == later
    assert claim.revisions.count() == before


# --- confidential


def test_a_number_stands_in_its_column_and_nowhere_in_the_record(claim, people):
    contact = ask(claim, people)
    put_right(contact, people.author, contact_detail=NUMBER + " (press)")
    put_right(contact, people.author, contact_detail=NUMBER, question="How many came?")
    with pytest.raises(Refused):
        put_right(contact, people.author, contact_detail=NUMBER, question="")
    replies.go_on_without(contact.pk, by=people.author, reason="No time.")
    other = ask(claim, people, asked="Pilots' union")
    replies.remove_contact(other.pk, by=people.author)
    apply(claim.pk, "submit", by=people.author)
    claim = desk.reload(claim)

    texts = [event.body for event in Event.objects.all()] + [revision.body for revision in claim.revisions.all()]
    texts += list(Refusal.objects.values_list("reason", flat=True))
    assert len(texts) > 5
    assert not any("7946" in text for text in texts)
    changed = Event.objects.filter(chain=claim.chain, action="edit_contact").order_by("seq")
    assert [event.details["confidential"] for event in changed] == [["contact_detail"], ["contact_detail"]]


def test_numbers_are_for_editors_and_the_people_of_the_claim(claim, people):
    ask(claim, people)
    sees = {name: replies.sees_details(standing(claim, person)) for name, person in people.__dict__.items()}

    assert sees == {
        "contributor": False, "author": True, "cross_checker": False, "editor": True, "other_editor": True,
        "administrator": False, "auditor": False,
    }  # fmt: skip
    assert not replies.sees_details(standing(claim, None))


def test_the_mark_of_a_row_does_not_tell_its_number(claim, people, settings):
    contact = ask(claim, people)
    one = replies.mark_of(contact)
    settings.SECRET_KEY = "another-key-of-the-house"

    assert one != replies.mark_of(contact)
