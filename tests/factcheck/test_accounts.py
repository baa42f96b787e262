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


@pytest.mark.parametrize(
    "page",
    ["signup/", "email/", "confirm-email/", "confirm-email/abc/", "password/reset/", "password/reset/done/",
     "password/reset/key/1-abc/", "password/set/", "login/code/confirm/"],
)  # fmt: skip
def test_pages_of_the_sign_in_library_that_are_not_built_do_not_exist(client, person, page):
    for _ in range(2):
        assert client.get(f"/accounts/{page}").status_code == 404
        assert client.post(f"/accounts/{page}", {"email": "checker-1@desk.example"}).status_code == 404
        client.force_login(person)


def test_pages_that_are_built_are_there(client, person):
    assert client.get("/accounts/login/").status_code == 200
    client.force_login(person)
    assert client.get("/accounts/password/change/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200


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
