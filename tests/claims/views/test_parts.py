"""What is written on the claim page besides steps, two people at once, and the record in words."""

import re

import pytest
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from claims.forms.parts import AppearanceEditForm
from claims.models import Claim, Evidence
from claims.views.claim_cards import edit_form
from claims.workflow import edit, edit_review, replies
from claims.workflow.apply import Refused, apply
from claims.workflow.edit import digest
from tests.claims.workflow import desk
from tests.factories import (
    ChecklistItemFactory,
    ClaimantFactory,
    ClaimFactory,
    EvidenceFactory,
    RatingFactory,
    TopicFactory,
    make_rubric,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def claim(people):
    return desk.in_research(people)


@pytest.fixture
def author(client, people, claim):
    client.force_login(people.author)
    return people.author


def post(client, name, *args, **data):
    return client.post(reverse(f"claims:{name}", args=args), data)


def marks_of_arrangement(claim):
    marks = edit.digests(claim, ["due_at", "priority", "confidential"]) | {"topics": digest(list(claim.topics.all()))}
    return {f"seen-{name}": mark for name, mark in marks.items()}


def judge(client, claim, number, **data):
    """Send the form of a piece of evidence as somebody does who has it before him as it stands."""
    marks = edit_form(claim.evidence.get(number=number)).marks
    return post(client, "evidence-edit", claim.pk, number, **{"note": "", "grade_reason": ""} | data, **dict(marks))


def said(response):
    return response.context["refusal"].sentence


# --- evidence


def test_ten_addresses_are_added_at_once(client, author, claim):
    urls = "\n".join(f"https://source-{n}.example.org/page" for n in range(10))
    response = post(client, "evidence-add", claim.pk, urls=urls, stance="supports", kind="news", origin="Agency")

    assert response.status_code == 302
    assert Evidence.objects.filter(claim=claim, stance="supports", origin="Agency").count() == 10


def test_addresses_that_are_refused_stay_in_the_form_with_their_sentence(client, author, claim):
    urls = "https://good.example.org/\nhttp://10.0.0.1/\nnonsense"
    response = post(client, "evidence-add", claim.pk, urls=urls, stance="context", kind="news")

    assert response.status_code == 422
    assert response.context["links_form"].data["urls"] == "http://10.0.0.1/\nnonsense"
    assert "nonsense: " in said(response)
    assert [
        words.partition(": ")[0] for words in re.findall(r"<p>((?:http|nonsense)[^<]*)</p>", response.content.decode())
    ] == [
        "http://10.0.0.1/",
        "nonsense",
    ]
    form = response.content.decode().partition('id="links-urls"')[2].partition("</form>")[0]
    assert "nonsense: " in form.partition("Add these addresses")[0]  # above the button that was pressed
    assert [str(message) for message in response.context["messages"]] == ["1 address added."]
    assert Evidence.objects.get(claim=claim).resource.url == "https://good.example.org/"


def test_every_form_that_adds_evidence_begins_with_the_stance_that_counts_for_neither_side(client, author, claim):
    pages = [reverse("claims:claim-detail", args=[claim.pk]), reverse("claims:evidence-upload", args=[claim.pk])]
    paths = [reverse("claims:evidence-add", args=[claim.pk]), pages[1]]

    offered = [form_of(client.get(page), path)["stance"] for page, path in zip(pages, paths, strict=True)]

    assert offered == [("context", ["supports", "refutes", "context"])] * 2


def form_of(response, path):
    """Of each choice of a form what is chosen, and what is offered, in its order."""
    page = LexborHTMLParser(response.content.decode())
    form = next(form for form in page.css("form") if form.attributes["action"] == path)
    return {
        choice.attributes["name"]: (
            choice.css_first("option[selected]").attributes["value"],
            [option.attributes["value"] for option in choice.css("option")],
        )
        for choice in form.css("select")
        if choice.css_first("option[selected]")
    }


def test_more_than_fifty_addresses_are_too_many(client, author, claim):
    urls = "\n".join(f"https://source-{n}.example.org/" for n in range(51))
    response = post(client, "evidence-add", claim.pk, urls=urls, stance="context", kind="news")

    assert response.status_code == 422
    assert not Evidence.objects.exists()


JUDGED = {"stance": "refutes", "kind": "primary", "reliability": "A", "credibility": "1", "origin": "The office"}


def test_evidence_is_judged_anew_on_its_card(client, author, claim):
    EvidenceFactory(claim=claim, number=4)
    response = judge(client, claim, 4, **JUDGED)
    row = Evidence.objects.get()

    assert response.url.endswith("#e4")
    assert (row.stance, row.kind, row.reliability, row.credibility, row.origin) == (
        "refutes", "primary", "A", 1, "The office",
    )  # fmt: skip


@pytest.mark.parametrize(("title", "offered"), [("", True), ("The harbour's own counts", False)])
def test_a_judgement_says_that_it_is_saved_and_is_taken_back_where_it_is_this_claim_s_alone(
    client, author, claim, title, offered
):
    EvidenceFactory(claim=claim, number=4)

    page = client.get(judge(client, claim, 4, title=title, **JUDGED).url).content.decode()

    assert "Evidence 4 is saved." in page
    assert ('name="token"' in page) is offered


def test_a_statement_that_was_saved_can_be_put_back(client, author, claim):
    fields = {"statement": claim.statement, "context": "As of 2025.", "language": "en", "kind": claim.kind}
    marks = {f"seen-{name}": mark for name, mark in edit.digests(claim, fields).items()}
    page = client.get(post(client, "claim-edit", claim.pk, **fields, **marks).url).content.decode()
    assert "Saved." in page
    assert Claim.objects.get(pk=claim.pk).context == "As of 2025."

    post(client, "undo", token=re.search(r'name="token" value="([^"]+)"', page)[1])

    assert Claim.objects.get(pk=claim.pk).context == ""


def test_a_source_is_withheld_only_with_a_reason(client, author, claim):
    EvidenceFactory(claim=claim, number=4)
    response = judge(client, claim, 4, **JUDGED, withheld="on")
    assert response.status_code == 422
    assert response.content.decode().count('aria-invalid="true"') == 1

    judge(client, claim, 4, **JUDGED, withheld="on", withheld_reason="A life is at risk.")
    assert Evidence.objects.get().withheld_reason == "A life is at risk."
    judge(client, claim, 4, **JUDGED, withheld_reason="Left over.")
    assert Evidence.objects.get().withheld_reason == ""


def test_an_edit_that_may_not_be_made_now_is_told_on_the_card(client, people):
    claim = desk.in_cross_check(people)
    client.force_login(people.author)
    response = judge(client, claim, 1, **JUDGED)

    assert (response.status_code, response.context["refusal"].edited) == (422, 1)
    assert said(response) == "You cannot change this claim while it is “In cross-check”."


def test_evidence_is_taken_off(client, author, claim):
    EvidenceFactory(claim=claim, number=4)
    post(client, "evidence-remove", claim.pk, 4)

    assert not Evidence.objects.exists()
    assert post(client, "evidence-remove", claim.pk, 4).status_code == 404


def test_the_form_of_a_card_opens_in_its_place_and_without_script_on_the_page(client, author, claim):
    EvidenceFactory(claim=claim, number=4)
    address = reverse("claims:evidence-card", args=[claim.pk, 4])
    card = client.get(f"{address}?edit", headers=HTMX).content.decode()

    assert card.strip().startswith('<li class="ev" id="e4"')
    assert 'name="reliability"' in card
    assert 'name="reliability"' not in client.get(address, headers=HTMX).content.decode()
    assert client.get(f"{address}?edit").url == f"/claims/{claim.pk}/?edit=4#e4"
    assert client.get(f"{address}?edit&from=view%3Dmine").url == f"/claims/{claim.pk}/?edit=4&from=view%3Dmine#e4"
    assert "?from=view%3Dmine" in client.get(f"{address}?edit&from=view%3Dmine", headers=HTMX).content.decode()
    assert 'name="reliability"' in client.get(f"/claims/{claim.pk}/?edit=4").content.decode()
    assert client.get(reverse("claims:evidence-card", args=[claim.pk, 5]), headers=HTMX).status_code == 404


def test_no_form_opens_for_who_may_not_change_it(client, people, claim):
    EvidenceFactory(claim=claim, number=4)
    client.force_login(people.auditor)

    assert 'name="reliability"' not in client.get(f"/claims/{claim.pk}/?edit=4").content.decode()
    card = client.get(reverse("claims:evidence-card", args=[claim.pk, 4]) + "?edit", headers=HTMX)
    assert 'name="reliability"' not in card.content.decode()


def test_a_number_that_is_none_opens_no_form(client, author, claim):
    assert client.get(f"/claims/{claim.pk}/?edit=²").status_code == 200


# --- appearances, rubric, checklist


def test_an_appearance_is_added_and_removed(client, author, claim):
    who = ClaimantFactory()
    post(client, "appearance-add", claim.pk, claimant=who.pk, position="denies", said_on="2026-01-02")
    row = claim.appearances.get()
    assert (row.claimant, row.position, row.is_first) == (who, "denies", True)

    post(client, "appearance-remove", claim.pk, row.number)
    assert not claim.appearances.exists()


def test_an_appearance_is_put_right_in_place_and_on_a_page_of_its_own(client, author, claim):
    who = ClaimantFactory()
    post(client, "appearance-add", claim.pk, claimant=who.pk, position="denies", said_on="2026-01-02")
    row = claim.appearances.get()
    address = reverse("claims:appearance-edit", args=[claim.pk, row.number])
    part, page = client.get(address, headers=HTMX), client.get(address)
    assert 'value="2026-01-02"' in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "<html" in page.content.decode()

    given = {"claimant": who.pk, "position": "reports", "verbatim": "Twelve!", "is_first": "on"}
    assert client.post(address, given | dict(AppearanceEditForm(row).marks)).status_code == 302
    row.refresh_from_db()
    assert (row.position, row.verbatim, row.said_on, row.is_first) == ("reports", "Twelve!", None, True)


def test_an_edit_of_an_appearance_that_is_refused_stays_in_its_row(client, people, author, claim):
    post(client, "appearance-add", claim.pk, url="https://a.example.org/", position="denies")
    row = claim.appearances.get()
    response = post(client, "appearance-edit", claim.pk, row.number, position="denies", verbatim="A dozen!")
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("A dozen!") == 1
    assert f'id="appearance-form-{row.number}"' in page

    client.force_login(people.auditor)
    assert client.get(reverse("claims:appearance-edit", args=[claim.pk, row.number])).status_code == 302


def test_somebody_new_is_named_where_an_appearance_is_added(client, author, claim):
    known = ClaimantFactory(name="Harbour office")
    post(
        client,
        "appearance-add",
        claim.pk,
        new_claimant="Pilots' union",
        claimant_kind="organisation",
        position="asserts",
    )
    post(client, "appearance-add", claim.pk, new_claimant="HARBOUR OFFICE", position="asserts")

    assert [row.claimant.name for row in claim.appearances.order_by("number")] == ["Pilots' union", "Harbour office"]
    both = post(client, "appearance-add", claim.pk, claimant=known.pk, new_claimant="Other", position="asserts")
    assert both.status_code == 422


def test_an_appearance_needs_somebody_or_a_place(client, author, claim):
    response = post(client, "appearance-add", claim.pk, position="denies", verbatim="We never said so.")

    assert response.status_code == 422
    assert "We never said so." in response.content.decode()


def test_a_source_is_named_with_its_judgement(client, author, claim):
    item = EvidenceFactory(claim=claim, number=1)
    given = {
        "stance": "refutes",
        "kind": "news",
        "reliability": "B",
        "credibility": 2,
        "title": "Counts of the harbour",
    }
    assert judge(client, claim, 1, **given).status_code == 302

    item.refresh_from_db()
    assert (item.resource.title, item.stance) == ("Counts of the harbour", "refutes")


def test_the_rubric_gives_the_worth(client, people):
    claim = ClaimFactory()
    client.force_login(people.editor)
    make_rubric()
    answers = {"q-verifiable": 2, "q-significant": 2, "q-spread": 2, "q-harmful": 1, "reason": "Told everywhere."}
    post(
        client, "rubric-answer", claim.pk, **answers, **dict.fromkeys([f"seen-{name}" for name in answers], digest(""))
    )

    assert (desk.reload(claim).worth, desk.reload(claim).worth_reason) == ("high", "Told everywhere.")
    assert post(client, "rubric-answer", claim.pk, **{"q-verifiable": 2}).status_code == 422


def test_a_question_of_the_checklist_is_answered(client, author, claim):
    item = ChecklistItemFactory()
    post(client, "checklist-answer", claim.pk, item=item.pk, answer="n/a")

    assert claim.checklist_answers.get().answer == "n/a"
    assert post(client, "checklist-answer", claim.pk, item=item.pk, answer="maybe").status_code == 422
    assert post(client, "checklist-answer", claim.pk, item=999_999, answer="yes").status_code == 404


def test_a_no_to_a_required_question_asks_why(client, author, claim):
    item = ChecklistItemFactory()
    response = post(client, "checklist-answer", claim.pk, item=item.pk, answer="no")
    assert response.status_code == 422
    assert "needs a note that says why" in said(response)
    post(client, "checklist-answer", claim.pk, item=item.pk, answer="no", note="No source gives it.")

    page = client.get(f"/claims/{claim.pk}/").content.decode()
    assert page.count("No source gives it.") == 3  # above the buttons, in its row, in its form


def test_the_reason_of_a_no_is_kept_from_who_must_not_know_the_verdict(client, people, author, claim):
    item = ChecklistItemFactory()
    desk.write_verdict(claim, people.author)
    post(client, "checklist-answer", claim.pk, item=item.pk, answer="no", note="It speaks for false.")
    client.force_login(people.cross_checker)

    assert "It speaks for false." not in client.get(f"/claims/{claim.pk}/").content.decode()
    assert "It speaks for false." not in client.get(f"/claims/{claim.pk}/move/").content.decode()
    assert "It speaks for false." not in client.get(f"/claims/{claim.pk}/record/").content.decode()


def test_what_preflight_asks_is_asked_for_again_and_ticked_when_met(client, author, claim):
    item = ChecklistItemFactory(text="Is the date right?")
    address = reverse("claims:your-move", args=[claim.pk])
    before = client.get(address).content.decode()
    post(client, "checklist-answer", claim.pk, item=item.pk, answer="yes")
    after = client.get(address).content.decode()

    assert f'href="#checklist-{item.pk}"' in before
    assert "<html" not in before
    assert f'href="#checklist-{item.pk}"' not in after
    assert after.count('aria-label="Done"') == before.count('aria-label="Done"') + 1


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["author", "editor", "cross_checker", "auditor", "contributor"])
@pytest.mark.parametrize("stage", ["in_research", "in_review", "reopened"])
def test_every_link_to_a_place_of_the_page_has_that_place(client, people, name, stage):
    ChecklistItemFactory(required=False)
    claim = desk.published(people) if stage == "reopened" else getattr(desk, stage)(people)
    if stage == "reopened":
        apply(claim.pk, "reopen", by=people.editor, reason="Look again.")
    ChecklistItemFactory()
    EvidenceFactory(claim=claim, number=9)
    replies.log_contact(
        claim.pk, by=people.editor, asked="Office", channel="email", question="Why?", deadline=desk.soon()
    )
    if stage == "reopened":
        desk.write_verdict(claim, people.editor, rationale="See [7].")
    client.force_login(getattr(people, name))
    page = client.get(f"/claims/{claim.pk}/").content.decode()

    links = set(re.findall(r'href="#([^"]+)"', page)) - {"e7"}
    assert {"e9"} <= links
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def test_the_address_of_who_was_asked_is_not_sent_to_readers_of_the_desk(client, people, author, claim):
    asked = {"asked": "Harbour office", "channel": "email", "question": "How many?", "deadline": "2030-01-01T10:00"}
    post(client, "contact-log", claim.pk, **asked, contact_detail="office@example.org")
    seen = {}
    for name in ("author", "editor", "auditor", "contributor"):
        client.force_login(getattr(people, name))
        seen[name] = "office@example.org" in client.get(f"/claims/{claim.pk}/").content.decode()

    assert seen == {"author": True, "editor": True, "auditor": False, "contributor": False}


