"""The evidence reader in a real browser: selecting, quoting, going from passage to passage, and what it shows."""

import random
import unicodedata

import pytest
from playwright.sync_api import expect

from claims import jobs
from claims.evidence import anchor, upload
from claims.evidence.quotes import mark_quote
from claims.evidence.words import whole_words
from claims.models import Quote
from claims.workflow import comments, edit_parts
from tests.browser.visitor import Visitor
from tests.claims.web.pdfs import pdf
from tests.claims.web.pixels import png
from tests.claims.workflow.desk import hire, in_research
from tests.factories import SnapshotFactory
from tests.work import work_off

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

LINES = [
    "Zürich\u2019s quay: 12 ships \U0001f6a2 came, \u201csaid\u201d the master &amp; left <early>.",
    "Family \U0001f468\u200d\U0001f469\u200d\U0001f467 and flag \U0001f1f0\U0001f1f5 stood by; e\u0301tude, na\u00efve, \u0410\u0431\u0432.",
    "\u4e2d\u6587\u6587\u672c and \u0639\u0631\u0628\u064a stand in one line.",
    "None of it was late.",
]
TEXT = "\n".join(LINES)
TEXTS = {
    "mixed": TEXT,
    "emoji and accents": "\U0001f6a2\U0001f3fd\u200d\u2708\ufe0f Nin\u0303o, cafe\u0301, o\u0308, Z\u0351\u036b\u0343algo\n"
    * 3
    + "\U0001f1fa\U0001f1e6\U0001f9d1\U0001f3ff\u200d\U0001f52c at 5\u20e3 o\u2019clock, fin\u0301",
    "entities": "A &amp; B &lt;b&gt; <script>alert(1)</script> &#169; &nbsp; \u00a0\u00ad\u200b \"q\" 'q' </p></div>\n&copy;&&\n"
    * 2,
    "chinese and arabic": "\u671d\u9bae\u4e2d\u592e\u901a\u4fe1\u306f12\u6708\u306b\u767a\u8868\u3057\u305f\u3002"
    "\n\u0642\u0627\u0644 \u0627\u0644\u0648\u0632\u064a\u0631 \u0625\u0646 12 \u0633\u0641\u064a\u0646\u0629 \u0648\u064e\u0635\u064e\u0644\u064e\u062a\u0652\u060c \u200f(Kim)\u200e\n"
    * 2,
    "astral and blanks": "\U00020bb7\u91ce\u5bb6 \U0001d538\U0001d7d8\U00010400"
    + " " * 60
    + "\t\t x \u2003\u3000\u2028y\r\n"
    + "\n" * 12
    + "\u0085 end\x0c of \U0001f600\r it",
}

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
def visitor(chromium, live_server, client, people, pictures):
    """The author of the claim; every page must end without a complaint of the browser."""
    client.force_login(people.author)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    visitor = Visitor(chromium, live_server.url, pictures=pictures)
    visitor.context.add_cookies([cookie])
    yield visitor
    assert visitor.page.evaluate("window.cspViolations") == 0
    visitor.leave()


@pytest.fixture
def page(visitor):
    return visitor.page


NO_HIGHLIGHTS = "delete CSS.highlights"  # a browser that cannot paint over a text


def open_reader(page, evidence, query=""):
    page.goto(f"/evidence/{evidence.pk}/{query}", wait_until="load")
    return page


def spans(dice, text, count):
    """Pseudo-random selections, the same for the same seed, and what is to arrive of them: whole words, and without the
    blanks at the edges."""
    for _ in range(count):
        start = dice.randrange(len(text) - 1)
        end = dice.randrange(start + 1, min(len(text), start + 80) + 1)
        words = text[start:end]
        low = start + len(words) - len(words.lstrip())
        yield start, end, whole_words(text, low, low + len(words.strip())) if words.strip() else None


@pytest.mark.parametrize("script", ["", NO_HIGHLIGHTS], ids=["painted", "marked"])
def test_what_is_selected_arrives_letter_by_letter_in_200_of_200_trials(page, people, evidence, script):
    mark_quote(evidence.pk, evidence.pinned_id, 12, 20, by=people.author)
    mark_quote(evidence.pk, evidence.pinned_id, 15, TEXT.index("flag"), by=people.author)
    page.add_init_script(script)
    open_reader(page, evidence)
    assert page.evaluate('document.querySelector("[data-captured-text]").textContent') == TEXT

    right = 0
    for start, end, wanted in spans(random.Random(7), TEXT, 200):
        got = page.evaluate(SELECT, [start, end])
        low, high = whole_words(TEXT, start, end)
        right += got == ([low, high, TEXT[low:high]] if wanted else None)

    assert right == 200


