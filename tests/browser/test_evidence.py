"""Evidence that cannot vanish or change unseen: as people see it, from three addresses to a changed number and back."""

import io
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.test_main_job import answer_checklist, submit
from tests.browser.visitor import PATIENCE
from tests.claims.web.pdfs import pdf
from tests.outside.site import html

pytestmark = pytest.mark.thorough

STATEMENT = "The port of Norland loaded 412 railway wagons in June 2024."
LOG = "The log of the harbour master names 412 wagons for the month of June."
TABLE = "Wagons loaded in June: 412"
COUNT = "In June the crane drivers loaded 412 wagons, more than in any month before."
CHANGED = COUNT.replace("412", "214")
BEGUN = "The company published its count on the first day of July, as it does every year."
ENDED = "It did not say how many of the wagons were empty, and nobody answered the telephone."
UNDER_REVIEW = "A source we cite was altered after publication."


@pytest.fixture
def site(house):
    site = house.site
    site.put("/log.html", html("Kept since 1961 by hand.", LOG, "Two wagons were sent back.", title="The log"))
    site.put(
        "/table.pdf", pdf("Ministry of transport\nSecond quarter", f"Page two\n{TABLE}"), content_type="application/pdf"
    )
    site.put("/count.html", html(BEGUN, COUNT, ENDED, title="The count"))
    return site


ADDRESSES = {
    "http://log.example.org/log.html": LOG,
    "http://ministry.example.org/table.pdf": TABLE,
    "http://company.example.org/count.html": COUNT,
}


def test_a_source_that_changes_one_number_is_noticed_and_reopens_the_check(visit, house, site):
    newcomer, editor = visit("checker-2"), visit("editor-1")
    claim = make_claim(newcomer, editor, STATEMENT)
    add_addresses(newcomer, claim, ADDRESSES)
    readers = [quote(newcomer, claim, number, words) for number, words in enumerate(ADDRESSES.values(), 1)]
    expect_page_of_the_pdf(newcomer, readers[1])
    download_the_archive(newcomer, readers[0])
    address = publish(newcomer, visit("checker-1"), visit("editor-2"), claim)
    before = read_as_a_stranger(visit, address)

    site.put("/count.html", html(BEGUN, CHANGED, ENDED, title="The count"))
    look_twice(editor, house, claim, readers[2])
    assert state_of(editor, claim) == "Reopened"
    expect_in_queue_and_notices(editor)
    assert read_as_a_stranger(visit, address) == before  # nobody marks a check by editing his own page

    editor.go(claim)
    editor.press("say_under_review", reason=UNDER_REVIEW)
    assert f"This fact-check is under review. {UNDER_REVIEW}" in read_as_a_stranger(visit, address)

    editor.press("stand", reason="The ministry's table has the number too.")
    assert state_of(editor, claim) == "Published"
    editor.go(readers[2])
    expect(editor.page.get_by_role("button", name="Close alert")).to_have_count(0)
    assert read_as_a_stranger(visit, address) == before


def read_as_a_stranger(visit, address):
    """Somebody new each time, for a browser keeps a public page for a minute."""
    return visit().go(address).get_by_role("main").inner_text()


def look_twice(editor, house, claim, reader):
    look_again(editor, reader, "it counts when a second look, a day later, finds the same")
    expect_altered(editor)
    assert state_of(editor, claim) == "Published"
    look_again(editor, reader, "it counts when", copies=3)  # the same day: it does not count yet
    assert state_of(editor, claim) == "Published"
    a_day_passes(house)
    look_again(editor, reader, "found so twice", copies=4)
    expect_altered(editor)
    editor.inspect("reader-altered")


def make_claim(newcomer, editor, statement):
    """A claim in research, given to the newcomer; its address comes back."""
    page = newcomer.go("/claims/")
    page.get_by_role("link", name="New claim").click()
    page.get_by_label("Statement").fill(statement)
    page.get_by_label("Why there is no appearance").fill("Readers asked about it.")
    page.get_by_role("button", name="Put it into the inbox").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(statement)
    claim = re.search(r"/claims/\d+/", page.url)[0]
    page = editor.go(claim)
    for question in page.locator("#rubric").get_by_role("group").all():
        question.get_by_role("radio").last.check()
    page.get_by_role("button", name="Save the answers").click()
    editor.press("accept")
    editor.press("assign", person="Checker Two", due=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}")
    return claim


