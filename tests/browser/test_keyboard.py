"""The queue without a mouse: the one visit of a browser that ``make test`` makes.

In a file of its own, for ``make thorough`` clears the pictures of every file it runs.
"""

import re

from playwright.sync_api import expect


def test_the_queue_is_worked_with_the_keyboard(visit):
    editor = visit("editor-1")
    page = editor.go("/claims/")
    rows, current = page.locator("[data-list] [data-row]"), page.locator("[data-row].is-cur")
    editor.inspect("queue")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class(re.compile("is-cur"))
    expect(rows.nth(1).get_by_role("link").first).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("is-cur"))

    page.keyboard.press("x")
    expect(rows.nth(0).get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("region", name="Bulk actions")).to_contain_text("1 selected")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Bulk actions")).to_be_hidden()

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jk?x")
    expect(page.get_by_role("searchbox")).to_have_value("jk?x")
    page.keyboard.press("Escape")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("New claim")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    address = current.get_by_role("link").first.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(address)))
