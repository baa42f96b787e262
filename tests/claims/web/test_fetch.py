"""The one door against hostile servers: real sockets on loopback, the exact code of every refusal."""

import dataclasses
import gzip
import multiprocessing
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest

from claims.errors import FetchFailed, FetchRefused
from claims.web import fetch as fetch_module
from claims.web import wire
from claims.web.fetch import fetch
from claims.web.guard import SENTENCES
from claims.web.wire import LIMITS, system_resolver
from tests.claims.web.servers import QUICK, Names, client_trusting, door_to, response

PAGE = b"<html><body><p>The bridge opened in 1998.</p></body></html>"

# The canary and the dead neighbour are real: were they dialled, nothing but the guard would stop it.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"])


def refusal(server, path="/", *, url="", limits=QUICK, **names):
    """The code with which a fetch fails."""
    with pytest.raises(FetchFailed) as caught:
        fetch(url or server.url(path), limits=limits, door=door_to(server, **names))
    assert str(caught.value) == SENTENCES[caught.value.code]
    return caught.value.code


@pytest.fixture
def site(serve):
    """A good server, and beside it on the same port a canary that nobody may ever reach."""
    pages = {}
    server = serve(lambda path, request: pages.get(path, response(PAGE)))
    server.pages = pages
    server.canary = serve(response(b"the crown jewels"), ip="127.0.0.2", port=server.port)
    return server


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
    ("status", "outcome"), [("404 Not Found", "http_4xx"), ("503 Busy", "http_5xx"), ("304 Not Modified", "ok")]
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


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.2"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.2", "127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.7"],
        ["8.8.8.8"],  # public, but the port is open only on the pair the test was given
        ["2002:7f00:2::"],
        ["::ffff:127.0.0.2"],
        ["fe80::1%1"],
    ],
)
def test_a_name_that_leads_to_a_private_address_is_never_dialled(site, answers):
    assert refusal(site, url=site.url(host="evil.test"), evil_test=answers) == "ip_denied"
    assert (site.connections, site.canary.connections) == (0, 0)


def test_without_the_guard_the_canary_is_reached(site, monkeypatch):
    monkeypatch.setattr(fetch_module, "check_address", lambda *_: None)

    page = fetch(site.url(host="evil.test"), limits=QUICK, door=door_to(site, evil_test=["127.0.0.2"]))

    assert page.body == b"the crown jewels"
    assert site.canary.connections == 1


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
    assert (site.connections, site.canary.connections) == (1, 0)


def test_a_name_is_looked_up_once_and_what_was_vetted_is_dialled(site):
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    door = door_to(site, rebind_test=lambda: next(answers))

    assert fetch(site.url(host="rebind.test"), limits=QUICK, door=door).body == PAGE
    assert door.resolver.asked == ["rebind.test"]
    with pytest.raises(FetchRefused) as caught:
        fetch(site.url(host="rebind.test"), limits=QUICK, door=door)
    assert caught.value.code == "ip_denied"
    assert site.canary.connections == 0


def test_a_redirect_to_a_name_that_changed_its_mind_is_refused(site):
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    site.pages["/"] = response(b"", "302 Found", Location="/next")

    assert refusal(site, url=site.url(host="rebind.test"), rebind_test=lambda: next(answers)) == "ip_denied"
    assert (site.connections, site.canary.connections) == (1, 0)


def test_a_peer_that_is_not_the_vetted_address_gets_no_word(site, monkeypatch):
    dial = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda _, timeout: dial(("127.0.0.2", site.port), timeout))

    assert refusal(site) == "ip_denied"
    site.canary.stop()
    assert b"".join(site.canary.requests) == b""


