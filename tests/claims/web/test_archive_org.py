"""What the Internet Archive may answer, from a server on loopback that speaks its shapes."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from claims.web import archive_org
from claims.web.archive_org import ArchiveBusy, ArchiveFailed, ArchiveRefused, Keys
from tests.claims.web.servers import QUICK, response

URL = "https://harbour.example.org/report?day=1"
KEYS = Keys("access", "secret")


@pytest.fixture
def archive(serve, monkeypatch):
    """Serves ``archive.says`` (a value for JSON, or bytes as they are) with ``archive.status`` and ``archive.headers``."""

    def answer(_path, _request):
        body = server.says if isinstance(server.says, bytes) else json.dumps(server.says).encode()
        return response(body, server.status, Content_Type="application/json", **server.headers)

    server = serve(answer)
    server.says, server.status, server.headers = {}, "200 OK", {}
    base = f"http://127.0.0.1:{server.port}"
    monkeypatch.setattr(archive_org, "SAVE", f"{base}/save/")
    monkeypatch.setattr(archive_org, "STATUS", f"{base}/save/status/")
    monkeypatch.setattr(archive_org, "AVAILABLE", f"{base}/wayback/available")
    server.allow = [f"127.0.0.1:{server.port}"]
    return server


def save(archive):
    return archive_org.ask_to_save(URL, KEYS, allow=archive.allow)


def look(archive):
    return archive_org.look_after("spn2-0a1b", URL, KEYS, allow=archive.allow)


def find(archive):
    return archive_org.find_newest(URL, allow=archive.allow)


def test_a_copy_is_asked_for_with_the_keys_and_a_ticket_comes_back(archive):
    archive.says = {"url": URL, "job_id": "spn2-0a1b"}

    assert save(archive) == "spn2-0a1b"

    head, _blank, body = archive.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /save/ HTTP/1.1"
    assert {"Authorization: LOW access:secret", "Accept: application/json"} <= set(lines)
    assert [line for line in lines if line.startswith("User-Agent")] == ["User-Agent: FactCheckDesk/1.0"]
    assert body == (
        b"url=https%3A%2F%2Fharbour.example.org%2Freport%3Fday%3D1"
        b"&capture_all=1&skip_first_archive=1&if_not_archived_within=30d"
    )


def test_a_fresh_copy_needs_no_ticket(archive):
    archive.says = {"url": URL, "job_id": None, "message": "The same snapshot had been made 3 minutes ago."}

    assert save(archive) == ""


def test_a_copy_under_way_is_not_there_yet(archive):
    archive.says = {"status": "pending", "job_id": "spn2-0a1b", "resources": []}

    assert look(archive) is None
    assert archive.requests[0].startswith(b"GET /save/status/spn2-0a1b HTTP/1.1\r\n")


def test_a_finished_copy_has_an_address_and_a_moment(archive):
    archive.says = {
        "status": "success", "timestamp": "20240619080000", "original_url": "javascript:alert(1)",
        "resources": ["https://harbour.example.org/" + "x" * 100] * 3000,
    }  # fmt: skip

    memento = look(archive)

    assert memento.url == f"https://web.archive.org/web/20240619080000/{URL}"
    assert memento.at == datetime(2024, 6, 19, 8, tzinfo=UTC)


def test_the_newest_copy_is_found(archive):
    closest = {"available": True, "url": "http://evil.example/", "timestamp": "20130919044612", "status": "200"}
    archive.says = {"archived_snapshots": {"closest": closest}}

    assert find(archive).url == f"https://web.archive.org/web/20130919044612/{URL}"
    assert b"Authorization" not in archive.requests[0]
    assert archive.requests[0].startswith(
        b"GET /wayback/available?url=https%3A%2F%2Fharbour.example.org%2Freport%3Fday%3D1 HTTP/1.1"
    )


@pytest.mark.parametrize("said", [{}, {"closest": {"available": False}}, {"closest": []}, []])
def test_no_copy_is_no_failure(archive, said):
    archive.says = {"archived_snapshots": said}

    assert find(archive) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("blocked-url", ArchiveRefused), ("blocked-by-robots", ArchiveRefused), ("robots", ArchiveRefused),
        ("max-daily-bandwidth", ArchiveRefused), ("max-daily-captures-host", ArchiveRefused),
        ("unauthorized", ArchiveRefused), ("invalid-host-resolution", ArchiveRefused),
        ("bad-gateway", ArchiveFailed), ("service-unavailable", ArchiveFailed), ("never-heard-of", ArchiveFailed),
        ("user-session-limit", ArchiveBusy),
    ],
)  # fmt: skip
@pytest.mark.parametrize("call", [save, look])
def test_an_error_says_whether_to_try_again(archive, call, code, kind):
    archive.says = {"status": "error", "status_ext": f"error:{code}", "message": "Their words."}

    with pytest.raises(ArchiveFailed) as caught:
        call(archive)

    assert type(caught.value) is kind
    assert caught.value.permanent == (kind is ArchiveRefused)
    assert str(caught.value).startswith("The ")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("1", 30), ("999999999", 3600), ("soon", 60), ("", 60), (None, 60), ("-5", 60)],
)
@pytest.mark.parametrize("call", [save, look, find])
def test_too_many_requests_says_how_long_to_wait(archive, call, header, seconds):
    archive.status, archive.headers = "429 Too Many Requests", {} if header is None else {"Retry-After": header}

    with pytest.raises(ArchiveBusy) as caught:
        call(archive)

    assert caught.value.seconds == seconds


def test_patience_may_be_asked_for_until_a_moment(archive):
    until = datetime.now(UTC) + timedelta(seconds=200)
    archive.status, archive.headers = "429 Too Many Requests", {"Retry-After": format_datetime(until, usegmt=True)}

    with pytest.raises(ArchiveBusy) as caught:
        find(archive)

    assert 190 < caught.value.seconds <= 200


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("401 Unauthorized", ArchiveRefused, "keys"), ("403 Forbidden", ArchiveRefused, "keys"),
        ("502 Bad Gateway", ArchiveFailed, "http_502"), ("404 Not Found", ArchiveFailed, "bad_answer"),
    ],
)  # fmt: skip
def test_a_status_that_is_no_answer_is_a_failure_in_words(archive, status, kind, code):
    archive.status, archive.says = status, b"<html>"

    with pytest.raises(ArchiveFailed) as caught:
        look(archive)

    assert (type(caught.value), caught.value.code) == (kind, code)


@pytest.mark.parametrize(
    "said",
    [
        b"", b"<html>", b'{"status": "succ', b"[" * 100_000, b"\xff\xfe", b"17", b'{"status": "success"}', {"status": 7},
        {"status": "success", "timestamp": "20241399999999"}, {"status": "success", "timestamp": "../../../x/../y"},
        {"status": "success", "timestamp": 20240619080000}, {"status": "success", "timestamp": "٢٠٢٤٠٦١٩٠٨٠٠٠٠"},
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_a_failure_in_words(archive, said):
    archive.says = said

    with pytest.raises(ArchiveFailed) as caught:
        look(archive)

    assert caught.value.code == "bad_answer"
    assert not caught.value.permanent


@pytest.mark.parametrize("ticket", [7, "", "../../evil", "x" * 81, None])
def test_a_ticket_that_is_none_is_not_kept(archive, ticket):
    archive.says = {"job_id": ticket}

    with pytest.raises(ArchiveFailed):
        save(archive)


@pytest.mark.parametrize("call", [save, look, find])
def test_an_archive_that_hangs_costs_its_seconds_and_no_more(archive, serve, monkeypatch, call):
    hung = serve(lambda _path, _request: lambda _socket, stopped: stopped.wait(3))
    for name in ("SAVE", "STATUS", "AVAILABLE"):
        monkeypatch.setattr(archive_org, name, f"http://127.0.0.1:{hung.port}/")
    monkeypatch.setattr(archive_org, "CALL", QUICK)
    archive.allow = [f"127.0.0.1:{hung.port}"]

    with pytest.raises(ArchiveFailed) as caught:
        call(archive)

    assert caught.value.code == "timeout"
    assert "could not be reached" in str(caught.value)


def test_an_archive_at_a_private_address_is_never_called(archive):
    archive.allow = []

    with pytest.raises(ArchiveFailed):
        find(archive)

    assert archive.connections == 0
