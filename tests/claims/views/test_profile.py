"""One's own profile, and the recusals one declares and withdraws."""

import pytest

from claims.models import Event, Recusal
from tests.claims.workflow import desk
from tests.factories import ClaimantFactory, PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db

HERE = "/profile/recusals/"


@pytest.fixture
def person(client):
    found = PersonFactory(role="checker")
    client.force_login(found)
    return found


def test_strangers_sign_in(client):
    for address in ("/profile/", HERE, f"{HERE}1/withdraw/"):
        assert client.get(address).url == f"/accounts/login/?next={address}"


@pytest.mark.parametrize("role", ["contributor", "checker", "editor", "administrator", "auditor"])
def test_everybody_has_a_profile_with_ways_to_what_he_may_set(client, role):
    client.force_login(PersonFactory(role=role, name="Somebody Here"))
    page = client.get("/profile/").content.decode()

    assert "Somebody Here" in page
    assert f'href="{HERE}"' in page
    assert client.get(HERE).status_code == 200


def test_times_are_shown_in_the_zone_one_chooses(client, person):
    client.post("/profile/", {"time_zone": "Asia/Seoul"})
    person.refresh_from_db()

    assert person.time_zone == "Asia/Seoul"
    assert '<option value="Asia/Seoul" selected>' in client.get("/profile/").content.decode()
    assert Event.objects.get(action="change_setting").details["after"] == {"time_zone": "Asia/Seoul"}
    client.post("/profile/", {"time_zone": ""})
    person.refresh_from_db()
    assert person.time_zone == ""


def test_a_zone_nobody_knows_is_refused(client, person):
    response = client.post("/profile/", {"time_zone": "Europe/Atlantis"})

    assert response.status_code == 422
    person.refresh_from_db()
    assert person.time_zone == ""


def test_a_recusal_is_declared_shown_and_withdrawn(client, person):
    topic = TopicFactory(name="Harbour dues")
    client.post(HERE, {"topic": topic.pk, "reason": "I own a boat."})
    page = client.get(HERE).content.decode()
    made = Recusal.objects.get()

    assert (made.person, made.topic, made.reason) == (person, topic, "I own a boat.")
    assert "I own a boat." in page
    response = client.post(f"{HERE}{made.pk}/withdraw/", follow=True)
    assert "Your recusal is withdrawn." in response.content.decode()
    assert not Recusal.objects.exists()


def test_who_recuses_himself_is_told_how_many_claims_wait_for_others_now(client):
    people = desk.hire()
    claim, topic = desk.in_research(people), TopicFactory()
    claim.topics.add(topic)
    client.force_login(people.author)
    response = client.post(HERE, {"topic": topic.pk}, follow=True)

    assert "1 claim you held a part of waits for somebody else." in response.content.decode()
    assert claim.assignments.get(role="checker", ended_at__isnull=True).person is None


def test_a_refusal_is_one_sentence_and_changes_nothing(client, person):
    topic, claimant = TopicFactory(), ClaimantFactory()
    for sent in ({}, {"topic": topic.pk, "claimant": claimant.pk}):
        response = client.post(HERE, sent)
        assert response.status_code == 422
        assert "Choose one claimant or one topic." in response.content.decode()
    assert client.post(HERE, {"topic": 999_999}).status_code == 422
    client.post(HERE, {"claimant": claimant.pk})
    assert "This is declared already." in client.post(HERE, {"claimant": claimant.pk}).content.decode()

    assert Recusal.objects.count() == 1


def test_the_recusal_of_another_is_not_mine_to_withdraw(client, person):
    other = PersonFactory().recusals.create(topic=TopicFactory())

    assert client.post(f"{HERE}{other.pk}/withdraw/").status_code == 404
    assert client.get(f"{HERE}{other.pk}/withdraw/").status_code == 405
    assert Recusal.objects.filter(pk=other.pk).exists()
