"""When the desk works and how long each stage may take, set by an administrator in words."""

import pytest
from django.urls import reverse

from claims.models import Desk, Event, Person
from tests.claims.workflow import desk
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "Harbour desk", "language": "en", "time_zone": "Europe/Berlin", "working_days": ["1", "2", "6"],
    "day_starts": "08:00", "day_ends": "17:00", "triage_limit": "4h", "research_limit": "10d", "reply_limit": "3d",
    "cross_check_limit": "", "review_limit": "1d", "publication_limit": "2h", "remind_before": "1d",
    "ask_after": "4d", "review_policy": "three",
}  # fmt: skip


@pytest.fixture
def page(client):
    client.force_login(PersonFactory(role="administrator"))
    Desk.objects.current()
    return reverse("admin:claims_desk_change", args=[1])


def test_an_administrator_sets_hours_days_and_limits_and_the_record_keeps_it(client, page):
    response = client.post(page, GIVEN)

    assert response.status_code == 302
    desk = Desk.objects.get()
    assert (desk.time_zone, desk.working_days, desk.research_limit, desk.cross_check_limit) == (
        "Europe/Berlin", [1, 2, 6], "10d", "",
    )  # fmt: skip
    event = Event.objects.get(chain="desk", action="change_setting")
    assert (event.details["before"]["research_limit"], event.details["after"]["research_limit"]) == ("5d", "10d")


def test_limits_and_days_stand_there_in_words(client, page):
    shown = client.get(page).content.decode()

    for words in ("4 working hours", "5 working days", "no limit", "6 days", "Monday", "Europe/Berlin"):
        assert words in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_zone", "Nowhere/Land"),
        ("time_zone", ""),
        ("working_days", []),
        ("working_days", ["8"]),
        ("research_limit", "soon"),
        ("ask_after", "4h"),
        ("day_starts", "25:00"),
    ],
)
def test_what_is_no_time_is_refused(client, page, name, value):
    response = client.post(page, GIVEN | {name: value})

    assert response.status_code == 200
    assert response.context["adminform"].errors.keys() == {name}
    assert Desk.objects.get().name != "Harbour desk"


def test_who_only_reads_sees_the_days_by_name(client):
    client.force_login(PersonFactory(role="auditor"))
    Desk.objects.current()
    page = reverse("admin:claims_desk_change", args=[1])

    shown = client.get(page).content.decode()
    assert "Monday, Tuesday, Wednesday, Thursday, Friday" in shown
    assert "5 working days" in shown
    assert client.post(page, GIVEN).status_code == 403


def test_a_persons_time_zone_is_chosen_or_the_desks(client, page):
    person = PersonFactory(role="checker")
    url = reverse("admin:claims_person_change", args=[person.pk])
    given = {"username": person.username, "name": person.name, "email": "", "role": "checker", "is_active": "on"}

    client.post(url, given | {"time_zone": "Asia/Seoul"})
    assert Person.objects.get(pk=person.pk).time_zone == "Asia/Seoul"
    assert client.post(url, given | {"time_zone": "Nowhere/Land"}).status_code == 200
    client.post(url, given | {"time_zone": ""})
    assert Person.objects.get(pk=person.pk).time_zone == ""


def test_a_persons_language_is_one_the_desk_speaks(client, page):
    person = PersonFactory(role="checker")
    url = reverse("admin:claims_person_change", args=[person.pk])
    given = {"username": person.username, "name": person.name, "email": "", "role": "checker", "is_active": "on"}

    client.post(url, given | {"language": "klingon"})
    assert Person.objects.get(pk=person.pk).language == ""
    client.post(url, given | {"language": "de"})
    assert Person.objects.get(pk=person.pk).language == "de"


def test_a_person_given_a_lesser_role_gives_back_what_it_does_not_allow(client, page):
    people = desk.hire()
    claim, person = desk.in_research(people), people.author
    url = reverse("admin:claims_person_change", args=[person.pk])
    given = {"username": person.username, "name": person.name, "email": "", "is_active": "on"}

    shown = client.post(url, given | {"role": "contributor"}, follow=True).content.decode()
    again = client.post(url, given | {"role": "auditor"}, follow=True).content.decode()

    assert "1 open part waits for somebody." in shown
    assert "open part waits" not in again
    assert claim.assignments.get(role="checker", ended_at__isnull=True).person is None
