"""Calls an administrator's addresses get: real sockets on loopback, and a canary nobody may reach."""

import dataclasses

import pytest

from claims.errors import FetchFailed, FetchRefused
from claims.web import fetch as fetch_module
from claims.web.dial import FIRST_BYTES, check_target, dial
from claims.web.fetch import Door
from tests.claims.web.servers import QUICK, Names, door_to, response

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])


def call(server, path="/hook", *, url="", allow=(), limits=QUICK, headers=None, **names):
    target = url or server.url(path)
    return dial(
        target, body=b'{"a":1}', headers=headers or {}, allow=allow, limits=limits, door=door_to(server, **names)
    )


def refusal(server, **options):
    with pytest.raises(FetchFailed) as caught:
        call(server, **options)
    assert str(caught.value)
    return caught.value.code


@pytest.fixture
def site(site):
    site.pages["/hook"] = response(b"thank you")
    return site


@pytest.fixture
def let_in(site):
    """``OUTBOUND_ALLOW`` names the server: it may be called by plain http too."""
    return [f"good.test:{site.port}"]


def test_the_body_arrives_to_the_byte_with_its_headers(site, let_in):
    answer = call(site, allow=let_in, headers={"webhook-id": "msg_1", "Content-Type": "application/json"})

    assert (answer.status, answer.body, answer.ip) == (200, b"thank you", "127.0.0.1")
    head, _blank, body = site.requests[0].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.startswith(b"POST /hook HTTP/1.1\r\nHost: good.test:%d\r\n" % site.port)
    assert b"\r\nwebhook-id: msg_1\r\n" in head + b"\r\n"
    assert b"\r\nContent-Length: 7\r\n" in head


@pytest.mark.parametrize("answers", [["127.0.0.2"], ["127.0.0.1", "127.0.0.2"], ["169.254.169.254"], ["10.0.0.7"]])
def test_a_name_that_leads_to_a_private_address_is_never_called(site, answers):
    door = dataclasses.replace(door_to(site, evil_test=answers))

    with pytest.raises(FetchRefused) as caught:
        dial(site.url(host="evil.test", scheme="https"), body=b"", headers={}, limits=QUICK, door=door)

    assert caught.value.code == "ip_denied"
    assert "OUTBOUND_ALLOW" in str(caught.value)
    assert site.connections == 0


def test_without_the_guard_the_canary_is_called(site, monkeypatch):
    monkeypatch.setattr(fetch_module, "check_address", lambda *_: None)
    reached = site.canary.connections
    site.canary.let_in += 1
    with pytest.raises(FetchFailed):  # it speaks no TLS, but it was reached
        dial(
            site.url(host="evil.test", scheme="https"),
            body=b"",
            headers={},
            limits=QUICK,
            door=door_to(site, evil_test=["127.0.0.2"]),
        )

    assert site.canary.connections == reached + 1


def test_a_private_target_is_called_only_when_the_operator_named_it(serve):
    server = serve(response(b""))
    door = Door(resolver=Names(intranet=[server.ip]))
    url = f"http://intranet:{server.port}/"

    with pytest.raises(FetchRefused):
        dial(url, body=b"", headers={}, limits=QUICK, door=door)
    with pytest.raises(FetchRefused):
        dial(url, body=b"", headers={}, allow=["intranet:1", "other:80"], limits=QUICK, door=door)

    assert dial(url, body=b"", headers={}, allow=[f"Intranet:{server.port}"], limits=QUICK, door=door).status == 200
    assert server.connections == 1


def test_a_private_number_is_called_when_the_operator_named_it(serve):
    server = serve(response(b""))

    answer = dial(server.url(host="127.0.0.1"), body=b"", headers={}, allow=[f"127.0.0.1:{server.port}"], limits=QUICK)

    assert answer.ip == "127.0.0.1"


def test_a_name_that_was_let_in_opens_no_other_name_on_its_port(site, let_in):
    assert refusal(site, url=site.url(host="evil.test", scheme="https"), allow=let_in, evil_test=["127.0.0.2"]) == (
        "ip_denied"
    )
    assert site.connections == 0


def test_a_redirect_is_an_answer_and_is_not_followed(serve):
    server = serve(lambda path, _request: response(b"", "302 Found", Location="/elsewhere"))

    assert call(server, allow=[f"good.test:{server.port}"]).status == 302
    assert server.connections == 1


def test_an_endless_answer_is_read_only_at_its_beginning(serve):
    def pour(connection, stopped):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stopped.is_set():
            connection.sendall(b"x" * 1000)

    server = serve(lambda *_: pour)

    answer = call(server, allow=[f"good.test:{server.port}"])

    assert (answer.status, answer.body) == (200, b"x" * FIRST_BYTES)


def test_what_is_not_wanted_of_an_answer_is_not_waited_for(serve):
    """It says enough at once, and the rest never comes."""
    left = []

    def say_enough(connection, stopped):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * FIRST_BYTES)
        connection.settimeout(5)
        left.append(connection.recv(1))

    server = serve(lambda *_: say_enough)
    patient = dataclasses.replace(QUICK, read=30.0, total=30.0)

    answer = call(server, allow=[f"good.test:{server.port}"], limits=patient)
    server.stop()

    assert (answer.body, left) == (b"x" * FIRST_BYTES, [b""])  # it saw us go within its five seconds


def test_a_body_that_breaks_off_does_not_undo_the_status(serve):
    server = serve(b"HTTP/1.1 204 No Content\r\nContent-Length: 50\r\n\r\nshort")

    assert call(server, allow=[f"good.test:{server.port}"]).status == 204


def test_who_never_answers_is_given_up_in_time(serve):
    server = serve(lambda *_: lambda _connection, stopped: stopped.wait(5))

    assert refusal(server, allow=[f"good.test:{server.port}"]) == "timeout"


def test_what_is_no_answer_fails(serve):
    server = serve(b"hello\r\n\r\n")

    assert refusal(server, allow=[f"good.test:{server.port}"]) == "protocol"


def test_a_connection_that_is_closed_at_once_fails(serve):
    server = serve(b"")

    assert refusal(server, allow=[f"good.test:{server.port}"]) in {"protocol", "network"}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/hook", "plain_http"),
        ("https://example.org:8443/hook", "port"),
        ("https://localhost/hook", "single_label"),
        ("https://printer.local/hook", "host_name"),
        ("https://10.0.0.7/hook", "ip_denied"),
        ("https://[::1]/hook", "ip_denied"),
        ("https://user:pw@example.org/", "userinfo"),
        ("ftp://example.org/", "scheme"),
        ("example.org", "syntax"),
    ],
)
def test_an_address_that_would_never_be_called_is_refused_before(url, code):
    with pytest.raises(FetchRefused) as caught:
        check_target(url)

    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("https://example.org/hook?a=1", []),
        ("http://intranet:8080/hook", ["", "nonsense", "intranet:8080"]),
        ("https://[::1]:8443/", ["[::1]:8443"]),
    ],
)
def test_an_address_that_may_be_called_passes(url, allow):
    assert check_target(url, allow=allow) is None
