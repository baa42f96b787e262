"""The one door against hostile addresses and pages: real sockets on loopback, the exact code of every refusal."""

import gzip
import socket
from dataclasses import replace

import brotli
import pytest
import zstandard

from claims.errors import FetchFailed, FetchRefused
from claims.web import fetch as fetch_module
from claims.web import guard, wire
from claims.web.fetch import fetch
from claims.web.wire import LIMITS, system_resolver
from tests.claims.web.servers import PAGE, QUICK, door_to, refusal, response
from tests.claims.web.test_guard import DENIED

# The canary is real: were it dialled, nothing but the guard would stop it.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "::1"])


def test_a_page_comes_with_every_byte_of_its_wire(site):
    door = door_to(site)

    page = fetch(site.url("/a?b=1"), limits=QUICK, door=door)

    (hop,) = page.hops
    assert page.body == PAGE
    assert (page.status, page.outcome, page.content_type, page.final_url) == (
        200,
        "ok",
        "text/html",
        site.url("/a?b=1"),
    )
    assert (page.ip, page.charset) == ("127.0.0.1", "")
    assert hop.request == site.requests[0]
    assert hop.request.startswith(b"GET /a?b=1 HTTP/1.1\r\nHost: good.test:%d\r\n" % site.port)
    assert b"\r\nAccept-Encoding: gzip\r\n" in hop.request
    assert hop.response == response(PAGE)
    assert (hop.tls_version, hop.tls_cipher, hop.started_at.utcoffset().total_seconds()) == ("", "", 0)
    assert door.resolver.asked == ["good.test"]


@pytest.mark.parametrize(
    ("status", "outcome"), [("404 Not Found", "http_4xx"), ("503 Busy", "http_5xx"), ("203 Changed on the Way", "ok")]
)
def test_an_answer_that_is_not_the_page_is_still_an_answer(serve, status, outcome):
    server = serve(response(b"", status))

    assert fetch(server.url(), limits=QUICK, door=door_to(server)).outcome == outcome