# --- two people at once


def test_a_verdict_is_written_by_its_checker(client, author, claim):
    page = client.get(f"/claims/{claim.pk}/").context["verdict_form"]
    data = dict(page.marks) | {"rating": RatingFactory().pk, "rationale": "Counted twice.", "confidence": "high"}
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)
    claim = desk.reload(claim)

    assert response.status_code == 302
    assert (claim.rating.code, claim.rationale, claim.confidence) == ("true", "Counted twice.", "high")


def both(client, people, claim, *, mine, **also):
    """Two people open the verdict; the other saves first, then this one."""
    marks = {f"seen-{name}": mark for name, mark in edit.digests(desk.reload(claim)).items()}
    seen = edit.digests(desk.reload(claim))
    edit_review.show_verdict(claim.pk, by=people.editor)
    edit.edit_claim(claim.pk, by=people.editor, fields={"rationale": "Counted by the office."}, seen=seen)
    data = {**marks, "rationale": mine, **also}
    return client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)


def fields_of(response, button):
    """The hidden fields of the form whose button says this."""
    page = response.content.decode()
    form = next(part for part in page.split("<form")[1:] if f">{button}</button>" in part.split("</form>")[0])
    names = [part.split('"')[1] for part in form.split("<input ")[1:] for part in [part.split("name=", 1)[1]]]
    values = [part.split('value="', 1)[1].split('"')[0] for part in form.split("<input ")[1:]]
    return {name: value for name, value in zip(names, values, strict=True) if name != "csrfmiddlewaretoken"}


