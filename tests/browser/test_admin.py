"""The administration panel in a real browser: its first page, a list, a form and a page that asks before it acts."""

import re

import pytest
from playwright.sync_api import expect


def test_an_administrator_finds_what_is_wrong_and_works_in_the_look_of_the_desk(visit):
    administrator = visit("administrator-1")
    page = administrator.go("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration")
    expect(page.get_by_role("region", name="What is kept")).to_contain_text("the database takes")
    administrator.inspect("admin-first-page")

    page.get_by_role("region", name="Record and work").get_by_role("link", name="Jobs").click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    administrator.inspect("admin-list")

    page.locator("#nav-sidebar").get_by_role("link", name="Desk", exact=True).click()
    page.get_by_role("link", name=re.compile("desk", re.IGNORECASE)).and_(page.locator("#result_list a")).click()
    expect(page.get_by_label("Publisher address")).to_be_visible()
    administrator.inspect("admin-form")


@pytest.mark.parametrize("colour_of", ["#header", "#content"])
def test_the_panel_follows_the_scheme_of_the_person(visit, colour_of):
    administrator = visit("administrator-2")
    page = administrator.go("/admin/claims/topic/")
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.append(page.locator(colour_of).evaluate("element => getComputedStyle(element).color"))

    assert len(set(colours)) == 2


def test_an_action_asks_for_a_reason_and_going_back_changes_nothing(visit):
    administrator = visit("administrator-1")
    page = administrator.go("/admin/claims/person/?q=contributor-2")
    page.get_by_role("checkbox", name=re.compile("Select this object")).first.check()
    page.get_by_label("Action:").select_option("let_them_go")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Close these accounts?")
    expect(page.get_by_label("Reason, as it will stand on the record")).to_be_visible()
    administrator.inspect("admin-action")

    page.get_by_role("link", name="Go back, change nothing").click()
    expect(page.locator("#result_list .field-is_active img[alt=True]")).to_be_visible()
