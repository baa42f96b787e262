"""The desk's charts and a disputed topic in a real browser: read in every size, and each mark leads where it says."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough


def test_charts_come_by_themselves_and_a_mark_opens_its_claims(visit):
    editor = visit("editor-1")
    page = editor.go("/desk/")
    expect(page.locator("#charts [hx-trigger=load]")).to_have_count(0)
    editor.inspect("desk")

    page.locator("#chart-due summary").click()
    expect(page.locator("#chart-due table")).to_be_visible()
    mark = page.locator("#chart-due svg a").last
    count = int(mark.get_attribute("aria-label").rpartition(": ")[2])
    mark.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/claims/\?figure=due"))
    expect(page.locator("[data-list] [data-row]")).to_have_count(count)


def test_a_topic_shows_the_denial_against_the_findings(visit):
    auditor = visit("auditor-1")
    page = auditor.go("/topics/missiles/")
    dispute = page.locator("#d1")
    title = dispute.get_by_role("heading", level=2).inner_text()
    assert title.startswith("Disputed: ")
    expect(dispute.locator(".side-for").first).to_contain_text(title.removeprefix("Disputed: ").rstrip("…"))
    expect(dispute.locator(".side-for").first).to_contain_text(
        "Russian forces have fired North Korean ballistic missiles"
    )
    expect(dispute.locator(".side-against").first).to_contain_text("Dmitry Peskov")
    auditor.inspect("topic")

    page.locator("#said summary").click()
    expect(page.locator("#said tbody tr")).to_have_count(14)
    auditor.inspect("topic-table")
    auditor.go("/topics/")
    auditor.inspect("topics")
    auditor.go("/desk/charts/stages/?from=2026-02-31")
    expect(page.get_by_role("alert")).to_contain_text("is no date")
    auditor.inspect("chart")
