"""The right of reply on the claim page: asked, answered, put right, not waited for; what the approver reads of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import ContactLog
from claims.views.reply_rows import replies_in_words
from claims.workflow import replies
from claims.workflow.apply import apply
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
ASKED = {"asked": "Harbour office", "channel": "email", "question": "How many?", "deadline": "2030-01-01T10:00"}


@pytest.fixture
def claim(people):
    return desk.in_research(people)


@pytest.fixture
def author(client, people, claim):
    client.force_login(people.author)
    return people.author


def post(client, name, *args, **data):
    return client.post(reverse(f"claims:{name}", args=args), data)


def text_of(response):
    return response.content.decode()


def ask(claim, by, **fields):
    given = {"asked": "Harbour office", "channel": "phone", "question": "How many?", "deadline": desk.soon()}
    return replies.log_contact(claim.pk, by=by, **given | {"contact_detail": "020 7946 0999"} | fields)


def test_who_was_asked_and_what_they_answered_are_kept(client, author, claim):
    post(client, "contact-log", claim.pk, **ASKED, contact_detail="office@example.org")
    contact = ContactLog.objects.get()
    post(client, "contact-answer", claim.pk, contact.pk, answer="Twelve.", public_line="They say twelve.")
    contact.refresh_from_db()

    assert (contact.answer, contact.contact_detail) == ("Twelve.", "office@example.org")
    assert contact.public_line == "They say twelve."
    assert post(client, "contact-answer", claim.pk, contact.pk, answer=" ").status_code == 422
    assert post(client, "contact-answer", claim.pk, 999_999, answer="Twelve.").status_code == 404


def test_an_answer_that_is_refused_stays_in_its_row(client, author, claim):
    contact = ask(claim, author)
    response = post(client, "contact-answer", claim.pk, contact.pk, answer="", public_line="They say twelve.")

    assert response.status_code == 422
    assert "They say twelve." in text_of(response)


def test_a_row_is_put_right_in_place_and_on_a_page_of_its_own(client, author, claim):
    contact = ask(claim, author)
    address = reverse("claims:contact-edit", args=[claim.pk, contact.pk])
    part, page = client.get(address, headers=HTMX), client.get(address)
    assert "<html" not in text_of(part)
    assert "<html" in text_of(page)
    seen = re.search(r'name="seen" value="(\w+)"', text_of(part))[1]

    given = ASKED | {"asked": "Port office", "asked_at": "2026-01-02T10:00", "seen": seen, "contact_detail": "1234567"}
    assert client.post(address, given).status_code == 302
    contact.refresh_from_db()
    assert (contact.asked, contact.contact_detail) == ("Port office", "1234567")
    again = client.post(address, given | {"question": "Why?"})
    assert again.status_code == 422
    assert "Somebody else changed this row meanwhile" in text_of(again)
    assert "Why?" in text_of(again)


def test_who_does_not_know_the_number_puts_the_rest_right_and_leaves_it(client, people, author, claim):
    contact = ask(claim, author)
    client.force_login(people.cross_checker)
    address = reverse("claims:contact-edit", args=[claim.pk, contact.pk])
    part = text_of(client.get(address, headers=HTMX))
    seen = re.search(r'name="seen" value="(\w+)"', part)[1]
    assert "contact_detail" not in part

    given = ASKED | {"asked_at": "2026-01-02T10:00", "seen": seen, "contact_detail": "stolen"}
    assert client.post(address, given).status_code == 302
    contact.refresh_from_db()
    assert contact.contact_detail == "020 7946 0999"


def test_who_may_not_edit_is_led_back(client, people, author, claim):
    contact = ask(claim, author)
    client.force_login(people.auditor)

    assert client.get(reverse("claims:contact-edit", args=[claim.pk, contact.pk])).status_code == 302


def test_going_on_without_an_answer_asks_why(client, author, claim):
    contact = ask(claim, author)
    assert post(client, "contact-go-on", claim.pk, contact.pk, reason="").status_code == 422
    assert post(client, "contact-go-on", claim.pk, contact.pk, reason="It is printed tonight.").status_code == 302

    page = text_of(client.get(reverse("claims:claim-detail", args=[claim.pk])))
    assert "The desk does not wait:" in page
    assert "It is printed tonight." in page


def test_a_row_logged_by_mistake_is_taken_off(client, author, claim):
    contact = ask(claim, author)
    assert post(client, "contact-remove", claim.pk, contact.pk).status_code == 302
    assert not ContactLog.objects.exists()


def test_the_approver_reads_where_the_replies_stand_before_he_approves(client, people):
    claim = desk.ready(people)
    one, two, three = (ask(claim, people.author, asked=name) for name in ("Office", "Union", "Ministry"))
    replies.answer_contact(one.pk, by=people.author, answer="Twelve.")
    replies.answer_contact(two.pk, by=people.author, answer="Ten.")
    replies.go_on_without(three.pk, by=people.author, reason="No time.")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    ContactLog.objects.filter(pk=three.pk).update(deadline=timezone.now())
    client.force_login(people.editor)
    page = text_of(client.get(reverse("claims:claim-detail", args=[claim.pk])))

    assert "3 asked, 2 answered, 1 silent, deadline passed on " in page


def test_replies_are_told_in_one_line():
    now = datetime(2026, 3, 12, tzinfo=UTC)
    day = timedelta(days=1)
    silent = ContactLog(asked="Office", asked_at=now - 9 * day, deadline=now - 2 * day)
    awaited = ContactLog(asked="Union", asked_at=now - day, deadline=now + 2 * day)

    assert replies_in_words([], now) == ""
    assert replies_in_words([silent, awaited], now) == (
        "2 asked, 0 answered, 1 silent, deadline passed on Tue 10 Mar, 1 awaited until Sat 14 Mar"
    )


@pytest.mark.parametrize("count", [2, 40])
def test_the_claim_page_costs_the_same_however_many_were_asked(
    client, people, claim, count, django_assert_max_num_queries
):
    for number in range(count):
        ask(claim, people.author, asked=f"Office {number}")
    client.force_login(people.editor)

    with django_assert_max_num_queries(16):
        page = client.get(reverse("claims:claim-detail", args=[claim.pk]))
    assert text_of(page).count('id="contact-') >= count