def test_disjoint_changes_of_two_people_merge(client, people, author, claim):
    desk.write_verdict(claim, people.author)
    marks = {f"seen-{name}": mark for name, mark in edit.digests(desk.reload(claim)).items()}
    edit_review.show_verdict(claim.pk, by=people.editor)
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.editor, fields={"title": "Twelve ships"}, seen=seen)
    data = {**marks, "rationale": "Counted thrice.", "title": ""}
    client.post(reverse("claims:verdict-edit", args=[claim.pk]), data)
    claim = desk.reload(claim)

    assert (claim.rationale, claim.title) == ("Counted thrice.", "Twelve ships")


def test_the_same_text_changed_by_two_shows_both_and_writes_nothing(client, people, author, claim):
    desk.write_verdict(claim, people.author)
    response = both(client, people, claim, mine="Counted by <us>.", summary="Mine alone.")
    page = response.content.decode()

    assert response.status_code == 409
    assert "Counted by the office." in page
    assert "Counted by &lt;us&gt;." in page
    assert "<del>" in page
    assert desk.reload(claim).rationale == "Counted by the office."
    assert desk.reload(claim).summary == ""


@pytest.mark.parametrize(
    ("button", "rationale"),
    [("Take mine", "Counted by us."), ("Take what stands there", "Counted by the office.")],
)
def test_one_press_takes_either_text_and_keeps_what_else_was_written(client, people, author, claim, button, rationale):
    desk.write_verdict(claim, people.author)
    conflict = both(client, people, claim, mine="Counted by us.", summary="Mine alone.")
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), fields_of(conflict, button))
    claim = desk.reload(claim)

    assert response.status_code == 302
    assert (claim.rationale, claim.summary) == (rationale, "Mine alone.")


