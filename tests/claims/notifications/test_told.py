"""Notices are read in the language of the page, whatever was known of their reader when they were written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from claims.models import Event, Notification, Person
from claims.notifications.messages import notice
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def checker(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def tell(person, kind, *, by=None, sees_verdict=True, **body):
    claim = ClaimFactory(statement="The quay is new.")
    event = Event.objects.append(claim, kind, by=by, body=body)
    with translation.override("en"):
        text = notice(kind, claim.statement, str(by or ""), event.details, sees_verdict=sees_verdict)
    return Notification.objects.create(person=person, event=event, claim=claim, kind=kind, text=text)


@pytest.mark.parametrize("page", ["/notices/", "/my-day/"])
def test_who_reads_german_reads_german_notices_with_the_words_as_they_were_written(client, checker, page):
    editor = PersonFactory(name="Editor Ten")
    row = tell(checker, "return", by=editor, reason="The second source is missing.")
    html = client.get(page, headers=GERMAN).content.decode()

    assert "bittet um Änderungen" in html
    assert "Editor Ten" in html
    assert "The second source is missing." in html
    assert "asks for changes" not in html
    row.refresh_from_db()
    assert "asks for changes" in row.text


def test_what_was_kept_from_its_reader_is_not_told_in_another_language_either(client, checker):
    tell(checker, "return", by=PersonFactory(), sees_verdict=False, reason="It is false, not half true.")
    html = client.get("/notices/", headers=GERMAN).content.decode()

    assert "The quay is new." in html
    assert "half true" not in html


def test_what_was_written_in_the_language_of_the_page_stands_as_it_was(client, checker):
    row = tell(checker, "publish")
    Notification.objects.filter(pk=row.pk).update(text="As it was written.")
    assert "As it was written." in client.get("/notices/").content.decode()

    Person.objects.filter(pk=checker.pk).update(language="de")
    assert "As it was written." in client.get("/notices/", headers=GERMAN).content.decode()


def test_notices_of_many_are_retold_with_the_statements_of_one(client, checker, django_assert_num_queries):
    tell(checker, "return", by=PersonFactory(), reason="More.")
    client.get("/notices/", headers=GERMAN)
    with CaptureQueriesContext(connection) as first:
        client.get("/notices/", headers=GERMAN)
    for _number in range(5):
        tell(checker, "return", by=PersonFactory(), reason="More.")

    with django_assert_num_queries(len(first)):
        client.get("/notices/", headers=GERMAN)
