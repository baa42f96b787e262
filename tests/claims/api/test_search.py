from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from claims.models import Claimant
from tests.claims.publishing.public import make_public, retract, withhold

pytestmark = pytest.mark.django_db
URL = "/v1alpha1/claims:search"


def ask(client, **parameters):
    response = client.get(URL, parameters)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    return response


def texts(client, **parameters):
    return [claim["text"] for claim in ask(client, **parameters).json().get("claims", [])]


def test_answer_has_the_shape_of_google(client):
    who = Claimant.objects.create(slug="port", name="Port Authority", kind="organisation")
    row = make_public(
        statement="Twelve ships came.",
        claimant=who,
        said_on="2026-01-02",
        url="https://port.example.org/",
        title="Ships",
    )

    answer = ask(client, query="ships").json()

    assert answer == {
        "claims": [
            {
                "text": "Twelve ships came.",
                "claimant": "Port Authority",
                "claimDate": "2026-01-02T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "Fact-check desk", "site": "127.0.0.1"},
                        "url": f"http://127.0.0.1:8000/fact-checks/{row.slug}/",
                        "title": "Ships",
                        "reviewDate": row.first_published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "textualRating": "True",
                        "languageCode": "en",
                    }
                ],
            }
        ]
    }


def test_words_are_found_in_statement_headline_and_claimant(client):
    who = Claimant.objects.create(slug="port", name="Port Authority")
    make_public(statement="Twelve ships came.", title="Arrivals counted", claimant=who)
    make_public(statement="It rained.")

    for words in ("ship", "ARRIVALS", "port authority", "ships -rained", '"twelve ships"'):
        assert texts(client, query=words) == ["Twelve ships came."]
    assert texts(client, query="snow") == []


def test_nothing_found_is_an_empty_object_as_with_google(client):
    assert ask(client, query="nothing").json() == {}


def test_withheld_and_retracted_checks_are_not_found(client):
    withhold(make_public(statement="Ship one."))
    retract(make_public(statement="Ship two."))

    assert texts(client, query="ship") == []


def test_draft_of_a_new_verdict_is_not_found(client):
    row = make_public(statement="Twelve ships came.")
    type(row.claim).objects.filter(pk=row.claim_id).update(statement="Thirteen boats went.")

    assert texts(client, query="boats") == []
    assert texts(client, query="ships") == ["Twelve ships came."]


@pytest.mark.parametrize(("code", "found"), [("en", 1), ("en-US", 1), ("EN", 1), ("de", 0), ("", 1)])
def test_language_is_compared_without_its_region(client, code, found):
    make_public(statement="Ships came.", language="en-GB")

    assert len(texts(client, query="ships", languageCode=code)) == found


@pytest.mark.parametrize(
    ("site", "found"), [("127.0.0.1", 1), ("www.127.0.0.1", 1), ("http://127.0.0.1/", 1), ("elsewhere.example.org", 0)]
)
def test_site_filter_finds_all_of_ours_and_nothing_of_others(client, site, found):
    make_public()

    assert len(texts(client, reviewPublisherSiteFilter=site)) == found


def test_age_counts_from_what_is_public_now(client):
    make_public(statement="Ships came.")

    with time_machine.travel(timezone.now() + timedelta(days=10)):
        assert texts(client, query="ships", maxAgeDays=9) == []
        assert texts(client, query="ships", maxAgeDays=11) == ["Ships came."]


def test_pages_follow_one_another_without_gap_or_repeat(client):
    for number in range(5):
        make_public(statement=f"Ship {number}.")

    seen, token = [], ""
    for _ in range(3):
        answer = ask(client, query="ship", pageSize=2, pageToken=token).json()
        seen += [claim["text"] for claim in answer["claims"]]
        token = answer.get("nextPageToken", "")

    assert seen == [f"Ship {number}." for number in (4, 3, 2, 1, 0)]
    assert token == ""


def test_offset_skips_and_goes_on_by_token(client):
    for number in range(4):
        make_public(statement=f"Ship {number}.")

    answer = ask(client, query="ship", pageSize=1, offset=2).json()

    assert answer["claims"][0]["text"] == "Ship 1."
    assert texts(client, query="ship", pageToken=answer["nextPageToken"]) == ["Ship 0."]


def test_page_size_is_ten_unless_asked_and_a_hundred_at_most(client):
    for number in range(11):
        make_public(statement=f"Ship {number}.", evidence=0)

    assert len(texts(client, query="ship")) == 10
    assert len(texts(client, query="ship", pageSize=0)) == 10
    assert len(texts(client, query="ship", pageSize=1000000)) == 11


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": "  "},
        {"query": "x" * 501},
        {"query": "a\x00b"},
        {"query": "a", "languageCode": "\x00"},
        {"query": "a", "pageSize": "ten"},
        {"query": "a", "pageSize": "-1"},
        {"query": "a", "pageSize": "٣"},
        {"query": "a", "maxAgeDays": "9" * 30},
        {"query": "a", "offset": "10001"},
        {"query": "a", "pageToken": "nonsense"},
        {"query": "a", "pageToken": "ünsense"},
        {"query": "a", "pageToken": "MS5hYmM"},
        {"query": "a", "pageToken": "eA", "offset": "1"},
    ],
)
def test_bad_parameters_are_refused_in_the_shape_of_google(client, parameters):
    response = ask(client, **parameters)

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert error["message"]


def test_token_of_another_question_is_refused(client):
    for number in range(2):
        make_public(statement=f"Ship {number}.")
    token = ask(client, query="ship", pageSize=1).json()["nextPageToken"]

    assert ask(client, query="boat", pageToken=token).status_code == 400


def test_parameters_google_has_and_we_do_not_need_are_let_pass(client):
    make_public(statement="Ships came.")

    assert texts(client, query="ships", key="secret", alt="json") == ["Ships came."]


@pytest.mark.parametrize("count", [1, 4])
def test_search_costs_the_same_however_much_is_found(client, count, django_assert_num_queries):
    for number in range(count):
        make_public(statement=f"Ship {number}.")

    with django_assert_num_queries(1):
        assert len(texts(client, query="ship")) == count