def test_a_third_text_meanwhile_is_a_conflict_again(client, people, author, claim):
    desk.write_verdict(claim, people.author)
    conflict = both(client, people, claim, mine="Counted by us.")
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.editor, fields={"rationale": "A third text."}, seen=seen)
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), fields_of(conflict, "Take mine"))

    assert response.status_code == 409
    assert "A third text" in response.content.decode()  # its full stop is common to all three


def test_a_conflict_about_a_hidden_verdict_shows_no_word_of_it(client, people, claim):
    seen = edit.digests(desk.reload(claim))
    edit.edit_claim(claim.pk, by=people.author, fields={"title": "Planted title"}, seen=seen)
    client.force_login(people.other_editor)
    marks = {f"seen-{name}": mark for name, mark in seen.items()}
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), {**marks, "title": "My title"})

    assert response.status_code == 422
    assert "Planted" not in response.content.decode()


def test_a_form_that_does_not_say_what_was_seen_writes_nothing(client, author, claim):
    response = client.post(reverse("claims:verdict-edit", args=[claim.pk]), {"rationale": "Blindly."})

    assert response.status_code == 422
    assert desk.reload(claim).rationale == ""


def test_a_statement_is_changed_with_both_texts_in_a_conflict_too(client, people, author, claim):
    seen = edit.digests(claim)
    edit.edit_claim(claim.pk, by=people.editor, fields={"statement": "Thirteen ships came."}, seen=seen)
    data = {"statement": "Eleven ships came.", "kind": "past", "language": "en", "context": ""}
    marks = {f"seen-{name}": mark for name, mark in seen.items()}
    response = client.post(reverse("claims:claim-edit", args=[claim.pk]), data | marks)

    assert response.status_code == 409
    assert "Thirteen" in response.content.decode()


