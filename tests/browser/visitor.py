"""One person with a browser, who notices what a browser complains about."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds; the machine may be busy
expect.set_options(timeout=PATIENCE)

WATCH_POLICY = """
  window.refusedByPolicy = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.refusedByPolicy.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
"""
RUN_AXE = """
  async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} ${node.target.join(" ")}: ${node.html.slice(0, 160)}`))
"""
TOO_WIDE = """
  () => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > room + 1);
    return [`${document.documentElement.scrollWidth} of ${room}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  }
"""


class Visitor:
    """``page`` is the page; ``complaints`` what its console said so far."""

    def __init__(self, browser, url, *, cookies=None, **options):
        self.url, self.complaints = url, []
        self.context = browser.new_context(
            base_url=url, storage_state=cookies, viewport=WIDE, reduced_motion="reduce", **options
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCH_POLICY)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _hear(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def leave(self):
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)

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

    # --- looking closely

    def inspect(self, name):
        """In light and dark, wide and narrow: nothing inaccessible, nothing beyond the edge; and nothing refused."""
        found = []
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for size in (WIDE, NARROW):
                self.page.set_viewport_size(size)
                label = f"{name}-{size['width']}-{scheme}"
                found += [f"{label}: {problem}" for problem in self._look(label)]
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(WIDE)
        found += [*self.page.evaluate("window.refusedByPolicy"), *self.complaints]
        if self.page.evaluate("window.cspViolations ?? 0"):
            found.append("the page itself counted a refusal of its policy")
        assert not found, "\n".join(found)

    def _look(self, label):
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{label}.png", full_page=True)
        self.page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
        return [*self.page.evaluate(TOO_WIDE), *self.page.evaluate(RUN_AXE, RULES)]
