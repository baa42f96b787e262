"""Every mark of every chart leads to a list with exactly as many claims as it says, for everybody."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.figures import lists
from claims.figures.flow import in_time
from claims.figures.lists import QUESTIONS
from claims.figures.period import preset
from claims.models import Claim
from claims.views.result_list import ResultList
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db


def marks_of(name, person, period=None):
    chart = QUESTIONS[name].answer(person, period or preset("30", timezone.localdate()))
    return [mark for line in chart.lines for mark in line.marks if mark]


def rows_behind(mark, person):
    return ResultList.read(QueryDict(mark.query)).claims(person).count()


# What each chart must at least have to say of this newsroom, so that the comparison is not one of nothing.
LEAST = {"flow": 3, "stages": 4, "due": 3, "load": 2, "claimants": 1, "topics": 1, "sources": 5, "agreement": 1}


def test_the_number_on_a_mark_is_the_number_of_rows_behind_it(newsroom, people):
    told = [
        (name, who, mark.query, mark.count, rows_behind(mark, person))
        for name in QUESTIONS
        for who, person in vars(people).items()
        for mark in marks_of(name, person)
    ]

    assert [found for found in told if found[3] != found[4]] == []
    assert {name: len(marks_of(name, people.editor)) >= least for name, least in LEAST.items()} == dict.fromkeys(
        LEAST, True
    )


def test_an_empty_desk_says_what_would_come_and_draws_nothing():
    charts = [
        question.answer(PersonFactory(role="editor"), preset("30", timezone.localdate()))
        for question in QUESTIONS.values()
    ]

    assert [chart.is_empty for chart in charts] == [True] * len(QUESTIONS)
    assert all(str(question.nothing).startswith("Nothing yet: ") for question in QUESTIONS.values())
    assert all(str(question.title).endswith("?") for question in QUESTIONS.values())


def test_a_chart_costs_the_same_few_statements_for_any_number_of_claims(newsroom, people):
    costs = {}
    for name in QUESTIONS:
        with CaptureQueriesContext(connection) as statements:
            marks_of(name, people.auditor)
        costs[name] = len(statements)
    more = [desk.in_review(people) for _n in range(2)]
    for name in QUESTIONS:
        with CaptureQueriesContext(connection) as statements:
            marks_of(name, people.auditor)
        assert (name, len(statements)) == (name, costs[name])

    assert max(costs.values()) <= 3
    assert more


def test_what_came_in_went_out_and_came_back(newsroom, people):
    chart = QUESTIONS["flow"].answer(people.editor, preset("30", timezone.localdate()))

    assert chart.finding == "10 in, 3 finished, 2 back"
    assert [mark.count if mark else 0 for mark in chart.lines[-1].marks] == [10, 3, 2]


def test_time_in_a_stage_runs_from_coming_to_it(people):
    claim = ClaimFactory()
    Claim.objects.filter(pk=claim.pk).update(status_since=timezone.now() - timedelta(days=12))
    desk.make_rubric()
    answers = {"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    desk.edit_review.answer_rubric(claim.pk, by=people.editor, answers=answers)
    desk.apply(claim.pk, "accept", by=people.editor)
    desk.apply(claim.pk, "assign", by=people.editor, person=people.author, due=desk.soon())
    chart = QUESTIONS["stages"].answer(people.editor, preset("30", timezone.localdate()))

    assert [(line.label, line.more) for line in chart.lines] == [
        ("Inbox", ("12 days", "12 days")),
        ("Accepted", ("under a minute", "under a minute")),
    ]
    assert chart.finding == "longest: inbox, typically 12 days"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(9, "under a minute"), (60, "1 minute"), (7200, "2 hours"), (4.24 * 86400, "4.2 days"), (12.4 * 86400, "12 days")],
)
def test_a_time_has_two_figures(seconds, said):
    assert in_time(seconds) == said


# --- who may know what


def test_a_verdict_that_is_hidden_counts_nowhere(people):
    desk.in_cross_check(people, code="false")
    claim = desk.in_review(people, code="false", second="false")
    claim.topics.add(desk_topic())
    seeing = {
        name: [sum(mark.count for mark in marks_of(chart, person)) for chart in ("topics", "agreement")]
        for name, person in vars(people).items()
    }
    told = {"contributor", "author", "cross_checker"}  # who wrote it or judged it; the contributor wrote its statement

    assert seeing == {name: [1, 1] if name in told else [0, 0] for name in seeing}


def test_a_list_with_a_hidden_verdict_in_its_address_is_empty(people):
    claim = desk.in_review(people, code="false", second="false")
    claim.topics.add(desk_topic())
    days = f"{timezone.localdate()}~{timezone.localdate()}"
    for figure in (f"about~false~harbour~{days}", f"pair~false~false~{days}"):
        asked = ResultList.read(QueryDict(f"figure={figure}"))
        assert [asked.claims(person).count() for person in (people.author, people.editor, people.auditor)] == [1, 0, 0]


def desk_topic():
    return TopicFactory(slug="harbour", name="Harbour")


# --- the addresses of lists


@pytest.mark.parametrize(
    "value",
    [
        "", "in", "in~2026-01-01", "in~2026-01-02~2026-01-01", "in~nonsense~2026-01-01", "in~9999-12-31~9999-12-31",
        "left~nowhere~2026-01-01~2026-01-01", "left", "due", "due~never", "holds~checker~x", "holds~nobody~1",
        f"holds~checker~{2**70}", "said~true~ministry~2026-01-01", "said~worse~ministry~2026-01-01~2026-01-02",
        "said~true~~2026-01-01~2026-01-02", "pair~true~worse~2026-01-01~2026-01-02", "sources~lost", "no~2026-01-01",
        "said~true~a\x00b~2026-01-01~2026-01-02",
    ],
)  # fmt: skip
def test_what_is_no_list_is_left_out_of_the_address(value):
    assert not lists.is_list(value)
    assert ResultList.read(QueryDict(urlencode({"figure": value}))).filters == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("in~2026-01-01~2026-01-03", "Came in, 1 Jan \u2013 3 Jan 2026"),
        ("out~2026-01-01~2026-01-01", "Finished, 1 Jan 2026"),
        ("back~2026-01-01~2026-01-01", "Came back, 1 Jan 2026"),
        ("left~inbox~2026-01-01~2026-01-01", "Left \u201cInbox\u201d, 1 Jan 2026"),
        ("due~days", "1 to 7 days late"),
        ("holds~checker~1", "to research"),
        ("said~false~nobody~2026-01-01~2026-01-01", "nobody, False, 1 Jan 2026"),
        ("pair~true~false~2026-01-01~2026-01-01", "First verdict True side, second False, 1 Jan 2026"),
        ("sources~gone", "A passage is gone"),
    ],
)
def test_a_list_has_a_name_in_words(value, words):
    assert lists.is_list(value)
    assert lists.in_words(value) == words


def test_a_part_is_named_after_who_holds_it():
    person = PersonFactory(name="Checker Seven")

    assert lists.in_words(f"holds~editor~{person.pk}") == "to edit, Checker Seven"
