import json
import re
from datetime import timedelta
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import Article, Candidate, Claim, Claimant, ClaimRelation, Desk, Publisher, RatingScale
from claims.publishing import corrections, validate
from claims.publishing import publish as publishing
from claims.publishing.page import read_page, said_by
from claims.views import public
from claims.views.public import LIMITS
from claims.workflow import edit
from claims.workflow.apply import apply
from tests.claims.publishing.public import make_public, retract, withhold
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, ClaimantFactory, PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db

PAGES = ["fact-check-list", "correction-list", "methodology", "fact-check-feed", "claimreview-feed"]


def text_of(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def page_of(row, client):
    return client.get(reverse("claims:fact-check-detail", args=[row.slug]))


def markup_of(response):
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(script)


# --- the words of an appearance


@pytest.mark.parametrize(
    ("sentence", "outlet", "shown"),
    [
        ("Port Office says that twelve ships came.", "Harbour News",
         "Port Office says that twelve ships came. as reported by Harbour News "),
        ("Port Office says that twelve ships came.", "",
         "Port Office says that twelve ships came. as reported in “ Ships came ” "),
        ("“Twelve ships came in.”", "Harbour News", "“ Twelve ships came in. ” Harbour News : Ships came"),
    ],
)  # fmt: skip
def test_a_sentence_of_an_article_is_quoted_only_where_the_article_quotes_it(
    client, monkeypatch, sentence, outlet, shown
):
    row = make_public()
    text = f"It began with “one 척.\nThe harbour is full. {sentence} More follows.\n“It is over.”"
    publisher = Publisher.objects.create(slug="p", name=outlet) if outlet else None
    article = Article.objects.create(title="Ships came", text=text, state="ready", publisher=publisher)
    start = text.index(sentence)
    Candidate.objects.create(
        article=article, number=1, text=sentence, start=start, end=start + len(sentence), score=1, state="accepted",
        claim=row.claim, decided_by=PersonFactory(), decided_at=timezone.now(),
    )  # fmt: skip
    made = {"claimant": "", "position": "asserts", "on": None, "url": "", "where": "Ships came"}
    made |= {"verbatim": sentence, "outlet": outlet, "first": True, "merged": False}
    page = read_page(row) | {"appearances": [made]}
    monkeypatch.setattr(public, "read_page", lambda row: page)

    with CaptureQueriesContext(connection) as statements:
        assert shown in text_of(page_of(row, client))
    assert not [one["sql"] for one in statements if ', "claims_article"."text"' in one["sql"]]  # it may be long


def test_words_somebody_wrote_as_those_that_were_said_are_quoted(client, monkeypatch):
    row = make_public()
    made = {
        "claimant": "",
        "position": "asserts",
        "on": None,
        "url": "https://radio.example.org/",
        "where": "",
    }
    made |= {"verbatim": "A dozen!", "outlet": "", "first": True, "merged": False}
    page = read_page(row) | {"appearances": [made]}
    monkeypatch.setattr(public, "read_page", lambda row: page)

    assert "“ A dozen! ”" in text_of(page_of(row, client))


# --- any page


@pytest.mark.parametrize("name", PAGES)
def test_public_page_needs_no_sign_in_sets_no_cookie_and_may_be_kept(client, name):
    make_public()

    response = client.get(reverse(f"claims:{name}"))

    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["ETag"]
    assert response["Last-Modified"]


@pytest.mark.parametrize("name", PAGES)
def test_page_that_did_not_change_is_not_sent_again(client, name):
    make_public()
    first = client.get(reverse(f"claims:{name}"))

    again = client.get(reverse(f"claims:{name}"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])

    Desk.objects.filter(pk=1).update(name="Another desk")
    assert client.get(reverse(f"claims:{name}"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_every_reader_gets_the_same_page_with_the_way_to_the_desk_in_its_head(client):
    address = reverse("claims:fact-check-list")
    read_by_anybody = client.get(address)
    client.force_login(PersonFactory(role="editor"))
    read_by_the_desk = client.get(address)
    head = read_by_anybody.content.decode().partition("</header>")[0]

    assert f'href="{reverse("claims:claim-list")}">For the desk</a>' in head
    assert read_by_the_desk.content == read_by_anybody.content
    assert read_by_the_desk["ETag"] == read_by_anybody["ETag"]


@pytest.mark.parametrize("name", [*PAGES, "claim-search", "sitemap", "robots"])
def test_public_pages_are_only_read(client, name):
    assert client.post(reverse(f"claims:{name}")).status_code == 405


@pytest.mark.parametrize("name", PAGES)
def test_empty_desk_has_its_public_pages(client, name):
    assert client.get(reverse(f"claims:{name}")).status_code == 200


def test_desk_that_names_no_known_time_zone_is_read_in_universal_time(client):
    Desk.objects.update_or_create(pk=1, defaults={"time_zone": "Nowhere/Land"})

    assert client.get(reverse("claims:fact-check-list")).status_code == 200


def test_search_engines_are_let_into_the_public_pages_and_nowhere_else(client):
    answer = client.get("/robots.txt")
    robots = RobotFileParser()
    robots.parse(answer.content.decode().splitlines())

    assert (answer["Content-Type"], answer.cookies) == ("text/plain; charset=utf-8", {})
    assert robots.site_maps() == [f"{settings.BASE_URL}/sitemap.xml"]
    for name in [*PAGES, "claim-search", "sitemap"]:
        assert robots.can_fetch("Anybot", reverse(f"claims:{name}"))
    assert robots.can_fetch("Anybot", "/fact-checks/twelve-ships-came/")
    for closed in ("/claims/", "/admin/", "/accounts/login/", "/evidence/1/", "/desk/", "/search/?q=a"):
        assert not robots.can_fetch("Anybot", closed)


def test_sitemap_is_read_by_anybody_and_may_be_kept(client):
    row = make_public()

    answer = client.get("/sitemap.xml")

    assert f"/fact-checks/{row.slug}/</loc>" in answer.getvalue().decode()
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "application/xml; charset=utf-8",
        "public, max-age=60",
    )
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


# --- one fact-check


def test_page_shows_claim_verdict_and_sources(client):
    who = Claimant.objects.create(slug="port", name="Port Authority")
    row = make_public(
        statement="Twelve ships came.",
        title="How many ships?",
        summary="Two counts [1] say so.",
        claimant=who,
        said_on="2026-01-02",
        url="https://port.example.org/statement",
    )

    response = page_of(row, client)

    said = text_of(response)
    source = row.claim.evidence.get()
    for words in (
        "How many ships?",
        "Twelve ships came.",
        "Port Authority",
        "2 January 2026",
        "True",
        "high confidence",
        source.resource.title,
        f"sha256 {source.pinned.sha256[:16]}",
        "Checked by 3 people",
        "given without seeing the first",
        row.revision.content_sha256,
    ):
        assert words in said
    assert 'href="#s1"' in response.content.decode()
    assert f'href="{source.resource.url}"' in response.content.decode()


def test_a_page_says_how_it_is_cited(client):
    row = make_public(title="How many ships?")
    html = page_of(row, client).content.decode()
    citation = re.sub(r"<[^>]+>", "", html.partition('id="citation">')[2].partition("</p>")[0])

    assert re.fullmatch(r".+: How many ships\?\. \d+ \w+ \d{4}\. Version \d+\. https?://\S+", citation)
    assert citation.endswith(f"/fact-checks/{row.slug}/")


def test_page_needs_no_script(client):
    body = page_of(make_public(), client).content.decode()

    assert re.findall(r"<script(?![^>]*ld\+json)", body) == []


def test_page_carries_markup_that_is_right(client):
    row = make_public(statement="Ships </script><script>alert(1)</script> & more.")

    response = page_of(row, client)

    found = markup_of(response)
    assert validate.problems(found) == []
    assert found["claimReviewed"] == row.claim.statement
    assert "<script>alert" not in response.content.decode()


def test_page_costs_the_same_however_many_sources(client, django_assert_num_queries):
    few, many = make_public(evidence=1), make_public(evidence=12)

    for row in (few, many):
        with django_assert_num_queries(4):  # version, relations, time zone, name
            page_of(row, client)


def test_unknown_address_is_not_found(client):
    assert client.get("/fact-checks/nothing-here/").status_code == 404


def test_claim_being_worked_on_has_no_public_page(client):
    Claim.objects.create(statement="A draft.", slug="a-draft")

    assert client.get("/fact-checks/a-draft/").status_code == 404


def test_new_draft_of_a_public_claim_does_not_leak(client):
    row = make_public(statement="Twelve ships came.")
    Claim.objects.filter(pk=row.claim_id).update(
        statement="Thirteen boats went.", rationale="New draft.", rating=RatingFactory(code="false")
    )

    said = text_of(page_of(row, client)) + text_of(client.get(reverse("claims:fact-check-list")))

    assert "Thirteen" not in said
    assert "New draft" not in said


def test_page_says_that_it_is_under_review_only_when_an_editor_said_so(client):
    row, editor = make_public(), PersonFactory(role="editor")
    first = page_of(row, client)
    apply(row.claim_id, "reopen", by=editor, reason="A reader wrote.", say_under_review=True)

    second = client.get(reverse("claims:fact-check-detail", args=[row.slug]), headers={"If-None-Match": first["ETag"]})

    assert "under review" not in text_of(first)
    assert "This fact-check is under review. A reader wrote." in text_of(second)


def test_withheld_page_answers_with_the_reason_and_no_verdict(client):
    row = make_public(statement="Twelve ships came.", summary="Two counts agree.")
    withhold(row)

    response = page_of(row, client)

    said = text_of(response)
    assert "temporarily withdrawn" in said
    assert "A court asked us to." in said
    for words in ("Two counts agree", "True", "high confidence", "ld+json"):
        assert words not in response.content.decode()


def test_lifted_page_is_back(client):
    row = make_public(summary="Two counts agree.")
    withhold(row)
    publishing.lift(row.claim_id, by=PersonFactory(role="editor"))

    said = text_of(page_of(row, client))

    assert "Two counts agree." in said
    assert "put back unchanged" in said


def test_page_and_desk_call_a_version_by_the_same_number(client):
    people = desk.hire()
    claim = desk.in_review(people)
    edit.edit_claim(claim.pk, by=people.other_editor, fields={"context": "At the quay."}, seen=edit.digests(claim))
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    row = publishing.publish(claim.pk, by=people.editor)

    assert (row.number, row.revision.number) == (1, 2)
    assert " Version 2 " in text_of(page_of(row, client))
    assert "Version 1" not in text_of(page_of(row, client))
    client.force_login(people.editor)
    versions = client.get(f"/claims/{claim.pk}/revisions/").content.decode()
    assert re.findall(r'id="version-(\d)"(?:(?!<li).)*was made public', versions, re.DOTALL) == ["2"]


def test_retracted_page_keeps_its_address_and_says_why(client):
    row = make_public(statement="Twelve ships came.", summary="Two counts agree.")
    retract(row)

    response = page_of(row, client)

    assert "We retracted this fact-check." in text_of(response)
    assert "The count was of another day." in text_of(response)
    assert "Two counts agree" not in response.content.decode()
    assert validate.problems(markup_of(response)) == []


def test_page_links_to_the_public_check_of_the_opposite_claim(client):
    row, other = make_public(), make_public(statement="No ship came.", code="false")
    hidden = withhold(make_public(statement="Something near."))
    ClaimRelation.objects.create(source=other.claim, target=row.claim, kind="contradicts")
    ClaimRelation.objects.create(source=row.claim, target=hidden.claim, kind="context")

    said = text_of(page_of(row, client))

    assert "The opposite claim No ship came." in said
    assert "Something near" not in said


def test_waived_cross_check_and_exception_are_shown(client):
    row = make_public(evidence_exception="Only one register exists.")
    page = json.loads(row.page)
    page["review"]["waived"] = "Everybody else was ill."
    page["evidence"] = [{"number": 1, "stance": "refutes", "withheld": "It would name a witness."}]
    row = publishing.FactCheck.objects.create(
        claim=row.claim,
        number=2,
        kind="published",
        revision=row.revision,
        slug=row.slug,
        page=json.dumps(page),
        first_published_at=row.first_published_at,
    )

    said = text_of(page_of(row, client))

    assert "There was no independent second verdict. Everybody else was ill." in said
    assert "Source withheld, because: It would name a witness." in said
    assert "Only one register exists." in said


# --- the index


def test_the_index_names_who_made_the_claim_and_not_who_denies_it(client):
    make_public(claimant=ClaimantFactory(name="Harbour Office"))
    told = [
        {"claimant": name, "position": position}
        for name, position in [("Pilots", "denies"), ("Daily", "reports"), ("Harbour Office", "asserts")]
    ]

    assert said_by({"appearances": told}) == ["Harbour Office"]
    assert said_by({"appearances": told[:2]}) == ["Daily"]
    assert said_by({"appearances": told[:1]}) == []
    assert "<bdi>Harbour Office</bdi>" in client.get(reverse("claims:fact-check-list")).content.decode()


def test_index_lists_what_is_in_force_newest_first(client):
    for statement in ("First.", "Second."):
        make_public(statement=statement)
    withhold(make_public(statement="Withheld."))
    retract(make_public(statement="Retracted."))

    body = client.get(reverse("claims:fact-check-list")).content.decode()

    assert re.findall(r'href="/fact-checks/([\w-]+)/"', body) == ["second", "first"]


def test_index_is_searched_and_filtered_by_the_public_verdict(client):
    make_public(statement="Twelve ships came.")
    make_public(statement="No ships came.", code="false")
    make_public(statement="It rained.")

    def found(**asked):
        body = client.get(reverse("claims:fact-check-list"), asked).content.decode()
        return re.findall(r'href="/fact-checks/([\w-]+)/"', body)

    assert found(q="ship") == ["no-ships-came", "twelve-ships-came"]
    assert found(q="ship", rating="false") == ["no-ships-came"]
    assert found(rating="true") == ["it-rained", "twelve-ships-came"]
    assert found(q="snow") == []
    assert found(q="a\x00b\x00") == []


def test_index_says_so_when_it_is_empty(client):
    url = reverse("claims:fact-check-list")

    assert "Nothing is published yet." in text_of(client.get(url))
    assert "No fact-check matches this." in text_of(client.get(url, {"q": "ship"}))
    assert "There is nothing older." in text_of(client.get(url, {"before": "1"}))


def test_index_goes_on_page_by_page_and_keeps_the_search(client):
    for number in range(21):
        make_public(statement=f"Ship {number}.", evidence=0)

    first = client.get(reverse("claims:fact-check-list"), {"q": "ship"}).content.decode()
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(reverse("claims:fact-check-list") + older.replace("&amp;", "&")).content.decode()

    assert len(re.findall(r'href="/fact-checks/ship-', first)) == 20
    assert re.findall(r'href="/fact-checks/(ship-[\w-]+)/"', second) == ["ship-0"]
    assert 'value="ship"' in second


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣"])
def test_index_takes_a_broken_mark_for_the_first_page(client, before):
    row = make_public()

    assert row.claim.statement in text_of(client.get(reverse("claims:fact-check-list"), {"before": before}))


@pytest.mark.parametrize("count", [1, 3])
def test_index_costs_the_same_however_long(client, count, django_assert_num_queries):
    for _ in range(count):
        make_public(evidence=0)

    with django_assert_num_queries(5):  # checks, ratings, time zone, name, newest
        client.get(reverse("claims:fact-check-list"))


def test_dates_of_the_list_are_those_of_the_check_and_not_of_what_was_said(client, monkeypatch):
    with time_machine.travel("2026-02-03T12:00:00Z"):
        row = make_public(claimant=ClaimantFactory(name="Port Authority"))
    first = text_of(client.get(reverse("claims:fact-check-list")))
    page = read_page(row)
    page["history"].insert(0, page["history"][0] | {"kind": "update", "at": row.at + timedelta(days=2)})
    monkeypatch.setattr(public, "read_page", lambda row: page)

    then = text_of(client.get(reverse("claims:fact-check-list")))

    assert "Port Authority published 3 February 2026 " in first
    assert "last changed" not in first
    assert "Port Authority published 3 February 2026 , last changed 5 February 2026 " in then


# --- corrections and methodology


def test_corrections_are_listed_with_their_dates_and_pages(client):
    Desk.objects.update_or_create(pk=1, defaults={"corrections_contact": "errors@desk.example.org"})
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        row = retract(make_public(statement="Twelve ships came."))

    response = client.get(reverse("claims:correction-list"))

    said = text_of(response)
    for words in ("Retraction", "The count was of another day.", "Twelve ships came.", str(row.at.year)):
        assert words in said
    assert f'href="/fact-checks/{row.slug}/"' in response.content.decode()
    assert 'href="mailto:errors@desk.example.org"' in response.content.decode()


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("https://desk.example.org/errors", 'href="https://desk.example.org/errors"'),
        ("the desk, Harbour Street 1", '<p class="mt-1">the desk, Harbour Street 1</p>'),
        ("", "has not said yet where readers can write"),
    ],
)
def test_readers_are_told_where_to_report_an_error(client, contact, shown):
    Desk.objects.update_or_create(pk=1, defaults={"corrections_contact": contact})

    assert shown in client.get(reverse("claims:correction-list")).content.decode()


