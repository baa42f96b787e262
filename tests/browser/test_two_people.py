"""Two people write at once, somebody's session ends while he writes, and a window closes before he pressed Save."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough

BEGUN = "The port counted 1,240 ships in the whole of 2025."
THEIRS = "The port counted 1,238 ships in the whole of 2025."
MINE = "The port counted 1,240 ships in the whole of 2025, tugs among them."
BOTH = "The port counted 1,238 ships in the whole of 2025, tugs among them."


def new_claim(visitor, statement):
    page = visitor.go("/claims/new/")
    page.get_by_label("Statement").fill(statement)
    page.get_by_label("Why there is no appearance").fill("A reader asked.")
    page.locator("main form button").last.click()
    expect(page).to_have_url(re.compile(r"/claims/\d+/"))
    return re.search(r"/claims/\d+/", page.url).group()


def write(page, text):
    """Type into the context of the statement; the button is not pressed."""
    form = page.locator('form[data-part="statement"]')
    if not form.is_visible():
        page.get_by_text("Edit the statement").click()
    form.get_by_label("Context").fill(text)
    return form


def save(form):
    form.get_by_role("button", name="Save").click()


def forgive(visitor, status):
    """The browser complains of every answer that refuses, also of one the test asked for; a little late at times."""
    for _ in range(100):
        if visitor.forgive(f"status of {status}"):
            return
        visitor.page.wait_for_timeout(50)


def stored(visitor, claim):
    return visitor.go(claim).locator("h1 + p").first


def test_changes_of_two_people_meet_on_one_page_and_are_saved_with_one_press(visit):
    one, other = visit("editor-1"), visit("checker-1")
    claim = new_claim(one, "The port of Norland counted 1,240 ships in 2025.")
    save(write(one.page, BEGUN))
    expect(one.page.locator("h1 + p")).to_have_text(BEGUN)
    mine = write(other.go(claim), MINE)
    save(write(one.page, THEIRS))
    expect(one.page.locator("h1 + p")).to_have_text(THEIRS)

    save(mine)

    page = other.page
    expect(page.get_by_role("heading", name="Two people wrote at once")).to_be_visible()
    expect(page.get_by_label("One text of both")).to_have_value(BOTH)
    forgive(other, 409)
    other.inspect("conflict")
    page.get_by_role("button", name="Save this").click()
    expect(page.locator("h1 + p")).to_have_text(BOTH)


def test_a_session_that_ends_while_somebody_writes_is_renewed_in_the_page(visit, house):
    writer = visit("checker-1")
    writer.page.route(re.compile("/(presence|seen)/"), lambda route: route.fulfill(status=204))  # they ask in vain
    claim = new_claim(writer, "Tugs are counted as ships in Norland.")
    form = write(writer.page, "Written for an hour.")
    expect(form.locator("[data-draft-said]")).to_contain_text("Draft saved")
    writer.context.clear_cookies(name="sessionid")

    save(form)

    page, dialog = writer.page, writer.page.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    expect(form.get_by_label("Context")).to_have_value("Written for an hour.")
    forgive(writer, 401)
    writer.inspect("sign-in-again")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    forgive(writer, 400)
    dialog.get_by_label("Password").fill(house.passwords["checker-1"])
    dialog.get_by_role("button", name="Sign in").click()

    expect(page.locator("h1 + p")).to_have_text("Written for an hour.")
    expect(dialog).to_be_hidden()
    expect(stored(writer, claim)).to_have_text("Written for an hour.")


def test_a_token_that_grew_old_in_another_window_is_renewed_without_a_word(visit):
    writer = visit("checker-1")
    claim = new_claim(writer, "Ferries are counted as ships in Norland.")
    form = write(writer.page, "Written while another window signed in.")
    writer.page.evaluate(
        """() => { for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = "x".repeat(64);
                   document.body.setAttribute("hx-headers", '{"x-csrftoken": "' + "x".repeat(64) + '"}'); }"""
    )

    save(form)

    expect(writer.page.locator("h1 + p")).to_have_text("Written while another window signed in.")
    forgive(writer, 403)
    expect(stored(writer, claim)).to_have_text("Written while another window signed in.")


def test_what_was_typed_and_not_saved_is_offered_when_the_page_is_opened_again(visit):
    writer, other = visit("checker-1"), visit("editor-1")
    claim = new_claim(writer, "Barges are counted as ships in Norland.")
    form = write(writer.page, "Half a sentence, then the window clo")
    expect(form.locator("[data-draft-said]")).to_contain_text(re.compile(r"Draft saved \d\d:\d\d"))

    page = writer.go(claim)
    page.get_by_role("button", name="Go on writing").click()
    form = page.locator('form[data-part="statement"]')
    expect(form.get_by_label("Context")).to_have_value("Half a sentence, then the window clo")
    writer.inspect("draft")
    expect(other.go(claim).get_by_text("You wrote this and did not save it")).to_have_count(0)

    form.get_by_label("Context").fill("Half a sentence, then the window closed.")
    expect(form.locator("[data-draft-said]")).to_contain_text("Draft saved")
    save(form)
    expect(page.locator("h1 + p")).to_have_text("Half a sentence, then the window closed.")
    expect(writer.go(claim).get_by_text("You wrote this and did not save it")).to_have_count(0)


def test_text_typed_just_before_the_window_closes_is_kept(visit):
    writer = visit("checker-1")
    claim = new_claim(writer, "Rafts are counted as ships in Norland.")
    write(writer.page, "Typed in the last second.")

    page = writer.go(claim)

    expect(page.get_by_text("You wrote this and did not save it")).to_be_visible()
