"""The search in a real browser: as you type, from any page, without a mouse and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough


def test_the_search_answers_while_one_types_and_keeps_the_focus(visit):
    editor = visit("editor-1")
    page = editor.go("/claims/")
    page.keyboard.press("/")
    page.keyboard.type("north korea")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=north"))
    field, found = page.get_by_role("searchbox"), page.locator("#found")
    expect(found.locator("mark").first).to_have_text(re.compile("north|korea", re.IGNORECASE))
    editor.inspect("search-found")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    field.fill("")
    for letter in "misile":
        page.keyboard.type(letter)
    expect(found).to_contain_text("Nothing for “misile”; showing “missile”.")
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=misile$"))
    editor.inspect("search-mistyped")

    field.fill("zebra crossing")
    expect(found).to_contain_text("Nothing found.")
    expect(page).to_have_url(re.compile(r"\?q=zebra"))
    editor.inspect("search-nothing")
    field.fill("")
    expect(found).to_contain_text("Search everything the desk keeps.")
    editor.inspect("search")


def test_filters_are_set_and_taken_off_by_keyboard(visit):
    editor = visit("editor-1")
    page = editor.go("/search/?q=missile")
    page.locator("summary", has_text="Kind").press("Enter")
    page.get_by_role("link", name="Evidence", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("kind=evidence"))
    expect(page.get_by_role("heading", level=2, name="Evidence")).to_be_visible()
    page.get_by_role("searchbox").fill("missiles")
    expect(page).to_have_url(re.compile(r"q=missiles&kind=evidence"))
    page.get_by_role("link", name="Remove filter: Kind").press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=missiles$"))

    page.keyboard.press("j")
    address = page.locator("[data-row].cur a[data-row-link]").get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(address.split("#")[0])))


def test_without_javascript_the_search_is_a_form(visit):
    page = visit("contributor-1", java_script_enabled=False).go("/search/")
    page.get_by_role("searchbox").fill("missile")
    page.get_by_role("button", name="Search").click()

    expect(page.locator("#found mark").first).to_have_text(re.compile("missile", re.IGNORECASE))