def test_an_answer_without_content_is_an_empty_page(serve):
    server = serve(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert fetch(server.url(), limits=QUICK, door=door_to(server)).body == b""


def test_charset_and_type_are_those_the_server_declared(serve):
    server = serve(response(PAGE, Content_Type='Text/HTML; Charset="ISO-8859-2"'))

    page = fetch(server.url(), limits=QUICK, door=door_to(server))

    assert (page.content_type, page.charset) == ("text/html", "ISO-8859-2")


# --- where it may lead


@pytest.mark.parametrize("ip", sorted({*DENIED} - {"127.0.0.1"}))  # which the good site has
def test_a_name_that_leads_to_a_private_address_is_never_dialled(site, ip):
    for answers in ([ip], [site.ip, ip], [ip, site.ip]):
        assert refusal(site, url=site.url(host="evil.test"), evil_test=answers) == "ip_denied"
    assert site.connections == 0


@pytest.mark.parametrize("ip", ["127.0.0.2", "::1", "8.8.8.8"])  # the last is public, but the port is not the web's
@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.nip.example", "www.good.test"])
def test_no_name_opens_the_port_of_a_test_on_another_address(site, host, ip):
    assert refusal(site, url=site.url(host=host), **{host.replace(".", "_"): [ip]}) == "ip_denied"
    assert site.connections == 0


def test_a_name_that_stands_for_an_internal_name_is_never_dialled(site, monkeypatch):
    """The system follows a CNAME by itself; what counts is the address at its end."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "db.corp.internal", ("10.0.0.7", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: answer)

    assert refusal(site, url=site.url(host="www.test"), www_test=lambda: system_resolver("www.test")) == "ip_denied"


ROUTES = {
    "a name": ("http://evil.test:{port}/", None),
    "a redirect": ("", response(b"", "302 Found", Location="http://127.0.0.2:{port}/")),
    "a redirect without a scheme": ("", response(b"", "302 Found", Location="//127.0.0.2:{port}/")),
    "a mapped address": ("", response(b"", "302 Found", Location="http://[::ffff:127.0.0.2]:{port}/")),
    "a refresh": ("", response(b'<meta http-equiv=refresh content="0;url=http://127.0.0.2:{port}/">', length=False)),
    "a refresh header": ("", response(b"", Refresh="0; url=http://127.0.0.2:{port}/")),
    "IPv6": ("", response(b"", "302 Found", Location="http://[::1]:{port}/")),
}


@pytest.fixture(params=ROUTES, ids=lambda route: route.replace(" ", "-"))
def route(request, site):
    """The address of a page that leads to the canary, one way or another."""
    url, answer = ROUTES[request.param]
    if answer:
        site.pages["/"] = answer.replace(b"{port}", b"%d" % site.port)
    return url.format(port=site.port) or site.url()


def test_no_route_leads_to_the_canary(site, route):
    assert refusal(site, url=route, evil_test=["127.0.0.2"]) == "ip_denied"


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.2", "::ffff:7f00:2"])
def test_without_the_guard_every_route_leads_to_the_canary(site, route, monkeypatch):
    monkeypatch.setattr(fetch_module, "check_address", lambda *_: None)
    monkeypatch.setattr(guard, "check_address", lambda *_: None)
    reached = site.canary.connections
    site.canary.let_in += 1

    page = fetch(route, limits=QUICK, door=door_to(site, evil_test=["127.0.0.2"]))

    assert page.body == b"the crown jewels"
    assert site.canary.connections == reached + 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", "scheme"),
        ("gopher://good.test/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("ftp://good.test/", "scheme"),
        ("http://127.0.0.2:{port}/", "ip_denied"),
        ("//127.0.0.2:{port}/", "ip_denied"),
        ("http://169.254.169.254/latest/meta-data/", "ip_denied"),
        ("http://[::1]/", "ip_denied"),
        ("http://[::ffff:127.0.0.2]:{port}/", "ip_denied"),
        ("http://2130706434:{port}/", "ip_notation"),
        ("http://0x7f.2:{port}/", "ip_notation"),
        ("http://evil.test:{port}/", "ip_denied"),
        ("http://user@good.test/", "userinfo"),
        ("http://good.test\\@127.0.0.2:{port}/", "url_chars"),
        ("http://good.test @127.0.0.2:{port}/", "userinfo"),
        ("http://good.test:22/", "port"),
        ("http://good.test:0/", "port"),
        ("http://localhost:{port}/", "single_label"),
        ("http://[::1/", "syntax"),
        ("", "redirect_no_location"),
        ("/", "redirect_loop"),
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary"])
def test_a_redirect_is_vetted_like_the_first_address(site, location, code, status):
    site.pages["/"] = response(b"", status, Location=location.format(port=site.port))

    assert refusal(site, evil_test=["127.0.0.2"]) == code
    assert site.connections == 1


def test_a_name_is_looked_up_once_and_what_was_vetted_is_dialled(site):
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    door = door_to(site, rebind_test=lambda: next(answers))

    assert fetch(site.url(host="rebind.test"), limits=QUICK, door=door).body == PAGE
    assert door.resolver.asked == ["rebind.test"]
    with pytest.raises(FetchRefused) as caught:
        fetch(site.url(host="rebind.test"), limits=QUICK, door=door)
    assert caught.value.code == "ip_denied"


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("http://good.test:8202/x", "The page forwards to “good.test:8202”. Only the usual web ports"),
        ("file:///etc/passwd", "The page forwards to “file:///etc/passwd”. "),
    ],
)
def test_a_refused_redirect_says_where_it_leads(site, location, sentence):
    site.pages["/"] = response(b"", "302 Found", Location=location)

    with pytest.raises(FetchRefused) as caught:
        fetch(site.url(), limits=QUICK, door=door_to(site))

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (["10.0.0.7"], "The page forwards to “intra.test”. This address leads to a private"),
        ([], "The page forwards to “intra.test”. No website of this name"),
    ],
)
def test_a_forward_to_a_name_that_is_not_dialled_says_which(site, answers, sentence):
    site.pages["/"] = response(b"", "302 Found", Location="http://intra.test/")

    with pytest.raises(FetchFailed) as caught:
        fetch(site.url(), limits=QUICK, door=door_to(site, intra_test=answers))

    assert str(caught.value).startswith(sentence)


def test_a_redirect_to_a_name_that_changed_its_mind_is_refused(site):
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    site.pages["/"] = response(b"", "302 Found", Location="/next")

    assert refusal(site, url=site.url(host="rebind.test"), rebind_test=lambda: next(answers)) == "ip_denied"
    assert site.connections == 1


def test_a_peer_that_is_not_the_vetted_address_gets_no_word(site, serve, monkeypatch):
    other = serve(response(b"somebody else"))
    elsewhere = (other.ip, other.port)
    monkeypatch.setattr(wire, "_dial", lambda _ip, _port, seconds: socket.create_connection(elsewhere, seconds))

    assert refusal(site) == "ip_denied"
    other.stop()
    assert b"".join(other.requests) == b""


def test_proxies_of_the_environment_are_ignored(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.2:{site.port}")

    assert fetch(site.url(), limits=QUICK, door=door_to(site)).body == PAGE


def test_a_door_of_ones_own_is_the_only_way_to_loopback(site):
    with pytest.raises(FetchRefused) as caught:
        fetch(f"http://127.0.0.1:{site.port}/", limits=QUICK)

    assert caught.value.code == "port"
    with pytest.raises(FetchRefused) as caught:
        fetch("http://127.0.0.1/", limits=QUICK)
    assert caught.value.code == "ip_denied"
    assert site.connections == 0


# --- redirects that are fine, and those that go too far


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirects_are_followed_and_every_hop_is_kept(site, status):
    site.pages["/"] = response(b"gone there", status, Location="sub/b c?d=é")

    page = fetch(site.url(), limits=QUICK, door=door_to(site))

    assert [hop.url for hop in page.hops] == [site.url("/"), site.url("/sub/b%20c?d=%C3%A9")]
    assert page.hops[0].response.endswith(b"gone there")
    assert page.body == PAGE


def test_a_redirect_to_another_site_is_a_fetch_of_its_own(site):
    site.pages["/"] = response(b"", "301 Moved", Location=site.url("/there", host="other.test"))
    door = door_to(site, other_test=[site.ip])

    assert fetch(site.url(), limits=QUICK, door=door).final_url == site.url("/there", host="other.test")
    assert door.resolver.asked == ["good.test", "other.test"]
    assert site.connections == 2


def test_a_header_smuggled_into_a_redirect_stays_encoded(site):
    site.pages["/"] = response(b"", "302 Found", Location="/x%0d%0aX-Injected:1")

    fetch(site.url(), limits=QUICK, door=door_to(site))

    assert site.requests[1].startswith(b"GET /x%0d%0aX-Injected:1 HTTP/1.1\r\n")


def test_five_redirects_are_followed_and_no_more(site):
    for number in range(1, 12):
        site.pages[f"/{number}"] = response(b"", "302 Found", Location=f"/{number - 1}")

    assert len(fetch(site.url("/5"), limits=QUICK, door=door_to(site)).hops) == 6
    assert refusal(site, "/6") == "too_many_redirects"


def test_two_pages_that_send_to_each_other_are_a_circle(site):
    site.pages |= {"/a": response(b"", "302 x", Location="/b"), "/b": response(b"", "302 x", Location="/a")}

    assert refusal(site, "/a") == "redirect_loop"


def test_a_redirect_without_a_location_says_so(serve):
    server = serve(response(b"", "302 Found"))

    assert refusal(server) == "redirect_no_location"


def test_a_cookie_wall_is_passed_and_its_cookie_goes_to_that_host_alone(serve):
    def answer(path, request):
        if b"Host: other.test" in request:
            return response(PAGE)
        if b"Cookie: seen=yes" in request:
            return response(b"", "302 Found", Location=server.url(host="other.test"))
        return response(b"", "302 Found", Location="/", Set_Cookie="seen=yes; Path=/; Domain=other.test")

    server = serve(answer)

    page = fetch(server.url(), limits=QUICK, door=door_to(server, other_test=["127.0.0.1"]))

    assert page.body == PAGE
    assert b"Cookie" not in page.hops[-1].request


def test_of_cookies_only_so_many_and_so_long_ones_are_kept(site):
    cookies = "".join(f"Set-Cookie: c{number}=x\r\n" for number in range(60))
    answer = response(b"", "302 Found", Location="/next", Set_Cookie=f"long={'x' * 5000}")
    site.pages["/"] = answer.replace(b"\r\n\r\n", b"\r\n" + cookies.encode() + b"\r\n", 1)

    sent = fetch(site.url(), limits=QUICK, door=door_to(site)).hops[1].request

    assert sent.partition(b"\r\nCookie: ")[2].rstrip() == "; ".join(f"c{number}=x" for number in range(50)).encode()


# --- pages that refresh


@pytest.mark.parametrize(
    "body",
    [
        b'<meta http-equiv="refresh" content="0; url=/next">',
        b"<META content='3;URL=&quot;/next' HTTP-EQUIV=Refresh>".replace(b"&quot;", b""),
        b"<meta http-equiv=refresh content=\"0,url='/next'\">",
    ],
)
def test_one_meta_refresh_is_followed(site, body):
    site.pages |= {"/": response(body), "/next": response(b'<meta http-equiv=refresh content="0;url=/third">')}

    page = fetch(site.url(), limits=QUICK, door=door_to(site))

    assert [hop.url for hop in page.hops] == [site.url("/"), site.url("/next")]


def test_a_refresh_header_counts_as_one(site):
    site.pages["/"] = response(b"", Refresh="1; url=/next")

    assert fetch(site.url(), limits=QUICK, door=door_to(site)).final_url == site.url("/next")


@pytest.mark.parametrize(
    "answer",
    [
        response(b'<meta http-equiv=refresh content="60;url=/next">'),
        response(b'<meta http-equiv=refresh content="0;url=/">'),
        response(b'<meta http-equiv=refresh content="30">'),
        response(b'<meta http-equiv=refresh content="0;url=/next">' + b" " * 4096),
        response(b'<meta http-equiv=refresh content="0;url=/next">', Content_Type="text/plain"),
        response(b'<meta http-equiv=refresh content="0;url=/next">', "404 Not Found"),
    ],
    ids=["late", "itself", "no address", "long page", "plain text", "not found"],
)
def test_a_refresh_that_is_no_forwarding_is_not_followed(site, answer):
    site.pages["/"] = answer

    assert len(fetch(site.url(), limits=QUICK, door=door_to(site)).hops) == 1


@pytest.mark.parametrize("head", ['<base href="http://127.0.0.2/">', ""])
def test_a_refresh_is_read_from_where_the_page_is_not_from_where_it_says(site, head):
    site.pages["/"] = response(f'{head}<meta http-equiv=refresh content="0;url=next">'.encode())

    assert fetch(site.url(), limits=QUICK, door=door_to(site)).final_url == site.url("/next")


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(
    ("url", "code"), [("http://169.254.169.254/", "ip_denied"), ("file:///etc/passwd", "scheme"), ("//a@b", "userinfo")]
)
def test_a_refresh_is_vetted_too(site, url, code, header):
    body = f'<meta http-equiv="refresh" content="0;url={url}">'.encode()
    site.pages["/"] = response(PAGE, Refresh=f"0; url={url}") if header else response(body)

    assert refusal(site) == code
    assert site.connections == 1


# --- pages that are packed


def test_a_compressed_page_is_unpacked_and_its_wire_kept_as_sent(site):
    packed = gzip.compress(PAGE)
    site.pages["/"] = response(packed, Content_Encoding="gzip")

    page = fetch(site.url(), limits=QUICK, door=door_to(site))

    assert page.body == PAGE
    assert page.hops[0].response.endswith(packed)


TEN_MEGABYTES = bytes(10_000_000)


@pytest.mark.parametrize(
    ("encoding", "pack", "code"),
    [
        ("gzip", lambda: gzip.compress(TEN_MEGABYTES) * 30, "bomb"),
        ("br", lambda: brotli.compress(30 * TEN_MEGABYTES, quality=1), "bomb"),
        ("zstd", lambda: zstandard.compress(TEN_MEGABYTES) * 30, "bomb"),
        ("gzip, gzip", lambda: gzip.compress(gzip.compress(PAGE)), "multi_encoding"),
        ("compress", lambda: PAGE, "encoding"),
        ("gzip", lambda: PAGE, "decode"),
        ("gzip", lambda: gzip.compress(PAGE)[:-9], "decode"),
    ],
    ids=["gzip bomb", "br bomb", "zstd bomb", "twice", "unknown", "a lie", "cut off"],
)
def test_a_page_that_cannot_be_unpacked_says_why(site, encoding, pack, code):
    site.pages["/"] = response(pack(), Content_Encoding=encoding)

    assert refusal(site, limits=LIMITS) == code


@pytest.mark.parametrize(
    ("answer", "limits", "code", "is_final"),
    [
        (response(b"", "302 Found", Location="/"), LIMITS, "redirect_loop", True),
        (response(b"", "302 Found"), LIMITS, "redirect_no_location", True),
        (response(PAGE * 9), replace(LIMITS, wire=200), "max_wire", True),
        (response(gzip.compress(TEN_MEGABYTES), Content_Encoding="gzip"), LIMITS, "bomb", True),
        (response(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"), LIMITS, "decode", False),
        (b"SSH-2.0-OpenSSH_9.6\r\n", LIMITS, "protocol", False),
    ],
)
def test_what_no_later_try_would_better_is_not_worth_one(serve, answer, limits, code, is_final):
    server = serve(answer)

    with pytest.raises(FetchFailed) as caught:
        fetch(server.url(), limits=limits, door=door_to(server))

    assert (caught.value.code, caught.value.permanent) == (code, is_final)


def test_progress_is_told(serve):
    told = []
    server = serve(response(b"x" * 200_000))

    fetch(server.url(), limits=LIMITS, door=door_to(server), progress=lambda *step: told.append(step))

    assert told
    assert {(step, total) for step, done, total in told} == {("fetch", 200_000)}
    assert 0 < told[0][1] <= 200_000
