"""The evidence reader in a real browser: selecting, quoting, going from passage to passage."""

import random

import pytest

from claims.evidence.quotes import mark_quote
from claims.workflow import edit_parts
from tests.claims.workflow.desk import hire, in_research
from tests.factories import SnapshotFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = [
    "Zürich\u2019s quay: 12 ships \U0001f6a2 came, \u201csaid\u201d the master &amp; left <early>.",
    "Family \U0001f468\u200d\U0001f469\u200d\U0001f467 and flag \U0001f1f0\U0001f1f5 stood by; e\u0301tude, na\u00efve, \u0410\u0431\u0432.",
    "\u4e2d\u6587\u6587\u672c and \u0639\u0631\u0628\u064a stand in one line.",
    "None of it was late.",
]
TEXT = "\n".join(LINES)

# Selects by code points, as a person would by hand: from a place in one text node to a place in another.
SELECT = """
([start, end]) => {
  const text = document.querySelector("[data-captured-text]");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const place = (wanted) => {
    walker.currentNode = text;
    let before = 0, node;
    while ((node = walker.nextNode())) {
      const letters = Array.from(node.data);
      if (wanted <= before + letters.length) return [node, letters.slice(0, wanted - before).join("").length];
      before += letters.length;
    }
  };
  document.activeElement?.blur();
  document.getSelection().setBaseAndExtent(...place(start), ...place(end));
  return new Promise((done) => setTimeout(() => {
    const form = document.getElementById("quote-selection");
    done(form.hidden ? null : [Number(form.elements.start.value), Number(form.elements.end.value), form.elements.exact.value]);
  }, 5));
}
"""


@pytest.fixture
def people():
    return hire()


@pytest.fixture
def evidence(people):
    snapshot = SnapshotFactory(body_text=TEXT, title="The log of the harbour", language="en")
    claim = in_research(people)
    return edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource, stance="supports")


@pytest.fixture
def page(chromium, live_server, client, people):
    client.force_login(people.author)
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.address = live_server.url
    yield page
    assert page.evaluate("window.cspViolations") == 0
    context.close()


def open_reader(page, evidence):
    page.goto(f"{page.address}/evidence/{evidence.pk}/", wait_until="load")
    return page


def test_what_is_selected_arrives_letter_by_letter_in_200_of_200_trials(page, people, evidence):
    mark_quote(evidence.pk, evidence.pinned_id, 12, 20, by=people.author)
    mark_quote(evidence.pk, evidence.pinned_id, 15, TEXT.index("flag"), by=people.author)
    open_reader(page, evidence)
    assert page.evaluate('document.querySelector("[data-captured-text]").textContent') == TEXT
    dice, right = random.Random(7), 0

    for _ in range(200):
        start = dice.randrange(len(TEXT) - 1)
        end = dice.randrange(start + 1, min(len(TEXT), start + 80) + 1)
        got = page.evaluate(SELECT, [start, end])
        right += got == (None if not TEXT[start:end].strip() else [start, end, TEXT[start:end]])

    assert right == 200


def test_selected_words_become_a_marked_passage(page, evidence):
    open_reader(page, evidence)
    start = TEXT.index("Family")
    end = TEXT.index(" stood by")
    page.evaluate(SELECT, [start, end])

    page.get_by_role("button", name="Quote this").click()
    page.wait_for_url("**/evidence/*/?snapshot=*#q*")

    quote = evidence.quotes.get()
    assert (quote.exact, quote.start) == (TEXT[start:end], start)
    assert page.locator("mark.hl-on").inner_text() == TEXT[start:end]


def test_selection_by_mouse_shows_the_button_and_a_press_elsewhere_hides_it(page, evidence):
    open_reader(page, evidence)
    line = page.locator("[data-captured-text] p").nth(3)
    box = line.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 12, steps=5)
    page.mouse.up()

    page.locator("#quote-selection").wait_for(state="visible")
    page.mouse.click(box["x"] + 300, box["y"] + 200)
    page.locator("#quote-selection").wait_for(state="hidden")


def test_keys_go_from_passage_to_passage_and_quote(page, people, evidence):
    late = TEXT.index("None of it")
    second = mark_quote(evidence.pk, evidence.pinned_id, late, late + 7, by=people.author)
    first = mark_quote(evidence.pk, evidence.pinned_id, 0, 6, by=people.author)
    open_reader(page, evidence)

    page.keyboard.press("n")
    assert page.locator("[data-passage].cur").get_attribute("data-passage") == str(first.pk)
    page.keyboard.press("n")
    assert page.locator("[data-passage].cur").get_attribute("data-passage") == str(second.pk)
    page.keyboard.press("p")
    page.keyboard.press("p")
    assert page.locator("mark.hl-on").inner_text() == second.exact
    page.evaluate(SELECT, [7, 12])
    page.keyboard.press("q")
    page.wait_for_url("**#q*")

    assert evidence.quotes.count() == 3


def test_passage_is_quoted_with_the_keyboard_alone(page, evidence):
    open_reader(page, evidence)
    page.get_by_text("Quote without a mouse").press("Enter")
    page.get_by_label("From these words").fill("none of")
    page.get_by_label("to these").fill("late")
    page.get_by_label("to these").press("Enter")
    page.wait_for_url("**#q*")

    assert evidence.quotes.get().exact == "None of it was late"


@pytest.mark.parametrize("width", [360, 390, 768, 1440, 2560])
def test_reader_never_scrolls_sideways(page, people, evidence, width):
    mark_quote(evidence.pk, evidence.pinned_id, 0, 40, by=people.author)
    page.set_viewport_size({"width": width, "height": 844})
    open_reader(page, evidence)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