def in_sight(text, start, end):
    """A span without the signs at its edges that nobody sees: joiners, marks of direction, soft hyphens, blanks."""
    while start < end and (text[start].isspace() or unicodedata.category(text[start]) == "Cf"):
        start += 1
    while start < end and (text[end - 1].isspace() or unicodedata.category(text[end - 1]) == "Cf"):
        end -= 1
    return (start, end) if start < end else None


# Sends the form as the button does, without leaving the page; another key each time, for it is not the same press.
SEND = """
async (number) => {
  const form = document.getElementById("quote-selection");
  const body = new FormData(form);
  body.set("once", `press-${number}`);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  return answer.type;
}
"""


def test_200_of_200_selections_arrive_on_the_server_as_that_quote_at_that_place(page, people):
    dice, right, pressed = random.Random(20240619), 0, 0
    claim = in_research(people)
    for name, text in TEXTS.items():
        snapshot = SnapshotFactory(body_text=text, title=name, language="")
        evidence = edit_parts.add_evidence(claim.pk, by=people.author, resource=snapshot.resource)
        mark_quote(evidence.pk, snapshot.pk, 2, 12, by=people.author)
        open_reader(page, evidence)
        assert page.evaluate('document.querySelector("[data-captured-text]").textContent') == text
        for start, end, wanted in spans(dice, text, 40):
            evidence.quotes.all().delete()
            got = page.evaluate(SELECT, [start, end])
            if wanted is None:
                right += got is None
                continue
            pressed += 1
            page.evaluate(SEND, pressed)
            right += [*evidence.quotes.values_list("start", "end", "exact")] == [(*wanted, text[slice(*wanted)])]
            found = anchor.check(text, anchor.make_selector(text, *wanted))
            shown = in_sight(text, *wanted)
            if shown:  # of signs that nobody sees there is nothing to find
                assert (found.state, in_sight(text, found.start, found.end)) == ("unchanged", shown), name

    assert right == 200
    assert pressed > 150


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
    assert evidence.quotes.get().end == end


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


def test_reader_never_scrolls_sideways(page, people, evidence):
    mark_quote(evidence.pk, evidence.pinned_id, 0, 40, by=people.author)
    open_reader(page, evidence)
    for width in (320, 360, 390, 768, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_a_word_of_300_letters_widens_neither_the_reader_nor_the_claim(page, people, evidence):
    word = "Xylophon" * 38
    snapshot = SnapshotFactory(resource=evidence.resource, body_text=f"It says {word}.", title=word)
    edit_parts.pin_snapshot(evidence.pk, snapshot.pk, by=people.author)
    mark_quote(evidence.pk, snapshot.pk, 8, 8 + len(word), by=people.author)
    edit_parts.title_source(evidence.pk, by=people.author, title=word)

    for address in (f"/evidence/{evidence.pk}/", f"/claims/{evidence.claim_id}/"):
        page.goto(address, wait_until="load")
        expect(page.locator("body")).to_contain_text(word)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)


def test_a_kept_picture_is_seen_and_a_pdf_opens_at_the_page_of_a_passage(page, people):
    claim = in_research(people)
    picture = upload.add_upload(claim.pk, by=people.author, name="pier.png", data=png(60, 40))
    text = "The log\nTwelve ships came."
    document = upload.add_upload(claim.pk, by=people.author, name="log.pdf", data=pdf(*text.split("\n")))
    mark_quote(document.pk, document.pinned_id, 8, 20, by=people.author)

    open_reader(page, picture)
    seen = page.get_by_role("img", name="The picture kept of “pier.png”")
    expect(seen).to_be_visible()
    assert seen.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [60, 40]
    open_reader(page, document)
    expect(page.get_by_role("link", name="Look at the PDF")).to_be_visible()
    address = page.get_by_role("link", name="page 2").get_attribute("href")
    assert address.endswith(f"/copies/{document.pinned_id}/original/#page=2")
    apart = page.context.browser.new_context(storage_state=page.context.storage_state())  # it asks for a favicon too
    viewer = apart.new_page()
    viewer.goto(page.url.partition("/evidence/")[0] + address)
    assert viewer.evaluate("document.contentType") == "application/pdf"
    apart.close()


