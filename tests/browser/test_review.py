"""A review with all that goes wrong on the way, and what may happen to a check once it is public."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.test_main_job import answer_checklist, quote
from tests.browser.test_two_people import forgive

pytestmark = pytest.mark.thorough

STATEMENT = "The old lighthouse of Norland was moved two hundred metres inland in 2025."
REWORDED = "The old lighthouse of Norland was moved two hundred metres inland in 2024."
NUMBER = "+00 555 0199 confidential"


def test_a_review_with_everything_that_can_come_between(visit, house):
    editor, author = visit("editor-1"), visit("checker-1")
    claim = bring_in(visit("contributor-1"), editor)
    hand_over(editor, "Checker One")
    gather(author, claim, house)
    write_verdict(author, "True", "The measurements say so [1] [2].")
    answer_checklist(author)
    wait_in_vain_for_a_reply(author, claim, house)
    write_at_once(editor, author, claim)
    submit(author, claim)
    second = visit("checker-2")
    cross_check(second, claim, "False", "Changes requested")
    submit(author, claim)
    approver = visit("editor-2")
    decide(approver, claim)
    address = approve_and_publish(approver, claim)

    correct_a_typo(editor, author, approver, claim)
    correct_a_fact(editor, author, second, approver, claim)
    reader = visit()
    public = read_as_a_stranger(reader, address)
    assert "Correction" in public
    reader.inspect("public-corrected")
    reader.go("/corrections/")
    reader.inspect("corrections")
    assert "asked" in public
    assert NUMBER not in public
    all_is_recorded(visit("auditor-1"), claim)
    assert house.command("verify_ledger").returncode == 0


def test_a_selected_passage_of_the_rationale_is_commented_on_and_marked(visit):
    editor = visit("editor-1")
    page = editor.go("/claims/?view=published")
    page.locator("a[data-row-link]").first.click()
    page.locator("#rationale p").first.evaluate(
        """text => {
            const range = document.createRange();
            range.setStart(text.firstChild, 4);
            range.setEnd(text.firstChild, 20);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )
    form = page.locator("#quote-selection")
    chosen = form.locator("[data-selected]").inner_text()
    words, names = form.get_by_label("Comment on this passage"), form.get_by_role("option")
    words.press_sequentially("Is it so? @check")
    names.last.click()  # a press on a name in the open list
    expect(words).to_have_value(re.compile(r"^Is it so\? @checker-\d+ $"))
    expect(words).to_be_focused()
    words.press_sequentially("and @edi")
    expect(names.first).to_be_visible()
    form.get_by_role("button", name="Comment on this passage").click()  # and one beside it, while it is open

    expect(page.locator("#rationale mark")).to_have_text(chosen)
    expect(page.locator("#rationale").get_by_role("link", name="Comment 1 on this passage")).to_be_visible()
    expect(page.locator("#comments blockquote")).to_have_text(chosen)
    expect(page.locator("#comments")).to_contain_text("Is it so?")


def test_a_page_is_withheld_by_one_editor_and_retracted_by_two(visit):
    first, second, reader = visit("editor-1"), visit("editor-2"), visit()
    page = first.go("/claims/?view=published")
    page.locator("a[data-row-link]").first.click()
    address = page.get_by_role("link", name="public page").get_attribute("href")
    claim = re.search(r"/claims/\d+/", page.url)[0]

    first.press("withhold", reason="A source asks for time.")
    assert "temporarily withdrawn" in read_as_a_stranger(reader, address).lower()
    reader.inspect("public-withheld")
    first.press("propose_retraction", reason="The measurements were made up.")
    expect(page.locator('form[action*="/steps/retract/"]')).to_have_count(0)  # not for who proposed it
    second.go(claim)
    second.press("retract")

    reader = visit()  # the first reader's browser may keep the page for a minute
    said = read_as_a_stranger(reader, address)
    assert "retracted" in said.lower()
    assert "The measurements were made up." in said
    reader.inspect("public-retracted")
    first.go(claim)
    first.inspect("claim-retracted")


