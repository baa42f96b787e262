"""Charts on the desk: loaded by themselves, readable without them, kept as files that no spreadsheet runs."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.figures.lists import QUESTIONS
from claims.publishing.publish import publish
from claims.views.charts import harmless
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def editor(client):
    person = PersonFactory(role="editor")
    client.force_login(person)
    return person


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("path", ["/desk/charts/flow/", "/desk/charts/flow.csv"])
def test_strangers_sign_in_and_nothing_is_posted(client, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"
    client.force_login(PersonFactory())
    assert client.post(path).status_code == 405
    assert client.get(path.replace("flow", "nothing")).status_code == 404


def test_the_desk_names_every_question_and_lets_its_chart_come_by_itself(client, editor):
    text = client.get("/desk/?period=90").content.decode()

    asks = [
        f'hx-get="/desk/charts/{name}/?period=90&amp;room={row.room}" hx-trigger="load"'
        for name, row in QUESTIONS.items()
    ]
    assert [ask in text for ask in asks] == [True] * 8
    assert all(str(question.title) in text for question in QUESTIONS.values())


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_empty_chart_says_what_would_come(client, editor, name):
    response = client.get(f"/desk/charts/{name}/", headers=HTMX)
    text = response.content.decode()

    assert str(QUESTIONS[name].nothing) in text
    assert 'role="group"' not in text
    assert "<html" not in text


@pytest.mark.parametrize("room", ["60", "300"])
def test_a_chart_takes_the_room_that_was_kept_for_it_and_scrolls_inside(client, editor, room):
    ClaimFactory(due_at=timezone.now() - timedelta(days=3))
    ClaimFactory(due_at=timezone.now() + timedelta(days=3))
    text = client.get(f"/desk/charts/due/?room={room}", headers=HTMX).content.decode()

    assert f'viewBox="0 0 336 {room}" aria-hidden="true"' in text
    assert ('role="group" tabindex="0" aria-labelledby="chart-due-h"' in text) == (room == "60")


def test_the_next_visit_keeps_the_room_a_chart_took_in_the_last_one(client, editor):
    ClaimFactory(due_at=timezone.now() - timedelta(days=3))
    client.get("/desk/charts/due/", headers=HTMX)
    kept = client.cookies["room-due"]

    assert (kept.value, kept["path"], kept["httponly"], kept["samesite"]) == ("48", "/desk/", True, "Lax")
    assert "/desk/charts/due/?period=30&amp;room=48" in client.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("kept", "room"), [("abc", 264), ("-5", 264), ("99999", 264), ("999", 430), ("0", 24), ("²", 264)]
)
def test_a_room_that_was_tampered_with_is_put_right(client, editor, kept, room):
    client.cookies["room-due"] = kept

    assert f"/desk/charts/due/?period=30&amp;room={room}" in client.get("/desk/").content.decode()


def test_a_chart_is_drawn_with_its_words_its_marks_and_its_table(client, editor):
    ClaimFactory(due_at=timezone.now() - timedelta(days=3))
    text = client.get("/desk/charts/due/", headers=HTMX).content.decode()
    leads = 'href="/claims/?figure=due~days"'

    assert text.count(leads) == 2  # the mark, and the number in the table
    assert 'aria-label="1 to 7 days late, Late: 1"' in text
    assert '<title id="chart-due-t">What is late, and what falls due next?</title>' in text
    assert '<desc id="chart-due-d">1 late, 0 due within 24 hours.' in text
    assert '<th scope="row" class="font-normal">1 to 7 days late</th>' in text
    assert "style=" not in text


def test_without_a_script_a_chart_is_a_page(client, editor):
    assert b"<html" in client.get("/desk/charts/due/").content


def test_bad_dates_are_answered_in_one_sentence_and_the_charts_still_come(client, editor):
    response = client.get("/desk/?from=2026-02-31")
    text = response.content.decode()

    assert "“2026-02-31” is no date: the charts show the last 30 days." in text
    assert "/desk/charts/flow/?period=30" in text
    assert client.get("/desk/charts/flow/?from=never").status_code == 200
    assert client.get("/desk/charts/flow.csv?from=never").status_code == 200


def test_free_dates_go_along_to_the_charts(client, editor):
    text = client.get("/desk/?from=2026-01-01&to=2026-02-01").content.decode()

    assert "/desk/charts/flow/?from=2026-01-01&amp;to=2026-02-01" in text


def file_and_its_day(client, name):
    """A chart's file, and the day on which it was made: not one that ended meanwhile."""
    day = None
    while day != timezone.localdate():
        day = timezone.localdate()
        response = client.get(f"/desk/charts/{name}.csv")
    return response, day


def test_a_chart_is_kept_as_a_file(client):
    people = desk.hire()
    claim = publish(desk.approved(people).pk, by=people.editor).claim
    AppearanceFactory(claim=claim, claimant=ClaimantFactory(name="=HYPERLINK(1)"))
    client.force_login(people.auditor)
    response, today = file_and_its_day(client, "claimants")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        f'attachment; filename="claimants_{today - timedelta(days=29)}_{today}.csv"'
    )
    assert rows_of(response) == [
        ["Claimant", "True side", "Mixed", "False", "Open"],
        ["'=HYPERLINK(1)", "1", "0", "0", "0"],
    ]


def test_the_file_of_a_chart_of_this_moment_is_dated_today(client, editor):
    response, today = file_and_its_day(client, "due")

    assert response["Content-Disposition"] == f'attachment; filename="due_{today}.csv"'
    assert rows_of(response) == [["Due", "Late", "Due within 24 hours", "Ahead"]]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("plain", "plain"),
        ("", ""),
        (-3, -3),
    ],
)
def test_a_spreadsheet_runs_no_cell(cell, kept):
    assert harmless(cell) == kept


def test_more_lines_than_a_chart_can_draw_are_in_its_table(client, editor):
    for n in range(14):
        claim = ClaimFactory()
        PersonFactory(role="checker", name=f"Checker {n:02}").assignments.create(claim=claim, role="checker")
    text = client.get("/desk/charts/load/", headers=HTMX).content.decode()

    assert "and 3 more in the table" in text  # 14 checkers and the editor
    assert text.count('<th scope="row"') == 15


def test_a_chart_costs_the_same_for_few_claims_and_for_many(client, editor):
    costs = []
    for count in (1, 6):
        ClaimFactory.create_batch(count, due_at=timezone.now() - timedelta(days=3))
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/desk/charts/due/", headers=HTMX).status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 4  # session, person, desk, the chart


def test_a_mark_opens_the_queue_with_its_name_as_a_filter(client, editor):
    ClaimFactory(due_at=timezone.now() - timedelta(days=3), statement="Late one.")
    ClaimFactory(statement="Another.")
    text = client.get("/claims/?figure=due~days").content.decode()

    assert ("Late one." in text, "Another." in text) == (True, False)
    assert "Chart <b>1 to 7 days late</b>" in text
