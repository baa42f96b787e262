"""The claim page: who sees what, what it costs, and how a press is answered."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import jobs
from claims.models import (
    Appearance,
    Claim,
    ClaimRelation,
    Comment,
    Desk,
    Disclosure,
    Event,
    Evidence,
    Job,
    Rating,
    Reading,
    Refusal,
)
from claims.workflow import edit, edit_parts, edit_review, replies
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import (
    AppearanceFactory,
    BlobFactory,
    ChecklistItemFactory,
    ClaimantFactory,
    ClaimFactory,
    EvidenceFactory,
    PersonFactory,
    RatingFactory,
    ResourceFactory,
    SnapshotFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 16
STOP_POLLING = 286
HTMX = {"HX-Request": "true"}
EVERYBODY = ["contributor", "author", "cross_checker", "editor", "other_editor", "administrator", "auditor"]


def at(claim, query=""):
    return reverse("claims:claim-detail", args=[claim.pk]) + query


def step_at(claim, action):
    return reverse("claims:claim-step", args=[claim.pk, action])


def read(client, person, address):
    client.force_login(person)
    return client.get(address)


def text_of(response):
    return response.content.decode()


def said(response):
    """The sentences that answer a press."""
    return [response.context["refusal"].sentence] if response.context["refusal"].sentence else []


def moves(response):
    return {move.action: [missing.sentence for missing in move.missing] for move in response.context["moves"]}


# --- who may read it, and change it


def test_a_stranger_is_sent_to_sign_in(client, people):
    claim = desk.in_research(people)

    assert client.get(at(claim)).url == f"/accounts/login/?next={at(claim)}"
    assert client.post(step_at(claim, "submit")).status_code == 302
    assert desk.reload(claim).status == "in_research"


def test_a_confidential_claim_does_not_exist_for_others(client, people):
    claim = desk.in_research(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    found = {}
    for name in EVERYBODY:
        client.force_login(getattr(people, name))
        found[name] = {
            client.get(address).status_code
            for address in (at(claim), at(claim) + "record/", at(claim) + "comments/", at(claim) + "status/")
        }
        found[name].add(client.post(at(claim) + "comments/add/", {"text": "Hello"}).status_code // 100 * 100)

    assert found["auditor"] == found["cross_checker"] == {404, 400}
    assert all(404 not in found[name] for name in ("contributor", "author", "editor", "other_editor"))
    assert not Comment.objects.filter(by=people.auditor).exists()


def test_an_auditor_reads_and_finds_nothing_to_press(client, people):
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author)
    response = read(client, people.auditor, at(claim))
    page = text_of(response)

    assert response.status_code == 200
    assert moves(response) == {}
    addresses = page.split('action="')[1:]
    assert {address.split('"')[0] for address in addresses} <= {
        "/accounts/logout/", "/search/", reverse("claims:verdict-show", args=[claim.pk])
    }  # fmt: skip


POSTS = {
    "evidence-add": {"urls": "https://a.example.org/", "stance": "context", "kind": "news"},
    "appearance-add": {"url": "https://a.example.org/", "position": "asserts"},
    "rubric-answer": {f"q-{code}": 0 for code in ("verifiable", "significant", "spread", "harmful")},
    "contact-log": {"asked": "Office", "channel": "email", "question": "Why?", "deadline": "2030-01-01T10:00"},
    "comment-add": {"text": "Hello"},
    "claim-edit": {"statement": "Another.", "seen-statement": "x"},
    "claim-arrange": {"priority": 1},
    "verdict-edit": {"rationale": "Another.", "seen-rationale": "x"},
}


@pytest.mark.parametrize("name", POSTS)
def test_an_auditor_changes_nothing(client, people, name):
    claim = desk.ready(people)
    before = desk.seen(claim), Claim.objects.values().get(pk=claim.pk), Comment.objects.count()
    client.force_login(people.auditor)
    response = client.post(reverse(f"claims:{name}", args=[claim.pk]), POSTS[name])

    assert response.status_code == 422
    assert (desk.seen(claim), Claim.objects.values().get(pk=claim.pk), Comment.objects.count()) == before


def test_a_page_is_only_read_by_get_and_written_by_post(client, people):
    claim = desk.in_research(people)
    client.force_login(people.editor)

    assert client.get(step_at(claim, "submit")).status_code == 405
    assert client.post(at(claim)).status_code == 405
    assert client.post(step_at(claim, "fail")).status_code == 404
    assert client.post(step_at(claim, "explode")).status_code == 404
    assert client.get(reverse("claims:claim-detail", args=[999_999])).status_code == 404


def test_an_assistant_without_a_token_is_refused(people):
    strict = Client(enforce_csrf_checks=True)
    claim = desk.in_research(people)
    strict.force_login(people.author)

    assert strict.post(step_at(claim, "submit")).status_code == 403


# --- blind

PLANTED = {
    "rationale": "Planted rationale.",
    "title": "Planted title",
    "summary": "Planted summary.",
    "body": "Planted body.",
    "confidence": "low",
    "evidence_exception": "Planted exception.",
}


def plant(people):
    """A claim in cross-check whose verdict is full of words that must not be seen."""
    claim = desk.ready(people)
    fields = PLANTED | {"rating": RatingFactory(code="false")}
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(desk.reload(claim)))
    apply(claim.pk, "submit", by=people.author)
    claim = apply(claim.pk, "pass", by=None)
    return desk.hand_cross_check_to(claim, people.cross_checker, people.editor)


def leaks(client, person, claim):
    client.force_login(person)
    pages = "".join(
        text_of(client.get(address, headers=headers))
        for address in ("/claims/", at(claim), at(claim, "?from="), at(claim) + "record/", at(claim) + "comments/")
        for headers in ({}, {**HTMX, "HX-Target": address.strip("/").split("/")[-1]})
    )
    return {word for word in ("Planted", 'class="verdict', "low confidence") if word in pages}


def test_the_verdict_is_sent_to_its_authors_only(client, people):
    claim = plant(people)
    told = {name: leaks(client, getattr(people, name), claim) for name in EVERYBODY}

    seen = {"Planted", 'class="verdict', "low confidence"}
    # the contributor wrote the statement, so he is an author too
    assert told == {name: set() for name in EVERYBODY} | {"author": seen, "contributor": seen}


def test_the_two_verdicts_are_not_told_to_others_after_the_second_either(client, people):
    claim = plant(people)
    second = RatingFactory(code="true")
    apply(claim.pk, "cross_check", by=people.cross_checker, rating=second, reason="Planted reason of the second.")

    assert leaks(client, people.editor, claim) == set()
    assert "Planted" in leaks(client, people.cross_checker, claim)


def test_whether_a_verdict_needs_evidence_is_not_told_by_the_list_of_preflight(client, people):
    titles = set()
    for needs in (True, False):
        claim = desk.in_research(people)
        rating = RatingFactory(code=f"code-{needs}", needs_evidence=needs)
        seen = edit.digests(desk.reload(claim))
        edit.edit_claim(claim.pk, by=people.author, fields={"rating": rating, "rationale": "See [7]."}, seen=seen)
        page = read(client, people.editor, at(claim)).context["page"]
        titles.add(tuple((item.title, len(item.missing)) for item in page.preflight))

    assert len(titles) == 1


def test_the_page_is_the_same_whether_there_is_a_hidden_verdict_or_a_hidden_title(client, people):
    claim = desk.in_research(people)
    other = PersonFactory(role="auditor")

    def panel():
        page = text_of(read(client, other, at(claim)))
        return page[page.index('id="verdict"') : page.index('id="appearances"')].split("csrfmiddlewaretoken")[0]

    before = panel()
    desk.write_verdict(claim, people.author)

    assert panel() == before


def test_who_asks_to_see_the_verdict_sees_it_and_it_is_recorded(client, people):
    claim = plant(people)
    client.force_login(people.editor)
    response = client.post(reverse("claims:verdict-show", args=[claim.pk]), follow=True)

    assert "Planted rationale." in text_of(response)
    assert Disclosure.objects.get().person == people.editor
    assert Event.objects.filter(chain=claim.chain, action="show_verdict").count() == 1


def test_the_cross_checker_is_refused_to_look_first(client, people):
    claim = plant(people)
    client.force_login(people.cross_checker)
    response = client.post(reverse("claims:verdict-show", args=[claim.pk]))

    assert response.status_code == 422
    assert said(response) == ["You are its cross-checker: give your own verdict first, or hand the cross-check over."]
    assert "Planted" not in text_of(response)


def test_the_cross_checker_gives_his_verdict_on_the_page_before_he_sees_the_first(client, people):
    claim = plant(people)
    response = read(client, people.cross_checker, at(claim))
    assert 'id="cross-check"' in text_of(response)
    offered = [choice[1] for choice in response.context["cross_check"].form.fields["rating"].choices]
    client.post(
        step_at(claim, "cross_check"),
        {"rating": RatingFactory(code="false").pk, "confidence": "high", "reason": "Counted again."},
    )

    assert len(offered) >= 2
    assert desk.reload(claim).status == "in_review"
    assert Reading.objects.get(kind="cross").reason == "Counted again."
    assert "Planted rationale." in text_of(client.get(at(claim)))


def test_another_verdict_from_an_older_page_is_answered_with_what_was_done_and_what_was_sent(client, people):
    claim = plant(people)
    client.force_login(people.cross_checker)
    given = {"rating": RatingFactory(code="false").pk, "confidence": "high", "reason": "Counted again."}
    client.post(step_at(claim, "cross_check"), given)
    other = given | {
        "rating": RatingFactory(code="true").pk,
        "reason": "No, <b>eleven</b>.\nSo it is.",
    }
    response = client.post(step_at(claim, "cross_check"), other, headers=HTMX | {"HX-Target": "claim"})
    panel = re.search(r'<div [^>]*id="cross-check">.*?</dl>', text_of(response), re.DOTALL)[0]

    assert response.status_code == 422
    assert "This verdict was not recorded" in panel
    assert re.search(r"“Give your verdict” cannot be done from “[^”]+”. You did “[^”]+” at \d", panel)
    assert re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", panel, re.DOTALL) == [
        ("Verdict", "True"),
        ("Why this verdict?", "No, &lt;b&gt;eleven&lt;/b&gt;.\nSo it is."),
        ("Confidence", "High"),
    ]
    assert Reading.objects.get(kind="cross").reason == "Counted again."


def test_an_empty_verdict_from_an_older_page_is_not_passed_over_in_silence(client, people):
    claim = plant(people)
    client.force_login(people.cross_checker)
    given = {"rating": RatingFactory(code="false").pk, "confidence": "high", "reason": "Counted again."}
    client.post(step_at(claim, "cross_check"), given)
    response = client.post(step_at(claim, "cross_check"), given | {"reason": ""})

    assert response.status_code == 422
    assert "This verdict was not recorded" in text_of(response)


def test_a_retired_rating_is_not_offered_for_a_second_verdict(client, people):
    claim = plant(people)
    Rating.objects.filter(code="false").update(is_retired=True)
    form = read(client, people.cross_checker, at(claim)).context["cross_check"].form

    assert "False" not in {label for _pk, label in form.fields["rating"].choices}


def test_an_editor_must_see_the_verdict_before_he_finds_the_button_to_approve(client, people):
    claim = desk.in_review(people)
    before = moves(read(client, people.editor, at(claim)))
    edit_review.show_verdict(claim.pk, by=people.editor)
    after = moves(read(client, people.editor, at(claim)))

    assert "approve" not in before
    assert after["approve"] == []


# --- cost


def hang_on(claim, count):
    source = [SnapshotFactory(resource=ResourceFactory()) if n % 2 else None for n in range(count)]
    Evidence.objects.bulk_create(
        Evidence(
            claim=claim,
            number=n + 1,
            resource=snapshot.resource if snapshot else ResourceFactory(),
            pinned=snapshot,
            stance=("supports", "refutes", "context")[n % 3],
        )
        for n, snapshot in enumerate(source)
    )
    Appearance.objects.bulk_create(
        Appearance(claim=claim, number=n + 1, claimant=ClaimantFactory()) for n in range(count // 10)
    )
    for n in range(count // 10):
        ClaimRelation.objects.create(source=claim, target=ClaimFactory(), kind="repeats")
        Comment.objects.create(claim=claim, by=claim.created_by, text=f"Comment {n}")
        ChecklistItemFactory()
        claim.topics.add(TopicFactory())


@pytest.mark.parametrize("state", ["in_research", "in_cross_check", "in_review", "approved", "published"])
def test_the_page_costs_the_same_for_little_and_for_much_evidence(client, people, state):
    Desk.objects.current()
    claim = getattr(desk, state)(people)
    if state in {"in_review", "approved"}:
        edit_review.show_verdict(claim.pk, by=people.editor)
    readers, costs = (people.author, people.editor, people.auditor), []
    for count in (2, 200 if state == "in_research" else 30):
        Evidence.objects.filter(claim=claim).delete()
        Appearance.objects.filter(claim=claim).delete()
        hang_on(claim, count)
        costs.append([statements_of_page(client, person, claim, count) for person in readers])

    assert costs[0] == costs[1]
    assert max(costs[0]) <= MOST_STATEMENTS


def statements_of_page(client, person, claim, count):
    client.force_login(person)
    with CaptureQueriesContext(connection) as statements:
        response = client.get(at(claim, "?from="))
    assert text_of(response).count('<li class="ev"') == count
    return len(statements)


def test_sent_back_pages_stay_within_the_budget(client, people):
    Desk.objects.current()
    claim = desk.in_review(people)
    apply(claim.pk, "return", by=people.editor, reason="Say who counted.")
    client.force_login(people.author)
    with CaptureQueriesContext(connection) as statements:
        response = client.get(at(claim, "?from="))

    assert len(statements) <= MOST_STATEMENTS
    assert f"{people.editor.name} sent this back" in text_of(response)
    assert "Say who counted." in text_of(response)


# --- what it tells


def test_the_head_says_what_it_is_who_says_it_and_where_it_stands(client, people):
    claim = desk.in_research(people)
    AppearanceFactory(claim=claim, claimant=ClaimantFactory(name="Harbour <Office>"), position="denies", number=1)
    page = text_of(read(client, people.author, at(claim)))

    assert "Twelve ships came on Monday." in page
    assert "<bdi>Harbour &lt;Office&gt;</bdi>" in page
    assert 'aria-current="step"' in page


def test_the_steps_a_person_may_take_are_drawn_with_what_they_miss(client, people):
    claim = desk.in_research(people)

    assert moves(read(client, people.author, at(claim))) == {
        "submit": ["Give a verdict.", "Write the rationale."],
        "request_reply": ["Log whom you asked and by when they may answer: a deadline still ahead."],
        "unassign": [],
    }
    assert moves(read(client, people.cross_checker, at(claim))) == {}
    assert set(moves(read(client, people.editor, at(claim)))) == {"decline", "merge", "unassign"}


def test_what_is_missing_links_to_the_place_where_it_is_put_right(client, people):
    claim = desk.in_research(people)
    EvidenceFactory(claim=claim, number=1)
    ChecklistItemFactory(text="Was the earliest place found?")
    page = text_of(read(client, people.author, at(claim)))

    assert 'href="#e1"' in page
    assert 'id="e1"' in page
    assert 'href="#checklist-' in page
    assert 'id="checklist"' in page


def test_related_claims_are_read_from_both_sides(client, people):
    claim, other, third = ClaimFactory(), ClaimFactory(statement="The other."), ClaimFactory(statement="The third.")
    ClaimRelation.objects.create(source=claim, target=other, kind="contradicts", note="Not both.")
    ClaimRelation.objects.create(source=third, target=claim, kind="elaborates")
    found = read(client, people.editor, at(claim)).context["relations"]

    assert [(row["words"], row["statement"]) for row in found] == [
        ("contradicts", "The other."),
        ("is elaborated by", "The third."),
    ]


def test_a_claim_related_in_two_ways_stands_once_and_a_contradiction_first_with_who_says_it(client, people):
    claim, near, against = desk.in_research(people), ClaimFactory(), ClaimFactory()
    ClaimRelation.objects.create(source=claim, target=near, kind="elaborates", note="Wider.")
    ClaimRelation.objects.create(source=near, target=claim, kind="supports", note="One example.")
    ClaimRelation.objects.create(source=claim, target=against, kind="contradicts", note="Wider.")
    for position, name in (("denies", "The ministry"), ("asserts", "The harbour office"), ("reports", "A newspaper")):
        AppearanceFactory(claim=against, claimant=ClaimantFactory(name=name), position=position)

    response = read(client, people.editor, at(claim))

    rows = [(row["pk"], row["words"], row["note"], row["who"]) for row in response.context["relations"]]
    assert rows == [
        (against.pk, "contradicts", "Wider.", ["The harbour office", "The ministry"]),
        (near.pk, "elaborates, is supported by", "Wider. One example.", []),
    ]
    assert "<bdi>The harbour office</bdi>, <bdi>The ministry</bdi>" in text_of(response)


def test_a_confidential_claim_is_no_relation_for_who_must_not_know_it(client, people):
    claim, secret = ClaimFactory(), ClaimFactory(confidential=True)
    ClaimRelation.objects.create(source=claim, target=secret, kind="repeats")
    counts = {n: len(read(client, getattr(people, n), at(claim)).context["relations"]) for n in ("editor", "auditor")}

    assert counts == {"editor": 1, "auditor": 0}


def test_a_related_claim_shows_its_verdict_only_when_it_is_public(client, people):
    claim = ClaimFactory()
    RatingFactory(code="true", label="Planted verdict")
    review, out = desk.in_review(people), desk.published(people)
    for other in (review, out):
        ClaimRelation.objects.create(source=claim, target=other, kind="repeats")
    found = read(client, people.editor, at(claim)).context["relations"]

    assert [row["rating"] for row in found] == [None, ["true", "Planted verdict", "true"]]


def test_a_duplicate_shows_its_main_claim_and_the_main_claim_its_duplicates(client, people):
    main, double = ClaimFactory(statement="The main one."), ClaimFactory(statement="The double.")
    client.force_login(people.editor)
    client.post(step_at(double, "merge"), {"target": main.pk})

    assert "The main one." in text_of(client.get(at(double)))
    assert [row["pk"] for row in client.get(at(main)).context["page"].values.cluster] == [double.pk]


def test_pieces_of_one_origin_are_pointed_out(client, people):
    claim = desk.in_research(people)
    for number in (1, 2):
        EvidenceFactory(claim=claim, number=number, origin="Harbour master")

    assert "1, 2 share one origin." in text_of(read(client, people.author, at(claim)))


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ({}, {}, "the same file, to the byte"),
        ({"likeness": 12345, "sha256": "a" * 64}, {"likeness": 12345, "sha256": "b" * 64}, "nearly the same text"),
    ],
)
def test_what_pieces_that_count_once_have_in_common_is_said(client, people, first, second, what):
    claim, body = desk.in_research(people), BlobFactory()
    for number, fields in enumerate((first, second), 1):
        copy = SnapshotFactory(body=body, **fields)
        EvidenceFactory(claim=claim, number=number, stance="supports", resource=copy.resource, pinned=copy)

    assert what in text_of(read(client, people.author, at(claim)))


def test_a_capture_under_way_renews_its_own_line_and_nothing_else(client, people):
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(), stance="supports")
    page = text_of(read(client, people.author, at(claim)))
    assert reverse("claims:evidence-status", args=[evidence.pk]) in page

    Job.objects.update(state="failed", last_error="The site answered 403.", attempts=3)
    page = text_of(client.get(at(claim)))
    assert "The site answered 403." in page
    assert reverse("claims:capture-retry", args=[evidence.pk]) in page


@pytest.mark.parametrize("statement", ["claims_job", "claims_evidence"])
def test_a_capture_that_ends_while_the_page_is_read_is_seen_at_work_or_with_its_copy(client, people, statement):
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(), stance="supports")
    copy = SnapshotFactory(resource=evidence.resource)
    ended = []

    def end_after(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if not ended and re.search(rf'^SELECT .* FROM "{statement}" (INNER|WHERE|LEFT)', sql):
            ended.append(sql)
            Job.objects.update(state="done")
            evidence.__class__.objects.filter(pk=evidence.pk).update(pinned=copy)
        return found

    client.force_login(people.author)
    with connection.execute_wrapper(end_after):
        page = client.get(at(claim)).context["page"]

    assert ended
    assert page.captures or page.evidence[0].pinned


def test_a_copy_the_evidence_does_not_rest_on_yet_is_still_asked_after(client, people):
    claim = desk.in_research(people)
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(), stance="supports")
    Job.objects.update(state="done")
    copy = SnapshotFactory(resource=evidence.resource)
    jobs.enqueue("pin", key=evidence.resource.chain, resource=evidence.resource_id, snapshot=copy.pk)

    page = text_of(read(client, people.author, at(claim)))

    assert reverse("claims:evidence-status", args=[evidence.pk]) in page
    assert "No copy yet." not in page


def test_next_and_previous_follow_the_list_the_person_came_from(client, people):
    claims = [ClaimFactory(worth="high") for _ in range(3)]
    ClaimFactory(worth="low")
    client.force_login(people.editor)
    around = client.get(at(claims[1], "?from=worth%3Dhigh%26sort%3Dnewest")).context["neighbours"]

    assert (around.previous, around.next, around.position, around.total) == (claims[2].pk, claims[0].pk, "2", "3")
    assert client.get(at(claims[1], "?from=status%3Ddeclined")).context["neighbours"] is None
    assert "neighbours" not in client.get(at(claims[1])).context


def in_queue(client, **asked):
    """Ids of the claims that the queue shows, in their order."""
    return [int(pk) for pk in re.findall(r'data-row="(\d+)"', client.get("/claims/", asked).content.decode())]


def test_after_a_step_that_takes_it_out_of_its_list_the_next_one_is_a_press_away(client, people):
    day = timezone.now() + timedelta(days=1)
    claims = [ClaimFactory(due_at=day + timedelta(hours=n), status="inbox") for n in range(3)]
    client.force_login(people.editor)
    page = client.get(at(claims[1], "?from=status%3Dinbox")).content.decode()
    action = unescape(re.search(r'action="(/claims/\d+/steps/decline/[^"]*)"', page)[1])
    page = client.post(action, {"decline_reason": "other", "reason": "Nobody says it."}, follow=True)
    around = page.context["neighbours"]

    assert desk.reload(claims[1]).status == "declined"
    assert (around.previous, around.next, around.position, around.total) == (claims[0].pk, claims[2].pk, "", "2")
    assert "2 left in the list" in page.content.decode()


@pytest.mark.thorough
@pytest.mark.parametrize("sort", ["due", "priority", "newest"])
def test_following_next_walks_through_the_whole_list(client, people, sort):
    now = timezone.now()
    claims = [ClaimFactory(due_at=now + timedelta(days=n % 2) if n % 3 else None, priority=n % 2 + 1) for n in range(8)]
    client.force_login(people.editor)
    listed = in_queue(client, sort=sort)
    walked, backwards = [listed[0]], []
    while (found := client.get(f"/claims/{walked[-1]}/?from=sort%3D{sort}").context["neighbours"]).next:
        walked.append(found.next)
    here = walked[-1]
    while here:
        backwards.append(here)
        here = client.get(f"/claims/{here}/?from=sort%3D{sort}").context["neighbours"].previous

    assert len(listed) == len(claims)
    assert walked == listed == backwards[::-1]


# --- steps


def test_a_step_is_taken_and_the_page_comes_back_by_a_redirect(client, people):
    claim = desk.ready(people)
    client.force_login(people.author)
    response = client.post(step_at(claim, "submit") + "?from=view%3Dmine")

    assert response.status_code == 302
    assert response.url == at(claim, "?from=view%3Dmine#your-move")
    assert desk.reload(claim).status == "preflight"


def test_a_double_click_takes_the_step_once_and_is_no_refusal(client, people):
    claim = desk.ready(people)
    client.force_login(people.author)
    once = client.get(at(claim)).context["once"]
    answers = [client.post(step_at(claim, "submit"), {"once": once}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Event.objects.filter(chain=claim.chain, action="submit").count() == 1
    assert not Refusal.objects.exists()


def test_a_refusal_is_one_sentence_above_the_buttons(client, people):
    claim = desk.in_research(people)
    client.force_login(people.author)
    response = client.post(step_at(claim, "submit"))

    assert response.status_code == 422
    assert text_of(response).count('role="alert"') == 1
    assert said(response) == ["Give a verdict. Write the rationale."]
    assert Refusal.objects.get().person == people.author


def test_a_refused_form_can_be_sent_again_and_keeps_what_was_written(client, people):
    claim = desk.in_research(people)
    client.force_login(people.editor)
    sent = {"target": 987_654, "once": "abc"}
    answers = [client.post(step_at(claim, "merge"), sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert 'value="987654"' in text_of(answers[1])
    assert 'id="step-merge" open' in text_of(answers[1])


def test_a_form_that_lacks_something_comes_back_open_and_nothing_is_tried(client, people):
    claim = desk.in_research(people)
    client.force_login(people.editor)
    response = client.post(step_at(claim, "decline"), {"decline_reason": "other"})

    assert response.status_code == 422
    assert 'aria-invalid="true"' in text_of(response)
    assert not Refusal.objects.exists()


def test_htmx_gets_the_refusal_in_the_part_it_swaps(client, people):
    claim = desk.in_research(people)
    client.force_login(people.author)
    response = client.post(step_at(claim, "submit"), headers={**HTMX, "HX-Target": "claim"})
    page = text_of(response)

    assert response.status_code == 422
    assert response["HX-Push-Url"] == "false"  # else the address of the form, which cannot be loaded, would stand there
    assert 'id="claim"' in page
    assert "<html" not in page


def test_a_checker_takes_a_claim_for_himself(client, people):
    claim = desk.accepted(people)
    response = read(client, people.author, at(claim))
    assert "Take it" in text_of(response)
    client.post(step_at(claim, "assign"), {"person": people.author.pk, "due": "2030-01-01T10:00"})

    assert desk.reload(claim).status == "in_research"


@pytest.mark.parametrize(("hours", "said"), [(50, True), (-50, False)])
def test_a_date_ahead_in_the_head_is_called_what_it_is(client, people, hours, said):
    claim = desk.accepted(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now() + timedelta(hours=hours))
    head = text_of(read(client, people.author, at(claim))).partition("version")[0]

    assert bool(re.search(r"\bdue\b", head)) == said


def test_a_claim_that_is_late_is_taken_as_the_page_proposes(client, people):
    claim = desk.accepted(people)
    Claim.objects.filter(pk=claim.pk).update(due_at=timezone.now() - timedelta(days=1))
    page = read(client, people.author, at(claim)).content.decode()
    due = re.search(r'name="due"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="due"', page)
    client.post(step_at(claim, "assign"), {"person": people.author.pk, "due": due[1] or due[2]})

    assert desk.reload(claim).status == "in_research"


def test_a_checker_cannot_give_a_claim_to_somebody_else(client, people):
    claim = desk.accepted(people)
    client.force_login(people.author)
    client.post(step_at(claim, "assign"), {"person": people.cross_checker.pk, "due": "2030-01-01T10:00"})

    assert desk.reload(claim).status == "accepted"


def test_a_part_is_handed_over_among_the_people(client, people):
    claim = desk.in_research(people)
    client.force_login(people.editor)
    client.post(step_at(claim, "hand_over"), {"role": "checker", "person": people.cross_checker.pk})
    rows = client.get(at(claim)).context["people"]

    assert {row["label"]: row["people"] for row in rows}["Checker"] == [people.cross_checker]


def test_the_approval_is_bound_to_what_the_page_showed(client, people):
    claim = desk.in_review(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    form = next(m for m in read(client, people.editor, at(claim)).context["moves"] if m.action == "approve").form
    stale = {"seen": form["seen"].value()}
    edit_review.show_verdict(claim.pk, by=people.other_editor)
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.other_editor, fields={"summary": "Changed meanwhile."}, seen=seen)
    refused = client.post(step_at(claim, "approve"), stale)
    fresh = next(m for m in client.get(at(claim)).context["moves"] if m.action == "approve").form
    client.post(step_at(claim, "approve"), {"seen": fresh["seen"].value()})

    assert "The claim has changed since this page was opened: read it again." in said(refused)[0]
    assert desk.reload(claim).status == "approved"


def test_the_approval_is_bound_to_the_notes_the_page_showed(client, people):
    claim, item = desk.in_review(people), ChecklistItemFactory(required=False)
    edit_review.answer_checklist(claim.pk, by=people.other_editor, item=item, answer="yes")
    edit_review.answer_checklist(claim.pk, by=people.other_editor, item=item, answer="yes", note="Asked twice.")
    contact = replies.log_contact(
        claim.pk, by=people.other_editor, asked="Harbour office", channel="phone", question="How many?",
        deadline=desk.soon(),
    )  # fmt: skip
    replies.go_on_without(contact.pk, by=people.other_editor, reason="It goes to print.")
    edit_review.show_verdict(claim.pk, by=people.editor)
    form = next(m for m in read(client, people.editor, at(claim)).context["moves"] if m.action == "approve").form
    given = {"seen": form["seen"].value(), "notes": form["notes"].value()}
    edit_review.answer_checklist(claim.pk, by=people.other_editor, item=item, answer="yes", note="Asked once.")
    refused = client.post(step_at(claim, "approve"), given)
    again = next(m for m in refused.context["moves"] if m.action == "approve").form
    client.post(step_at(claim, "approve"), {"seen": again["seen"].value(), "notes": again["notes"].value()})

    assert "The claim has changed since this page was opened: read it again." in said(refused)[0]
    assert desk.reload(claim).status == "approved"


def test_an_editor_decides_between_the_two_verdicts_only(client, people):
    claim = desk.in_review(people, second="false")
    claim = desk.reload(claim)
    if claim.status == "changes_requested":
        apply(claim.pk, "submit", by=people.author)
        apply(claim.pk, "pass", by=None)
        claim = desk.reload(claim)
    RatingFactory(code="third")
    edit_review.show_verdict(claim.pk, by=people.editor)
    found = next(m for m in read(client, people.editor, at(claim)).context["moves"] if m.action == "decide")
    offered = {label for _pk, label in found.form.fields["rating"].choices}

    assert offered == {"\u2013", "True", "False"}


def test_publishing_goes_by_the_page_and_asks_once_more(client, people):
    claim = desk.approved(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    response = read(client, people.editor, at(claim))
    assert "Readers see this at once." in text_of(response)
    form = next(m for m in response.context["moves"] if m.action == "publish").form
    client.post(step_at(claim, "publish"), {"seen": form["seen"].value()})

    claim = desk.reload(claim)
    assert (claim.status, claim.public_state) == ("published", "published")
    assert reverse("claims:fact-check-detail", args=[claim.slug]) in text_of(client.get(at(claim)))


def test_a_public_page_is_withheld_put_back_and_retracted_by_two(client, people):
    claim = desk.approved(people)
    client.force_login(people.editor)
    client.post(step_at(claim, "publish"), {"seen": desk.seen(claim)})
    states, offered = [], []
    for person, action, data in (
        (people.editor, "withhold", {"reason": "A reader wrote."}),
        (people.editor, "lift", {}),
        (people.editor, "propose_retraction", {"reason": "The count was wrong."}),
        (people.editor, "retract", {}),
        (people.other_editor, "retract", {}),
    ):
        client.force_login(person)
        offered.append({"withhold", "lift"} & {move.action for move in client.get(at(claim)).context["moves"]})
        client.post(step_at(claim, action), data)
        states.append(desk.reload(claim).public_state)

    assert offered == [{"withhold"}, {"lift"}, {"withhold"}, {"withhold"}, {"withhold"}]
    assert states == ["withheld", "published", "published", "published", "retracted"]


def test_the_page_follows_preflight_by_itself(client, people):
    claim = desk.in_preflight(people)
    address = at(claim) + "status/?was=preflight"
    assert address in text_of(read(client, people.author, at(claim)))
    assert client.get(address).status_code == 204
    apply(claim.pk, "pass", by=None)
    after = client.get(address)

    assert (after.status_code, after["HX-Refresh"]) == (STOP_POLLING, "true")


@pytest.mark.parametrize("state", ["watching", "declined", "duplicate", "archived", "retracted", "awaiting_reply"])
def test_every_other_state_has_a_page(client, people, state):
    claim = desk.in_research(people)
    client.force_login(people.editor)
    if state == "awaiting_reply":
        replies.log_contact(
            claim.pk, by=people.author, asked="Office", channel="email", question="Why?", deadline=desk.soon()
        )
        apply(claim.pk, "request_reply", by=people.author)
    else:
        to = {"watching": {"look_again_at": desk.soon()}, "declined": {"decline_reason": "other"}}
        values = {"duplicate": {"duplicate_of": ClaimFactory()}, "retracted": {"public_state": "", "slug": None}}
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('factcheck.step', %s, true)", [str(claim.pk)])
            Claim.objects.filter(pk=claim.pk).update(status=state, **to.get(state, {}), **values.get(state, {}))

    assert client.get(at(claim)).status_code == 200
    assert in_queue(client, status=state)[0] == claim.pk


def test_who_proposed_a_retraction_reads_why_another_must_carry_it_out(client, people):
    claim = desk.published(people)
    apply(claim.pk, "propose_retraction", by=people.editor, reason="The count was forged.")
    client.force_login(people.editor)
    response = client.post(step_at(claim, "retract"))

    assert response.status_code == 422
    assert "Another editor must carry out what you proposed." in text_of(response).partition('role="alert"')[2][:300]


def test_a_card_says_that_its_copy_could_not_be_read_until_it_is_waived(client, people):
    claim = desk.in_research(people)
    copy = SnapshotFactory(mime="application/pdf", body_text="", problem="The file is damaged.")
    evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=copy.resource)
    edit_parts.pin_snapshot(evidence.pk, copy.pk, by=people.author)

    card = text_of(read(client, people.author, at(claim)))
    assert "This copy could not be read.</b> The file is damaged." in card

    edit_parts.waive(evidence.pk, "capture", by=people.author, reason="No other is left.")
    assert "No other is asked for: No other is left." in text_of(read(client, people.author, at(claim)))
