"""In which language the desk speaks: to a person, to a browser, to readers, and in what it keeps."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from claims import jobs
from claims.jobs import run
from claims.models import ContactLog, Desk, Event, EvidenceKind, FactCheck, Job, Notification
from claims.models.desk import spoken
from claims.notifications.send import notify
from claims.workflow import people as staff
from claims.workflow import reply_lines
from tests.claims.publishing.public import make_public, withhold
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

QUEUE = "/claims/"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
FRENCH = {"Accept-Language": "fr-CH,fr;q=0.9,de;q=0.5"}


def speak(code):
    Desk.objects.update_or_create(pk=1, defaults={"language": code})


# --- which


@pytest.mark.parametrize(
    ("wished", "code"),
    [((), "en"), (("de",), "de"), (("de-AT",), "de"), (("ko", "de"), "de"), (("", "de"), "de"), (("ko",), "en"), (("!",), "en")],
)  # fmt: skip
def test_the_first_language_the_desk_can_speak_is_spoken(wished, code):
    assert spoken(*wished) == code


@pytest.mark.parametrize(
    ("chosen", "asked", "code"),
    [("", {}, "en"), ("", GERMAN, "de"), ("de", {}, "de"), ("en", GERMAN, "en"), ("", FRENCH, "fr"), ("", {"Accept-Language": "ko"}, "en")],
)  # fmt: skip
def test_a_page_is_in_the_language_of_the_person_else_of_his_browser(client, chosen, asked, code):
    client.force_login(PersonFactory(role="editor", language=chosen))
    answer = client.get(QUEUE, headers=asked)

    assert f'<html lang="{code}" dir="ltr">' in answer.content.decode()
    assert answer.headers["Content-Language"] == code
    for language, queue in (("de", "Arbeitsliste"), ("fr", "File de travail")):
        assert (queue in answer.content.decode()) == (code == language)


def test_who_has_not_signed_in_is_greeted_as_his_browser_asks(client):
    answer = client.get("/accounts/login/", headers=GERMAN)

    assert "Anmelden" in answer.content.decode()
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_page_that_is_not_there_says_so_in_the_language_of_the_person(client):
    client.force_login(PersonFactory(role="editor", language="de"))

    assert "Hier ist nichts" in client.get("/claims/999999/").content.decode()


# --- the choice


def test_a_person_chooses_his_language_and_is_told_in_it(client):
    person = PersonFactory(role="checker")
    client.force_login(person)
    page = client.post("/profile/", {"language": "de"}, follow=True).content.decode()
    person.refresh_from_db()

    assert person.language == "de"
    assert "Der Desk spricht jetzt diese Sprache mit Ihnen." in page
    assert '<option value="de" selected>Deutsch</option>' in page
    assert Event.objects.get(chain="desk", action="change_setting").details["after"] == {"language": "de"}

    page = client.post("/profile/", {"language": ""}, follow=True).content.decode()
    person.refresh_from_db()

    assert person.language == ""
    assert "The desk speaks this language to you now." in page


def test_a_language_nobody_translated_cannot_be_chosen(client):
    person = PersonFactory(role="checker", time_zone="Europe/Kyiv")
    client.force_login(person)
    answer = client.post("/profile/", {"language": "ko"})
    person.refresh_from_db()

    assert answer.status_code == 422
    assert (person.language, person.time_zone) == ("", "Europe/Kyiv")


def test_choosing_the_same_language_again_is_not_recorded():
    person = PersonFactory(language="de")
    staff.set_language(person, "de")

    assert not Event.objects.filter(chain="desk").exists()


# --- readers


PUBLIC = ["/fact-checks/", "/corrections/", "/methodology/", "/feeds/fact-checks.atom", "/feeds/claimreview.json"]


@pytest.mark.parametrize("address", PUBLIC)
def test_readers_get_one_language_whatever_their_browser_asks(client, address):
    make_public()
    speak("de")
    answers = [client.get(address, headers=asked) for asked in ({}, GERMAN, {"Accept-Language": "en-GB"})]

    assert len({b"".join(answer) if answer.streaming else answer.content for answer in answers}) == 1
    for answer in answers:
        assert answer.headers["Content-Language"] == "de"
        assert "Accept-Language" not in answer.headers.get("Vary", "")
        assert "public" in answer.headers["Cache-Control"]


def test_readers_are_told_in_the_language_of_the_desk(client):
    row = make_public()
    speak("de")
    page = client.get(f"/fact-checks/{row.slug}/").content.decode()

    assert '<html lang="de" dir="ltr">' in page
    assert "Unsere Einstufung" in page
    assert "Frist" in client.get("/methodology/").content.decode()
    assert "5 Arbeitstage" in client.get("/methodology/").content.decode()
    withhold(row)
    assert "Vorübergehend zurückgehalten:" in client.get("/feeds/fact-checks.atom").content.decode()


def test_what_is_frozen_for_readers_is_in_the_language_of_the_desk_whoever_publishes():
    speak("de")
    with translation.override("en"):
        row = make_public()

    (item,) = json.loads(FactCheck.objects.get(pk=row.pk).page)["evidence"]

    with translation.override("de"):
        assert item["kind_label"] == str(EvidenceKind(item["kind"]).label)
    assert item["kind_label"] != str(EvidenceKind(item["kind"]).label)


def test_what_readers_are_told_of_a_question_does_not_depend_on_who_writes_it():
    speak("de")
    contact = ContactLog(asked="Hafenamt", asked_at=datetime(2026, 3, 12, tzinfo=UTC), deadline=timezone.now())
    with translation.override("en"):
        contact.public_line = reply_lines.line_of(contact, *reply_lines.desk_manner())

    assert contact.public_line.startswith("Hafenamt wurde am 12. März 2026 gefragt")
    for code in ("en", "de"):
        with translation.override(code):
            assert reply_lines.is_automatic(contact, UTC)
    speak("en")
    assert reply_lines.is_automatic(contact, UTC)


# --- what people are told, and what is kept


def test_each_person_is_told_in_his_own_language_and_without_one_in_that_of_the_desk():
    speak("de")
    claim = ClaimFactory(status="in_review")
    for code in ("en", "de", ""):
        PersonFactory(role="editor", language=code)
    event = Event.objects.append(claim, "overdue", by=None, body={"stage": "review"})
    effects = notify(None, event=event.pk)
    effects()

    told = {row.person.language: row.text for row in Notification.objects.filter(event=event).select_related("person")}
    assert told["de"].startswith("Sie ist überfällig:")
    assert told[""].startswith("Sie ist überfällig:")
    assert told["en"].startswith("It is overdue:")


def test_work_in_the_background_writes_in_the_language_of_the_desk(monkeypatch):
    def work(job):
        raise run.UserFacingError(str(translation.gettext("This claim does not exist.")), "gone")

    monkeypatch.setattr(run.catalogue, "load", lambda path: work)
    for code, words in (("de", "Diese Behauptung gibt es nicht."), ("ko", "This claim does not exist.")):
        speak(code)
        jobs.enqueue("verify_record", key=code)
        leased = jobs.ledger.lease("bulk")
        run.run(leased)

        assert Job.objects.get(pk=leased.id).last_error == words
    assert translation.get_language() == "en"
