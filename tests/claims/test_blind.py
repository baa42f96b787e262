"""An unpublished verdict is sent to nobody it is hidden from: a walk through every address, as everybody, for planted words."""

from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import ClaimRelation, Event, Notification
from claims.notifications.send import notify
from claims.publishing.publish import publish
from claims.workflow import edit, edit_review
from claims.workflow.apply import Refused, apply
from claims.workflow.comments import add_comment
from tests.claims import crawl
from tests.claims.workflow import desk
from tests.factories import PersonFactory, RatingFactory, ScaleFactory, TopicFactory, make_rubric

# The panel's own forms of fields with an address warn of a later Django.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:The default scheme will be changed")]

TEXTS = {
    "rationale": "Qzrationale",
    "title": "Qztitle",
    "summary": "Qzsummary",
    "body": "Qzbody",
    "evidence_exception": "Qzexception",
}
RATING, SECOND, RETURNED = "Qzrating", "Qzsecond", "Qzreturned"
PLANTED = {*TEXTS.values(), RATING, SECOND, RETURNED}
BLIND = ["contributor", "checker", "cross_checker", "editor", "administrator", "auditor", "anonymous"]
# Who configures the scale reads its labels there; that is no claim's verdict.
SCALE_PAGES = ("/admin/claims/rating/", "/admin/claims/ratingscale/")


@pytest.fixture
def newsroom():
    """Claims in every state between the first draft and publication, with words planted in all that is hidden."""
    people = desk.hire()
    verdict = RatingFactory(
        scale=ScaleFactory(slug="own", name="Own scale", is_current=False), code="own", label=RATING
    )
    other = RatingFactory(code="false")
    public, topic = desk.approved(people), TopicFactory(slug="harbour")
    publish(public.pk, by=people.editor)
    blind = in_cross_check(people, verdict, people.cross_checker)
    review = in_cross_check(people, verdict, people.other_editor)
    apply(review.pk, "cross_check", by=people.other_editor, rating=other, reason=f"No: {SECOND}.")
    apply(review.pk, "submit", by=people.author)
    review = apply(review.pk, "pass", by=None)
    returned = in_cross_check(people, verdict, people.other_editor)
    apply(returned.pk, "cross_check", by=people.other_editor, rating=verdict, reason=f"Yes: {SECOND}.")
    apply(returned.pk, "return", by=people.other_editor, reason=f"Not so: {RETURNED}.")
    claims = [blind, review, returned]
    for claim in claims:
        ClaimRelation.objects.create(source=public, target=claim, kind="contradicts")
        claim.topics.add(topic)
        add_comment(claim.pk, by=people.author, text=f"@{people.cross_checker.username} please look.")
    with pytest.raises(Refused):
        apply(review.pk, "approve", by=people.author)
    tell_everybody()
    named = SimpleNamespace(
        contributor=PersonFactory(role="contributor", username="reads-only"),
        checker=PersonFactory(role="checker", username="another"),
        cross_checker=people.cross_checker,
        editor=people.editor,
        administrator=people.administrator,
        auditor=people.auditor,
        anonymous=None,
    )
    return SimpleNamespace(people=named, author=people.author, claims=claims, blind=blind)


def planted(people, verdict):
    make_rubric()
    claim = edit.create_claim(by=people.author, statement="Twelve ships came on Monday.")
    edit_review.answer_rubric(
        claim.pk, by=people.other_editor, answers={"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    )
    apply(claim.pk, "accept", by=people.other_editor)
    claim = apply(claim.pk, "assign", by=people.other_editor, person=people.author, due=desk.soon())
    desk.add_proof(claim, people.author)
    claim = desk.reload(claim)
    fields = {name: f"Here stands {word} [1]." for name, word in TEXTS.items()} | {
        "rating": verdict,
        "confidence": "low",
    }
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(claim))
    return desk.reload(claim)


def in_cross_check(people, verdict, second):
    claim = planted(people, verdict)
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "fail", by=None, reason="Preflight", missing=[])
    apply(claim.pk, "submit", by=people.author)
    claim = apply(claim.pk, "pass", by=None)
    return desk.hand_cross_check_to(claim, second, people.other_editor)


def tell_everybody():
    """Send every notice there is, to all that may be told."""
    for event in Event.objects.all():
        notify(None, event=event.pk)()


def client_of(person):
    client = Client(raise_request_exception=True)
    if person is not None:
        client.force_login(person)
    return client


def words_shown(client, start):
    """Planted words that were sent, with the addresses they were at; and how many addresses were read."""
    found = {}

    def look(address, headers, text):
        allowed = {RATING} if address.startswith(SCALE_PAGES) else set()
        for word in PLANTED - allowed:
            if word.lower() in text.lower():
                found.setdefault(word, []).append((address, headers.get("HX-Target", "")))

    seen = crawl.crawl(client, start, look)
    return found, seen