# --- marking with the keyboard


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    return page.evaluate("document.getSelection().toString()")


def test_a_passage_is_selected_and_quoted_with_keys_alone(page, evidence):
    open_reader(page, evidence)

    assert press(page, "s") == "Zürich\u2019s"
    assert press(page, "ArrowRight", "ArrowRight") == "12"
    assert press(page, "Shift+ArrowRight", "Shift+ArrowRight") == "12 ships \U0001f6a2 came"
    assert press(page, "Shift+ArrowLeft") == "12 ships"
    assert press(page, "Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft") == "Zürich\u2019s quay: 12"
    assert press(page, "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight") == "12 ships"
    assert press(page, "ArrowLeft") == "quay"
    assert press(page, "ArrowDown") == "Family"
    assert press(page, "ArrowUp") == "Zürich\u2019s"
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**#q*")

    assert evidence.quotes.get().exact == LINES[3]


TURNED = "The bill was \u202e001\u202c euros, \u2067not\u2069 more.\nThe next line: (\u202eegap a and)"
LEFT_EDGES = """
([start, end]) => {
  const text = document.querySelector("[data-captured-text]");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const edges = [];
  for (let before = 0, node; (node = walker.nextNode()); before += node.data.length) {
    for (let at = Math.max(start - before, 0); at < Math.min(end - before, node.data.length); at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      edges.push(Math.round(range.getBoundingClientRect().left));
    }
  }
  return edges;
}
"""


def test_signs_that_turn_the_writing_are_pointed_out_seen_and_do_not_work(visitor, people):
    page = visitor.page
    snapshot = SnapshotFactory(body_text=TURNED, language="en")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    open_reader(page, evidence)

    expect(page.get_by_text("This text holds 5 signs that turn the direction of writing.")).to_be_visible()
    assert page.evaluate('document.querySelector("[data-captured-text]").textContent') == TURNED
    for words in ("001", "euros", "not", "more", "egap", "and)"):
        start = TURNED.index(words)
        edges = page.evaluate(LEFT_EDGES, [start, start + len(words)])
        assert edges == sorted(set(edges)), words  # each letter stands to the right of the one before
    for start, end, wanted in spans(random.Random(5), TURNED, 20):
        if wanted:
            assert page.evaluate(SELECT, [start, end])[:2] == [*whole_words(TURNED, start, end)]
    page.evaluate(SELECT, [TURNED.index("bill"), TURNED.index(" more")])
    page.get_by_role("button", name="Quote this").click()
    page.wait_for_url("**/evidence/*/?snapshot=*#q*")
    assert evidence.quotes.get().exact == TURNED[TURNED.index("bill") : TURNED.index(" more")]
    expect(page.locator("#passages .turn")).to_have_count(4)
    visitor.inspect("reader-turned")
    start = TURNED.index("001")
    page.evaluate("for (const sign of document.querySelectorAll('.turn')) sign.style.unicodeBidi = 'normal'")
    edges = page.evaluate(LEFT_EDGES, [start, start + 3])
    assert edges == sorted(edges, reverse=True)  # what they would do


def test_selecting_with_keys_is_ended_by_escape_and_says_what_is_selected(page, evidence):
    open_reader(page, evidence)
    opener, help_ = page.get_by_role("button", name="Select with the keyboard"), page.locator("#select-help")
    opener.focus()
    press(page, "Enter", "ArrowRight")
    expect(page.locator("#live")).to_have_text("quay")
    expect(help_).to_be_visible()
    expect(page.locator("#quote-selection")).to_be_visible()

    press(page, "Escape")

    expect(opener).to_be_focused()
    expect(help_).to_be_hidden()
    expect(page.locator("#quote-selection")).to_be_hidden()
    assert press(page, "ArrowRight") == ""


def test_what_is_selected_with_keys_stays_in_sight(page, people):
    snapshot = SnapshotFactory(
        body_text="\n".join(f"This is sentence {n} of the log." for n in range(200)), language="xx-y"
    )
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    open_reader(page, evidence)
    press(page, "s", *["ArrowDown"] * 60)

    assert press(page, "Shift+ArrowDown") == "This is sentence 60 of the log."
    top = page.evaluate("document.getSelection().getRangeAt(0).getBoundingClientRect().top")
    assert 0 < top < 900