def test_an_editor_arranges_date_priority_and_topics(client, people, claim):
    topic = TopicFactory()
    client.force_login(people.editor)
    given = {"due_at": "2030-01-01T10:00", "priority": 2, "topics": topic.pk, "confidential": "on"}
    post(client, "claim-arrange", claim.pk, **marks_of_arrangement(claim), **given)
    claim = desk.reload(claim)

    assert (claim.due_at.year, claim.priority, claim.confidential, list(claim.topics.all())) == (
        2030, 2, True, [topic],
    )  # fmt: skip
    assert post(client, "claim-arrange", claim.pk, priority=77).status_code == 422
    assert post(client, "claim-arrange", claim.pk, priority=3).status_code == 422  # does not say what was seen
    assert desk.reload(claim).priority == 2


# --- a new claim


def test_a_claim_is_put_into_the_inbox_with_its_first_appearance(client, people):
    who, topic = ClaimantFactory(), TopicFactory()
    client.force_login(people.contributor)
    data = {
        "statement": "Nine ships came.", "kind": "past", "language": "en", "claimant": who.pk, "position": "asserts",
        "url": "https://news.example.org/", "topics": topic.pk, "once": "x",
    }  # fmt: skip
    responses = [client.post(reverse("claims:claim-new"), data) for _ in range(2)]
    claim = Claim.objects.get()

    assert [response.url for response in responses] == [f"/claims/{claim.pk}/"] * 2
    assert (claim.statement, claim.status, claim.created_by) == ("Nine ships came.", "inbox", people.contributor)
    assert (claim.appearances.get().claimant, list(claim.topics.all())) == (who, [topic])


