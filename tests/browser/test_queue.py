"""The queue in a real browser: a list that grows as it is read, ranges taken by mouse and keyboard, one undo for all."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import NARROW

pytestmark = pytest.mark.thorough

ROWS = "[data-list] [data-row]"
MANY = """
from claims.models import Claim
from django.utils import timezone

Claim.objects.bulk_create(
    [Claim(statement=f"Quay {n} of Norland is long.", status="archived", external_id=f"quay-{n}") for n in range(130)],
    ignore_conflicts=True)
"""


@pytest.fixture(scope="module")
def many(house):
    """More claims than one page shows, archived, so that no other test meets them."""
    done = house.command("shell", "-c", MANY)
    assert done.returncode == 0, done.stderr
    return "/claims/?status=archived&sort=newest"


def test_the_list_grows_as_it_is_read_and_is_the_same_after_going_back(visit, many):
    editor = visit("editor-1")
    page = editor.go(many)
    rows = page.locator(ROWS)
    expect(rows).to_have_count(50)
    page.locator("#more").scroll_into_view_if_needed()
    expect(rows).to_have_count(100)
    expect(page).to_have_url(re.compile(r"status=archived&sort=newest&rows=100$"))
    expect(page.locator("#live")).to_have_text("50 more claims.")

    opened = rows.nth(80)
    name = opened.get_attribute("data-row")
    opened.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(rf"/claims/{name}/"))
    page.keyboard.press("j")
    expect(page).not_to_have_url(re.compile(rf"/claims/{name}/"))
    page.go_back()
    page.go_back()
    expect(rows).to_have_count(100)
    expect(page.locator(f"[data-row='{name}']")).to_have_class(re.compile("is-cur"))
    expect(page.locator(f"[data-row='{name}']")).to_be_in_viewport()
    editor.inspect("queue-long")


def test_without_javascript_the_list_goes_on_by_a_link(visit, many):
    page = visit("editor-1", java_script_enabled=False).go(many)
    first = page.locator(ROWS).first.get_attribute("data-row")
    page.get_by_role("link", name="More", exact=True).click()

    expect(page.locator(ROWS)).to_have_count(50)
    assert page.locator(ROWS).first.get_attribute("data-row") != first
    page.get_by_role("link", name="From the start").click()
    expect(page.locator(ROWS).first).to_have_attribute("data-row", first)


def test_rows_that_do_not_come_say_so_where_they_would_stand_and_are_asked_for_again(visit, many):
    editor = visit("editor-1")
    page = editor.page
    page.route(re.compile("last="), lambda route: route.abort())
    editor.go(many)
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.get_by_text("The next claims did not come.")).to_be_visible()
    expect(page.locator("#messages")).to_be_empty()
    editor.forgive("ERR_FAILED")
    editor.forgive("htmx")

    page.unroute(re.compile("last="))
    page.get_by_role("link", name="More", exact=True).click()
    expect(page.locator(ROWS)).to_have_count(100)


def test_ranges_are_taken_by_mouse_and_keyboard(visit, many):
    editor = visit("editor-1")
    page = editor.go(many)
    rows, bar = page.locator(ROWS), page.get_by_role("region", name="Bulk actions")
    rows.nth(1).get_by_role("checkbox").click()
    rows.nth(4).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()

    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("50 selected")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    expect(bar).to_contain_text("3 selected")
    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("50 selected")
    expect(page.get_by_role("checkbox", name="Select all shown")).to_be_checked()
    editor.inspect("queue-selected")


def test_a_box_that_a_key_opens_is_typed_in_and_left_again_and_its_work_undone(visit, many):
    page = visit("editor-1").go(many)
    bar = page.get_by_role("region", name="Bulk actions")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    row = page.locator("[data-list] .is-cur [data-row-link]")
    field = page.get_by_label("Topic to add")
    page.keyboard.press("t")
    expect(field).to_be_focused()
    page.keyboard.type("taxes")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(row).to_be_focused()

    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Choose a topic the desk has.")
    expect(bar).to_contain_text("2 selected")
    expect(field).to_be_focused()
    expect(field).to_have_value("taxes")
    field.fill("Alliance")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("2 claims changed.")
    expect(page).to_have_url(re.compile(r"/claims/\?status=archived&sort=newest$"))
    page.keyboard.press("z")
    expect(page.locator("#messages")).to_contain_text("Undone on 2 claims.")


def test_a_view_is_saved_shared_renamed_and_forgotten(visit, many):
    editor = visit("editor-1")
    page = editor.go(many)
    page.keyboard.press("v")
    page.get_by_label("Name").fill("Quays")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quays")
    page.set_viewport_size(NARROW)
    page.locator("summary", has_text="This view").click()
    page.get_by_role("button", name="Share with the desk").click()
    expect(page.locator("#messages")).to_contain_text("Everybody on the desk sees it now: Quays.")

    colleague = visit("checker-1").go("/claims/")
    expect(colleague.get_by_role("link", name=re.compile("Quays"))).to_be_visible()
    page.locator("summary", has_text="This view").click()
    page.get_by_label("Name").fill("Long quays")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Long quays")
    editor.inspect("queue-view")
    page.locator("summary", has_text="This view").click()
    page.get_by_role("button", name="Forget it for everybody").click()
    expect(page.locator("#messages")).to_contain_text("Forgotten: Long quays.")
    expect(page.get_by_role("link", name=re.compile("Long quays"))).to_have_count(0)


def test_a_claimant_to_filter_by_is_found_by_a_part_of_the_name(visit):
    editor = visit("editor-1")
    page = editor.go("/claims/?sort=newest")
    page.locator("summary", has_text="Claimant").click()
    page.get_by_label("Part of the name").fill("washington")
    expect(page.locator("#claimants-found a")).to_have_count(1)
    editor.inspect("queue-claimants")
    page.locator("#claimants-found a").click()

    expect(page).to_have_url(re.compile("claimant="))
    expect(page.get_by_role("group", name="Filters")).to_contain_text("The Washington Times")
    page.get_by_role("link", name="Remove filter: Claimant").click()
    expect(page).to_have_url(re.compile(r"/claims/\?sort=newest$"))
