"""The main job, from an article to the public page, as five people through the pages of a running house."""

import json
import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from claims.publishing import validate
from tests.conftest import PROJECT

ARTICLE = (PROJECT / "fixtures" / "articles" / "harbour.txt").read_text()
SENTENCE = "twice as many as in the year before"
STATEMENT = "The harbour of Norland handled twice as many container ships in 2025 as in 2024."
PASSAGE = "In 2024 it had handled 618, so the number has doubled within a year."
# Words of the first verdict that stand nowhere else: whoever is blind must not be sent one of them.
PLANTED = ("lighthouse ledgers", "threefold brass tally", "quayside abacus")
RATIONALE = f"The port counted 1,240 ships against 618 [1], and customs as many manifests [2]: {PLANTED[0]} agree."


def test_an_article_becomes_a_published_fact_check(visit, house):
    claim = take_in_and_accept(visit("contributor-1"))
    triage_and_assign(visit("editor-1"), claim)
    author = visit("checker-1")
    add_evidence(author, claim, [house.sources["port-report"], house.sources["customs-release"]])
    quote(author, claim)
    write_verdict(author, claim)
    answer_checklist(author)
    author.inspect("claim")
    submit(author)
    cross_check_blind(visit("checker-2"), claim)
    address = approve_and_publish(visit("editor-2"), claim)
    read_as_a_stranger(visit(), address)
    look_at_the_work_behind_it(author, claim)

    verified = house.command("verify_ledger")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def take_in_and_accept(contributor):
    """Take the article in and make a claim of one of its sentences; its address comes back."""
    page = contributor.go("/intake/")
    page.get_by_label("Address of the article, or its text").fill(ARTICLE)
    page.get_by_role("button", name="Read", exact=True).click()
    candidate = page.locator("li.cand", has_text=SENTENCE)
    candidate.get_by_role("link").first.click()
    candidate.get_by_label("As a claim").fill(STATEMENT)
    candidate.get_by_role("button", name="Accept as new").click()
    accepted = candidate.get_by_role("link", name=re.compile("added as C-"))
    expect(accepted).to_be_visible()
    contributor.inspect("intake")
    return accepted.get_attribute("href")


