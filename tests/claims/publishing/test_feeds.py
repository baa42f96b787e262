import json
import xml.etree.ElementTree as ET

import pytest
from django.conf import settings

from claims.publishing import feeds
from tests.claims.publishing.public import make_public, retract, withhold

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(text):
    root = ET.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    assert all(root.find(f"{ATOM}{name}").text for name in ("id", "title", "updated"))
    assert root.find(f"{ATOM}author/{ATOM}name").text
    return root.findall(f"{ATOM}entry")


def test_atom_lists_the_newest_first_with_full_addresses():
    make_public(statement="Old one.")
    new = make_public(statement="New one.", summary="We counted.")

    found = entries(feeds.atom())

    assert [entry.find(f"{ATOM}title").text for entry in found] == ["True: New one.", "True: Old one."]
    address = f"{settings.BASE_URL}/fact-checks/{new.slug}/"
    assert found[0].find(f"{ATOM}link").get("href") == address
    assert found[0].find(f"{ATOM}id").text == address
    assert found[0].find(f"{ATOM}summary").text == "We counted."
    assert all(entry.find(f"{ATOM}updated").text.endswith("+00:00") for entry in found)


def test_atom_links_to_itself_and_to_the_pages():
    root = ET.fromstring(feeds.atom())

    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "alternate": f"{settings.BASE_URL}/fact-checks/",
        "self": f"{settings.BASE_URL}/feeds/fact-checks.atom",
    }


def test_atom_tells_those_who_have_the_old_one_that_it_is_gone():
    withhold(make_public(statement="Withheld one."))
    retract(make_public(statement="Retracted one."))

    found = entries(feeds.atom())

    assert [entry.find(f"{ATOM}title").text for entry in found] == [
        "Retracted: Retracted one.",
        "Temporarily withdrawn: Withheld one.",
    ]
    assert found[1].find(f"{ATOM}summary").text == "A court asked us to."


def test_atom_survives_characters_that_xml_cannot_hold():
    make_public(statement="Tab\x0bbed & <b>bold</b>.")

    assert entries(feeds.atom())[0].find(f"{ATOM}title").text == "True: Tabbed & <b>bold</b>."


def test_claimreview_feed_has_the_shape_of_data_commons():
    row = make_public(statement="Twelve came.", code="false")
    gone = retract(make_public())
    silent = withhold(make_public())

    found = json.loads("".join(feeds.claimreview_feed()))

    assert (found["@type"], found["@context"]) == ("DataFeed", "https://schema.org")
    items = {item["url"].rstrip("/").rpartition("/")[2]: item["item"] for item in found["dataFeedElement"]}
    assert items[gone.slug] is None
    assert items[silent.slug] is None
    (review,) = items[row.slug]
    assert review["claimReviewed"] == "Twelve came."
    assert (review["reviewRating"]["ratingValue"], review["reviewRating"]["bestRating"]) == ("1", "5")


def test_claimreview_feed_without_anything_is_a_feed():
    found = json.loads("".join(feeds.claimreview_feed()))

    assert (found["@type"], found["dataFeedElement"]) == ("DataFeed", [])


@pytest.mark.parametrize("count", [1, 3])
def test_claimreview_feed_costs_the_same_however_long(count, django_assert_num_queries):
    for _ in range(count):
        make_public()

    with django_assert_num_queries(2):
        assert len(json.loads("".join(feeds.claimreview_feed()))["dataFeedElement"]) == count
