import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.workflow import edit
from tests.claims.workflow import desk
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

WRITTEN = "Counted twice, written for an hour."


@pytest.fixture
def claim(people):
    return desk.in_research(people)


def form_of(client, claim):
    """The hidden fields of the verdict form as the page has them."""
    page = client.get(reverse("claims:claim-detail", args=[claim.pk]))
    seen = {f"seen-{name}": mark for name, mark in edit.digests(desk.reload(claim)).items()}
    return seen | {"once": page.context["once"]() if callable(page.context["once"]) else str(page.context["once"])}


@pytest.fixture
def sent(client, people, claim):
    """Somebody wrote for an hour; his session ended; he pressed Save in a browser without scripts."""
    client.force_login(people.author)
    data = form_of(client, claim) | {"rationale": WRITTEN}
    client.logout()
    return client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)


def test_without_scripts_the_sign_in_page_comes_and_the_text_can_be_sent_after(client, people, claim, sent):
    assert sent.status_code == 302
    assert sent["Location"].startswith("/accounts/login/?next=/sent-again/")
    assert "what you sent is kept" in client.get(sent["Location"]).content.decode()

    people.author.set_password("a-long-enough-word")
    people.author.save()
    login = {"login": people.author.username, "password": "a-long-enough-word", "next": "/sent-again/"}
    again = client.post(reverse("account_login"), login, follow=True)

    assert WRITTEN in again.content.decode()
    assert again.context["kept"]["path"] == reverse("claims:verdict-edit", args=[claim.pk])
    client.post(again.context["kept"]["path"], dict(again.context["kept"]["data"]))
    assert desk.reload(claim).rationale == WRITTEN


def test_somebody_else_who_signs_in_at_the_same_browser_is_not_shown_it(client, people, sent):
    client.force_login(people.cross_checker)

    assert WRITTEN not in client.get(reverse("claims:sent-again")).content.decode()


def test_what_was_sent_is_kept_for_an_hour(client, people, sent):
    client.force_login(people.author)
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=61), tick=False):
        assert WRITTEN not in client.get(reverse("claims:sent-again")).content.decode()


def test_a_form_that_does_not_say_whose_page_it_was_is_not_shown_again(client, people, claim):
    client.post(reverse("claims:verdict-edit", args=[claim.pk]), {"rationale": WRITTEN})
    client.force_login(people.author)

    assert WRITTEN not in client.get(reverse("claims:sent-again")).content.decode()


def test_a_very_long_text_is_not_kept_and_the_writer_is_told(client, claim):
    sent = client.post(reverse("claims:verdict-edit", args=[claim.pk]), {"rationale": "x" * 200_001})

    assert "go back for your text" in client.get(sent["Location"]).content.decode()


def test_strangers_find_nothing_to_send_again(client):
    assert client.get(reverse("claims:sent-again")).status_code == 302


def test_a_script_is_told_that_nobody_is_signed_in_any_more(client, claim):
    answer = client.post(reverse("claims:verdict-edit", args=[claim.pk]), headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/"
    assert client.get(reverse("claims:who-is-here")).json()["person"] == 0


def test_the_token_of_a_page_is_renewed_after_signing_in_again(people):
    client = Client(enforce_csrf_checks=True)
    person = PersonFactory(role="checker", username="again")
    person.set_password("a-long-enough-word")
    person.save()
    token = client.get(reverse("claims:who-is-here")).json()["csrf"]
    login = {"login": "again", "password": "wrong", "csrfmiddlewaretoken": token}
    script = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}

    wrong = client.post(reverse("account_login"), login, headers=script)
    assert wrong.status_code == 400
    assert wrong.json()["form"]["errors"]

    right = client.post(reverse("account_login"), login | {"password": "a-long-enough-word"}, headers=script)
    here = client.get(reverse("claims:who-is-here")).json()

    assert right.status_code == 200
    assert here["person"] == person.pk
    old = client.post(reverse("claims:claim-new"), {"csrfmiddlewaretoken": token})
    new = client.post(reverse("claims:claim-new"), {"csrfmiddlewaretoken": here["csrf"]})
    assert (old.status_code, new.status_code) == (403, 422)


def stale(people, claim, **data):
    """A form sent with a token that is none any more."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.author)
    page = form_of(client, claim) | {"rationale": WRITTEN, "csrfmiddlewaretoken": "x" * 64} | data
    return client, client.post(reverse("claims:verdict-edit", args=[claim.pk]), page)


def test_a_page_older_than_a_sign_in_elsewhere_is_sent_again_by_its_writer(people, claim):
    client, refused = stale(people, claim)

    assert refused["Location"] == reverse("claims:sent-again")
    assert WRITTEN in client.get(refused["Location"]).content.decode()
    assert desk.reload(claim).rationale == ""


def test_a_form_from_elsewhere_is_refused_and_nothing_of_it_is_kept(people, claim):
    client, refused = stale(people, claim, once="forged.0123456789abcdef")

    assert refused.status_code == 403
    assert WRITTEN not in client.get(reverse("claims:sent-again")).content.decode()


def test_a_stranger_who_presses_a_button_is_told_to_sign_in(claim):
    answer = Client(enforce_csrf_checks=True).post(reverse("claims:claim-step", args=[claim.pk, "submit"]))

    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
    assert f'href="{reverse("account_login")}"' in answer.text


def test_a_page_to_sign_in_that_was_open_too_long_says_so(db):
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x", "password": "y"})

    assert answer.status_code == 403
    assert "This page was open too long" in answer.text


def test_the_dialog_is_fetched_when_it_is_needed_and_knows_whose_page_it_was(client):
    dialog = client.get(reverse("claims:sign-in-again"), {"login": "checker-1"}).content.decode()

    assert 'value="checker-1"' in dialog
    assert reverse("account_login") in dialog