def test_words_are_gone_through_where_a_very_long_line_is_cut_into_pieces(page, people):
    text = " ".join(f"word{n}" for n in range(5_000))  # pieces of 20,000 letters
    snapshot = SnapshotFactory(body_text=text, language="en")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    open_reader(page, evidence)
    first = text[:20_000].count(" ") - 1  # the last whole word of the first piece, or the one before
    start = text.index(f"word{first - 1}")
    page.evaluate(SELECT, [start, start + 3])

    assert press(page, "s") == f"word{first - 1}"
    for number in range(first, first + 5):
        assert press(page, "ArrowRight") == f"word{number}"
    assert press(page, *["ArrowLeft"] * 4) == f"word{first}"
    assert press(page, *["Shift+ArrowRight"] * 4) == " ".join(f"word{n}" for n in range(first, first + 5))
    assert press(page, *["Shift+ArrowLeft"] * 6) == f"word{first - 2} word{first - 1} word{first}"


# --- a long text

LAID_OUT = (
    "[...document.querySelectorAll('.read-part > p')].map((p) => p.checkVisibility({ contentVisibilityAuto: true }))"
)


def test_of_a_long_text_only_what_is_in_sight_is_laid_out_and_any_of_it_is_quoted(page, people):
    lines = [
        f"\U0001f6a2 Line {n} of the log: the na\u00efve master counted {n * 7} ships, none late." for n in range(8_000)
    ]
    text = "\n".join(lines)
    snapshot = SnapshotFactory(body_text=text, language="en")
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    open_reader(page, evidence)
    laid_out = page.evaluate(LAID_OUT)
    assert len(laid_out) == len(lines)
    assert 0 < sum(laid_out) < len(lines) / 10
    assert page.evaluate("document.querySelector('[data-captured-text]').textContent") == text

    start = text.index("Line 7100")
    end = text.index("ships", text.index("Line 7500"))  # in another part
    assert page.evaluate(SELECT, [start, end]) == [start, end, text[start:end]]
    start = text.index("Line 7800")
    page.evaluate(SELECT, [start, start + 40])
    expect(page.get_by_text("widened to whole words")).to_be_visible()
    page.get_by_role("button", name="Quote this").click()
    page.wait_for_url("**/evidence/*/?snapshot=*#q*")

    assert evidence.quotes.get().exact == "Line 7800 of the log: the na\u00efve master counted"
    expect(page.locator("mark.hl-on")).to_be_in_viewport()
    page.get_by_role("button", name="Select with the keyboard").click()
    assert press(page, "Shift+ArrowRight") != ""


# --- how passages are shown

PAINTED = """
() => Object.fromEntries([...(CSS.highlights ?? [])].map(([name, ranges]) => [name, [...ranges].map(String)]))
"""
GROUND = "getComputedStyle(document.querySelector('[data-captured-text] mark')).backgroundColor"


def test_passages_are_painted_over_the_text_where_the_browser_can(page, people, evidence):
    first = mark_quote(evidence.pk, evidence.pinned_id, 0, 6, by=people.author)
    second = mark_quote(evidence.pk, evidence.pinned_id, TEXT.index("None"), len(TEXT), by=people.author)
    open_reader(page, evidence)
    before = page.evaluate(PAINTED)
    page.keyboard.press("n")
    page.keyboard.press("n")

    assert before["passage"] == [first.exact, second.exact]
    assert page.evaluate(PAINTED)["passage-current"] == [second.exact]
    assert page.evaluate(GROUND) == "rgba(0, 0, 0, 0)"


def test_passages_are_marked_in_the_text_where_the_browser_cannot_paint(page, people, evidence):
    first = mark_quote(evidence.pk, evidence.pinned_id, 0, 6, by=people.author)
    page.add_init_script(NO_HIGHLIGHTS)
    open_reader(page, evidence)
    page.keyboard.press("n")

    assert page.evaluate("CSS.highlights === undefined && document.querySelectorAll('.painted').length === 0")
    assert page.evaluate(GROUND) != "rgba(0, 0, 0, 0)"
    assert page.locator("mark.hl-on").inner_text() == first.exact


