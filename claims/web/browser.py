"""One page in a real browser, in a process of its own: ``python -m claims.web.browser FOLDER``; see ``claims.web.render``.

The browser itself reaches nobody.  Every request of the page is answered from ``fetch``, so one guard serves both; what is
not a request that can be answered so (a WebSocket, WebRTC, a prefetched name) meets a browser that knows no name, and
whose proxy is at an address that does not exist.
"""

import asyncio
import base64
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error, Page, Request, Route, async_playwright
from playwright.async_api import TimeoutError as TooLate

from claims.errors import FetchFailed
from claims.web.fetch import Door, Hop, fetch
from claims.web.fetch import Page as Fetched
from claims.web.wire import LIMITS

Tell = Callable[[str, int], None]

# Nothing leaves by itself: no name is known, and whatever is no name would go to a proxy whose name is not known either
# ("<-loopback>" takes back the exception that loopback and link-local addresses have).
ALONE = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--no-pings",
    "--disable-domain-reliability",
)
FLAGS = ("--disable-dev-shm-usage", "--disable-gpu", "--mute-audio", "--deny-permission-prompts")
WIDTH, HEIGHT, MOST_HEIGHT = 1280, 900, 10_000  # CSS pixels
MOST_PDF_PAGES = 50
CALL_SECONDS = 3  # for the browser to answer while nothing keeps it busy
FLOOD = 200  # requests too many; those beyond are not even refused, which costs time
AT_ONCE = 6  # requests to the web
# What of an answer the page's browser needs; nothing that makes it keep, report or fetch by itself.
PASSED_ON = frozenset((
    "content-type", "content-security-policy", "access-control-allow-origin", "access-control-allow-credentials",
    "access-control-expose-headers", "cross-origin-resource-policy", "cross-origin-embedder-policy",
    "cross-origin-opener-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
))  # fmt: skip
# Run where the page's own scripts have no say.
READ = """(() => {
  const start = document.doctype ? `<!DOCTYPE ${document.doctype.name}>` : "";
  const whole = start + (document.documentElement ? document.documentElement.outerHTML : "");
  return [whole.slice(0, MOST), whole.length > MOST];
})()"""


@dataclass(frozen=True, slots=True)
class Order:
    """What to show, with which browser, and what it may cost.

    Attributes:
        url, headers: of the page, which was fetched already.
        seconds: for the page to load, to come to rest, to be read, for each of the pictures, and for all of it.
        requests, wire: how many other files it may ask for, and their bytes together.
        letters: of the document as it stands in the end.
    """

    url: str
    headers: Mapping[str, str]
    executable: str
    sandbox: bool
    load_seconds: float = 20.0
    rest_seconds: float = 5.0
    read_seconds: float = 30.0
    picture_seconds: float = 15.0
    all_seconds: float = 75.0
    requests: int = 300
    wire: int = 60 * 1024 * 1024
    letters: int = 5_000_000


@dataclass
class Shown:
    """What the browser showed.

    Attributes:
        notes: codes of ``render.NOTES``.
        refused: how many requests were not answered, by the code of the refusal.
    """

    url: str = ""
    document: bytes = b""
    screenshot: bytes = b""
    pdf: bytes = b""
    hops: list[Hop] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


class BrowserFailed(Exception):
    """With a code of ``render.SENTENCES``."""


async def show(order: Order, body: bytes, *, door: Door | None = None, tell: Tell = lambda _step, _done: None) -> Shown:
    """Open the page, let it come to rest, and take down what stands there.

    Raises:
        BrowserFailed: it did not start, or showed nothing that could be read.
    """
    visit = _Visit(order, body, door, tell)
    try:
        async with asyncio.timeout(order.all_seconds), async_playwright() as playwright:
            try:
                browser = await playwright.chromium.launch(
                    executable_path=order.executable,
                    chromium_sandbox=order.sandbox,
                    args=[*ALONE, *FLAGS],
                    timeout=20_000,
                )
            except Error:
                raise BrowserFailed("start") from None
            context = await browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block", accept_downloads=False
            )
            try:
                return await visit.run(context)
            finally:
                await browser.close()
    except TimeoutError:
        raise BrowserFailed("slow") from None
    except Error:
        raise BrowserFailed("broke") from None


