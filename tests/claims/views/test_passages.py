"""Comments on a passage of the rationale: selected or named, found again when it changes, and as secret as the verdict."""

import re

import pytest
from django.urls import reverse

from claims.models import Comment, Event, Notification, Revision
from claims.notifications import send
from claims.views.passages import find_passage
from claims.workflow import comments, edit, edit_review
from claims.workflow.apply import Refused, apply
from claims.workflow.comments import Passage
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

RATIONALE = "Two counts agree [1].\n\nThe harbour's log says twelve ships, and so does the crew of the pilot boat [2]."
WORDS = "log says twelve ships"
SECRET = "ZEBRAFISH"
TALK = {"HX-Request": "true", "HX-Target": "comments"}


@pytest.fixture
def claim(people):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author, rationale=RATIONALE)
    return desk.reload(claim)


def passage(claim, words=WORDS):
    start = claim.rationale.index(words)
    return Passage(start, start + len(words), words)


def remark(claim, by, words=WORDS, text="Which log?"):
    return comments.add_comment(claim.pk, by=by, text=text, passage=passage(claim, words))


def rewrite(claim, by, rationale):
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=by, fields={"rationale": rationale}, seen=seen)
    return desk.reload(claim)


def add(client, claim, **given):
    return client.post(reverse("claims:comment-add", args=[claim.pk]), {"text": "Which log?", **given}, follow=True)


def talk(client, claim, **headers):
    return client.get(reverse("claims:comment-list", args=[claim.pk]), headers=headers or TALK).content.decode()


def marked(markup):
    return [
        re.sub(r"<[^>]*>", "", piece) for piece in re.findall(r'<mark class="talk">(.*?)</mark>', markup, re.DOTALL)
    ]


# --- said


def test_a_comment_keeps_the_passage_it_is_about_and_what_stood_around(claim, people):
    comment = comments.add_comment(
        claim.pk, by=people.author, text="Which log?", passage=passage(claim, " log says twelve ships,")
    )

    assert (comment.passage, RATIONALE[comment.passage_start :][:5]) == ("log says twelve ships,", "log s")
    assert RATIONALE[: comment.passage_start] + comment.passage + comment.passage_after == RATIONALE
    assert comment.passage_before == RATIONALE[: comment.passage_start]
    assert Event.objects.get(chain=claim.chain, action="comment").details["passage"] == comment.passage


def test_a_selection_in_the_browser_becomes_a_comment_beside_its_passage(client, claim, people):
    client.force_login(people.author)
    chosen = passage(claim, "agree [1].\n\nThe")
    sent = chosen.exact.replace("\n", "\r\n")  # as forms send line ends
    assert add(client, claim, start=chosen.start, end=chosen.end, exact=sent).status_code == 200

    assert Comment.objects.get().passage == "agree [1].\n\nThe"
    page = talk(client, claim)
    assert '<blockquote class="quote mt-1" dir="auto">agree [1].' in page
    assert 'id="rationale"' in page
    assert marked(page) == ["agree ", "[1]", ".", "The"]


def test_a_passage_is_named_by_its_first_and_last_words(client, claim, people):
    client.force_login(people.author)
    add(client, claim, first="the Harbour's log", last="ships")

    assert Comment.objects.get().passage == "The harbour's log says twelve ships"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"first": "No such words"}, "do not stand"),
        ({"first": ""}, "Write the first words"),
        ({"start": 3, "end": 9, "exact": "other"}, "has changed since you selected"),
        ({"start": 900, "end": 999, "exact": "agree"}, "has changed since you selected"),
        ({"start": 21, "end": 23, "exact": "\n\n"}, "has changed since you selected"),
    ],
)
def test_what_is_no_passage_is_refused_and_the_comment_is_not_lost(client, claim, people, given, sentence):
    client.force_login(people.author)
    answer = add(client, claim, **given)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert ">Which log?</textarea>" in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_place_before_the_text_is_refused(claim, people):
    with pytest.raises(Refused, match="has changed"):
        comments.add_comment(claim.pk, by=people.author, text="Hm.", passage=Passage(-5, 4, "Two"))


def test_a_reply_is_about_the_passage_of_its_thread(claim, people):
    first = remark(claim, people.author)
    reply = comments.add_comment(
        claim.pk, by=people.author, text="The big one.", parent_id=first.pk, passage=passage(claim, "Two")
    )

    assert (reply.passage, reply.parent) == ("", first)


def test_a_passage_nobody_settled_stops_approval(people):
    claim = desk.in_review(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    claim = desk.reload(claim)
    comment = remark(claim, people.editor, "counts")
    with pytest.raises(Refused, match="1 comment is not resolved"):
        apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))

    comments.resolve_comment(comment.pk, by=people.editor)
    assert apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim)).status == "approved"


def test_a_comment_on_a_passage_is_no_change_of_the_text(claim, people):
    before = desk.seen(claim)
    remark(claim, people.author)

    assert desk.seen(claim) == before
    assert not Revision.objects.exists()


# --- found again


