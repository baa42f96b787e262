"""Pages of the desk in a real browser: what every one must be, and forms without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("path", ["/accounts/login/", "/corrections/", "/methodology/"])
def test_what_everybody_may_read_is_accessible_in_every_size(visit, path):
    reader = visit()
    reader.go(path)
    reader.inspect(path.strip("/").replace("/", "-"))


PLANT = """
  () => {
    const wide = document.createElement("div");
    wide.setAttribute("style", "color: red");
    wide.style.width = "3000px";
    wide.textContent = "too wide";
    document.body.append(wide, document.createElement("select"));
  }
"""


def test_an_inspection_finds_what_is_wrong_with_a_page(visit):
    reader = visit()
    reader.go("/accounts/login/").evaluate(PLANT)

    with pytest.raises(AssertionError) as failure:
        reader.inspect("planted")

    found = str(failure.value)
    assert "planted-390-dark: 3000 of 390" in found
    assert "planted-1440-light: select-name select" in found
    assert "style-src-attr: inline" in found
    assert "the page itself counted a refusal" in found
    assert len(reader.refused) == 1
    reader.refused.clear()


PLANT_CUT = """
  () => {
    const box = document.createElement("div");
    box.className = "overflow-hidden whitespace-nowrap";
    box.textContent = "too long ".repeat(40);
    document.querySelector("main").append(box);
  }
"""


def test_a_text_that_a_box_hides_is_found_on_a_narrow_screen(visit):
    reader = visit()
    reader.go("/accounts/login/").evaluate(PLANT_CUT)

    with pytest.raises(AssertionError, match="planted-cut-320: cut off: <div"):
        reader.stretch("planted-cut")


def test_what_the_policy_of_a_page_refuses_fails_the_visit_whatever_is_forgiven(visit):
    reader = visit()
    page = reader.go("/methodology/")
    reader.check()
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_function("window.refusedByPolicy.length === 1")
    reader.forgive("")

    with pytest.raises(AssertionError, match="Content Security Policy directive 'style-src 'self''"):
        reader.check()

    assert len(reader.refused) == 1
    reader.refused.clear()


def test_without_javascript_a_refused_press_is_answered_in_words(visit):
    contributor = visit("contributor-2", java_script_enabled=False)
    page = contributor.go("/claims/?sort=newest")
    page.get_by_role("link", name="New claim").click()
    page.get_by_label("Statement").fill("The quay of Norland is 700 metres long.")
    page.get_by_label("Why there is no appearance").fill("Several readers asked about it.")
    page.get_by_role("button", name="Put it into the inbox").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The quay of Norland is 700 metres long.")

    page.get_by_text("Add evidence").click()
    page.get_by_label("Addresses").fill("http://127.0.0.1/private")
    page.get_by_role("button", name="Add these addresses").click()
    expect(page.get_by_role("alert")).to_contain_text("http://127.0.0.1/private: ")
    expect(page.get_by_label("Addresses")).to_have_value("http://127.0.0.1/private")
    assert len(contributor.forgive("422")) == 1


def test_who_says_a_claim_and_what_it_repeats_are_found_or_added_as_they_are_typed(visit):
    editor = visit("editor-1")
    page = editor.go("/claims/new/")
    who, kind = page.get_by_role("combobox", name="Who says it"), page.get_by_label("The new one is a")
    who.press_sequentially("putin")
    page.get_by_role("option", name="Vladimir Putin").click()
    expect(who).to_have_value("Vladimir Putin")
    expect(kind).to_be_hidden()

    who.fill("Lighthouse Office of Norland")
    editor.inspect("new-claim")
    page.get_by_role("option", name="Add “Lighthouse Office of Norland” as a new claimant").click()
    kind.select_option(label="Organisation")
    page.get_by_label("Statement").fill("The lighthouse of Norland is the oldest one.")
    page.get_by_role("button", name="Put it into the inbox").click()
    expect(page.get_by_role("main")).to_contain_text("Lighthouse Office of Norland")

    page.locator("#step-merge > summary").click()
    page.get_by_label("The claim it repeats").press_sequentially("ballistic missiles at Ukraine")
    found = page.locator("#merge-targets").get_by_role("radio", name=re.compile("Russian forces have fired"))
    found.check()
    editor.inspect("merge-targets")
    page.locator("#step-merge form").get_by_role("button", name="Merge").click()
    expect(page.locator("#your-move")).to_contain_text("It repeats")


def test_what_is_being_written_survives_a_press_elsewhere_on_the_claim(visit):
    checker = visit("checker-1")
    page = checker.go("/claims/?view=mine&q=military-technical")
    page.locator("a[data-row-link]").first.click()
    verdict = page.locator("#verdict")
    verdict.get_by_text("Edit verdict").click()
    summary = verdict.get_by_label("Summary")
    summary.fill("Half a sentence that nobody has sent yet")
    summary.evaluate("field => { field.style.height = '12rem' }")  # as a browser does where its corner is drawn

    question = page.locator("#checklist").get_by_role("listitem").first
    question.get_by_role("button").first.click()

    expect(question.locator("[aria-current=true]")).to_be_visible()
    expect(verdict.get_by_label("Summary")).to_have_value("Half a sentence that nobody has sent yet")
    verdict.get_by_role("button", name="Save").click()
    expect(verdict.get_by_role("button", name="Save")).to_be_hidden()
    expect(verdict).to_contain_text("Half a sentence that nobody has sent yet")


def test_the_addresses_of_a_claim_and_of_its_public_page_are_copied(visit):
    editor = visit("editor-1", permissions=["clipboard-read", "clipboard-write"])
    page = editor.go("/claims/?status=published")
    page.locator("a[data-row-link]").first.click()
    head = page.get_by_role("navigation", name="Where you are")

    head.get_by_role("button", name="Copy the address").click()

    expect(head.get_by_role("status")).to_have_text("Copied.")
    claim = re.search(r".*/claims/\d+/", page.url)[0]
    assert page.evaluate("navigator.clipboard.readText()") == claim

    page.get_by_role("button", name="Copy the address readers see").click()

    expect(page.get_by_text("Copied.")).to_have_count(2)
    assert re.fullmatch(r"http://.*/fact-checks/[\w-]+/", page.evaluate("navigator.clipboard.readText()"))


def test_the_upload_form_is_reached_from_the_claim(visit):
    checker = visit("checker-1")
    page = checker.go("/claims/?view=mine&q=military-technical")
    page.locator("a[data-row-link]").first.click()
    page.get_by_text("Add evidence").click()
    page.get_by_role("link", name="Upload a file").click()

    expect(page.get_by_label("File", exact=False).first).to_be_visible()
    checker.inspect("upload")