def triage_and_assign(editor, claim):
    page = editor.go("/claims/?sort=newest")
    page.get_by_role("link", name=STATEMENT).click()
    expect(page.locator("#rubric")).to_be_visible()
    for answer in "3333":
        page.keyboard.press(answer)
    expect(page.get_by_role("button", name="Save the answers")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages [role=status]")).to_be_focused()
    editor.press("accept")
    expect(page.locator("#messages")).to_contain_text("Accepted: it waits for a checker.")
    expect(page.locator("#messages [role=status]")).to_be_focused()
    editor.inspect("claim-accepted")
    editor.press("assign", person="Checker One", due=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}")
    expect(page.locator("#people")).to_contain_text("Checker One")
    assert claim in page.url


def add_evidence(author, claim, addresses):
    """Both addresses at once; the page tells by itself when they are captured."""
    page = author.go("/claims/?view=mine")
    page.get_by_role("link", name=STATEMENT).click()
    page.get_by_text("Add evidence").click()
    page.get_by_label("Addresses").fill("\n".join(addresses))
    page.locator("#links-stance").select_option(label="Supports")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("button", name="Add these addresses").click()

    expect(page.locator("#e1")).to_contain_text("captured")
    expect(page.locator("#e2")).to_contain_text("captured")
    assert page.evaluate("window.isTheSamePage")


def quote(author, claim):
    page = author.page
    page.locator("#e1").get_by_role("link", name=re.compile("port-report")).click()
    text = page.locator("[data-captured-text]")
    expect(text).to_contain_text(PASSAGE)
    author.select(text, PASSAGE)
    page.get_by_role("button", name="Quote this").click()
    expect(page.locator("#passages blockquote")).to_have_text(PASSAGE)
    author.go(claim)
    expect(page.locator("#e1 blockquote")).to_have_text(PASSAGE)


def write_verdict(author, claim):
    page = author.page
    verdict = page.locator("#verdict")
    if not verdict.get_by_label("Rationale").is_visible():
        verdict.get_by_text("Edit verdict").click()
    verdict.locator("#verdict-rating").select_option(label="True")
    verdict.get_by_label("Rationale").fill(RATIONALE)
    verdict.get_by_label("Headline").fill(f"Twice as many ships: {PLANTED[1]}")
    verdict.get_by_label("Summary").fill(f"Yes, says the {PLANTED[2]}.")
    verdict.get_by_role("button", name="Save").click()
    expect(verdict.get_by_role("link", name="Evidence 1")).to_be_visible()


def answer_checklist(author):
    checklist = author.page.locator("#checklist")
    questions = checklist.get_by_role("listitem")
    for number in range(questions.count()):
        buttons = questions.nth(number).get_by_role("button")
        nobody_was_asked = "claimant asked" in questions.nth(number).inner_text()  # a yes wants a line in the log
        (buttons.filter(has_text="Does not apply") if nobody_was_asked else buttons.first).click()
        expect(questions.nth(number).locator("[aria-current=true]")).to_be_visible()
    expect(checklist).not_to_contain_text("open")


def submit(author):
    """Submit; the worker goes through the preflight list, and the page follows by itself."""
    author.press("submit")
    expect(author.page.locator(".stages [aria-current=step]")).to_contain_text("Cross-check")
    expect(
        author.page.locator("#main:focus")
    ).to_be_attached()  # the sentence one was led to is gone, the place is kept
    expect(author.page.locator("#live")).to_contain_text("Cross-check")


def cross_check_blind(second, claim):
    page = second.page
    for path in (
        claim,
        f"{claim}record/",
        f"{claim}comments/",
        "/claims/",
        "/claims/?q=harbour",
        "/notices/",
        "/jobs/",
    ):
        second.go(path)
        assert_nothing_planted(page)
    second.go(claim)
    expect(page.get_by_text("Kept from everybody but its authors")).to_be_visible()
    second.inspect("claim-blind")
    form = page.locator("form#cross-check")
    form.get_by_label("Verdict", exact=True).select_option(label="True")
    form.get_by_label("Why this verdict?").fill("Both tables were added up again, with the same result.")
    assert_nothing_planted(page)
    form.get_by_role("button", name="Record my verdict").click()
    expect(page.locator(".stages [aria-current=step]")).to_contain_text("Review")
    expect(page.locator("#verdict")).to_contain_text(PLANTED[0])


def assert_nothing_planted(page):
    assert [words for words in PLANTED if words in page.content()] == []


def approve_and_publish(editor, claim):
    """See the verdict, approve, publish; the public address comes back."""
    page = editor.go(claim)
    assert_nothing_planted(page)
    page.get_by_role("button", name="Show the verdict").click()
    expect(page.locator("#verdict")).to_contain_text(PLANTED[0])
    editor.press("approve")
    editor.press("publish")
    editor.inspect("claim-published")
    return page.get_by_role("link", name="public page").get_attribute("href")


def read_as_a_stranger(reader, address):
    page = reader.go("/fact-checks/")
    reader.inspect("public-index")
    page.locator(f'a[href="{address}"]').first.click()
    article = page.get_by_role("main")
    expect(article).to_contain_text("Our verdict")
    expect(article).to_contain_text(PLANTED[0])
    sources = page.locator("ol.sources > li")
    expect(sources).to_have_count(2)
    expect(sources.first).to_contain_text(PASSAGE)
    for number in range(2):
        expect(sources.nth(number)).to_contain_text(re.compile("sha256 [0-9a-f]{16}"))
    markup = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert validate.problems(markup) == []
    assert markup["claimReviewed"] == STATEMENT
    assert markup["reviewRating"]["alternateName"] == "True"
    reader.inspect("public")


def look_at_the_work_behind_it(author, claim):
    page = author.go("/jobs/?state=all")
    expect(page.get_by_role("row", name=re.compile("Capture"))).not_to_have_count(0)
    author.inspect("jobs")
    author.go("/claims/?view=published")
    expect(page.get_by_role("link", name=STATEMENT)).to_be_visible()
