"""The wire against hostile servers: names, framing, headers, sizes and speed, with the exact code of every refusal."""

import dataclasses
import multiprocessing
import socket
import struct
import threading
import time

import pytest

from claims.errors import FetchFailed
from claims.web import wire
from claims.web.fetch import fetch
from claims.web.wire import LIMITS, system_resolver
from tests.claims.web.servers import PAGE, QUICK, door_to, drip, refusal, response

# The dead neighbour is real, as is the canary at the good site's side.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"])


# --- names that do not resolve


@pytest.mark.parametrize("answers", [[], ["127.0.0.1"] * 1000], ids=["none", "a thousand"])
def test_a_name_without_a_usable_answer_is_unknown(site, answers):
    assert refusal(site, url=site.url(host="x.test"), x_test=answers) == "dns"


def test_a_resolver_that_fails_means_an_unknown_name(site):
    def fail():
        raise socket.gaierror(-2, "Name or service not known")

    assert refusal(site, url=site.url(host="x.test"), x_test=fail) == "dns"


def test_a_lookup_that_hangs_is_left_behind(site):
    given_up, found = threading.Event(), threading.Event()

    def hang():
        given_up.wait(60)
        found.set()
        return ["127.0.0.1"]

    assert refusal(site, url=site.url(host="x.test"), x_test=hang) == "dns_timeout"
    assert not found.is_set()
    given_up.set()
    assert found.wait(60)


def test_the_system_resolver_lists_each_address_once():
    assert system_resolver("localhost").count("127.0.0.1") == 1


def _fetch_in_child(url, door, answers):
    answers.send(fetch(url, limits=QUICK, door=door).body)


def test_lookups_work_in_a_forked_worker(site, monkeypatch):
    """Even one that is forked while every place for a lookup is taken."""
    door = door_to(site)
    monkeypatch.setattr(wire._Places, "free", threading.BoundedSemaphore(1))
    wire._Places.free.acquire()
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
        b"HTTP/1.1 200 OK\r\nX: a\rLocation: /x\r\n\r\n",
        b"HTTP/1.1 200 OK\rX: a\r\rhello",
        b"HTTP/1.1 200 OK\r\n X: folded before anything\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
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


def test_no_more_than_three_addresses_of_a_name_are_tried(site):
    dead = ["127.0.0.3"] * 3
    door = dataclasses.replace(
        door_to(site, many_test=[*dead, "127.0.0.1"]),
        allowed={("127.0.0.1", site.port), ("127.0.0.3", site.port)},
    )

    with pytest.raises(FetchFailed) as caught:
        fetch(site.url(host="many.test"), limits=QUICK, door=door)

    assert caught.value.code == "connect"


# --- too much, too slow


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
        [PLAIN[:-2] + (b"Set-Cookie: a=" + b"b" * 4000 + b"\r\n") * 1250 + b"\r\n"],
        after(PLAIN[:-2], b"X: y\r\n" * 100),
        endless(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10),
    ],
    ids=["one header", "many headers", "one cookie", "many cookies", "endless headers", "endless interim answers"],
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


def test_a_first_answer_may_take_longer_than_what_follows(serve):
    def think(connection, stopped):
        stopped.wait(0.8)
        connection.sendall(response(PAGE))

    server = serve(lambda path, request: think)
    patient = dataclasses.replace(QUICK, answer=30.0, total=30.0)

    assert refusal(server) == "timeout"
    assert fetch(server.url(), limits=patient, door=door_to(server)).body == PAGE


def test_what_a_fetch_may_take_is_bounded_as_a_whole():
    assert LIMITS.answer >= 30 >= LIMITS.total


def test_the_whole_time_shortens_every_step(serve):
    """Whoever waited for the step alone would see the server hang up after three seconds."""
    server = serve(drip([b""], 3))

    assert refusal(server, limits=dataclasses.replace(QUICK, answer=20.0, total=0.5)) == "timeout"


def test_a_drip_just_above_the_least_rate_ends_with_the_whole_time(serve):
    server = serve(drip(after(PLAIN, b"x" * 500), 0.1))  # for as long as it is read

    assert refusal(server, limits=dataclasses.replace(QUICK, total=1.0)) == "timeout"


def test_time_is_counted_over_all_hops(serve):
    def late(connection, stopped):
        stopped.wait(0.3)
        connection.sendall(response(b"", "302 Found", Location=f"/{time.monotonic()}"))

    server = serve(lambda path, request: late)

    assert refusal(server, limits=dataclasses.replace(QUICK, total=0.7)) == "timeout"


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
