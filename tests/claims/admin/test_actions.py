"""Actions that ask first: nothing happens before the answer, the reason stands on the record, each row by itself."""

import pytest
from django.urls import reverse

from claims.models import Event, Job, Person
from claims.workflow.record import verify
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

PEOPLE, EVENTS, JOBS = (f"admin:claims_{table}_changelist" for table in ("person", "event", "job"))


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def administrator(client, people):
    client.force_login(people.administrator)
    return people.administrator


def act(client, page, action, rows, **given):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **given}
    return client.post(reverse(page), data, follow=True)


def test_an_action_says_what_will_happen_and_to_whom_and_does_nothing_yet(client, administrator, people):
    page = act(client, PEOPLE, "let_them_go", [people.author]).content.decode()

    assert "They can no longer sign in" in page
    assert people.author.name in page
    assert 'name="once"' in page
    assert Person.objects.filter(is_active=False).count() == 0


def test_without_a_reason_nothing_happens(client, administrator, people):
    answer = act(client, PEOPLE, "let_them_go", [people.author], confirmed="1", reason="  ")

    assert answer.status_code == 422
    assert "Say why, in a sentence" in answer.content.decode()
    assert Person.objects.filter(is_active=False).count() == 0


def test_the_reason_stands_on_the_record_of_the_desk_and_of_each_claim(client, administrator, people):
    claim = desk.in_research(people)
    answer = act(client, PEOPLE, "let_them_go", [people.author], confirmed="1", reason="Left the house.")

    assert "Accounts closed: 1." in answer.content.decode()
    told = Event.objects.get(chain="desk", action="let_go").details
    assert (told["after"], told["before"]) == ({"is_active": False, "reason": "Left the house."}, {"is_active": True})
    assert Event.objects.get(chain=claim.chain, action="release").details["reason"] == "Left the house."


def test_nobody_closes_his_own_account_and_the_others_are_closed_all_the_same(client, administrator, people):
    answer = act(client, PEOPLE, "let_them_go", [administrator, people.author], confirmed="1", reason="All go.")

    page = answer.content.decode()
    assert "Nobody closes his own account" in page
    assert "Accounts closed: 1." in page
    assert list(Person.objects.filter(is_active=False)) == [people.author]


def test_more_rows_than_one_looks_at_are_refused(client, administrator, monkeypatch):
    monkeypatch.setattr("claims.admin.actions.MOST_AT_ONCE", 2)
    answer = act(client, PEOPLE, "let_them_go", PersonFactory.create_batch(3), confirmed="1", reason="All go.")

    assert "That is more than 2 rows at once" in answer.content.decode()
    assert Person.objects.filter(is_active=False).count() == 0


def test_words_are_erased_for_a_reason_and_the_record_stays_whole(client, administrator, people):
    claim = ClaimFactory()
    event = Event.objects.append(claim, "comment", by=people.editor, body={"text": "Somebody's telephone number."})
    asked = act(client, EVENTS, "erase_words", [event])
    assert b"Erase these words for good" in asked.content
    assert not Event.objects.get(pk=event.pk).is_erased

    answer = act(client, EVENTS, "erase_words", [event], confirmed="1", reason="He asked for it.")
    assert "Erased: 1." in answer.content.decode()
    assert Event.objects.get(pk=event.pk).is_erased
    told = Event.objects.get(action="erase_event")
    assert (told.actor_ref, told.details["reason"]) == (administrator.ref, "He asked for it.")
    assert verify().is_whole
    again = act(client, EVENTS, "erase_words", [event], confirmed="1", reason="Once more.")
    assert "Erased:" not in again.content.decode()


@pytest.mark.parametrize(("page", "action"), [(EVENTS, "erase_words"), (JOBS, "stop"), (PEOPLE, "let_them_go")])
def test_an_auditor_is_offered_no_action_and_takes_none(client, people, page, action):
    claim = desk.in_preflight(people)
    row = {EVENTS: Event.objects.filter(chain=claim.chain).first(), JOBS: Job.objects.first(), PEOPLE: people.author}[
        page
    ]
    client.force_login(people.auditor)
    answer = act(client, page, action, [row], confirmed="1", reason="Because.")

    assert 'name="action"' not in answer.content.decode()
    assert Event.objects.filter(action__in=["erase_event", "cancel_job", "let_go"]).count() == 0
    assert Person.objects.filter(is_active=False).count() == 0