def test_a_passage_is_found_again_where_it_moved_to(client, claim, people):
    comment = remark(claim, people.author)
    claim = rewrite(claim, people.author, "It is so. " + RATIONALE)
    now = find_passage(claim.rationale, comment)

    assert claim.rationale[slice(*now.place)] == WORDS
    assert now.parts == ()
    client.force_login(people.author)
    assert marked(talk(client, claim)) == [WORDS]


def test_of_a_passage_that_was_reworded_the_difference_is_shown_at_its_new_place(client, claim, people):
    comment = remark(claim, people.author)
    claim = rewrite(claim, people.author, RATIONALE.replace("twelve", "thirteen"))
    now = find_passage(claim.rationale, comment)

    assert claim.rationale[slice(*now.place)] == "log says thirteen ships"
    client.force_login(people.author)
    page = talk(client, claim)
    assert "<del>twelve</del><ins>thirteen</ins>" in page
    assert "The passage has changed since." in page
    assert marked(page) == ["log says thirteen ships"]


def test_a_passage_that_is_gone_is_said_to_be_gone_and_marks_nothing(client, claim, people):
    remark(claim, people.author)
    claim = rewrite(claim, people.author, "An entirely different sentence stands here now.")
    client.force_login(people.author)
    page = talk(client, claim)

    assert "The passage has changed: it no longer stands in the rationale." in page
    assert f"<del>{WORDS}</del>" in page
    assert marked(page) == []


def test_a_resolved_thread_keeps_its_passage_and_marks_nothing(client, claim, people):
    comments.resolve_comment(remark(claim, people.author).pk, by=people.author)
    client.force_login(people.author)
    page = talk(client, claim)

    assert f'<blockquote class="quote mt-1" dir="auto">{WORDS}</blockquote>' in page
    assert marked(page) == []


# --- blind


@pytest.fixture
def secret(people):
    """A claim in cross-check whose rationale has a word of its own, with a comment on it."""
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author, rationale=f"Two counts agree: {SECRET} [1].")
    remark(desk.reload(claim), people.author, f"agree: {SECRET}", text=f"@{people.cross_checker.username} look")
    apply(claim.pk, "submit", by=people.author)
    return apply(claim.pk, "pass", by=None)


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["cross_checker", "editor", "contributor", "auditor", "administrator"])
@pytest.mark.parametrize("name", ["comment-list", "claim-detail", "claim-record", "comment-names", "claim-compare"])
def test_no_passage_is_sent_to_who_must_not_know_the_verdict(client, people, secret, role, name):
    person = getattr(people, role)
    if role == "contributor":
        person = people.other_editor  # the contributor brought it in: one of its authors
    client.force_login(person)
    for headers in ({}, TALK):
        answer = client.get(reverse(f"claims:{name}", args=[secret.pk]), headers=headers)
        assert SECRET not in answer.content.decode()
        assert 'id="rationale"' not in answer.content.decode()


def test_no_passage_is_told_in_a_notice(people, secret):
    event = Event.objects.get(chain=secret.chain, action="comment")
    send.notify(None, event=event.pk)()

    assert Notification.objects.filter(person=people.cross_checker).exists()
    assert not Notification.objects.filter(text__contains=SECRET).exists()


def test_nobody_finds_out_by_asking_which_words_stand_in_a_rationale(client, people, secret):
    client.force_login(people.cross_checker)
    answers = [
        add(client, secret, first=SECRET),
        add(client, secret, first="Nothing like it"),
        add(client, secret, start=18, end=18 + len(SECRET), exact=SECRET),
        add(client, secret, start=18, end=19, exact="?"),
    ]

    said = {
        re.sub(r"<[^>]*>", "", part)
        for a in answers
        for part in re.findall(r'role="alert".*?</div>', a.content.decode(), re.DOTALL)
    }
    assert [answer.status_code for answer in answers] == [422] * 4
    assert len(said) == 1
    assert "Give your own verdict first" in said.pop()
    with pytest.raises(Refused, match="Give your own verdict first"):
        comments.add_comment(secret.pk, by=people.cross_checker, text="Hm.", passage=Passage(18, 27, SECRET))


def test_a_thread_on_a_passage_is_kept_also_when_its_author_is_known_to_know_nothing(
    client, people, secret, monkeypatch
):
    """The passage itself tells, whoever wrote beside it."""
    monkeypatch.setattr(comments, "kept_from", lambda claim, reader: set())
    client.force_login(people.cross_checker)
    assert SECRET not in talk(client, secret)

    first = Comment.objects.get()
    with pytest.raises(Refused, match="may speak of the verdict"):
        comments.add_comment(secret.pk, by=people.cross_checker, text="Hm.", parent_id=first.pk)


def test_who_gave_his_verdict_reads_the_passage(client, people, secret):
    rating = desk.reload(secret).rating
    desk.hand_cross_check_to(secret, people.cross_checker, people.editor)
    apply(secret.pk, "cross_check", by=people.cross_checker, rating=rating, reason="Counted too.")
    client.force_login(people.cross_checker)

    assert marked(talk(client, secret)) == [f"agree: {SECRET}"]
