"""One person with a browser, who notices what a browser complains about."""

import re
from pathlib import Path

from playwright.sync_api import expect

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # all that a scheme changes of a page
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# name, width, direction, medium: 720 is a window of 1440 at 200 %, and 794 a sheet of A4
UNUSUAL = [
    ("320", 320, "ltr", "screen"),
    ("zoomed", 720, "ltr", "screen"),
    ("rtl", 1440, "rtl", "screen"),
    ("paper", 794, "ltr", "print"),
]
PATIENCE = 20_000  # milliseconds; the machine may be busy
expect.set_options(timeout=PATIENCE)

POLICY = "Content Security Policy"
WATCH_POLICY = """
  window.refusedByPolicy = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.refusedByPolicy.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
"""
RUN_AXE = """
  async (runOnly) => {
    const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"], preload: false });
    return violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id} ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
  }
"""
PLACE = """
  (text, words) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let node;
    while ((node = walker.nextNode()) && !node.data.includes(words)) {}
    const start = node.data.indexOf(words);
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, start + words.length);
    node.parentElement.scrollIntoView({ block: "center" });
    const boxes = [...range.getClientRects()];
    const [first, last] = [boxes[0], boxes[boxes.length - 1]];
    return [[first.left + 1, first.top + first.height / 2], [last.right, last.top + last.height / 2]];
  }
"""
TOO_WIDE = """
  () => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > room + 1);
    return [`${document.documentElement.scrollWidth} of ${room}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  }
"""
# What is cut off at an edge, of the window or of a box that hides the rest, and cannot be scrolled to.
CUT = """
  () => {
    const isCut = (element) => {
      const { left, right, width } = element.getBoundingClientRect();
      if (width <= 1) return false;
      for (let box = element; box; box = box.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        if (/auto|scroll/.test(overflowX) || textOverflow === "ellipsis") return false;
        if (/hidden|clip/.test(overflowX) && (right > edge.right + 1 || left < edge.left - 1)) return edge.width > 1;
      }
      return right > document.documentElement.clientWidth + 1 || left < -1;
    };
    const says = (element) => element.matches("select, input, button, img")
      || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [...document.querySelectorAll("main *")]
      .filter((element) => says(element) && element.checkVisibility({ visibilityProperty: true }) && isCut(element))
      .slice(0, 5).map((element) => `cut off: ${element.outerHTML.slice(0, 160)}`);
  }
"""


class Visitor:
    """``page`` is the page; ``pictures`` the folder for pictures of it; ``complaints`` what its console said so far,
    ``refused`` what of it the policy refused: a test that asks for a bad answer forgives the complaint, nothing
    forgives a refusal."""

    def __init__(self, browser, url, *, pictures, cookies=None, **options):
        self.url, self.complaints, self.refused = url, [], []
        self.pictures = pictures
        self.context = browser.new_context(
            base_url=url, storage_state=cookies, viewport=WIDE, reduced_motion="reduce", **options
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCH_POLICY)
        self.page = self.context.new_page()
        self.context.on("console", self._hear)  # of every page, those opened by a press too
        self.context.on("weberror", lambda found: self.complaints.append(f"{self.page.url}: {found.error}"))

    def _hear(self, message):
        if message.type in {"error", "warning"}:
            heard = self.refused if POLICY in message.text else self.complaints
            heard.append(f"{self.page.url}: {message.text}")

    def leave(self):
        self.context.close()
        self.check()

    def check(self):
        found = [*self.refused, *self.complaints]
        assert not found, "\n".join(found)

    def forgive(self, words):
        """Take back the complaint about an answer that the test asked for."""
        forgiven = [complaint for complaint in self.complaints if words in complaint]
        self.complaints = [complaint for complaint in self.complaints if words not in complaint]
        return forgiven

    # --- moving about

    def go(self, path):
        answer = self.page.goto(path)
        assert answer.ok, f"{path} answered {answer.status}"
        return self.page

    def sign_in(self, username, password):
        self.go("/accounts/login/")
        self.page.get_by_label("Name or e-mail").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).not_to_have_url(re.compile("/accounts/"))

    def press(self, action, **given):
        """Take a step of the workflow: open its button, fill in what it asks for, press it, see it done."""
        form = self.page.locator(f'form[action*="/steps/{action}/"]')
        opener = self.page.locator(f"#step-{action} > summary")
        # Publication is offered once the sources were looked at; the page finds out by itself.
        expect(form.or_(opener).first).to_be_attached(timeout=3 * PATIENCE)
        if opener.count() and not form.is_visible():
            opener.click()
        for name, value in given.items():
            field = form.locator(f"[name={name}]")
            field.select_option(label=value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
        # What was said of the last step may still be on the page, and the next press must not meet a page half swapped.
        self.page.evaluate("document.querySelector('#claim').dataset.before = 'this step'")
        with self.page.expect_response(re.compile(f"/steps/{action}/")) as answer:
            form.get_by_role("button").click()
        assert answer.value.status < 400, f"{action} answered {answer.value.status}"
        expect(self.page.locator("#claim[data-before]")).to_have_count(0)
        expect(self.page.locator("#messages [role=status]")).to_have_count(1)

    def select(self, text, words):
        """Mark words with the mouse, from before the first letter to behind the last."""
        start, end = text.evaluate(PLACE, words)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()

    # --- looking closely

    def inspect(self, name):
        """In light and dark, wide and narrow: nothing inaccessible, nothing beyond the edge; and nothing refused.

        One opened page is enough: it is given another scheme and another width, and a picture of each is kept.
        """
        found = []
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for size in (WIDE, NARROW):
                self.page.set_viewport_size(size)
                label = f"{name}-{size['width']}-{scheme}"
                found += [
                    f"{label}: {problem}" for problem in self._look(label, RULES if scheme == "light" else COLOURS)
                ]
        self._as_it_was()
        found += [*self.page.evaluate("window.refusedByPolicy"), *self.refused, *self.complaints]
        if self.page.evaluate("window.cspViolations ?? 0"):
            found.append("the page itself counted a refusal of its policy")
        assert not found, "\n".join(found)

    def stretch(self, name):
        """On the narrowest screen, at twice the size, from right to left and on paper: nothing beyond the edge."""
        found = []
        for label, width, direction, media in UNUSUAL:
            self.page.set_viewport_size({"width": width, "height": 600})
            self.page.emulate_media(media=media)
            self.page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            self._picture(f"{name}-{label}")
            seen = [*self.page.evaluate(TOO_WIDE), *self.page.evaluate(CUT)]
            found += [f"{name}-{label}: {problem}" for problem in seen]
        self.page.evaluate("document.documentElement.dir = 'ltr'")
        self._as_it_was()
        assert not found, "\n".join(found)

    def _as_it_was(self):
        self.page.emulate_media(color_scheme="light", media="screen")
        self.page.set_viewport_size(WIDE)

    def _look(self, label, rules):
        self._picture(label)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        return [*self.page.evaluate(TOO_WIDE), *self.page.evaluate(RUN_AXE, rules)]

    def _picture(self, label):
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{label}.jpg"  # half the work of a PNG, and clear enough to see what is wrong
        self.page.screenshot(path=path, type="jpeg", quality=88, full_page=True, caret="initial")