# --- the walk


@pytest.mark.thorough
def test_no_page_of_who_must_not_see_it_holds_a_planted_word(newsroom):
    reader = client_of(newsroom.author)
    start = crawl.addresses(reader)
    leaks, read = {}, {}
    for name in BLIND:
        panel = crawl.panel_addresses(whole=name == "administrator")
        found, seen = words_shown(client_of(getattr(newsroom.people, name)), start | panel)
        leaks |= {f"{name}: {word}": places for word, places in found.items()}
        read[name] = len(seen)
    shown, _seen = words_shown(reader, start)

    assert leaks == {}
    assert set(shown) == PLANTED  # the walk comes to where they stand
    assert min(read.values()) > 80


HIDDEN = ("rationale", "body", "claim__rationale")


@pytest.mark.thorough
@time_machine.travel(timezone.now(), tick=False)  # pages say how long ago something was
def test_a_search_does_not_answer_for_hidden_words(newsroom):
    lists = [
        "/claims/",
        "/search/",
        "/intake/",
        "/jobs/",
        "/notices/",
        "/fact-checks/",
        "/corrections/",
        "/v1alpha1/claims:search",
    ]
    tables = [reverse(f"admin:claims_{model._meta.model_name}_changelist") for model in crawl.tables_of_the_panel()]
    looked_up = ["q", *(f"{name}__icontains" for name in HIDDEN)]
    answered = set()
    for name in BLIND:
        client = client_of(getattr(newsroom.people, name))
        asked = [(address, parameter) for address in lists for parameter in ("q", "query")]
        asked += [(table, parameter) for table in tables for parameter in looked_up if name == "administrator"]
        for address, parameter in asked:
            if searched(client, address, parameter, "Qzrationale") != searched(
                client, address, parameter, "Qzotherwords"
            ):
                answered.add((name, address, parameter))

    assert answered == set()
    author = client_of(newsroom.author)
    assert searched(author, "/search/", "q", "Qzrationale") != searched(author, "/search/", "q", "Qzotherwords")
    assert searched(author, "/claims/", "q", "Twelve") != searched(author, "/claims/", "q", "Qzotherwords")


SEARCHES = ("q={}&kind=verdict", "q=%22here+stands+{}%22", "q={}&status=in_cross_check", "q={}e")


@pytest.mark.thorough
def test_the_search_page_tells_no_planted_word_its_beginning_or_one_like_it(newsroom):
    """Asked for with filters, quoted, cut short and mistyped, a hidden word is answered like a word that stands nowhere."""
    forms = [form for word in ("qzrationale", "qztitle", SECOND) for form in (word, word[:-2], word[:4] + word[5:])]
    asked = [f"q={form}" for form in forms] + [query.format("qzrationale") for query in SEARCHES]
    told = set()
    for name in BLIND[:-1]:
        client = client_of(getattr(newsroom.people, name))
        for query in asked:
            groups = client.get(f"/search/?{query}").context["answer"].groups
            told |= {(name, query, group["kind"]) for group in groups}
    author = client_of(newsroom.author).get("/search/?q=qzrationale").context["answer"].groups

    assert told == set()
    assert [group["kind"] for group in author] == ["verdict"]


@pytest.mark.thorough
def test_a_family_of_verdicts_lists_no_claim_whose_verdict_is_hidden(newsroom):
    shown = {}
    for name in [*BLIND[:-1], "author"]:
        client = client_of(newsroom.author if name == "author" else getattr(newsroom.people, name))
        rows = client.get("/search/?q=ships&kind=claim&verdict=mixed").context["answer"].groups
        shown[name] = sum(len(group["rows"]) for group in rows)

    assert shown == dict.fromkeys(BLIND[:-1], 0) | {"author": len(newsroom.claims)}


def searched(client, address, parameter, word):
    """What a search gave back, without the word itself."""
    page = client.get(address, {parameter: word})
    return crawl.without_chance(page.content.decode().replace(word, "").replace(word.lower(), ""))


@pytest.mark.thorough
def test_no_notice_and_no_letter_tells_a_hidden_word(newsroom):
    blind = {person.pk for person in vars(newsroom.people).values() if person}
    told = {
        (notice.person_id, word) for notice in Notification.objects.all() for word in PLANTED if word in notice.text
    }
    letters = {
        (letter.to[0], word) for letter in mail.outbox for word in PLANTED if word in letter.body + letter.subject
    }
    addresses = {person.email for person in vars(newsroom.people).values() if person}

    assert {pk for pk, _word in told} & blind == set()
    assert {to for to, _word in letters} & addresses == set()
    assert Notification.objects.filter(person__in=blind, claim__in=newsroom.claims).exists()
    assert RETURNED in {word for _pk, word in told}  # it was told, to those who know the verdict