def add_addresses(newcomer, claim, addresses):
    page = newcomer.go(claim)
    page.get_by_text("Add evidence").click()
    expect(page.get_by_label("Addresses")).to_be_focused()  # what is typed or pasted now is no key of the page
    page.get_by_label("Addresses").fill("\n".join(addresses))
    page.locator("#links-stance").select_option(label="Supports")
    page.get_by_role("button", name="Add these addresses").click()
    for number in range(1, len(addresses) + 1):
        expect(page.locator(f"#e{number}")).to_contain_text("captured", timeout=3 * PATIENCE)


def quote(newcomer, claim, number, words):
    """Mark the words with the mouse; the address of the reader comes back."""
    page = newcomer.go(claim)
    page.locator(f"#e{number}").get_by_role("link").first.click()
    text = page.locator("[data-captured-text]")
    expect(text).to_contain_text(words)
    newcomer.select(text, words)
    page.get_by_role("button", name="Quote this").click()
    expect(page.locator("#passages blockquote")).to_have_text(words)
    return re.search(r"/evidence/\d+/", page.url)[0]


def expect_page_of_the_pdf(newcomer, reader):
    page = newcomer.go(reader)
    expect(page.locator("#passages")).to_contain_text("page 2")
    expect(page.locator("[data-captured-text] [data-page='2']")).to_have_count(1)
    newcomer.inspect("reader-pdf")


def download_the_archive(newcomer, reader):
    """WARC and WACZ come as files that another program can read."""
    page = newcomer.go(reader)
    expect(page.get_by_role("link", name="Open original")).to_have_attribute("href", "http://log.example.org/log.html")
    wayback = page.get_by_role("link", name="Wayback").get_attribute("href")
    assert wayback == "https://web.archive.org/web/*/http://log.example.org/log.html"
    with page.expect_download() as download:
        page.get_by_role("link", name="WARC").click()
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", download.value.path()], check=False)
    assert checked.returncode == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="WACZ").click()
    names = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).namelist()
    assert {"datapackage.json", "pages/pages.jsonl"} <= set(names)


def publish(author, second, editor, claim):
    """Verdict, checklist, cross-check, approval; the public address comes back."""
    page = author.go(claim)
    verdict = page.locator("#verdict")
    if not verdict.get_by_label("Rationale").is_visible():
        verdict.get_by_text("Edit verdict").click()
    verdict.locator("#verdict-rating").select_option(label="True")
    verdict.get_by_label("Rationale").fill("The log [1], the table [2] and the company's count [3] agree.")
    verdict.get_by_label("Headline").fill("412 wagons, as the port says")
    verdict.get_by_label("Summary").fill("Three counts agree.")
    verdict.get_by_role("button", name="Save").click()
    expect(verdict.get_by_role("link", name="Evidence 3")).to_be_visible()
    answer_checklist(author)
    submit(author)
    form = second.go(claim).locator("form#cross-check")
    form.get_by_label("Verdict", exact=True).select_option(label="True")
    form.get_by_label("Why this verdict?").fill("All three were read again.")
    form.get_by_role("button", name="Record my verdict").click()
    expect(second.page.locator(".stages [aria-current=step]")).to_contain_text("Review")
    page = editor.go(claim)
    page.get_by_role("button", name="Show the verdict").click()
    expect(page.locator("#verdict")).to_contain_text("Three counts agree.")
    editor.press("approve")
    editor.press("publish")
    return page.get_by_role("link", name="public page").get_attribute("href")


def look_again(editor, reader, said, copies=2):
    """Have the source captured once more; the page waits for the copy by itself."""
    page = editor.go(reader)
    page.get_by_role("button", name="Capture again").click()
    expect(page.locator("ol.tl > li")).to_have_count(copies, timeout=3 * PATIENCE)
    for _try in range(20):  # the passages are looked for in it by a job of their own
        if said in page.locator("#passages").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.locator("#passages").inner_text())


