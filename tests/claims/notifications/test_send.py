import pytest

from claims.jobs import JobRun
from claims.models import Event, Job, NoticePreference, Notification
from claims.notifications import send
from claims.notifications.messages import SENTENCES
from claims.workflow import comments
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db


def deliver(event):
    send.notify(JobRun(1, "notify", "default", "", {}, 1, 1, None, None, None), event=event.pk)()


def last_event(claim, action):
    return Event.objects.filter(chain=f"claim/{claim.pk}", action=action).order_by("-seq").first()


def told(claim, action):
    deliver(last_event(claim, action))
    return {row.person: row.kind for row in Notification.objects.filter(event__action=action)}


def test_every_step_leaves_a_job_that_tells_of_it(people):
    claim = desk.in_research(people)

    event = last_event(claim, "assign")
    assert Job.objects.filter(kind="notify", args={"event": event.pk}).exists()


def test_checker_is_told_what_was_given_to_him(people):
    claim = desk.in_research(people)

    assert told(claim, "assign") == {people.author: "assign"}


def test_notice_is_not_repeated_when_the_job_runs_twice(people):
    claim = desk.in_research(people)

    told(claim, "assign")
    told(claim, "assign")

    assert Notification.objects.count() == 1


def test_a_source_that_changed_is_told_to_editors_and_the_team_of_the_claim_that_relies_on_it(people):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author, count=1)
    evidence = claim.evidence.get()
    event = Event.objects.append(evidence.resource, "source_changed", by=None, body={"evidence": evidence.pk})

    deliver(event)

    rows = Notification.objects.filter(event=event, claim=claim)
    assert {row.person for row in rows} == {people.author, people.editor, people.other_editor}


def test_whoever_did_it_is_not_told(people):
    claim = desk.accepted(people)
    apply(claim.pk, "assign", by=people.author, due=desk.soon())

    assert told(claim, "assign") == {}


def test_cross_checker_chosen_is_asked(people):
    claim = desk.in_cross_check(people)
    chosen = claim.assignments.get(role="cross_checker", ended_at=None).person

    assert told(claim, "pass") == {people.author: "pass", chosen: "cross_check_wanted"}


def test_editors_are_asked_when_nobody_can_cross_check(people):
    claim = desk.in_cross_check(people)
    claim.assignments.filter(role="cross_checker").update(person=None)

    assert told(claim, "pass") == {
        people.author: "pass",
        people.editor: "cross_check_wanted",
        people.other_editor: "cross_check_wanted",
    }


def test_editors_who_did_not_write_it_are_asked_to_approve(people):
    claim = desk.in_review(people)

    assert told(claim, "cross_check") == {
        people.author: "cross_check",
        people.editor: "review_wanted",
        people.other_editor: "review_wanted",
    }


def test_no_notice_names_a_verdict(people):
    RatingFactory(code="false", label="Utterly false")
    RatingFactory(code="true", label="Wholly true")
    claim = desk.in_review(people, second="false")
    for event in Event.objects.filter(chain=f"claim/{claim.pk}"):
        deliver(event)

    texts = " ".join(Notification.objects.values_list("text", flat=True))
    assert texts
    assert "Utterly false" not in texts
    assert "Wholly true" not in texts
    assert "Counted too" not in texts


def test_words_of_a_step_go_only_to_those_who_see_the_verdict(people):
    claim = desk.in_review(people)
    apply(claim.pk, "return", by=people.editor, reason="True is too strong.")
    comments.add_comment(claim.pk, by=people.author, text="True as @" + people.auditor.username + " says.")

    assert told(claim, "return") == {people.author: "return"}
    assert "True is too strong." in Notification.objects.get(event__action="return").text
    assert told(claim, "comment")[people.auditor] == "mention"
    assert "True as" not in Notification.objects.get(event__action="comment", person=people.auditor).text


def test_preflight_tells_its_checker_what_is_missing(people):
    from claims.workflow.attempt import Missing

    claim = desk.in_preflight(people)
    apply(claim.pk, "fail", by=None, reason="Not complete.", missing=[Missing("Capture source 1.", "e1")])

    assert told(claim, "fail") == {people.author: "fail"}
    assert "Capture source 1." in Notification.objects.get().text


def test_all_editors_hear_that_a_publication_failed(people):
    claim = desk.approved(people)
    event = Event.objects.append(claim, "publish_refused", by=None, body={"reason": "A source is gone."})
    deliver(event)

    found = {row.person for row in Notification.objects.filter(event=event)}
    assert {people.editor, people.other_editor} <= found


def test_whoever_brought_a_claim_in_hears_that_it_was_declined(people):
    claim = desk.in_research(people)
    apply(claim.pk, "decline", by=people.editor, reason="Hardly spread.", decline_reason="not_spread")

    assert told(claim, "decline") == {people.contributor: "decline", people.author: "decline"}


def test_answer_to_a_comment_is_told_to_those_of_its_thread(people):
    claim = desk.in_research(people)
    first = comments.add_comment(claim.pk, by=people.contributor, text="Look at the register.")
    comments.add_comment(claim.pk, by=people.cross_checker, text="I did.", parent_id=first.pk)

    assert told(claim, "comment") == {people.contributor: "comment", people.author: "comment"}


def test_comment_that_is_gone_is_told_to_the_team_only(people):
    claim = desk.in_research(people)
    event = Event.objects.append(claim, "comment", by=None, body={})
    deliver(event)

    assert [row.person for row in Notification.objects.filter(event=event)] == [people.author]


def test_confidential_claim_is_told_only_to_its_people_and_editors(people):
    claim = desk.in_research(people)
    type(claim).objects.filter(pk=claim.pk).update(confidential=True)
    text = f"@{people.cross_checker.username} @{people.editor.username}"
    comments.add_comment(claim.pk, by=people.contributor, text=text)

    assert told(claim, "comment") == {people.author: "comment", people.editor: "mention"}


def test_who_wants_no_such_notice_gets_none(people):
    claim = desk.in_research(people)
    NoticePreference.objects.create(person=people.author, kind="assign", in_app=False)

    assert told(claim, "assign") == {}


def test_leaver_is_told_nothing(people):
    claim = desk.in_research(people)
    type(people.author).objects.filter(pk=people.author.pk).update(is_active=False)

    assert told(claim, "assign") == {}


def test_of_every_kind_that_is_told_it_is_said_to_whom_or_it_goes_to_the_team():
    besides = {
        "mention",
        "review_wanted",
    }  # what some people are told of a comment, or of a step that leads to approval

    assert set(SENTENCES) - set(send.WHO) - besides == {"recall", "schedule", "stand"}
    assert set(send.WHO) <= set(SENTENCES)


def test_step_of_another_table_goes_to_the_team(people):
    claim = desk.approved(people)
    apply(claim.pk, "schedule", by=people.other_editor, publish_at=desk.soon())

    assert people.author in told(claim, "schedule")


def test_events_nobody_is_told_of_are_let_pass():
    person = PersonFactory()
    for event in (
        Event.objects.append(ClaimFactory(), "edit", by=person),
        Event.objects.append("desk", "assign", by=person, body={"person": person.ref}),
    ):
        deliver(event)
    send.notify(JobRun(1, "notify", "default", "", {}, 1, 1, None, None, None), event=0)()

    assert not Notification.objects.exists()
