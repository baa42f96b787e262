"""The administration panel in a real browser: its first page, a list, a form and a page that asks before it acts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
HEADINGS = "external_id,statement,said_on"


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


def test_a_file_of_claims_is_tried_refused_by_cell_written_and_the_same_again_changes_nothing(visit):
    administrator = visit("administrator-1")
    page = bring(administrator, "claims.csv", f"{HEADINGS}\nq-1,The quay is new.,31.12.2025\nq-2,,2025-12-31\n")
    refused = page.get_by_role("row").filter(has_text="“31.12.2025” is no day")
    expect(refused.get_by_role("cell", name="said_on")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="a new claim needs a statement")).to_contain_text("q-2")
    expect(page.get_by_role("button", name="Write it")).to_have_count(0)
    administrator.inspect("import-refused")
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("Given up")).to_be_visible()

    good = f"{HEADINGS}\nq-1,The quay is new.,2025-12-31\n"
    page = bring(administrator, "claims.csv", good)
    expect(page.get_by_text("1 new, 0 changed, 0 unchanged.")).to_be_visible()
    administrator.inspect("import-tried")
    page.get_by_role("button", name="Write it").click()
    expect(page.get_by_text("1 created, 0 changed, 0 unchanged.")).to_be_visible()

    page = bring(administrator, "claims.csv", good)
    expect(page.get_by_text("0 new, 0 changed, 1 unchanged.")).to_be_visible()
    expect(page.get_by_text("Tried: there is nothing to write")).to_be_visible()

    administrator.go("/admin/claims/importfile/")
    expect(page.get_by_role("link", name="claims.csv")).to_have_count(3)
    administrator.inspect("imports")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Export as CSV").click()
    assert "The quay is new." in Path(fetched.value.path()).read_text(encoding="utf-8-sig")


def test_a_workbook_is_refused_in_words_before_it_is_brought(visit):
    administrator = visit("administrator-1")
    page = bring(administrator, "claims.xlsx", "PK")
    expect(page.get_by_text("A spreadsheet is not read as it is: save it as “CSV UTF-8”")).to_be_visible()
    assert administrator.forgive("422")
    administrator.inspect("import-form")


def bring(administrator, name, text):
    """Bring a file; the page where it stands follows its trial by itself."""
    page = administrator.go("/admin/claims/importfile/add/")
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Try it").click()
    return page
