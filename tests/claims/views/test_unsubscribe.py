"""E-mails are stopped by the address in them: no sign-in, one press, and only what that address names."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from claims.models import NoticePreference
from claims.notifications import choices, unsubscribe
from claims.notifications.choices import Wish
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory(role="checker", name="Checker One")


@pytest.fixture
def stranger():
    """A mail program: no session, no cookie, and the checks of a browser's form."""
    return Client(enforce_csrf_checks=True)


def address(person, kind="assign"):
    return "/" + unsubscribe.address_of(person, kind).split("/", 3)[3]


def test_looking_at_the_address_changes_nothing_and_offers_a_button(stranger, person):
    page = stranger.get(address(person))

    assert choices.wish_of(person, "assign").email
    assert page.status_code == 200
    assert "A claim is given to me" in page.content.decode()
    assert '<form class="mt-4" method="post">' in page.content.decode()
    assert person.name not in page.content.decode()  # an e-mail is passed on


def test_one_press_stops_that_kind_and_nothing_else(stranger, person):
    choices.save_wishes(person, {"return": Wish(email=True), "assign": Wish(in_app=False, email=True)})
    answer = stranger.post(address(person), {"List-Unsubscribe": "One-Click"})
    again = stranger.post(address(person), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, again.status_code) == (200, 200)
    assert choices.wish_of(person, "assign") == Wish(in_app=False)
    assert choices.wish_of(person, "return") == Wish(email=True)


def test_the_mail_of_the_morning_is_stopped_as_one(stranger, person):
    page = stranger.post(address(person, choices.MY_DAY))

    assert not choices.wish_of(person, choices.MY_DAY).email
    assert choices.wish_of(person, "due_soon").digest
    assert "My day" in page.content.decode()


@pytest.mark.parametrize(
    "token",
    ["x", signing.dumps([1, "assign"], salt="other"), signing.dumps([10**9, "assign"], salt=unsubscribe.SALT)],
    ids=["nonsense", "another salt", "nobody"],  # a token holds the time, which two workers read differently
)
def test_an_address_nobody_signed_stops_nothing(stranger, person, token):
    answer = stranger.post(reverse("claims:unsubscribe", args=[token]))

    assert answer.status_code == 404
    assert "This address is not valid" in answer.content.decode()
    assert not NoticePreference.objects.exists()


def test_the_address_of_one_person_stops_nothing_of_another(stranger, person):
    other = PersonFactory()
    stranger.post(address(other))

    assert choices.wish_of(person, "assign").email
    assert not choices.wish_of(other, "assign").email


def test_other_methods_are_refused(stranger, person):
    assert stranger.delete(address(person)).status_code == 405
