"""The desk read in German: no English message is left on its pages, and drawings keep their points."""

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.urls import reverse

from claims.models import Article, Candidate, Claim, Desk, Evidence
from claims.workflow import comments, replies
from tests.claims import crawl
from tests.claims.publishing.public import make_public, withhold
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db

CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "de" / "LC_MESSAGES" / "django.po"
# A language by its own name; ratings, which are words of the desk; what German says too, of something else (a news outlet).
AS_IT_IS = {"English", "False", "True", "Medium"}
HEARD = {"aria-label", "title", "placeholder", "alt", "data-key-label"}
VALUE = re.compile(r"%\(\w+\)[sd]|%%s|\{\}")
NUMBER_DRAWN = re.compile(r'\s(?:x|y|cx|cy|r|width|height|d|points|viewBox|value|max)="(-?[\d.]+,\d[^"]*)"')


class Words(HTMLParser):
    """What a reader sees and hears, piece by piece."""

    def __init__(self):
        super().__init__()
        self.found, self.skipped = set(), 0

    def handle_starttag(self, tag, attrs):
        self.skipped += tag in {"script", "style", "code"}
        self.found |= {" ".join(value.split()) for name, value in attrs if name in HEARD and value}

    def handle_endtag(self, tag):
        self.skipped -= tag in {"script", "style", "code"}

    def handle_data(self, data):
        if not self.skipped:
            self.found.add(" ".join(data.split()))


def words_on(html):
    seen = Words()
    seen.feed(html)
    return seen.found - {""}


@pytest.fixture(scope="module")
def english():
    """(sentences, patterns): English messages that German says otherwise, without values and with them."""
    plain, filled = set(), []
    for entry in polib.pofile(CATALOGUE).translated_entries():
        forms = [(entry.msgid, entry.msgstr or entry.msgstr_plural[0])]
        if entry.msgid_plural:
            forms.append((entry.msgid_plural, entry.msgstr_plural[1]))
        for message, german in forms:
            said = " ".join(re.sub(r"<[^>]+>", "", message).split())
            literal = re.findall(r"[A-Za-z]{3,}", VALUE.sub(" ", said))
            if message == german or not literal:
                continue
            if not VALUE.search(said):
                plain.add(said)
            elif len(literal) > 1:
                filled.append(re.compile(".+".join(map(re.escape, VALUE.split(said)))))
    return plain, filled


def left_over(html, english):
    plain, filled = english
    found = words_on(html) - AS_IT_IS
    return sorted({words for words in found if words in plain or any(one.fullmatch(words) for one in filled)})


@pytest.fixture
def newsroom(client):
    """One claim in each of some states, an article, something public; an editor who reads German."""
    Desk.objects.update_or_create(pk=1, defaults={"language": "de", "name": "Pult"})
    people = desk.hire()
    for state in ("accepted", "ready", "in_cross_check", "in_review", "approved"):
        claim = getattr(desk, state)(people)
        claim.topics.add(TopicFactory())
    working = Claim.objects.filter(status="in_research").latest("pk")
    replies.log_contact(
        working.pk, by=people.author, asked="Hafenamt", channel="email", question="Wie viele?", deadline=desk.soon()
    )
    comments.add_comment(working.pk, by=people.author, text="Noch einmal ansehen.")
    article = Article.objects.create(title="Hafen", text="Ships: 12 came.", state=Article.State.READY)
    Candidate.objects.create(
        article=article,
        number=1,
        text="Ships: 12 came.",
        start=0,
        end=15,
        score=0.6,
        reasons=["a number", "a quantity"],
    )
    withhold(make_public())
    make_public()
    ChecklistItemFactory()
    client.force_login(PersonFactory(role="editor", language="de", name="Rot Eins"))
    return client


def addresses():
    claims = [reverse("claims:claim-detail", args=[pk]) for pk in Claim.objects.values_list("pk", flat=True)]
    records = [f"{address}record/" for address in claims[:2]]
    evidence = [reverse("claims:evidence-reader", args=[Evidence.objects.latest("pk").pk])]
    article = [reverse("claims:intake-detail", args=[Article.objects.latest("pk").pk])]
    pages = ["/claims/", "/claims/new/", "/intake/", "/desk/", "/jobs/", "/help/", "/profile/", "/search/?q=harbour"]
    return [*pages, "/fact-checks/", "/corrections/", "/methodology/", *claims, *records, *evidence, *article]


def test_no_english_message_is_left_on_the_main_pages(newsroom, english):
    left, drawn = {}, {}
    for address in addresses():
        html = newsroom.get(address, follow=True).content.decode()
        assert '<html lang="de"' in html, address
        left |= dict.fromkeys(left_over(html, english), address)
        drawn |= dict.fromkeys(NUMBER_DRAWN.findall(html), address)

    assert left == {}
    assert drawn == {}


def test_charts_and_their_tables_are_drawn_alike_in_german(newsroom, english):
    for name in crawl.QUESTIONS:
        html = newsroom.get(f"/desk/charts/{name}/").content.decode()

        assert left_over(html, english) == []
        assert NUMBER_DRAWN.findall(html) == []


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["editor", "administrator", "auditor"])
def test_no_english_message_is_left_anywhere(newsroom, english, role):
    newsroom.force_login(PersonFactory(role=role, language="de", is_staff=role == "administrator"))
    left = {}

    def told(address, _headers, text):
        if text.lstrip().startswith("<") and not address.startswith(("/feeds/", "/healthz", "/metrics")):
            left.update(dict.fromkeys(left_over(text, english), address))

    crawl.crawl(newsroom, ["/claims/", *addresses()], told)

    assert left == {}


def test_the_search_for_english_finds_it(english):
    html = '<p title="Skip to content">Wartet</p><p>3 open</p><p>Evidence 4 has a captured copy, so there is nothing to waive.</p>'

    assert left_over(html, english) == [
        "Evidence 4 has a captured copy, so there is nothing to waive.",
        "Skip to content",
    ]
    assert NUMBER_DRAWN.findall('<rect x="1,5" y="2">') == ["1,5"]
