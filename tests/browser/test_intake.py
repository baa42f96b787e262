"""Intake in a real browser: whatever has the focus can be seen, and somebody new is named with the keyboard alone."""

import json

import pytest
from playwright.sync_api import expect

from claims.models import Article, Candidate
from tests.browser.visitor import NARROW, WIDE, Visitor
from tests.claims.workflow.desk import hire
from tests.conftest import PROJECT

pytestmark = pytest.mark.thorough

KNOWN = next(  # a claim of the starting newsroom, said again
    row["fields"]["statement"]
    for row in json.loads((PROJECT / "fixtures" / "newsroom.json").read_text())
    if row["fields"].get("external_id") == "clm-06-aid-clause"
)
ARTICLE = f"""A treaty is read

The keeper of the lighthouse read it all on Sunday. {KNOWN}

The union of pilots said that the government cut the number of lamps by 40 percent and never told the pilots.
"""
SPEAKER = "The keeper of the lighthouse"
# What of the focused element another one covers: its box, looked at just inside its edges and in the middle.
COVERED = """
  (element) => {
    const box = element.getBoundingClientRect();
    const heights = [box.top + 2, (box.top + box.bottom) / 2, box.bottom - 2];
    return heights.flatMap((height) => {
      const top = document.elementFromPoint(box.left + box.width / 2, height);
      return top && (element.contains(top) || top.contains(element)) ? [] : [`${element.outerHTML.slice(0, 90)} at ${height}`];
    });
  }
"""


def test_what_has_the_focus_or_is_wrong_is_never_below_the_bar_and_a_new_speaker_is_named(visit):
    editor = visit("editor-2")
    page = editor.go("/intake/")
    page.get_by_label("Address of the article, or its text").fill(ARTICLE)
    page.get_by_role("button", name="Read", exact=True).click()
    card = page.locator("li.cand", has_text=KNOWN)
    card.get_by_role("link").first.click()
    expect(card.get_by_label("As a claim")).to_be_visible()
    expect(card.get_by_role("button", name="Add as appearance of")).to_be_visible()  # compared from the first minute on
    assert covered(page, card) == []
    walk(page, "k", "j", "j", "k")

    who = card.get_by_role("combobox", name="Who says it")
    who.fill(SPEAKER)
    who.press("Enter")  # closes the list; nothing is decided
    expect(card.get_by_text(f"“{SPEAKER}” is added as a new claimant.")).to_be_visible()
    card.get_by_label("The new one is a").select_option(label="Organisation")
    card.get_by_label("Claim number").fill("nine")
    card.get_by_role("button", name="Accept as new").click()
    expect(card.get_by_text("as in C-14")).to_be_visible()
    expect(card.get_by_label("Claim number")).to_be_focused()
    assert editor.forgive("422")
    assert covered(page, card) == []
    expect(who).to_have_value(SPEAKER)
    editor.inspect("intake-refused")

    card.get_by_label("Claim number").fill("")
    card.get_by_role("link").first.focus()
    page.keyboard.press("a")
    card.get_by_role("link", name="added as C-").click()
    expect(page.get_by_text(SPEAKER).first).to_be_visible()


def walk(page, *keys):
    """Where one comes to with the keys, the sentence to decide on is in sight, however long its card is."""
    page.set_viewport_size(NARROW)
    page.locator("li.cand.cur").get_by_role("link").first.focus()
    for key in keys:
        page.keyboard.press(key)
        expect(page.locator("li.cand.cur").get_by_label("As a claim")).to_be_visible()
        expect(page.locator("li.cand.cur .cand-s")).to_be_in_viewport(ratio=1)
    page.set_viewport_size(WIDE)
    page.locator("li.cand", has_text=KNOWN).get_by_role("link").first.click()


def covered(page, card):
    """Go through everything of a card that takes the focus, in both widths; what lies below something else."""
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        fields = card.locator(":is(input, textarea, select, button, a):visible")
        for number in range(fields.count()):
            page.evaluate("scrollTo(0, 0)")
            fields.nth(number).focus()
            found += [f"{size['width']}: {place}" for place in fields.nth(number).evaluate(COVERED)]
    page.set_viewport_size(WIDE)
    return found


@pytest.mark.django_db(transaction=True)
def test_candidates_of_a_long_article_are_walked_through_with_keys_beyond_those_shown_at_first(
    chromium, live_server, client, pictures
):
    editor = hire().editor
    client.force_login(editor)
    sentences = [f"Ship number {n} was sent to the harbour in 2025." for n in range(130)]
    text = "\n".join(sentences)
    article = Article.objects.create(title="Ships", text=text, text_sha256="0" * 64, state="ready")
    rows = Candidate.objects.bulk_create(
        Candidate(
            article=article,
            number=n,
            text=one,
            start=text.index(one),
            end=text.index(one) + len(one),
            score=0.9 - n / 999,
        )
        for n, one in enumerate(sentences)
    )
    visitor = Visitor(chromium, live_server.url, pictures=pictures)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    visitor.context.add_cookies([cookie])
    page, current = visitor.page, visitor.page.locator("li.cand.cur")
    page.goto(f"/intake/{article.pk}/", wait_until="load")
    cards = page.locator("li.cand")
    expect(cards).to_have_count(60)

    for number in range(1, 66):
        page.keyboard.press("j")
        expect(current).to_contain_text(sentences[number])
    expect(cards).to_have_count(120)
    expect(current.get_by_label("As a claim")).to_be_visible()
    page.keyboard.press("d")
    expect(current).to_contain_text(sentences[66])
    expect(page.get_by_text("1 of 130 decided")).to_be_visible()

    page.locator(f'a.hl-n[href$="#p{rows[127].pk}"]').click()  # its number in the text, not on the page yet
    expect(current).to_contain_text(sentences[127])
    expect(cards).to_have_count(130)
    page.keyboard.press("k")
    expect(current).to_contain_text(sentences[126])
    assert page.evaluate("window.cspViolations") == 0
    visitor.leave()
