"""The claim page and Intake as somebody works on them all day: by mouse, by keyboard alone, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.conftest import PROJECT

pytestmark = pytest.mark.thorough

ARTICLE = (PROJECT / "fixtures" / "articles" / "harbour.txt").read_text()
STATEMENT = "Closer military cooperation could send more North Korean shells and missiles to the Ukrainian front."


def open_claim(visitor, statement=STATEMENT):
    """The claim of the starting newsroom with five pieces that support it, all of them; found as people find it."""
    page = visitor.go("/claims/?view=mine")
    page.get_by_role("link", name=statement).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(statement)
    page.wait_for_load_state("networkidle")
    return page


def stands_in(page, number, stance):
    return page.locator(f'[data-column="{stance}"] > ol > #e{number}')


def is_seen_at_once(element):
    """Whether the whole of it lies in the window of a page that was not scrolled."""
    box = element.bounding_box()
    return box["y"] + box["height"] <= element.page.viewport_size["height"]


def test_evidence_is_judged_where_it_stands_by_mouse_keys_and_menu(visit):
    checker = visit("checker-1")
    page = open_claim(checker)
    for answer in (page.locator("h1"), page.locator(".stages"), page.get_by_role("button", name="Submit", exact=True)):
        assert is_seen_at_once(answer)
    page.evaluate("window.isTheSamePage = true")

    page.drag_and_drop("#e1 .ev-drag", '[data-column="refutes"] h3')
    expect(stands_in(page, 1, "refutes")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Evidence 1 refutes the claim now.")
    expect(page.locator("#count-supports")).to_have_text("4")

    page.keyboard.press("c")
    expect(stands_in(page, 1, "context")).to_be_focused()
    page.keyboard.press("e")  # it is the last one of the page, so the focus stays
    page.keyboard.press("s")
    expect(stands_in(page, 1, "supports")).to_be_focused()
    expect(page.locator("#e1 ~ #e2")).to_be_visible()  # before the second again

    page.locator("#move-2").click()
    checker.inspect("claim-move-menu")
    page.locator("#e2").get_by_role("button", name="Context").click()
    expect(stands_in(page, 2, "context")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(stands_in(page, 2, "supports")).to_be_visible()
    expect(page.locator("#messages")).to_be_focused()

    give_a_grade(checker, page)
    assert page.evaluate("window.isTheSamePage")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/claims/\?view=mine"))
    page.go_forward()
    expect(page.locator("#e3 .ev-grade")).to_contain_text("completely reliable")


def give_a_grade(checker, page):
    page.locator("#e3").focus()
    page.keyboard.press("g")
    expect(page.locator("#grade3-reliability")).to_be_focused()
    checker.inspect("claim-grade")
    page.keyboard.press("Escape")
    expect(page.locator("#e3")).to_be_focused()
    page.keyboard.press("g")
    page.locator("#grade3-reliability").select_option("A")
    page.get_by_role("button", name="Save the grade").press("Enter")
    expect(page.locator("#grade-3")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Evidence 3 is graded.")


def test_the_statement_is_edited_in_its_place_and_what_is_written_elsewhere_stays(visit):
    checker = visit("checker-1")
    page = open_claim(checker)
    opener = page.locator("#statement > summary")
    page.get_by_text("Hand over").or_(page.get_by_text("Ask somebody to take over")).first.click()

    opener.press("Enter")
    expect(page.locator("#statement-statement")).to_be_focused()
    checker.inspect("claim-statement")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.locator("#statement-context").fill("Said in June 2024.")
    page.locator("#statement-context").press("Control+Enter")

    expect(page.locator("h1 + p")).to_have_text("Said in June 2024.")
    expect(opener).to_be_focused()
    expect(page.locator("#live")).to_have_text("Saved.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1 + p")).not_to_have_text("Said in June 2024.")


def test_without_a_script_a_piece_is_moved_by_its_menu_and_put_back(visit):
    page = open_claim(visit("checker-1", java_script_enabled=False))
    page.locator("#move-4").click()
    page.locator("#e4").get_by_role("button", name="Refutes").click()

    expect(page).to_have_url(re.compile("#e4$"))
    expect(stands_in(page, 4, "refutes")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(stands_in(page, 4, "supports")).to_be_visible()


def take_in(visitor, title):
    page = visitor.go("/intake/")
    page.get_by_label("Address of the article, or its text").fill(ARTICLE.replace("Norland", title))
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator("li.cand.cur")).to_be_visible()
    expect(page.locator("#comparing progress")).to_have_count(0)
    return page


MARK_IS_SEEN = """
  () => {
    const mark = document.querySelector("#article-text mark.hl-on");
    const [seen, place] = [mark.closest("article"), mark].map((part) => part.getBoundingClientRect());
    return place.top >= seen.top && place.bottom <= seen.bottom;
  }
"""


def expect_current(page, number):
    """Of all candidates this one is the current one; for a moment of a swap there are two."""
    expect(page.locator("li.cand.cur > div > .ev-n")).to_have_text([str(number)])


def test_an_article_is_decided_on_with_the_keyboard_alone(visit):
    editor = visit("editor-2")
    page = take_in(editor, "Westland")
    current, decided = page.locator("li.cand.cur"), page.locator("#decided-count")
    total = page.locator("li.cand").count()
    expect(decided).to_have_text(f"0 of {total} decided")

    page.keyboard.press("j")
    expect_current(page, 2)
    page.keyboard.press("k")
    expect_current(page, 1)
    page.keyboard.press("d")
    expect(decided).to_have_text(f"1 of {total} decided")
    expect_current(page, 2)
    expect(current.locator("[data-row-link]")).to_be_focused()
    page.keyboard.press("u")
    expect(decided).to_have_text(f"0 of {total} decided")
    expect_current(page, 1)
    page.keyboard.press("a")
    expect(decided).to_have_text(f"1 of {total} decided")
    expect(page.locator("#live")).to_contain_text("Accepted as claim C-")

    page.set_viewport_size({"width": 390, "height": 844})
    for number in range(2, total + 1):
        expect_current(page, number)
        page.wait_for_function(MARK_IS_SEEN)  # in the part of the article that is seen
        expect(current.get_by_role("button", name="Dismiss")).to_be_in_viewport()
        page.keyboard.press("d")
        expect(decided).to_have_text(f"{number} of {total} decided")
    expect(page.get_by_role("main")).to_contain_text("Every sentence shown is decided.")
    editor.inspect("intake-decided")


def test_without_a_script_each_decision_leads_to_the_next_sentence(visit):
    page = take_in(visit("editor-2"), "Eastland")
    address = page.url
    page = visit("editor-2", java_script_enabled=False).go(address)
    current = page.locator("li.cand.cur")

    current.get_by_role("button", name="Dismiss").click()
    expect_current(page, 2)
    page.get_by_role("link", name="Candidate 3").click()
    page.locator("li.cand", has=page.locator(".ev-n", has_text="3")).locator("[data-row-link]").click()
    expect_current(page, 3)
    page.get_by_role("button", name="put 1 back").click()
    expect_current(page, 1)
