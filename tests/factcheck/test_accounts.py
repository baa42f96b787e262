import pytest
from django.core.cache import cache

from claims.models import Person

pytestmark = pytest.mark.django_db
PASSWORD = "four-words-of-four"


@pytest.fixture
def person():
    cache.clear()
    return Person.objects.create_user("checker-1", "checker-1@desk.example", PASSWORD, name="Checker 1")


def sign_in(client, login, password=PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


@pytest.mark.parametrize("login", ["checker-1", "checker-1@desk.example"])
def test_people_sign_in_by_user_name_or_address(client, person, login):
    assert sign_in(client, login).status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_nobody_signs_up(client):
    new = {"username": "new", "email": "new@desk.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", new)

    assert not Person.objects.filter(username="new").exists()


def test_guessing_a_password_ends_after_five_tries(client, person):
    for number in range(5):
        sign_in(client, "checker-1", f"wrong-{number}")

    sign_in(client, "checker-1")

    assert "_auth_user_id" not in client.session


def test_pages_carry_the_strict_policy(client):
    policy = client.get("/accounts/login/")["Content-Security-Policy"]

    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