class _Visit:
    def __init__(self, order: Order, body: bytes, door: Door | None, tell: Tell) -> None:
        self._order = order
        self._body: bytes | None = body
        self._door = door
        self._tell = tell
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asked = self._bytes = 0
        self._shown = Shown()

    async def run(self, context: BrowserContext) -> Shown:
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)  # before the page runs: a busy one would not answer
        await self._fence(context, page)
        self._tell("open", 0)
        await self._open(page)
        await self._hold_still(cdp)
        self._tell("read", self._asked)
        await self._read(cdp, page)
        self._tell("picture", self._asked)
        self._shown.screenshot = await self._picture(cdp)
        self._shown.pdf = await self._print(cdp)
        return self._shown

    async def _fence(self, context: BrowserContext, page: Page) -> None:
        await context.route("**/*", self._answer)
        await context.route_web_socket("**/*", lambda socket: asyncio.ensure_future(socket.close()))
        context.on("page", lambda other: asyncio.ensure_future(_close(other)))
        page.on("dialog", lambda dialog: asyncio.ensure_future(_dismiss(dialog)))

    async def _open(self, page: Page) -> None:
        try:
            await page.goto(self._order.url, wait_until="load", timeout=self._order.load_seconds * 1000)
        except TooLate:
            self._note("late")
            return
        except Error:  # forwarded by a script in the middle of it; what stands there is read
            with suppress(Error):
                await page.wait_for_load_state("load", timeout=self._order.rest_seconds * 1000)
        with suppress(Error):
            await page.wait_for_load_state("networkidle", timeout=self._order.rest_seconds * 1000)

    # --- what the page asks for

    async def _answer(self, route: Route, request: Request) -> None:
        """From the one door, or not at all."""
        with suppress(Error):  # the page may be gone by now
            if self._is_the_page(request):
                body, self._body = self._body or b"", None
                await route.fulfill(status=200, headers=dict(self._order.headers), body=body)
                return
            fetched = await self._fetch(request)
            if isinstance(fetched, Fetched):
                await route.fulfill(status=fetched.status, headers=_passed_on(fetched), body=fetched.body)
                return
            self._shown.refused[fetched] += 1
            if self._shown.refused["left_out"] > FLOOD:
                return
            if request.is_navigation_request():
                await route.fulfill(status=204)  # "No Content": what stands there stays and goes on
            else:
                await route.abort("blockedbyclient")

    def _is_the_page(self, request: Request) -> bool:
        is_main = request.is_navigation_request() and request.frame.parent_frame is None
        return self._body is not None and is_main and request.url.partition("#")[0] == self._order.url

    async def _fetch(self, request: Request) -> Fetched | str:
        """The answer, or the code of why there is none."""
        if request.method != "GET":
            return "method"
        self._asked += 1
        if self._asked > self._order.requests or self._bytes > self._order.wire:
            self._note("left_out")
            return "left_out"
        async with self._places:
            self._tell("open", self._asked)
            limits = replace(LIMITS, total=10.0, wire=LIMITS.wire // 2)
            try:
                fetched = await asyncio.to_thread(fetch, request.url, limits=limits, door=self._door)
            except FetchFailed as failed:
                return failed.code
        self._bytes += sum(len(hop.response) for hop in fetched.hops)
        self._shown.hops += fetched.hops
        return fetched

    # --- what stands there in the end

    async def _hold_still(self, cdp: CDPSession) -> None:
        """No script runs any more, so that document and pictures show the same; one that never ends is ended."""
        with suppress(TimeoutError, Error):
            await asyncio.wait_for(cdp.send("Emulation.setScriptExecutionDisabled", {"value": True}), CALL_SECONDS)
        try:
            await asyncio.wait_for(cdp.send("Page.getLayoutMetrics"), CALL_SECONDS)
        except (TimeoutError, Error):  # busy, or on its way to another document
            self._note("busy")
            with suppress(TimeoutError, Error):
                await asyncio.wait_for(cdp.send("Runtime.terminateExecution"), CALL_SECONDS)

    async def _read(self, cdp: CDPSession, page: Page) -> None:
        try:
            async with asyncio.timeout(self._order.read_seconds):
                tree = await cdp.send("Page.getFrameTree")
                world = await cdp.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
                asked = {
                    "expression": READ.replace("MOST", str(self._order.letters)),
                    "contextId": world["executionContextId"],
                    "returnByValue": True,
                }
                found = (await cdp.send("Runtime.evaluate", asked))["result"].get("value")
        except TimeoutError:
            raise BrowserFailed("busy") from None
        if not found or not found[0]:
            raise BrowserFailed("broke")
        self._shown.document = found[0].encode("utf-8", "replace")
        self._shown.url = page.url if page.url.startswith(("http://", "https://")) else self._order.url
        if found[1]:
            self._note("shortened")

    async def _picture(self, cdp: CDPSession) -> bytes:
        try:
            async with asyncio.timeout(self._order.picture_seconds):
                size = (await cdp.send("Page.getLayoutMetrics"))["cssContentSize"]
                height = max(HEIGHT, min(int(size["height"]), MOST_HEIGHT))
                clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
                asked = {"format": "png", "clip": clip, "captureBeyondViewport": True}
                return base64.b64decode((await cdp.send("Page.captureScreenshot", asked))["data"])
        except (TimeoutError, Error):
            self._note("no_picture")
            return b""

    async def _print(self, cdp: CDPSession) -> bytes:
        asked = {"printBackground": True, "pageRanges": f"1-{MOST_PDF_PAGES}"}
        try:
            async with asyncio.timeout(self._order.picture_seconds):
                return base64.b64decode((await cdp.send("Page.printToPDF", asked))["data"])
        except (TimeoutError, Error):
            self._note("no_pdf")
            return b""

    def _note(self, code: str) -> None:
        if code not in self._shown.notes:
            self._shown.notes.append(code)


async def _close(other: Page) -> None:
    with suppress(Error):
        await other.close()


async def _dismiss(dialog: Any) -> None:
    with suppress(Error):
        await dialog.dismiss()


def _passed_on(fetched: Fetched) -> dict[str, str]:
    return {name: value for name, value in fetched.hops[-1].headers if name in PASSED_ON}


# --- as a process


def main(folder: Path) -> None:
    """Carry out ``order.json``; what was shown is left beside it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    order = Order(**json.loads((folder / "order.json").read_text()))
    try:
        shown = asyncio.run(show(order, (folder / "page.bin").read_bytes(), tell=_print_progress))
    except BrowserFailed as failed:
        (folder / "result.json").write_text(json.dumps({"failed": str(failed)}))
    else:
        _leave(folder, shown)
    os._exit(0)  # whatever still waits for a slow server is not waited for


def _end_with_parent() -> None:
    """Whoever asked holds standard input open; it closes when that process is gone, however it went."""
    sys.stdin.buffer.read()
    os._exit(1)


def _print_progress(step: str, done: int) -> None:
    sys.stdout.write(json.dumps([step, done]) + "\n")
    sys.stdout.flush()


def _leave(folder: Path, shown: Shown) -> None:
    (folder / "document.html").write_bytes(shown.document)
    (folder / "screenshot.png").write_bytes(shown.screenshot)
    (folder / "page.pdf").write_bytes(shown.pdf)
    with (folder / "hops.bin").open("wb") as bytes_of, (folder / "hops.jsonl").open("w") as lines:
        for hop in shown.hops:
            bytes_of.write(hop.request + hop.response)
            fields = asdict(hop) | {"request": len(hop.request), "response": len(hop.response)}
            lines.write(json.dumps(fields | {"started_at": hop.started_at.isoformat()}) + "\n")
    said = {"url": shown.url, "notes": shown.notes, "refused": shown.refused}
    (folder / "result.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
