"""E-mails against a real mail server: what arrives, and that nothing arrives twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from claims import jobs
from claims.jobs import drain, ledger
from claims.models import Claim, Delivery, DeliveryAttempt, Event, Job, Notification, Person
from claims.notifications import choices
from claims.notifications.choices import Wish
from claims.workflow import comments
from claims.workflow.apply import apply
from tests.claims.notifications.conftest import free_port, words_of
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory, RatingFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db

WISHES = {kind: Wish() for kind in choices.kinds_sent()}


@pytest.fixture
def people(db):
    found = desk.hire()
    for person in vars(found).values():
        Person.objects.filter(pk=person.pk).update(email=f"{person.username}@example.org")
        person.refresh_from_db()
        choices.save_wishes(person, WISHES)  # nobody gets mail but whom a test names
    return found


def wants_mail(person, *kinds):
    choices.save_wishes(person, {kind: Wish(email=True) for kind in kinds})


def work():
    """Run what is due, also what waits for its next try."""
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    return work_off()


def deliveries():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def assigned(people):
    """A claim was given to the author, who wants to hear of that at once."""
    wants_mail(people.author, "assign")
    return desk.in_research(people)


def test_one_click_in_a_mail_program_stops_that_kind_of_mail(client, inbox, people, assigned):
    work()
    wants_mail(people.author, "return")
    stop = inbox.messages[0]["List-Unsubscribe"].strip(" <>").removeprefix("https://desk.example.org")
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    apply(assigned.pk, "unassign", by=people.editor)
    apply(assigned.pk, "assign", by=people.editor, person=people.author, due=desk.soon())
    work()

    assert len(inbox.messages) == 1
    assert choices.wish_of(people.author, "return").email


def test_a_mail_says_what_happened_in_text_and_in_html_and_leads_to_the_claim(inbox, people, assigned):
    work()

    (found,) = inbox.messages
    text = found.get_body(["plain"]).get_content()
    html = found.get_body(["html"]).get_content()
    assert found["To"] == people.author.email
    assert found["From"] == "desk@example.org"
    assert found["Subject"].startswith("[Fact-check desk] ")
    assert assigned.statement in found["Subject"]
    for body in (text, html):
        assert assigned.statement in body
        assert f"https://desk.example.org/claims/{assigned.pk}/" in body
        assert "https://desk.example.org/profile/notices/" in body
    stop = found["List-Unsubscribe"].strip(" <>")
    assert stop.startswith("https://desk.example.org/unsubscribe/")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Stop these e-mails: {stop}" in text
    assert f'<a href="{stop}">' in html
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["References"] == f"<claim.{assigned.pk}@desk.example.org>"
    assert found["Message-ID"] == f"<{Delivery.objects.get().key}@desk.example.org>"
    assert deliveries() == ["sent"]


def test_words_with_signs_of_html_arrive_as_they_were_written(inbox, people):
    wants_mail(people.author, "assign")
    claim = desk.accepted(people)
    Claim.objects.filter(pk=claim.pk).update(statement="Less < more & “so”\n on")
    apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())
    work()

    (found,) = inbox.messages
    assert "Less < more & “so”" in found.get_body(["plain"]).get_content()
    assert "Less &lt; more &amp; “so”" in found.get_body(["html"]).get_content()
    assert "Less < more & “so” on" in found["Subject"]


def test_no_verdict_and_no_word_of_one_reaches_who_must_be_blind(inbox, people):
    RatingFactory(code="true", label="Wholly true")
    wants_mail(people.cross_checker, *choices.kinds_sent())
    wants_mail(people.author, "comment", "mention")
    claim = desk.in_cross_check(people)
    comments.add_comment(
        claim.pk, by=people.editor, text=f"Wholly true is too strong, @{people.cross_checker.username}."
    )
    work()

    blind = [words_of(message) for message in inbox.messages if message["To"] == people.cross_checker.email]
    assert len(blind) >= 2
    assert not any("Wholly true" in words or "Two counts agree" in words for words in blind)
    author = [message for message in inbox.messages if message["To"] == people.author.email]
    assert "Wholly true is too strong" in author[-1].get_body(["plain"]).get_content()
    assert not any("Wholly true" in message["Subject"] for message in author)


def test_what_somebody_may_no_longer_read_is_left_out_when_the_mail_goes(inbox, people, assigned):
    """Told while he worked on it, sent when he does no more: the words of the step stay behind."""
    Notification.objects.all().delete()
    wants_mail(people.cross_checker, "comment")
    event = Event.objects.append(assigned, "comment", by=people.editor, body={"text": "False, says the register."})
    text = "Somebody commented on it \u2014 False, says the register."
    Notification.objects.create(person=people.cross_checker, event=event, claim=assigned, kind="comment", text=text)
    desk.write_verdict(assigned, people.author)
    row = Delivery.objects.create(channel="mail", person=people.cross_checker, event=event, key="k")
    jobs.enqueue("send_mail", delivery=row.pk)
    work()

    found = next(message for message in inbox.messages if message["To"] == people.cross_checker.email)
    assert "says the register" not in words_of(found)
    assert "commented on it" in words_of(found)


def test_nothing_of_a_claim_that_became_confidential_is_mailed(inbox, people, assigned):
    event = Event.objects.append(assigned, "comment", by=people.editor)
    Notification.objects.create(person=people.cross_checker, event=event, claim=assigned, kind="comment", text="Told.")
    row = Delivery.objects.create(channel="mail", person=people.cross_checker, event=event, key="k")
    Claim.objects.filter(pk=assigned.pk).update(confidential=True)
    jobs.enqueue("send_mail", delivery=row.pk)
    work()

    row.refresh_from_db()
    assert row.state == "skipped"
    assert [message["To"] for message in inbox.messages] == [people.author.email]


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_who_left_or_has_no_address_gets_no_mail(inbox, people, assigned, change):
    Job.objects.filter(kind="send_mail").delete()
    event = Event.objects.filter(action="assign").get()
    Notification.objects.create(person=people.author, event=event, claim=assigned, kind="assign", text="Told.")
    row = Delivery.objects.create(channel="mail", person=people.author, event=event, key="k")
    Person.objects.filter(pk=people.author.pk).update(**change)
    Job.objects.all().delete()
    jobs.enqueue("send_mail", delivery=row.pk)
    work()

    row.refresh_from_db()
    assert (row.state, inbox.messages) == ("skipped", [])


def test_one_event_makes_one_mail_however_often_its_jobs_run(inbox, people, assigned):
    work()
    event = Event.objects.get(action="assign")
    row = Delivery.objects.get()
    for _again in range(3):
        jobs.enqueue("notify", key="again", event=event.pk)
        jobs.enqueue("send_mail", key="again", delivery=row.pk)
        work()

    assert len(inbox.messages) == 1
    assert Notification.objects.filter(event=event).count() == 1
    assert DeliveryAttempt.objects.count() == 0


def test_a_dead_mail_server_is_tried_again_and_its_job_says_why(inbox, settings, people, assigned):
    settings.EMAIL_PORT, port = free_port(), settings.EMAIL_PORT
    work()

    job = Job.objects.get(kind="send_mail")
    assert (job.state, job.error_code, job.claim_id) == ("queued", "mail_refused", assigned.pk)
    assert "The mail server did not take it" in job.last_error
    assert deliveries() == ["waiting"]

    settings.EMAIL_PORT = port
    work()

    assert len(inbox.messages) == 1
    assert deliveries() == ["sent"]
    assert Delivery.objects.get().attempts == 2
    assert "refused" in DeliveryAttempt.objects.get().error


@pytest.mark.parametrize("say", ["refuse_rcpt", "answer"])
def test_a_server_that_is_busy_is_asked_again(inbox, people, assigned, say):
    before = getattr(inbox, say)
    setattr(inbox, say, "451 Try again later")
    work()
    assert (deliveries(), inbox.messages) == (["waiting"], [])
    assert DeliveryAttempt.objects.get().status == 451

    setattr(inbox, say, before)
    work()

    assert (deliveries(), len(inbox.messages)) == (["sent"], 1)


@pytest.mark.parametrize(
    ("name", "refuses", "takes", "status"),
    [("knows_password", False, True, 535), ("refuse_mail", "550 5.7.1 Not a sender of ours", "", 550)],
)
def test_a_mail_that_is_refused_for_the_settings_of_the_desk_waits_until_they_are_mended(
    inbox, people, assigned, settings, name, refuses, takes, status
):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "secret"
    setattr(inbox, name, refuses)
    work()
    assert (deliveries(), DeliveryAttempt.objects.get().status) == (["waiting"], status)

    setattr(inbox, name, takes)
    work()

    assert (deliveries(), len(inbox.messages)) == (["sent"], 1)


def test_a_mail_the_server_takes_for_spam_is_given_up_at_once(inbox, people, assigned):
    inbox.answer = "554 5.7.1 Rejected as spam"

    work()

    assert (Job.objects.get(kind="send_mail").state, deliveries()) == ("failed", ["given_up"])


def test_an_address_the_server_does_not_know_is_given_up_at_once_and_can_be_retried(inbox, people, assigned):
    inbox.refuse_rcpt = "550 No such mailbox"
    work()

    job = Job.objects.get(kind="send_mail")
    row = Delivery.objects.get()
    assert (job.state, row.state) == ("failed", "given_up")
    assert "No such mailbox" in row.said

    inbox.refuse_rcpt = ""
    jobs.retry(job.pk, people.editor)
    work()

    assert (deliveries(), len(inbox.messages)) == (["sent"], 1)


def test_a_connection_that_breaks_after_the_mail_was_given_sends_no_second_one(inbox, people, assigned):
    inbox.on_data = lambda server: server.transport.abort()
    work()
    inbox.on_data = lambda server: None
    work()

    assert len(inbox.messages) == 1
    row = Delivery.objects.get()
    assert row.state == "unknown"
    assert "not sent a second time" in row.said


def test_a_mail_found_half_sent_is_not_sent_again(inbox, people, assigned):
    Job.objects.filter(kind="notify").exclude(args={"event": Event.objects.get(action="assign").pk}).delete()
    ledger_job = next(filter(None, map(ledger.lease, Job.Queue.values)))
    from claims.jobs import run as runs

    runs.run(ledger_job)
    Delivery.objects.update(state="sending")
    work()

    assert inbox.messages == []
    assert deliveries() == ["unknown"]
    assert Job.objects.get(kind="send_mail").state == "done"


def test_a_worker_taken_for_dead_that_sent_it_after_all_says_so(inbox, people, assigned):
    from claims.notifications import mail

    row = Delivery.objects.create(
        channel="mail", person=people.author, event=Event.objects.get(action="assign"), key="k", state="waiting"
    )
    Delivery.objects.filter(pk=row.pk).update(state="sending")
    mail._end(row.pk, "sending", "unknown", "The worker died.")
    mail._end(row.pk, "sending", "sent", "")

    row.refresh_from_db()
    assert (row.state, row.said) == ("sent", "")


def test_two_workers_with_one_mail_send_it_once(inbox, people, assigned):
    from claims.notifications import mail

    first = Delivery.objects.create(
        channel="mail", person=people.author, event=Event.objects.get(action="assign"), key="k"
    )
    second = Delivery.objects.get(pk=first.pk)

    assert mail._take(first)
    assert not mail._take(second)


def test_the_console_serves_when_no_server_is_named(people, assigned, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    work()

    assert assigned.statement in capsys.readouterr().out
    assert deliveries() == ["sent"]


def test_nobody_gets_mail_who_did_not_choose_it(inbox, people):
    desk.in_cross_check(people)
    work()

    assert inbox.messages == []
    assert Notification.objects.exists()
    assert django_mail.outbox == []


def test_what_is_wanted_by_mail_only_is_not_under_the_bell(inbox, people):
    choices.save_wishes(people.author, {"assign": Wish(in_app=False, email=True)})
    desk.in_research(people)
    work()

    assert Notification.objects.get(person=people.author, kind="assign").in_app is False
    assert len(inbox.messages) == 1


def test_what_is_wanted_nowhere_leaves_nothing(inbox, people):
    choices.save_wishes(people.author, {"assign": choices.NOWHERE})
    desk.in_research(people)
    work()

    assert not Notification.objects.filter(person=people.author, kind="assign").exists()
    assert not Delivery.objects.exists()


KILLED = """
import django; django.setup()
from claims.jobs import ledger, run
run.run(ledger.lease("default"))
"""


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_writing_sends_no_second_mail(inbox, process_env):
    person = PersonFactory(email="checker@example.org")
    claim = ClaimFactory()
    event = Event.objects.append(claim, "assign", by=None)
    Notification.objects.create(person=person, event=event, claim=claim, kind="assign", text="A claim is yours.")
    row = Delivery.objects.create(channel="mail", person=person, event=event, key="k")
    job = jobs.enqueue("send_mail", delivery=row.pk)
    env = {**process_env, "EMAIL_URL": f"smtp://127.0.0.1:{inbox.port}"}
    worker = subprocess.Popen([sys.executable, "-c", KILLED], env=env)
    inbox.on_data = lambda server: os.kill(worker.pid, signal.SIGKILL)  # the mail is here, its answer never gets back

    assert worker.wait(30) == -signal.SIGKILL
    assert len(inbox.messages) == 1
    row.refresh_from_db()
    assert row.state == "sending"

    inbox.on_data = lambda server: None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    drain.rescue()
    work()

    job.refresh_from_db()
    row.refresh_from_db()
    assert len(inbox.messages) == 1
    assert (job.state, row.state) == ("done", "unknown")
    assert "The worker died" in row.said
