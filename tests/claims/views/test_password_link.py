"""A new password without a mail server: a link the administrator hands over, good for one use."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from claims.models import Event
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
NEW = "a harbour of twelve ships"


@pytest.fixture
def person():
    return PersonFactory(role="checker", username="checker-7")


@pytest.fixture
def administrator():
    return PersonFactory(role="administrator")


def ask_for_link(client, by, *people):
    client.force_login(by)
    chosen = {"action": "make_password_link", "_selected_action": [person.pk for person in people]}
    page = client.post(reverse("admin:claims_person_changelist"), chosen, follow=True).content.decode()
    client.logout()
    return re.findall(r"http://testserver(/password-link/[^\s<&]+)", unescape(page)), page


def set_password(client, link, password=NEW):
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    given = {"new_password1": password, "new_password2": password}
    return form.content.decode(), client.post(address, given, follow=True).content.decode()


def test_the_link_sets_a_password_once(client, administrator, person):
    (link,), _page = ask_for_link(client, administrator, person)

    form, after = set_password(client, link)

    assert "checker-7" in form
    assert "Your password is set" in after
    person.refresh_from_db()
    assert person.check_password(NEW)
    again, _after = set_password(client, link, "another long password of theirs")
    assert "has been used or is too old" in again
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_the_link_is_too_old_after_a_day(client, administrator, person):
    (link,), _page = ask_for_link(client, administrator, person)

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        form, _after = set_password(client, link)

    assert "has been used or is too old" in form
    person.refresh_from_db()
    assert not person.check_password(NEW)


def test_a_weak_password_is_refused_in_words(client, administrator, person):
    (link,), _page = ask_for_link(client, administrator, person)

    _form, after = set_password(client, link, "12345")

    assert "too short" in after
    assert "Your password is set" not in after


def test_who_made_it_stands_in_the_record_and_the_link_does_not(client, administrator, person):
    (link,), _page = ask_for_link(client, administrator, person)

    event = Event.objects.get(action="password_link")
    assert event.actor_ref == administrator.ref
    assert link.split("/")[-2] not in event.body


def test_a_closed_account_gets_none(client, administrator):
    gone = PersonFactory(is_active=False)

    links, page = ask_for_link(client, administrator, gone)

    assert links == []
    assert "has no open account" in page


@pytest.mark.parametrize("role", ["auditor", "editor", "checker"])
def test_nobody_but_an_administrator_makes_one(client, person, role):
    links, _page = ask_for_link(client, PersonFactory(role=role), person)

    assert links == []
    assert not Event.objects.filter(action="password_link").exists()
