"""The page of a topic: both sides of a dispute, who spoke when, and nothing that is hidden."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, ClaimRelation
from claims.publishing.publish import publish
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, ClaimFactory, PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    return TopicFactory(slug="ships", name="Ships")


@pytest.fixture
def editor(client):
    person = PersonFactory(role="editor")
    client.force_login(person)
    return person


def said(claim, name, position="asserts", day=None):
    AppearanceFactory(claim=claim, claimant=ClaimantFactory(name=name), position=position, said_on=day)


@pytest.fixture
def dispute(topic):
    """Somebody found ships; the ministry denies them, in a claim of its own that has another topic."""
    found = ClaimFactory(statement="Twelve ships came.")
    denial = ClaimFactory(statement="No ship came.")
    aside = ClaimFactory(statement="The harbour is deep.")
    for claim in (found, aside):
        claim.topics.add(topic)
    ClaimRelation.objects.create(source=found, target=denial, kind="contradicts")
    said(found, "Union", day=date(2024, 1, 4))
    said(denial, "Ministry", day=date(2023, 10, 17))
    said(denial, "Observers", "denies", date(2024, 5, 29))
    said(aside, "Paper", "reports")
    return found, denial, aside


def read(client, path="/topics/ships/"):
    return client.get(path)


def test_strangers_sign_in_and_an_unknown_topic_is_not_found(client, topic):
    for path in ("/topics/", "/topics/ships/", "/topics/ships.csv"):
        assert client.get(path).url == f"/accounts/login/?next={path}"
    client.force_login(PersonFactory())
    assert [client.get(path).status_code for path in ("/topics/none/", "/topics/none.csv")] == [404, 404]
    assert client.post("/topics/ships/").status_code == 405


def test_who_denies_stands_against_who_found(client, editor, dispute):
    shown, rest = read(client).context["shown"]

    assert shown.title == "Disputed: Twelve ships came."
    assert [one.claim.statement for one in shown.left] == ["Twelve ships came."]
    assert [one.claim.statement for one in shown.right] == ["No ship came."]
    assert {side: [voice.name for voice, _words in voices] for side, voices in shown.speaking.items()} == {
        "for": ["Union", "Observers"], "against": ["Ministry"], "reports": [],
    }  # fmt: skip
    assert [head.day for head in shown.heads] == ["17 Oct 2023", "4 Jan 2024", "29 May 2024"]
    assert [head.later for head in shown.heads] == ["", "3 months later", "5 months later"]
    assert shown.finding == "2 speak for it, 1 against it, 0 report it or say both"
    assert (rest.title, [one.claim.statement for one in rest.left]) == (
        "What nobody contradicts",
        ["The harbour is deep."],
    )


def test_every_mark_says_who_when_and_what_and_leads_to_its_claim(client, editor, dispute):
    found, denial, _aside = dispute
    text = read(client).content.decode()

    assert f'href="/claims/{denial.pk}/" aria-label="asserts 2: Ministry, 17 Oct 2023, “No ship came.”"' in text
    assert f'href="/claims/{denial.pk}/" aria-label="denies 2: Observers, 29 May 2024, “No ship came.”"' in text
    assert f'href="/claims/{found.pk}/" aria-label="asserts 1: Union, 4 Jan 2024, “Twelve ships came.”"' in text
    assert "of another topic" in text


def test_the_side_more_people_stand_for_leads(client, editor, topic):
    claims = [ClaimFactory(statement=f"Claim {n}.") for n in range(3)]
    for claim in claims:
        claim.topics.add(topic)
    for claim in claims[:2]:
        ClaimRelation.objects.create(source=claim, target=claims[2], kind="contradicts")
    said(claims[1], "Union")

    assert [one.claim.pk for one in read(client).context["shown"][0].left] == [claims[1].pk, claims[0].pk]


def test_what_the_desk_published_stands_on_the_timeline(client, topic):
    people = desk.hire()
    claims = [publish(desk.approved(people).pk, by=people.editor).claim for _n in range(6)]
    for claim in claims:
        claim.topics.add(topic)
    client.force_login(people.auditor)
    shown = read(client).context["shown"][0]

    assert [one.word for one in shown.desk] == ["1: True", "2: True", "3: True", "4: True"]  # a cell holds four
    assert [one.foot for one in shown.nodes] == ["True"] * 6
    assert shown.height > shown.timeline.height


def test_a_topic_without_claims_says_so(client, editor, topic):
    assert "Nothing yet on this topic." in read(client).content.decode()
    assert "No topic has a claim yet." in client.get("/topics/").content.decode()
    part = client.get("/topics/", headers={"HX-Request": "true"}).content.decode()
    assert "Nothing yet: a topic comes here when" in part


def test_what_was_put_aside_is_not_told(client, editor, dispute):
    _found, denial, _aside = dispute
    Claim.objects.filter(pk=denial.pk).update(confidential=True)
    auditor = PersonFactory(role="auditor")
    client.force_login(auditor)
    response = read(client)

    assert "No ship came." not in response.content.decode()
    assert [shown.title for shown in response.context["shown"]] == ["What nobody contradicts"]
    client.force_login(editor)
    assert "confidential" in read(client).content.decode()


def test_a_verdict_that_is_hidden_is_not_on_the_page_nor_in_the_file(client, topic):
    people = desk.hire()
    claim = desk.in_cross_check(people)
    claim.topics.add(topic)
    said(claim, "Union")
    told = {}
    for name, person in vars(people).items():
        client.force_login(person)
        told[name] = (read(client).context["shown"][0].nodes[0].foot, rows_of(client)[1][7])

    seeing = {"author", "contributor"}  # the contributor wrote the statement: an author too
    assert told == {name: ("True", "True") if name in seeing else ("In cross-check", "") for name in told}


def rows_of(client):
    response = client.get("/topics/ships.csv")
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_everything_said_is_kept_as_a_file_by_date(client, editor, dispute):
    found, denial, aside = dispute
    head, *rows = rows_of(client)

    assert head[:7] == ["Said on", "Claimant", "Position", "Claim", "Statement", "Dispute", "Side"]
    assert [row[:7] for row in rows] == [
        ["2023-10-17", "Ministry", "asserts", str(denial.pk), "No ship came.", "1", "2"],
        ["2024-01-04", "Union", "asserts", str(found.pk), "Twelve ships came.", "1", "1"],
        ["2024-05-29", "Observers", "denies", str(denial.pk), "No ship came.", "1", "1"],
        ["", "Paper", "reports", str(aside.pk), "The harbour is deep.", "", ""],
    ]


def test_topics_are_listed_with_what_is_contradicted_first(client, editor, dispute):
    TopicFactory(name="Empty")
    other = TopicFactory(name="Ants")
    dispute[2].topics.add(other)
    topics = client.get("/topics/").context["topics"]

    assert [(topic.name, topic.told, topic.disputed) for topic in topics] == [("Ships", 2, 1), ("Ants", 1, 0)]


@pytest.mark.parametrize("path", ["/topics/ships/", "/topics/", "/topics/ships.csv"])
def test_a_topic_costs_the_same_for_few_claims_and_for_many(client, editor, dispute, topic, path):
    costs = []
    for count in (0, 6):
        for claim in ClaimFactory.create_batch(count):
            claim.topics.add(topic)
            ClaimRelation.objects.create(source=claim, target=dispute[1], kind="contradicts")
            said(claim, f"Paper {claim.pk}")
        with CaptureQueriesContext(connection) as statements:
            b"".join(response) if (response := client.get(path)).streaming else response.content
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 12


def test_a_topic_too_large_to_draw_says_so(client, editor, topic, monkeypatch):
    monkeypatch.setattr("claims.figures.topic.MOST_CLAIMS", 2)
    for claim in ClaimFactory.create_batch(3):
        claim.topics.add(topic)
    text = read(client).content.decode()

    assert "Only the first claims of this topic are shown" in text


def test_what_the_map_has_no_room_for_is_counted(client, editor, topic):
    for claim in ClaimFactory.create_batch(10):
        claim.topics.add(topic)
        said(claim, "Union", day=date(2024, claim.pk % 12 + 1, claim.pk % 20 + 1))

    assert "2 more claims are in the list above and in the table" in read(client).content.decode()


def test_many_days_are_headed_by_months_and_years(client, editor, topic):
    claim = ClaimFactory()
    claim.topics.add(topic)
    for n in range(30):
        said(claim, f"Paper {n}", day=date(2000 + n // 12, n % 12 + 1, 5))
    for n in range(16):
        said(claim, "Paper", day=date(2001, 1, n + 1))

    assert [head.day for head in read(client).context["shown"][0].heads][:2] == [
        "Jan\u2013Mar 2000",
        "Apr\u2013Jun 2000",
    ]