def test_corrections_page_without_any_says_so(client):
    assert "Nothing had to be corrected so far." in text_of(client.get(reverse("claims:correction-list")))


def test_a_correction_stays_listed_without_its_words_while_its_page_is_withdrawn(client):
    row = make_public(statement="Twelve ships came.")
    corrections.add_correction(row, ("clarification", "It was a Monday."))
    withhold(row)

    response = client.get(reverse("claims:correction-list"))

    said = text_of(response)
    assert "Clarification" in said
    assert "The fact-check is temporarily withdrawn" in said
    assert f'href="/fact-checks/{row.slug}/"' in response.content.decode()
    for silent in ("It was a Monday.", "Twelve ships came.", "Nothing had to be corrected"):
        assert silent not in said


def test_corrections_go_on_page_by_page(client):
    for number in range(21):
        retract(make_public(evidence=0), f"Reason {number}.")

    first = client.get(reverse("claims:correction-list")).content.decode()
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)

    assert "Reason 0." not in first
    assert "Reason 0." in text_of(client.get(reverse("claims:correction-list") + older))


@pytest.mark.parametrize(
    ("policy", "waivable", "says"),
    [
        ("three", True, ["Three people stand behind every verdict", "An editor may do without the second verdict"]),
        ("two", False, ["Two people stand behind every verdict", "The second verdict is never done without"]),
    ],
)
def test_methodology_says_what_the_settings_enforce(client, policy, waivable, says):
    settings = {"review_policy": policy, "cross_check_may_be_waived": waivable, "methodology": "We <count> ships."}
    settings |= {"research_limit": "5d", "review_limit": "4h" if waivable else ""}
    Desk.objects.update_or_create(pk=1, defaults=settings)
    RatingScale.objects.get_or_create(slug="plain", defaults={"name": "Plain", "is_current": True})
    RatingFactory(code="false", definition="Evidence clearly contradicts it.")
    ChecklistItemFactory(text="Was the earliest source found?")
    ChecklistItemFactory(text="An old question.", is_active=False)

    response = client.get(reverse("claims:methodology"))

    said = text_of(response)
    for words in [*says, "Evidence clearly contradicts it.", "Was the earliest source found?", "Completely reliable"]:
        assert words in said
    # What house rule 5 holds: what was public before was approved by others.
    assert "Whoever changed anything since the last published version cannot approve the next" in said
    assert "research: 5 working days" in said
    assert ("approval: 4 working hours" in said) == waivable
    assert "An old question." not in said
    assert "We &lt;count&gt; ships." in response.content.decode()


def test_methodology_tells_of_no_limits_where_the_desk_has_none(client):
    names = [name for name, _stage in LIMITS]
    Desk.objects.update_or_create(pk=1, defaults=dict.fromkeys(names, ""))

    assert "How long it takes" not in text_of(client.get(reverse("claims:methodology")))


def test_a_rating_that_no_text_can_hold_finds_nothing(client):
    assert client.get(reverse("claims:fact-check-list"), {"rating": "\x00"}).status_code == 200
