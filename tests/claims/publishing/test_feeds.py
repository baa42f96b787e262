import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from claims.models import Claim, Event
from claims.publishing import feeds
from tests.claims.publishing.public import make_public, retract, withhold
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


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


def test_atom_sends_what_people_wrote_as_text_and_not_as_markup():
    row = make_public(summary="Ships < boats & <b>all</b>.\n\nMore.")
    withhold(row, "<script>alert(1)</script>")
    make_public(summary="Ships < boats & <b>all</b>.")

    found = [entry.find(f"{ATOM}summary") for entry in entries(feeds.atom())]

    assert {one.get("type") for one in found} == {"html"}
    assert [one.text for one in found] == [
        "Ships &lt; boats &amp; &lt;b&gt;all&lt;/b&gt;.",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ]


@pytest.mark.parametrize("has_a_record", [True, False])
def test_feeds_of_an_empty_desk_have_not_changed_since_it_began(has_a_record):
    began = Event.objects.append("desk", "test", by=None).at if has_a_record else datetime.fromtimestamp(0, UTC)

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        updated = datetime.fromisoformat(ET.fromstring(feeds.atom()).find(f"{ATOM}updated").text)
        modified = json.loads("".join(feeds.claimreview_feed()))["dateModified"]

    assert updated == began
    assert modified.startswith(f"{began:%Y-%m-%d}")


# --- for search engines


def addresses():
    root = ET.fromstring("".join(feeds.sitemap()))
    assert root.tag == f"{SITEMAP}urlset"
    return {url.find(f"{SITEMAP}loc").text: url.findtext(f"{SITEMAP}lastmod") for url in root}


def test_sitemap_names_every_page_readers_may_find_and_when_it_changed():
    old, new, silent = make_public(), retract(make_public()), withhold(make_public())
    noted = make_public()
    Claim.objects.filter(pk=noted.claim_id).update(public_note="We look again.")
    ClaimFactory(statement="A draft.", slug="a-draft")

    found = addresses()

    base = settings.BASE_URL
    pages = [f"{base}/{name}/" for name in ("fact-checks", "corrections", "methodology")]
    assert list(found) == [*pages, *(f"{base}/fact-checks/{row.slug}/" for row in (noted, new, old))]
    assert datetime.fromisoformat(found[f"{base}/fact-checks/{new.slug}/"]) == new.at.replace(microsecond=0)
    assert found[f"{base}/fact-checks/{noted.slug}/"] is None
    assert silent.slug not in "".join(found)


@pytest.mark.parametrize("count", [1, 3])
def test_sitemap_costs_the_same_however_long(count, django_assert_num_queries):
    for _ in range(count):
        make_public()

    with django_assert_num_queries(1):
        assert len(addresses()) == 3 + count


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