def test_proxies_of_the_environment_are_ignored(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.2:{site.port}")

    assert fetch(site.url(), limits=QUICK, door=door_to(site)).body == PAGE
    assert site.canary.connections == 0


# --- redirects that are fine, and those that go too far


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirects_are_followed_and_every_hop_is_kept(site, status):
    site.pages["/"] = response(b"gone there", status, Location="sub/b c?d=é")

    page = fetch(site.url(), limits=QUICK, door=door_to(site))

    assert [hop.url for hop in page.hops] == [site.url("/"), site.url("/sub/b%20c?d=%C3%A9")]
    assert page.hops[0].response.endswith(b"gone there")
    assert page.body == PAGE


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


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://127.0.0.2:{port}/"])
def test_a_refresh_is_vetted_too(site, url):
    body = f'<meta http-equiv="refresh" content="0;url={url.format(port=site.port)}">'
    site.pages["/"] = response(body.encode())

    assert refusal(site) == "ip_denied"
    assert site.canary.connections == 0


# --- names that do not resolve


@pytest.mark.parametrize("answers", [[], ["127.0.0.1"] * 1000], ids=["none", "a thousand"])
def test_a_name_without_a_usable_answer_is_unknown(site, answers):
    assert refusal(site, url=site.url(host="x.test"), x_test=answers) == "dns"


def test_a_resolver_that_fails_means_an_unknown_name(site):
    def fail():
        raise socket.gaierror(-2, "Name or service not known")

    assert refusal(site, url=site.url(host="x.test"), x_test=fail) == "dns"


def test_a_lookup_that_hangs_is_left_behind(site):
    begun = time.monotonic()

    code = refusal(site, url=site.url(host="x.test"), x_test=lambda: time.sleep(1.5) or ["127.0.0.1"])

    assert code == "dns_timeout"
    assert time.monotonic() - begun < 1.2


def test_the_system_resolver_lists_each_address_once():
    assert system_resolver("localhost").count("127.0.0.1") == 1


def _fetch_in_child(url, door, answers):
    answers.send(fetch(url, limits=QUICK, door=door).body)


def test_lookups_work_in_a_forked_worker(site):
    door = door_to(site)
    fetch(site.url(), limits=QUICK, door=door)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()

    child = context.Process(target=_fetch_in_child, args=(site.url(), door, there))
    child.start()

    assert here.poll(5)
    assert here.recv() == PAGE
    child.join()
    here.close()
    there.close()


# --- servers that do not speak HTTP


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"<html>HTTP/0.9</html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_what_is_not_http_is_called_so(serve, answer):
    server = serve(answer)

    assert refusal(server) == "protocol"


def test_what_follows_the_declared_length_is_no_part_of_the_page(serve):
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more")

    page = fetch(server.url(), limits=QUICK, door=door_to(server))

    assert (page.body, page.hops[0].response[-14:]) == (b"hello", b"hello and more")


def test_chunks_win_over_a_length_and_interim_answers_are_passed_over(serve):
    server = serve(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    )

    assert fetch(server.url(), limits=QUICK, door=door_to(server)).body == b"hello"


def test_old_header_forms_and_latin_letters_are_read(serve):
    server = serve(b"HTTP/1.1 200 Tr\xe8s bien\r\nX-A: one\r\n two\r\nX-B: caf\xe9\r\n\r\nhello")

    (hop,) = fetch(server.url(), limits=QUICK, door=door_to(server)).hops

    assert (hop.header("x-a"), hop.header("x-b"), hop.header("x-c")) == ("one two", "café", "")


def test_a_connection_that_breaks_says_so(serve):
    def reset(connection, stopped):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")
        stopped.wait(0.2)  # the reset must find the reader waiting: one that comes first may be read as an early end
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server = serve(lambda path, request: reset)

    assert refusal(server) == "network"


def test_a_closed_port_says_so(site):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    door = dataclasses.replace(door_to(site), allowed={("127.0.0.1", port)})

    with pytest.raises(FetchFailed) as caught:
        fetch(f"http://good.test:{port}/", limits=QUICK, door=door)

    assert caught.value.code == "connect"


def test_the_second_address_of_a_name_is_tried_when_the_first_is_dead(site):
    door = dataclasses.replace(
        door_to(site, two_test=["127.0.0.3", "127.0.0.1"]),
        allowed={("127.0.0.1", site.port), ("127.0.0.3", site.port)},
    )

    assert fetch(site.url(host="two.test"), limits=QUICK, door=door).ip == "127.0.0.1"


# --- too much, too slow


def drip(pieces, every):
    def send(connection, stopped):
        for piece in pieces:
            connection.sendall(piece)
            if stopped.wait(every):
                return

    return lambda path, request: send


def endless(piece):
    while True:
        yield piece


def after(head, piece):
    yield head
    yield from endless(piece)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\n\r\n"
SMALL = dataclasses.replace(QUICK, wire=200_000)


@pytest.mark.parametrize(
    "pieces",
    [
        after(PLAIN, b"x" * 10_000),
        after(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    ],
    ids=["body", "chunks"],
)
def test_a_body_without_end_is_cut_off(serve, pieces):
    server = serve(drip(pieces, 0))

    assert refusal(server, limits=SMALL) == "max_wire"


@pytest.mark.parametrize(
    "pieces",
    [
        [PLAIN[:-2] + b"X: " + b"x" * 300_000 + b"\r\n\r\n"],
        [PLAIN[:-2] + b"".join(b"X-%d: y\r\n" % number for number in range(9000)) + b"\r\n"],
        [PLAIN[:-2] + b"Set-Cookie: " + b"a=b; " * 1_000_000 + b"\r\n\r\n"],
        after(PLAIN[:-2], b"X: y\r\n" * 100),
        endless(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10),
    ],
    ids=["one header", "many headers", "cookies", "endless headers", "endless interim answers"],
)
def test_headers_without_measure_are_cut_off(serve, pieces):
    server = serve(drip(pieces, 0))

    assert refusal(server) == "headers_size"


@pytest.mark.parametrize("head", [b"", PLAIN], ids=["headers", "body"])
def test_a_drip_is_too_slow(serve, head):
    server = serve(drip(after(head, b"x"), 0.1))

    assert refusal(server) == "too_slow"


@pytest.mark.parametrize("answer", [drip([b""], 3), drip([PLAIN, b"x"], 3)], ids=["silent", "stops"])
def test_silence_is_not_waited_for(serve, answer):
    server = serve(answer)

    assert refusal(server) == "timeout"


def test_a_drip_just_above_the_least_rate_ends_with_the_whole_time(serve):
    server = serve(drip(after(PLAIN, b"x" * 500), 0.1))
    begun = time.monotonic()

    assert refusal(server, limits=dataclasses.replace(QUICK, total=1.0)) == "timeout"
    assert time.monotonic() - begun < 2


def test_time_is_counted_over_all_hops(serve):
    def late(connection, stopped):
        stopped.wait(0.3)
        connection.sendall(response(b"", "302 Found", Location=f"/{time.monotonic()}"))

    server = serve(lambda path, request: late)

    assert refusal(server, limits=dataclasses.replace(QUICK, total=0.7)) == "timeout"


def test_progress_is_told(serve):
    told = []
    server = serve(response(b"x" * 200_000))

    fetch(server.url(), limits=LIMITS, door=door_to(server), progress=lambda *step: told.append(step))

    assert told
    assert {(step, total) for step, done, total in told} == {("fetch", 200_000)}
    assert 0 < told[0][1] <= 200_000


def test_a_compressed_page_is_unpacked_and_its_wire_kept_as_sent(serve):
    packed = gzip.compress(PAGE)
    server = serve(response(packed, Content_Encoding="gzip"))

    page = fetch(server.url(), limits=QUICK, door=door_to(server))

    assert page.body == PAGE
    assert page.hops[0].response.endswith(packed)


# --- TLS


OPENSSL_CA = """
[ca]
default_ca = one
[one]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:good.test
basicConstraints = CA:TRUE
"""
VALID = {"good": ("20200101000000Z", "20900101000000Z"), "expired": ("20200101000000Z", "20200102000000Z")}


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """For good.test: a good certificate and an expired one, each with a client that trusts it."""
    folder = tmp_path_factory.mktemp("certificates")
    if shutil.which("openssl") is None:
        pytest.skip("There is no openssl to make certificates with.")
    (folder / "ca.conf").write_text(OPENSSL_CA.format(folder=folder))
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    key, request = folder / "key.pem", folder / "request.pem"

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=good.test")
    made = {}
    for name, (start, end) in VALID.items():
        certificate = folder / f"{name}.pem"
        dates = ["-startdate", start, "-enddate", end]
        config = ["-config", folder / "ca.conf", "-keyfile", key, "-in", request, "-out", certificate]
        openssl("ca", "-selfsign", "-batch", "-notext", *dates, *config)
        (folder / "index").write_text("")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        made[name] = (context, client_trusting(certificate))
    return made


def secure_door(server, client, **names):
    return dataclasses.replace(door_to(server, **names), tls=client)


def secure_refusal(server, client, host="good.test", **names):
    with pytest.raises(FetchFailed) as caught:
        fetch(server.url(host=host, scheme="https"), limits=QUICK, door=secure_door(server, client, **names))
    return caught.value.code


def test_a_secure_page_is_read_and_its_cipher_recorded(serve, certificates):
    context, client = certificates["good"]
    server = serve(response(PAGE), tls=context)

    page = fetch(server.url(scheme="https"), limits=QUICK, door=secure_door(server, client))

    assert page.body == PAGE
    assert page.hops[0].tls_version == "TLSv1.3"
    assert page.hops[0].tls_cipher.startswith("TLS_")
    assert page.hops[0].response == response(PAGE)


def test_a_certificate_for_another_name_or_of_an_unknown_issuer_is_refused(serve, certificates):
    context, client = certificates["good"]
    server = serve(response(PAGE), tls=context)

    assert secure_refusal(server, client, "other.test", other_test=["127.0.0.1"]) == "tls"
    assert secure_refusal(server, ssl.create_default_context()) == "tls"
    assert server.requests == []


def test_an_expired_certificate_is_refused(serve, certificates):
    context, client = certificates["expired"]
    server = serve(response(PAGE), tls=context)

    assert secure_refusal(server, client) == "tls"


def test_plain_http_on_a_secure_port_and_a_handshake_that_hangs_end_in_words(serve, certificates):
    client = certificates["good"][1]
    plain = serve(response(PAGE))
    silent = serve(drip([b""], 3))

    assert secure_refusal(plain, client) in {"tls", "timeout"}
    assert secure_refusal(silent, client) == "timeout"


class OldTls:
    """What a server that knows only TLS 1.0 says to a client of today: alert 70, protocol version."""

    def wrap_socket(self, connection, *, server_side):
        connection.recv(65536)
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46")
        raise ssl.SSLError


def test_a_server_that_only_speaks_old_tls_is_refused(serve, certificates):
    server = serve(response(PAGE), tls=OldTls())

    assert secure_refusal(server, certificates["good"][1]) == "tls"


def test_a_door_of_ones_own_is_the_only_way_to_loopback(site):
    with pytest.raises(FetchRefused) as caught:
        fetch(f"http://127.0.0.1:{site.port}/", limits=QUICK)

    assert caught.value.code == "port"
    with pytest.raises(FetchRefused) as caught:
        fetch("http://127.0.0.1/", limits=QUICK)
    assert caught.value.code == "ip_denied"
    assert Names().asked == []


def test_an_answer_to_half_a_request_still_counts(serve, monkeypatch):
    def refuse_the_rest(self, data):
        raise BrokenPipeError

    server = serve(lambda path, request: response(PAGE))
    monkeypatch.setattr(wire.socket.socket, "sendall", refuse_the_rest)

    assert refusal(server, limits=dataclasses.replace(QUICK, read=0.2)) == "timeout"


def test_when_every_lookup_hangs_the_next_one_does_not_wait_for_ever(site, monkeypatch):
    monkeypatch.setattr(wire._Places, "free", threading.BoundedSemaphore(1))
    hang = threading.Event()

    codes = [refusal(site, url=site.url(host="x.test"), x_test=lambda: hang.wait(5) and []) for _ in range(2)]
    hang.set()

    assert codes == ["dns_timeout", "dns_timeout"]


def test_a_fetch_out_of_time_takes_no_further_step(site):
    limits = dataclasses.replace(QUICK, total=0.0)

    assert refusal(site, limits=limits) == "timeout"
    assert site.connections == 0
