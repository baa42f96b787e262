"""What a day asks of a person, and the e-mail of the morning: once, in his own time zone, and not for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from claims.models import Assignment, Claim, Delivery, Desk, Event, Job, Notification, Person
from claims.notifications import choices, my_day
from claims.notifications.choices import Wish
from tests.claims.notifications.conftest import words_of
from tests.claims.workflow import desk as desks
from tests.factories import ClaimFactory, PersonFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def desk():
    return Desk.objects.current()


@pytest.fixture
def person():
    return PersonFactory(email="checker@example.org")


def hold(person, role="checker", **fields):
    claim = ClaimFactory(**fields)
    Assignment.objects.create(claim=claim, person=person, role=role)
    return claim


def tell(person, kind="comment", text="Somebody commented on it.", claim=None, **fields):
    event = Event.objects.append(claim or ClaimFactory(), kind, by=None)
    return Notification.objects.create(person=person, event=event, claim=claim, kind=kind, text=text, **fields)


def statements(claims):
    return [claim.statement for claim in claims]


def at(moment):
    return time_machine.travel(moment, tick=False)


def morning_mails(moment=MORNING):
    """One tick of the clock, and the jobs it left."""
    with at(moment):
        new = my_day.enqueue_digests()
        Job.objects.filter(state="queued").update(run_after=timezone.now() - timedelta(days=4000))
        work_off()
    return new


# --- what stands in it


def test_a_day_holds_what_is_overdue_due_today_and_waiting_but_nothing_of_others(person):
    with at(MORNING), timezone.override("UTC"):
        late = hold(person, statement="Late.", status="in_research", due_at=MORNING - timedelta(hours=1))
        today = hold(person, statement="Today.", status="in_research", due_at=MORNING + timedelta(hours=15))
        hold(person, statement="Tomorrow.", status="in_research", due_at=MORNING + timedelta(hours=16))
        hold(person, statement="Over.", status="declined", decline_reason="other", due_at=MORNING)
        hold(PersonFactory(), statement="Of another.", status="in_research", due_at=MORNING - timedelta(hours=1))
        waiting = hold(person, role="cross_checker", statement="Second verdict.", status="in_cross_check")
        hold(person, statement="Mine in cross-check.", status="in_cross_check")

        day = my_day.read(person)

    assert statements(day.overdue) == [late.statement]
    assert statements(day.today) == [today.statement]
    assert statements(day.waiting) == [waiting.statement]
    assert day.in_words() == "1 overdue, 1 due today, 1 waits for you"


def test_what_waits_for_an_editor_in_the_queue_waits_in_his_day(db):
    people = desks.hire()
    claim = desks.in_review(people)

    assert claim in my_day.read(people.editor).waiting
    assert claim not in my_day.read(people.cross_checker).waiting


def test_today_ends_at_midnight_where_the_person_is(person):
    hold(person, status="in_research", due_at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))

    with at(MORNING), timezone.override("Asia/Tokyo"):  # 17:30 there; 16:00 UTC is tomorrow, one o'clock
        assert my_day.read(person).today == []
    with at(MORNING), timezone.override("UTC"):
        assert len(my_day.read(person).today) == 1


def test_confidential_claims_of_others_are_not_in_it(person):
    claim = ClaimFactory(confidential=True)
    tell(person, claim=claim)

    assert not my_day.read(person)


def test_a_day_costs_the_same_however_full(person, django_assert_num_queries):
    for _number in range(5):
        hold(person, status="in_research", due_at=timezone.now() - timedelta(hours=1))
        tell(person, claim=ClaimFactory())

    with django_assert_num_queries(4):
        day = my_day.read(person)
        assert day.in_words() == "5 overdue, 5 new notices"
        assert [row.claim.statement for row in day.notices]


# --- the e-mail of the morning


def test_a_morning_brings_one_mail_with_all_of_it(person, inbox):
    claim = hold(
        person, statement="The bridge is 40 m < long.", status="in_research", due_at=MORNING - timedelta(days=1)
    )
    with at(MORNING - timedelta(hours=3)):
        tell(person, claim=claim, text="An editor asks for changes.")

    assert morning_mails() == 1
    assert morning_mails(MORNING + timedelta(minutes=5)) == 0

    (found,) = inbox.messages
    text, html = (found.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert found["To"] == "checker@example.org"
    assert found["Subject"] == "[Fact-check desk] My day: 1 overdue, 1 new notice"
    assert "The bridge is 40 m < long." in text
    assert "The bridge is 40 m &lt; long." in html
    assert "An editor asks for changes." in text
    assert f"https://desk.example.org/claims/{claim.pk}/" in text
    assert "https://desk.example.org/profile/notices/" in text
    assert "https://desk.example.org/my-day/" in html
    assert Delivery.objects.get().state == "sent"


def test_a_person_with_nothing_in_his_day_gets_no_mail(person, inbox):
    assert morning_mails() == 1

    assert inbox.messages == []
    assert Delivery.objects.get().state == "skipped"


@pytest.mark.parametrize(
    ("zone", "moment", "comes"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 5, 59, tzinfo=UTC), 0),  # 6:59 there, winter time
        ("Europe/Berlin", datetime(2026, 3, 28, 6, 0, tzinfo=UTC), 1),
        ("Europe/Berlin", datetime(2026, 3, 29, 5, 0, tzinfo=UTC), 1),  # 7:00 there, the day summer time begins
        ("Europe/Berlin", datetime(2026, 3, 29, 10, 0, tzinfo=UTC), 0),  # noon there: that morning was missed
        ("America/New_York", datetime(2026, 3, 2, 8, 30, tzinfo=UTC), 0),
        ("America/New_York", datetime(2026, 3, 2, 12, 30, tzinfo=UTC), 1),
        ("Nowhere/Atall", datetime(2026, 3, 2, 8, 30, tzinfo=UTC), 1),  # read as UTC
        ("", datetime(2026, 3, 2, 8, 30, tzinfo=UTC), 1),  # the desk's
    ],
)
def test_the_mail_comes_in_the_morning_of_the_person(person, inbox, zone, moment, comes):
    Person.objects.update(time_zone=zone)

    assert morning_mails(moment) == comes


def test_every_day_has_a_mail_of_its_own_and_each_notice_stands_in_one(person, inbox):
    with at(MORNING - timedelta(hours=1)):
        tell(person, claim=ClaimFactory(statement="First."))
    morning_mails()
    with at(MORNING + timedelta(hours=5)):
        tell(person, claim=ClaimFactory(statement="Second."))
    morning_mails(MORNING + timedelta(days=1))
    morning_mails(MORNING + timedelta(days=2))

    texts = [message.get_body(["plain"]).get_content() for message in inbox.messages]
    assert ["First." in text for text in texts] == [True, False]
    assert ["Second." in text for text in texts] == [False, True]


def test_what_a_morning_without_a_mail_server_kept_back_comes_with_the_next(person, inbox):
    inbox.refuse_rcpt = "550 Closed"
    with at(MORNING - timedelta(hours=1)):
        tell(person, claim=ClaimFactory(statement="First."))
    morning_mails()
    inbox.refuse_rcpt = ""
    morning_mails(MORNING + timedelta(days=1))

    (found,) = inbox.messages
    assert "First." in found.get_body(["plain"]).get_content()


def test_what_was_mailed_at_once_or_read_is_not_repeated_in_the_morning(person, inbox):
    with at(MORNING - timedelta(hours=1)):
        tell(person, kind="assign", text="Came at once.", claim=ClaimFactory())
        tell(person, kind="publish", text="Only in the app.", claim=ClaimFactory())
        tell(person, text="Read.", claim=ClaimFactory(), read_at=MORNING)
    morning_mails()

    assert inbox.messages == []


@pytest.mark.parametrize(
    "change",
    [
        lambda person: choices.save_wishes(person, {choices.MY_DAY: Wish()}),
        lambda person: Person.objects.update(email=""),
        lambda person: Person.objects.update(is_active=False),
    ],
)
def test_who_does_not_want_it_or_cannot_get_it_gets_none(person, inbox, change):
    hold(person, status="in_research", due_at=MORNING - timedelta(days=1))
    change(person)

    assert morning_mails() == 0


def test_the_mail_of_the_morning_knows_no_verdict(inbox, person):
    people = desks.hire()
    Person.objects.filter(pk=people.cross_checker.pk).update(email="second@example.org")
    claim = desks.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker").update(person=people.cross_checker)
    Claim.objects.filter(pk=claim.pk).update(due_at=MORNING - timedelta(days=1))
    words = "Somebody commented on it \u2014 Two counts agree."
    with at(MORNING - timedelta(hours=1)):
        tell(people.cross_checker, text=words, claim=claim)
    morning_mails()

    found = words_of(next(message for message in inbox.messages if message["To"] == "second@example.org"))
    assert "Twelve ships came" in found
    assert "Two counts agree" not in found


def test_two_clocks_prepare_one_mail(person, inbox):
    hold(person, status="in_research", due_at=MORNING - timedelta(days=1))
    with at(MORNING):
        Delivery.objects.create(channel="digest", person=person, day=MORNING.date(), key="other-clock")
        assert my_day.enqueue_digests() == 0

    assert Delivery.objects.count() == 1