# --- before publication


def bring_in(contributor, editor):
    page = contributor.go("/claims/?sort=newest")
    page.get_by_role("link", name="New claim").click()
    page.get_by_label("Statement").fill(STATEMENT)
    page.get_by_label("Why there is no appearance").fill("Several readers asked about it.")
    page.get_by_role("button", name="Put it into the inbox").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(STATEMENT)
    claim = re.search(r"/claims/\d+/", page.url)[0]
    page = editor.go(claim)
    for question in page.locator("#rubric").get_by_role("group").all():
        question.get_by_role("radio").last.check()
    page.get_by_role("button", name="Save the answers").click()
    editor.press("accept")
    editor.press("assign", person="Checker Two", due=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}")
    return claim


def hand_over(editor, name):
    editor.press("hand_over", role="Checker", person=name)
    expect(editor.page.locator("#people dl")).to_contain_text(name)


def gather(author, claim, house):
    page = author.go(claim)
    page.get_by_text("Add evidence").click()
    page.get_by_label("Addresses").fill("\n".join([house.sources["port-report"], house.sources["customs-release"]]))
    page.locator("#links-stance").select_option(label="Supports")
    page.get_by_role("button", name="Add these addresses").click()
    for number in (1, 2):
        expect(page.locator(f"#e{number}")).to_contain_text("captured")
    quote(author, claim)


def write_verdict(author, rating, rationale):
    verdict = author.page.locator("#verdict")
    if not verdict.get_by_label("Rationale").is_visible():
        verdict.get_by_text("Edit verdict").click()
    verdict.locator("#verdict-rating").select_option(label=rating)
    verdict.get_by_label("Rationale").fill(rationale)
    verdict.get_by_label("Headline").fill("The lighthouse was moved")
    save(author)


def save(author):
    button = author.page.locator("#verdict").get_by_role("button", name="Save")
    with author.page.expect_response(re.compile("/verdict")) as answer:
        button.click()
    assert answer.value.status < 400
    expect(button).to_be_hidden()


def wait_in_vain_for_a_reply(author, claim, house):
    """Somebody is asked; the deadline passes, and the clock brings the claim back."""
    page = author.go(claim)
    page.get_by_text("Log a contact").click()
    reply = page.locator("#reply")
    reply.get_by_label("Who was asked").fill("The harbour trust")
    reply.get_by_label("Address or number").fill(NUMBER)
    reply.get_by_label("Question").fill("How far was it moved?")
    reply.get_by_label("Answer by").fill(f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}")
    reply.get_by_role("button", name="Log it").click()
    expect(reply).to_contain_text("The harbour trust")
    author.press("request_reply")
    expect(page.locator(".status").first).to_contain_text("Awaiting reply")
    pass_time = (
        "from claims.models import ContactLog; from claims.workflow import adopt, deadlines;"
        "from django.utils import timezone; from datetime import timedelta;"
        "ContactLog.objects.filter(asked='The harbour trust').update("
        "deadline=timezone.now() - timedelta(minutes=1));"
        "adopt.adopt_outside_changes(); deadlines.tick()"
    )
    done = house.command("shell", "-c", pass_time)
    assert done.returncode == 0, done.stderr
    author.go(claim)
    expect(page.locator(".status").first).to_contain_text("In research")
    expect(page.locator("#reply")).to_contain_text("did not answer")


