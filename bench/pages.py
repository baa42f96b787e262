"""What a browser has to load for each page, when it paints first, and whether anything moves after that.

The whole house runs, with the starting newsroom; each page is opened with nothing kept from the one before.  The weight is
that of the style sheets and scripts as they are sent, compressed.  First paint is told as a multiple of that of the
smallest page the same house sends, and in milliseconds, which say as much about the machine.
"""

import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from _house import report
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.house import OpenHouse
from tests.browser.visitor import NARROW, WIDE

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SMALLEST = "/healthz"
PAGES = {
    "queue": ("editor-1", "/claims/"),
    "claim": ("editor-1", ""),
    "reader": ("editor-1", ""),
    "Intake": ("editor-1", "/intake/"),
    "desk": ("editor-1", "/desk/"),
    "a chart": ("editor-1", "/desk/charts/flow/"),
    "search": ("editor-1", "/search/?q=missiles"),
    "topics": ("editor-1", "/topics/"),
    "background work": ("editor-1", "/jobs/"),
    "sign in": ("", "/accounts/login/"),
    "fact-checks": ("", "/fact-checks/"),
    "fact-check": ("", ""),
}
SEEN = """
  () => {
    const sent = performance.getEntriesByType("resource").filter((one) => /\\.(css|js)(\\?|$)/.test(one.name));
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const weight = sent.reduce((sum, one) => sum + one.encodedBodySize, 0);
    return [weight, paint ? paint.startTime : 0, window.moved, window.whatMoved.join("; ")];
  }
"""
WATCH = """
  window.moved = 0;
  window.whatMoved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.moved += entry.value;
      window.whatMoved.push(...entry.sources.map(({ node }) => (node ? node.outerHTML || node.textContent : "gone").slice(0, 200)));
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


def look(visitor, path):
    """Bytes of CSS and JavaScript, milliseconds to the first paint, the layout shift (CLS) until all is quiet, and of what."""
    assert visitor.page.goto(path, wait_until="networkidle").ok, path
    visitor.page.wait_for_timeout(300)
    return visitor.page.evaluate(SEEN)


def fresh(house, browser, username, viewport):
    visitor = house.visitor(browser, username, pictures=None)
    visitor.page.set_viewport_size(viewport)
    visitor.context.add_init_script(WATCH)
    return visitor


def found(house, browser):
    """Addresses of a claim with a captured piece of evidence, of that evidence, and of a fact-check."""
    visitor = house.visitor(browser, "editor-1", pictures=None)
    addresses = {"fact-check": first(visitor, "/fact-checks/", r"/fact-checks/[a-z0-9-]+/")[0]}
    for claim in first(visitor, "/claims/", r"/claims/\d+/"):
        if copies := first(visitor, claim, r"/evidence/\d+/(?=\")"):
            addresses |= {"claim": claim, "reader": copies[0]}
            break
    visitor.context.close()
    return addresses


def first(visitor, page, pattern):
    visitor.page.goto(page)
    return re.findall(pattern, visitor.page.content())


def measure(house, browser):
    addresses = {name: path for name, (_who, path) in PAGES.items()} | found(house, browser)
    looks = {}
    for _round in range(ROUNDS):
        for name, address in {**addresses, "smallest": SMALLEST}.items():
            for size in (WIDE, NARROW):
                visitor = fresh(house, browser, PAGES.get(name, ("",))[0], size)
                looks.setdefault((name, size["width"]), []).append(look(visitor, address))
                visitor.context.close()
    return looks


with tempfile.TemporaryDirectory(prefix="fcb-", ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS
    )
    house = OpenHouse(Path(folder) / "var")
    try:
        looks = measure(house.open(), browser)
    finally:
        house.close()
        browser.close()

bare = {width: statistics.median(paint for _w, paint, *_rest in looks["smallest", width]) for width in (1440, 390)}
rows = [(f"{name}: CSS and JavaScript, kB as sent", looks[name, 1440][0][0] / 1000, "<= 60") for name in PAGES]
for (name, width), seen in looks.items():
    if name != "smallest":
        paint = statistics.median(paint for _weight, paint, *_rest in seen)
        moved, what = max((moved, what) for *_rest, moved, what in seen)
        if moved:
            print(f"{name} at {width}: {what}")
        rows += [
            (f"{name} at {width}: layout shift (CLS) in thousandths, the worst", moved * 1000, "0"),
            (f"{name} at {width}: first paint against the smallest page (ratio)", paint / bare[width], ""),
            (f"{name} at {width}: first paint, ms", paint, ""),
        ]
report("pages", rows)
