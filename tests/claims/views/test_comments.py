"""Comments in the browser: at the claim, at one piece of evidence, and what a person may read of them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Comment, Disclosure, Event, Person
from claims.views.comments import read_threads
from claims.workflow import comments, edit_review
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

PLANTED = "Surely it is false, the verdict says so."


@pytest.fixture
def claim(people):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author)
    return claim


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return people.author


def part(name):
    return {"HX-Request": "true", "HX-Target": name}


def post(client, name, *args, headers=None, **data):
    return client.post(reverse(f"claims:{name}", args=args), data, headers=headers)


def listed(client, claim, headers=None, **query):
    return client.get(reverse("claims:comment-list", args=[claim.pk]), query, headers=headers)


def texts(response):
    return [
        (thread.comment.text, [reply.comment.text for reply in thread.replies])
        for thread in response.context["threads"]
    ]


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- at the claim


def test_a_comment_sent_twice_by_a_double_click_is_written_once(client, author, claim):
    for _ in range(2):
        post(client, "comment-add", claim.pk, text="Who counted?", once="same")
    post(client, "comment-add", claim.pk, text="Who counted?", once="another page")

    assert Comment.objects.count() == 2


def test_comments_are_answered_and_resolved_and_open_ones_come_first(client, author, claim):
    post(client, "comment-add", claim.pk, text="Who counted?")
    first = Comment.objects.get()
    post(client, "comment-add", claim.pk, text="The office did.", parent=first.pk)
    post(client, "comment-resolve", claim.pk, first.pk)
    post(client, "comment-add", claim.pk, text="And <when>?")
    response = listed(client, claim)

    assert texts(response) == [("And <when>?", []), ("Who counted?", ["The office did."])]
    assert "And &lt;when&gt;?" in response.content.decode()


def test_a_resolved_thread_is_opened_again_by_a_press(client, author, claim):
    comment = comments.add_comment(claim.pk, by=author, text="Who counted?")
    post(client, "comment-resolve", claim.pk, comment.pk)
    post(client, "comment-reopen", claim.pk, comment.pk)

    assert Comment.objects.get().resolved_at is None


@pytest.mark.parametrize("parent", ["x", "999999", "²"])
def test_an_answer_to_no_comment_of_this_claim_is_refused_in_a_sentence(client, author, claim, parent):
    response = post(client, "comment-add", claim.pk, text="Yes.", parent=parent)

    assert response.status_code == 422
    assert "What you comment on is no longer on this claim." in response.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("action", ["comment-resolve", "comment-reopen", "comment-withdraw"])
def test_comments_of_another_claim_are_not_settled_here(client, author, claim, action):
    other = Comment.objects.create(claim=ClaimFactory(), by=author, text="There.")

    assert post(client, action, claim.pk, other.pk).status_code == 404


@pytest.mark.parametrize("said", [{}, {"first": "The", "last": "end"}])
@pytest.mark.parametrize("text", [" ", "\x00", ""])
def test_an_empty_comment_is_refused_with_a_sentence(client, author, claim, text, said):
    answer = post(client, "comment-add", claim.pk, text=text, **said)

    assert answer.status_code == 422
    assert "Write a comment first." in answer.content.decode()


def test_comments_load_as_a_part_or_stand_as_a_page(client, author, claim):
    loaded = listed(client, claim, headers=part("comments")).content.decode()
    page = listed(client, claim).content.decode()

    assert loaded.lstrip().startswith("<section")
    assert 'hx-target="#claim"' in loaded
    assert "<html" in page
    assert 'hx-target="#claim"' not in page


@pytest.mark.parametrize("count", [1, 30])
def test_comments_cost_the_same_however_many(client, author, claim, count):
    for n in range(count):
        Comment.objects.create(claim=claim, by=PersonFactory(), text=f"Comment {n}")
    with CaptureQueriesContext(connection) as statements:
        listed(client, claim, headers=part("comments"))

    assert len(statements) == 5  # session, person, desk for its time zone, claim, comments


def test_ones_own_comment_is_taken_back_while_nobody_answered(client, people, claim, author):
    post(client, "comment-add", claim.pk, text=PLANTED)
    comment = Comment.objects.get()
    assert reverse("claims:comment-withdraw", args=[claim.pk, comment.pk]) in listed(client, claim).content.decode()

    post(client, "comment-withdraw", claim.pk, comment.pk)
    page = listed(client, claim).content.decode()

    assert PLANTED not in page
    assert "Taken back by who wrote it." in page
    assert Event.objects.filter(chain=claim.chain, action="withdraw_comment").exists()


def test_taking_back_is_offered_for_what_nobody_answered_only(people, claim):
    first = comments.add_comment(claim.pk, by=people.author, text="One.")
    comments.add_comment(claim.pk, by=people.author, text="Two.", parent_id=first.pk)
    last = comments.add_comment(claim.pk, by=people.author, text="Three.", parent_id=first.pk)

    def offered():
        (thread,) = read_threads(claim, people.author)
        return [line.comment.text for line in (thread, *thread.replies) if line.may_withdraw]

    assert offered() == ["Three."]
    comments.withdraw_comment(last.pk, by=people.author)
    assert offered() == ["Two."]
    assert read_threads(claim, people.editor)[0].may_withdraw is False


# --- at one piece of evidence


def test_evidence_says_how_many_threads_are_open_and_opens_them_on_demand(client, author, claim):
    for text, number in [("Page 3?", "2"), ("Page 4?", "2"), ("Elsewhere.", "1")]:
        post(client, "comment-add", claim.pk, text=text, evidence=number)
    post(client, "comment-resolve", claim.pk, Comment.objects.get(text="Page 3?").pk)
    page = client.get(f"/claims/{claim.pk}/").content.decode()
    loaded = listed(client, claim, headers=part("talk-e2"), evidence=2)

    assert "2 comments" in page
    assert 'hx-target="#talk-e2"' in page
    assert texts(loaded) == [("Page 4?", []), ("Page 3?", [])]
    assert "<html" not in loaded.content.decode()
    assert "Elsewhere." in listed(client, claim).content.decode()


def test_a_press_in_the_comments_of_evidence_is_answered_there(client, author, claim):
    added = post(client, "comment-add", claim.pk, text="Page 3?", evidence="2", headers=part("talk-e2"))
    comment = Comment.objects.get()
    reply = {"text": "Yes.", "evidence": "2", "parent": comment.pk}
    replied = post(client, "comment-add", claim.pk, **reply, headers=part("talk-e2"))
    resolved = post(client, "comment-resolve", claim.pk, comment.pk, headers=part("talk-e2"))

    assert [answer.status_code for answer in (added, replied, resolved)] == [200, 200, 200]
    assert texts(resolved) == [("Page 3?", ["Yes."])]
    assert "<html" not in resolved.content.decode()
    assert said(resolved) == ["Resolved."]
    assert 'name="token"' in resolved.content.decode()


def test_a_press_in_the_comments_of_evidence_has_the_rest_of_the_page_ask_anew(client, people):
    claim = desk.in_review(people)
    Disclosure.objects.create(claim=claim, person=people.editor)
    client.force_login(people.editor)
    post(client, "comment-add", claim.pk, text="Page 3?", evidence="1", headers=part("talk-e1"))
    comment, move = Comment.objects.get(), f"/claims/{claim.pk}/move/"
    before = client.get(move).content.decode()
    resolved = post(client, "comment-resolve", claim.pk, comment.pk, headers=part("talk-e1"))
    refused = post(client, "comment-add", claim.pk, text="", evidence="1", headers=part("talk-e1"))
    panel = re.search(r'<section[^>]*id="your-move"[^>]*>', client.get(f"/claims/{claim.pk}/").content.decode())[0]

    assert "1 comment is not resolved." in before
    assert "not resolved" not in client.get(move).content.decode()
    assert resolved["HX-Trigger"] == "claim-changed, talk-changed"
    assert "HX-Trigger" not in refused
    assert f'hx-get="{move}" hx-trigger="claim-changed from:body"' in panel


@pytest.mark.parametrize(("text", "parent"), [("", ""), ("Hm.", "999999")])
def test_a_refusal_in_the_comments_of_evidence_keeps_what_was_written(client, author, claim, text, parent):
    response = post(client, "comment-add", claim.pk, text=text, evidence="2", parent=parent, headers=part("talk-e2"))

    assert response.status_code == 422
    assert response.context["refused"].sentence != ""
    assert response.context["refused"].written == text


def test_a_comment_on_evidence_that_is_not_there_is_refused_in_a_sentence(client, author, claim):
    for number in ("99", "x"):
        response = post(client, "comment-add", claim.pk, text="Hm.", evidence=number)
        assert response.status_code == 422
        assert "What you comment on is no longer on this claim." in response.content.decode()


# --- blind


@pytest.mark.parametrize("number", [None, 2])
def test_words_that_may_speak_of_the_verdict_are_not_sent_to_who_must_not_know_it(client, people, number):
    claim = desk.in_cross_check(people)
    item = claim.evidence.get(number=2)
    first = comments.add_comment(claim.pk, by=people.cross_checker, text="Which page?", evidence_id=item.pk)
    comments.add_comment(claim.pk, by=people.author, text=PLANTED, parent_id=first.pk)
    comments.add_comment(claim.pk, by=people.author, text=PLANTED, evidence_id=item.pk)
    query = {"evidence": number} if number else {}

    def read(person):
        client.force_login(person)
        pages = [listed(client, claim, **query), listed(client, claim, headers=part(f"talk-e{number}"), **query)]
        pages += [client.get(f"/claims/{claim.pk}/"), client.get(f"/claims/{claim.pk}/record/")]
        return "".join(page.content.decode() for page in pages)

    for person in (people.cross_checker, people.editor, people.auditor):
        assert PLANTED not in read(person)
        assert "Which page?" in read(person)
    assert PLANTED in read(people.author)
    edit_review.show_verdict(claim.pk, by=people.editor)
    assert PLANTED in read(people.editor)


def test_a_thread_kept_from_somebody_has_no_buttons_for_him(client, people):
    claim = desk.in_cross_check(people)
    comment = comments.add_comment(claim.pk, by=people.author, text=PLANTED)
    client.force_login(people.cross_checker)
    page = listed(client, claim).content.decode()

    assert "Kept from you" in page
    assert reverse("claims:comment-resolve", args=[claim.pk, comment.pk]) not in page
    assert post(client, "comment-resolve", claim.pk, comment.pk).status_code == 422


# --- mentions


def test_who_writes_is_told_that_somebody_named_hears_nothing_of_it(client, people):
    claim = ClaimFactory(confidential=True, created_by=people.contributor)
    client.force_login(people.editor)
    text = f"@{people.author.username} and @{people.contributor.username}: see page 3."
    post(client, "comment-add", claim.pk, text=text)

    told = said(client.get(f"/claims/{claim.pk}/"))
    assert told == [f"{people.author} may not see this claim, or has left, and is not told of your comment."]


def test_a_name_that_nobody_has_is_said_to_tell_nobody(client, people):
    claim = ClaimFactory()
    client.force_login(people.editor)
    post(client, "comment-add", claim.pk, text=f"@nobody and @{people.author.username}: see page 3.")

    (told,) = said(client.get(f"/claims/{claim.pk}/"))
    assert told == "Nobody here has the user name “nobody”, so nobody of that name is told of your comment."


def test_the_name_of_somebody_who_is_not_told_is_kept_apart_from_the_sentence(client, people):
    claim = ClaimFactory(confidential=True)
    client.force_login(people.editor)
    Person.objects.filter(pk=people.author.pk).update(name="שלום 12")
    post(client, "comment-add", claim.pk, text=f"@{people.author.username}: see page 3.")

    (told,) = said(client.get(f"/claims/{claim.pk}/"))
    assert told.startswith("\u2068שלום 12\u2069 may not see")


def test_names_on_offer_are_of_those_who_may_see_the_claim(client, people):
    gone = PersonFactory(is_active=False)
    plain, secret = ClaimFactory(), ClaimFactory(confidential=True, created_by=people.contributor)
    secret.assignments.create(role="checker", person=people.author)
    client.force_login(people.editor)

    def offered(claim):
        found = client.get(reverse("claims:comment-names", args=[claim.pk])).json()["people"]
        return {row["username"] for row in found}

    assert gone.username not in offered(plain)
    assert people.auditor.username in offered(plain)
    held = (people.contributor, people.author, people.editor, people.other_editor)
    assert offered(secret) == {person.username for person in held}


def test_names_of_a_confidential_claim_are_not_told_to_others(client, people):
    claim = ClaimFactory(confidential=True)
    client.force_login(people.cross_checker)

    assert client.get(reverse("claims:comment-names", args=[claim.pk])).status_code == 404
    assert listed(client, claim).status_code == 404