def write_at_once(editor, author, claim):
    """Both change the statement; the second is shown both texts, and takes his own."""
    theirs = reword(editor, claim, STATEMENT.replace("two hundred", "about two hundred"))
    mine = reword(author, claim, STATEMENT.replace("two hundred", "200"))
    theirs.get_by_role("button", name="Save").click()
    expect(editor.page.get_by_role("heading", level=1)).to_contain_text("about two hundred")
    mine.get_by_role("button", name="Save").click()
    page = author.page
    expect(page.get_by_role("heading", name="Two people wrote at once")).to_be_visible()
    expect(page.locator("#both")).to_contain_text("about")
    forgive(author, 409)
    author.inspect("conflict")
    page.get_by_role("button", name="Take mine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(STATEMENT.replace("two hundred", "200"))


def reword(visitor, claim, statement):
    """Type another statement; the button is not pressed."""
    page = visitor.go(claim)
    page.get_by_text("Edit the statement").click()
    form = page.locator('form[data-part="statement"]')
    form.get_by_label("Statement").fill(statement)
    return form


def submit(author, claim):
    author.go(claim)
    author.press("submit")
    expect(author.page.locator(".stages [aria-current=step]")).not_to_contain_text("Preflight")


def cross_check(second, claim, rating, leads_to):
    page = second.go(claim)
    form = page.locator("form#cross-check")
    form.get_by_label("Verdict", exact=True).select_option(label=rating)
    form.get_by_label("Why this verdict?").fill("I measured it again.")
    form.get_by_role("button", name="Record my verdict").click()
    expect(page.locator(".status").first).to_contain_text(leads_to)


def decide(approver, claim):
    page = approver.go(claim)
    page.get_by_role("button", name="Show the verdict").click()
    expect(page.locator("#verdict")).to_contain_text("The measurements say so")
    expect(page.locator("#people details[open]")).to_have_count(0)  # nobody wrote there
    approver.inspect("claim-disagreement")
    approver.press("decide", rating="True", reason="Two measurements against one guess.")


def approve_and_publish(approver, claim):
    approver.go(claim)
    approver.press("approve")
    approver.press("publish")
    return approver.page.get_by_role("link", name="public page").get_attribute("href")


# --- once it is public


def reopen(editor, claim, reason):
    editor.go(claim)
    editor.press("reopen", reason=reason)


def say_what_changed(author, claim, kind, words, **fields):
    page = author.go(claim)
    verdict = page.locator("#verdict")
    verdict.get_by_text("Edit verdict").click()
    for label, value in fields.items():
        verdict.get_by_label(label).fill(value)
    verdict.locator("#verdict-correction_kind").select_option(label=kind)
    verdict.locator("#verdict-correction_text").fill(words)
    save(author)


def correct_a_typo(editor, author, approver, claim):
    """The second verdict stands, for nothing it was about has changed."""
    reopen(editor, claim, "A letter is wrong.")
    say_what_changed(author, claim, "Clarification", "A letter was wrong.", Headline="The lighthouse was moved inland")
    submit(author, claim)
    expect(author.page.locator(".stages [aria-current=step]")).to_contain_text("Review")
    approve_and_publish(approver, claim)


def correct_a_fact(editor, author, second, approver, claim):
    """Another statement: it is cross-checked anew."""
    reopen(editor, claim, "The year is wrong.")
    reword(author, claim, REWORDED).get_by_role("button", name="Save").click()
    page = author.page
    expect(page.get_by_role("heading", level=1)).to_have_text(REWORDED)
    say_what_changed(author, claim, "Correction", "We gave the wrong year.")
    submit(author, claim)
    expect(page.locator(".stages [aria-current=step]")).to_contain_text("Cross-check")
    cross_check(second, claim, "True", "In review")
    approve_and_publish(approver, claim)


def read_as_a_stranger(reader, address):
    return reader.go(address).locator("body").inner_text()


def all_is_recorded(auditor, claim):
    """Somebody who took no part reads who did what; the number of the person asked is not for him."""
    page = auditor.go(f"{claim}record/")
    auditor.inspect("record")
    seen = page.locator("body").text_content()
    while page.get_by_role("link", name=re.compile("[Oo]lder")).count():
        page.get_by_role("link", name=re.compile("[Oo]lder")).first.click()
        page.wait_for_load_state("networkidle")
        seen += page.locator("body").text_content()
    for person in ("Contributor One", "Checker One", "Checker Two", "Editor One", "Editor Two"):
        assert person in seen
    for words in ("about two hundred", "Two measurements against one guess.", "We gave the wrong year."):
        assert words in seen
    assert NUMBER not in seen