def test_a_new_claim_needs_an_appearance_or_a_reason_why_there_is_none(client, people):
    client.force_login(people.contributor)
    data = {"statement": "Nine ships came.", "kind": "past", "language": "en", "position": "asserts"}
    assert client.post(reverse("claims:claim-new"), data).status_code == 422
    client.post(reverse("claims:claim-new"), data | {"no_appearance_reason": "Heard at the quay."})

    assert Claim.objects.get().no_appearance_reason == "Heard at the quay."


def test_the_statement_may_come_with_the_address(client, people):
    client.force_login(people.contributor)
    page = client.get(reverse("claims:claim-new"), {"statement": "Nine <ships>."}).content.decode()

    assert "Nine &lt;ships&gt;." in page


def test_an_auditor_is_not_offered_to_add_a_claim(client, people):
    client.force_login(people.auditor)

    assert client.get(reverse("claims:claim-new")).status_code == 403


def test_what_the_operation_refuses_is_told_on_the_form(client, people, monkeypatch):
    def refuse(**_given):
        raise Refused("Not today.", "test")

    monkeypatch.setattr(edit, "create_claim", refuse)
    client.force_login(people.contributor)
    data = {
        "statement": "Nine ships.",
        "kind": "past",
        "language": "en",
        "position": "asserts",
        "url": "https://a.org/",
    }
    response = client.post(reverse("claims:claim-new"), data)

    assert response.status_code == 422
    assert "Not today." in response.content.decode()
