"""Undo as the message after an action offers it, on the claim page and on the queue."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, Event
from claims.views import step_words
from claims.workflow import comments, edit
from claims.workflow.apply import apply
from claims.workflow.edit import digest
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimFactory, TopicFactory

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="token" value="([^"]+)"')
BACK = re.compile(r'name="back" value="([^"]*)"')


@pytest.fixture
def editor(client, people):
    client.force_login(people.editor)
    return people.editor


def post(client, name, *args, **data):
    return client.post(reverse(f"claims:{name}", args=args), data, follow=True)


def undo(client, page):
    text = page.content.decode()
    given = {name: unescape(found.search(text)[1]) for name, found in (("token", TOKEN), ("back", BACK))}
    return client.post(reverse("claims:undo"), given, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_step_says_what_was_done_and_takes_it_back(client, editor, people):
    claim = desk.accepted(people)
    page = post(client, "claim-step", claim.pk, "decline", decline_reason="other", reason="Nobody says it.")
    assert said(page) == ["Declined: it leaves the queue."]

    undone = undo(client, page)

    assert said(undone) == ["Undone."]
    assert undone.redirect_chain[-1][0] == f"/claims/{claim.pk}/"
    assert desk.reload(claim).status == "accepted"


def test_every_step_a_person_takes_has_its_sentence():
    assert set(step_words.SAID) == {action for action, step in TRANSITIONS.items() if not step.by_system_only}


def test_who_takes_a_claim_himself_is_told_that_it_is_his(client, people):
    claim = desk.accepted(people)
    client.force_login(people.author)
    page = post(client, "claim-step", claim.pk, "assign", person=people.author.pk, due=f"{desk.soon():%Y-%m-%dT%H:%M}")

    assert said(page) == ["Taken: the research is yours."]


def test_a_step_that_leads_outside_the_desk_offers_no_undo(client, people):
    claim = desk.ready(people)
    client.force_login(people.author)
    page = post(client, "claim-step", claim.pk, "submit")

    assert said(page) == ["Submitted: preflight looks at it first."]
    assert not TOKEN.search(page.content.decode())


def test_what_is_arranged_removed_or_resolved_can_be_taken_back(client, editor, people):
    claim = desk.in_research(people)
    AppearanceFactory(claim=claim, number=1)
    desk.add_proof(claim, people.author)
    comment = comments.add_comment(claim.pk, by=people.author, text="Who counted?")
    quote = claim.evidence.get(number=2).quotes.get()
    before = desk.seen(claim)
    presses = [
        ("claim-arrange", (claim.pk,), {"priority": 1, "seen-priority": digest(5)}),
        ("appearance-remove", (claim.pk, 1), {}),
        ("evidence-remove", (claim.pk, 1), {}),
        ("quote-remove", (quote.evidence_id, quote.pk), {}),
        ("comment-resolve", (claim.pk, comment.pk), {}),
    ]
    for name, args, data in presses:
        page = post(client, name, *args, **data)
        assert said(undo(client, page)) == ["Undone."], name

    claim = desk.reload(claim)
    assert (claim.priority, desk.seen(claim)) == (5, before)
    assert claim.comments.get().resolved_at is None


def test_where_somebody_changed_it_in_the_meantime_nothing_is_undone(client, editor, people):
    claim = desk.accepted(people)
    page = post(client, "claim-arrange", claim.pk, **{"priority": 1, "seen-priority": digest(5)})
    edit.arrange_claim(claim.pk, by=people.other_editor, due_at=desk.soon())

    assert said(undo(client, page)) == ["It was changed in the meantime, so nothing was undone."]
    assert desk.reload(claim).priority == 1


def test_undo_pressed_twice_takes_effect_once(client, editor, people):
    claim = desk.accepted(people)
    page = post(client, "claim-arrange", claim.pk, **{"priority": 1, "seen-priority": digest(5)})
    undo(client, page)
    events = Event.objects.filter(chain=claim.chain).count()

    assert said(undo(client, page)) == ["It was changed in the meantime, so nothing was undone."]
    assert Event.objects.filter(chain=claim.chain).count() == events


@pytest.mark.parametrize("token", ["", "forged:token:x"])
def test_a_forged_token_is_one_sentence(client, editor, token):
    answer = client.post(reverse("claims:undo"), {"token": token, "back": "https://evil.example/"}, follow=True)

    assert said(answer) == ["This cannot be undone from here; reload the page."]
    assert answer.redirect_chain[-1][0] == "/claims/"


# --- bulk


def bulk(client, claims, **data):
    address = reverse("claims:claim-bulk") + "?view=unassigned"
    return client.post(address, {"claim": [claim.pk for claim in claims], **data}, follow=True)


def statuses(claims):
    return [desk.reload(claim).status for claim in claims]


def test_claims_assigned_together_are_all_taken_back(client, editor, people):
    claims = [desk.accepted(people) for _ in range(3)]
    page = bulk(client, claims, do="assign", person=people.author.pk, due="2030-01-01T10:00")
    assert statuses(claims) == ["in_research"] * 3

    undone = undo(client, page)

    assert said(undone) == ["Undone on 3 claims."]
    assert undone.redirect_chain[-1][0] == "/claims/?view=unassigned"
    assert statuses(claims) == ["accepted"] * 3


def test_claims_declined_or_dated_together_are_taken_back(client, editor, people):
    claims = [desk.accepted(people) for _ in range(2)]
    undo(client, bulk(client, claims, do="decline", decline_reason="other", reason="By mistake."))
    undo(client, bulk(client, claims, do="date", date="2030-01-01T10:00"))

    assert statuses(claims) == ["accepted"] * 2
    assert not Claim.objects.exclude(due_at=None).exists()


def test_of_several_claims_those_that_somebody_changed_stay_and_say_so(client, editor, people):
    claims = [ClaimFactory() for _ in range(3)]
    page = bulk(client, claims, do="date", date="2030-01-01T10:00")
    apply(claims[1].pk, "watch", by=people.other_editor, look_again=timezone.now() + timedelta(days=1))

    assert said(undo(client, page)) == [
        "Undone on 2 claims.",
        f"C-{claims[1].pk}: It was changed in the meantime, so nothing was undone.",
    ]
    assert [desk.reload(claim).due_at is None for claim in claims] == [True, False, True]


@pytest.mark.parametrize("given", ["Ports", "ports ", "harbour-news"])
def test_a_topic_is_added_to_several_claims_and_their_others_stay(client, editor, given):
    old, new = TopicFactory(name="Ships"), TopicFactory(name="Ports", slug="harbour-news")
    claims = [ClaimFactory(), ClaimFactory()]
    claims[0].topics.set([old])
    claims[1].topics.set([new])
    page = bulk(client, claims, do="topic", topic=given)

    assert said(page) == ["1 claim changed. 1 was so already."]
    assert [set(claim.topics.all()) for claim in claims] == [{old, new}, {new}]
    undo(client, page)
    assert [set(claim.topics.all()) for claim in claims] == [{old}, {new}]


def test_a_topic_the_desk_does_not_have_is_refused(client, editor):
    claim = ClaimFactory()

    for given in ("", "Nonsense"):
        assert said(bulk(client, [claim], do="topic", topic=given)) == [f"C-{claim.pk}: Choose a topic the desk has."]


def test_what_changed_nothing_offers_no_undo_of_what_was_done_before(client, editor):
    claim = ClaimFactory()
    bulk(client, [claim], do="date", date="2030-01-01T10:00")
    again = bulk(client, [claim], do="date", date="2030-01-01T10:00")

    assert said(again) == ["1 was so already."]
    assert not TOKEN.search(again.content.decode())


def test_a_bulk_press_that_came_to_nothing_may_be_sent_again(client, editor):
    claim = ClaimFactory()
    assert bulk(client, [claim], do="topic", topic="Ports", once="x").status_code == 200
    TopicFactory(name="Ports")

    assert said(bulk(client, [claim], do="topic", topic="Ports", once="x")) == ["1 claim changed."]