def test_an_altered_passage_and_its_old_words_elsewhere_are_both_painted(page, people):
    old = "He said that twelve ships had come in during the week."
    around = ["The harbour master spoke on Monday evening to the press.", "He answered no questions and left at nine."]
    filler = "Nothing of this has to do with the matter at hand, and nobody has ever said that it has."
    snapshot = SnapshotFactory(body_text="\n".join([around[0], old, around[1]]))
    evidence = edit_parts.add_evidence(in_research(people).pk, by=people.author, resource=snapshot.resource)
    start = snapshot.body_text.index(old)
    quote = mark_quote(evidence.pk, snapshot.pk, start, start + len(old), by=people.author)
    altered = old.replace("twelve", "twenty")
    newer = SnapshotFactory(
        resource=snapshot.resource, body_text="\n".join([around[0], altered, around[1], filler, filler, old])
    )
    jobs.enqueue("check_quotes", resource=snapshot.resource_id)
    work_off()
    open_reader(page, evidence, f"?snapshot={newer.pk}")

    painted = page.evaluate(PAINTED)
    assert (painted["passage-altered"], painted["passage-elsewhere"]) == ([altered], [old])
    item = page.locator(f"#p{quote.pk}")
    expect(item).to_contain_text("a number differs")
    item.get_by_role("link", name="the old words stand elsewhere").click()
    expect(page.locator(f"#q{quote.pk}-elsewhere")).to_be_in_viewport()


# --- copies, comments, the look of it


def test_any_two_of_three_copies_are_compared(page, evidence):
    texts = ["Twelve ships came.", "Twenty ships came.", "Twenty boats came."]
    resource = evidence.resource
    copies = [SnapshotFactory(resource=resource, body_text=text) for text in texts]
    changes = {(0, 1): ("Twelve", "Twenty"), (1, 2): ("ships", "boats"), (0, 2): ("Twelve ships", "Twenty boats")}
    for (old, new), (removed, added) in changes.items():
        open_reader(page, evidence, f"?snapshot={copies[new].pk}")
        row = page.locator("ol.tl > li", has=page.locator(f'[href="?snapshot={copies[old].pk}"]'))
        row.get_by_role("link", name="Compare").click()
        text = page.locator(".read")
        expect(text.locator("del").first).to_be_visible()
        assert " ".join(text.locator("del").all_inner_texts()) == removed
        assert " ".join(text.locator("ins").all_inner_texts()) == added


def test_comments_on_the_evidence_are_loaded_when_they_come_into_sight_and_answered_there(page, people, evidence):
    comments.add_comment(evidence.claim_id, by=people.editor, text="Who counted them?", evidence_id=evidence.pk)
    comments.add_comment(evidence.claim_id, by=people.editor, text="About the claim.")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 390, "height": 500})
    open_reader(page, evidence)
    talk = page.locator("#talk")
    expect(talk).to_contain_text("1 open")
    assert not [url for url in asked if "/comments/" in url]

    talk.scroll_into_view_if_needed()
    expect(talk).to_contain_text("Who counted them?")
    expect(talk).not_to_contain_text("About the claim.")
    talk.get_by_label("Comment on evidence 1").fill("The harbour master.")
    talk.get_by_role("button", name="Comment", exact=True).click()

    expect(talk).to_contain_text("The harbour master.")
    assert page.url.endswith(f"/evidence/{evidence.pk}/")


def test_reader_is_accessible_in_both_schemes_and_widths_painted_or_marked(visitor, people, evidence):
    page = visitor.page
    newer = SnapshotFactory(
        resource=evidence.resource, body_text=TEXT.replace("12 ships", "20 ships"), problem="Cut short."
    )
    for start, end in [(0, 30), (20, 60), (TEXT.index("None"), len(TEXT))]:
        mark_quote(evidence.pk, evidence.pinned_id, start, end, by=people.author)
    jobs.enqueue("check_quotes", resource=evidence.resource_id)
    work_off()
    for name, query in [
        ("text", f"?snapshot={newer.pk}#q{Quote.objects.first().pk}"),
        ("difference", f"?from={evidence.pinned_id}&to={newer.pk}"),
    ]:
        open_reader(page, evidence, query)
        page.keyboard.press("s")
        visitor.inspect(f"reader-{name}")
    page.add_init_script(NO_HIGHLIGHTS)
    open_reader(page, evidence)
    visitor.inspect("reader-marked")