def expect_altered(editor):
    passages = editor.page.locator("#passages")
    expect(passages).to_contain_text("Altered")
    expect(passages.locator("del")).to_have_text("412")
    expect(passages.locator("ins")).to_have_text("214")
    expect(passages).to_contain_text("a number differs")


def state_of(editor, claim):
    return editor.go(claim).locator("#claim nav + div > :first-child").first.inner_text().strip()


def a_day_passes(house):
    """Time cannot be made to pass: the first look is put back by a day, as the tests of the watch do."""
    code = (
        "from datetime import timedelta; from django.utils import timezone; from claims.models import SourceAlert; "
        "print(SourceAlert.objects.filter(closed_at=None).update(opened_at=timezone.now() - timedelta(hours=25)))"
    )
    ran = house.command("shell", "-c", code)
    assert ran.returncode == 0, ran.stderr


def expect_in_queue_and_notices(editor):
    page = editor.go("/claims/?view=changed")
    expect(page.get_by_role("link", name=STATEMENT)).to_be_visible()
    page = editor.go("/notices/")
    expect(page.get_by_role("main")).to_contain_text(f"A second look found the altered passage again: {STATEMENT}")
    editor.inspect("notices-source-changed")


# --- captures that are slow, or fail


def test_a_slow_capture_is_followed_on_its_card_and_a_failed_one_is_waived_or_replaced(visit, house):
    newcomer, site = visit("checker-2"), house.site
    claim = make_claim(newcomer, visit("editor-1"), "The quay of Norland was closed for nine days in May 2024.")
    site.put("/slow.html", html("The quay was closed for nine days."))
    site.slow["/slow.html"] = 6
    site.put("/wall.html", "Pay first.", status=402)
    site.put("/gone.html", "", status=404)
    page = newcomer.go(claim)
    page.get_by_text("Add evidence").click()
    addresses = [
        "http://quay.example.org/slow.html",
        "http://paper.example.org/wall.html",
        "http://office.example.org/gone.html",
    ]
    page.get_by_label("Addresses").fill("\n".join(addresses))
    page.get_by_role("button", name="Add these addresses").click()

    slow, wall, gone = (page.locator(f"#e{number}") for number in (1, 2, 3))
    expect(slow).to_contain_text(re.compile("Capturing: asking the site.*attempt 1 of 4", re.DOTALL))
    newcomer.inspect("claim-capturing")
    expect(wall).to_contain_text("after 1 attempt: The site answered 402")
    expect(gone).to_contain_text("after 1 attempt: The site answered 404")
    expect(slow).to_contain_text("captured")
    newcomer.inspect("claim-captures-failed")
    wall.get_by_role("link", name="Upload a copy").click()
    put_a_copy_in_its_place(newcomer)
    newcomer.go(claim)
    expect(wall).to_contain_text("uploaded copy")
    gone.get_by_role("link", name="Waive with a reason").click()
    page.get_by_label("Why; readers will see it").fill("The office took it down; we have it on paper.")
    page.get_by_role("button", name="Waive with a reason").click()
    newcomer.go(claim)
    expect(gone).to_contain_text("No copy, and none is asked for: The office took it down; we have it on paper.")


def put_a_copy_in_its_place(newcomer):
    """Kinds and sizes are said before; the kind of the copy is shown after."""
    page = newcomer.page
    expect(page.locator("#copy")).to_contain_text("PDF, web page (HTML), plain text, Word (DOCX), PNG or JPEG")
    expect(page.locator("#copy")).to_contain_text("at most 20 MB")
    newcomer.inspect("reader-failed")
    paper = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": pdf("Closed for nine days, says the paper.")}
    page.locator("#copy-file").set_input_files(paper)
    page.get_by_role("button", name="Keep this copy").click()
    expect(page.locator("[data-captured-text]")).to_contain_text("Closed for nine days")
    expect(page.locator("ol.tl > li").first).to_contain_text("Uploaded")
