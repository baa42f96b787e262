"""The browser's process: what it is given, what comes back, and that nothing of it is left."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claims.errors import FetchFailed, FetchRefused
from claims.web import render
from claims.web.fetch import Hop, Page
from tests.conftest import PROJECT

ENDLESS = b"<!doctype html><p>Here.</p><script>for (;;) {}</script>"


def page(body=b"<!doctype html><p>Here.</p>", content_type="text/html; charset=utf-8"):
    headers = (("content-type", content_type), ("set-cookie", "a=b"), ("content-security-policy", "img-src 'none'"))
    url = "http://harbour.example.org/"
    return Page(url, (Hop(url, "93.184.216.34", datetime.now(UTC), b"GET", b"HTTP", 200, headers, "", ""),), body)


@pytest.fixture
def chromium():
    found = render.find_chromium()
    if not found:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)("no Chromium: browser tests skipped")
    return found


@pytest.fixture
def short_folder():
    """Chromium puts a socket below its temporary folder, whose whole path may have 107 bytes; pytest's own is too long."""
    with tempfile.TemporaryDirectory(prefix="fct-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def at_home_in(folder):
    """Processes whose home is this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"HOME={folder}".encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


# --- whether there is one


def test_a_browser_that_is_there_is_found(tmp_path, monkeypatch):
    own = tmp_path / "my-chromium"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert render.find_chromium(str(own)) == str(own)
    assert render.find_chromium("my-chromium") == str(own)
    assert render.find_chromium() == ""
    (tmp_path / "chromium-browser").symlink_to(own)
    assert render.find_chromium() == str(tmp_path / "chromium-browser")


def test_what_is_missing_is_told_one_thing_at_a_time(monkeypatch, tmp_path):
    monkeypatch.setattr(render.os, "geteuid", lambda: 0)
    assert render.why_not(str(tmp_path / "none"), without_sandbox=True) == "chromium"
    assert render.why_not(sys.executable, without_sandbox=False) == "root"
    assert render.why_not(sys.executable, without_sandbox=True) == ""

    monkeypatch.setattr(render.os, "geteuid", lambda: 1000)
    assert render.why_not(sys.executable, without_sandbox=False) == ""

    monkeypatch.setattr(render.importlib.util, "find_spec", lambda _name: None)
    assert render.why_not(sys.executable, without_sandbox=False) == "playwright"


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "text/plain", "application/json"])
def test_a_file_is_shown_to_no_browser(content_type):
    with pytest.raises(FetchRefused) as caught:
        render.render(page(b"%PDF-", content_type), "/bin/false", sandbox=False)

    assert caught.value.code == "not_a_page"


# --- what goes in and out


def test_the_browser_learns_no_secret_of_the_house(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "x")

    assert set(render._environment(tmp_path)) <= {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONDONTWRITEBYTECODE"}


def test_the_browser_is_given_of_the_headers_what_it_needs():
    assert render._headers(page()) == {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "img-src 'none'",
    }


@pytest.mark.browser
def test_a_page_comes_back_as_it_was_shown(chromium):
    told = []

    shown = render.render(
        page(b"<!doctype html><p id=x></p><script>x.append('Written late.')</script>"),
        chromium,
        sandbox=False,
        progress=lambda *step: told.append(step),
    )

    assert b'<p id="x">Written late.</p>' in shown.document
    assert (shown.url, shown.hops, shown.notes) == ("http://harbour.example.org/", (), ())
    assert shown.screenshot.startswith(b"\x89PNG")
    assert shown.pdf.startswith(b"%PDF-")
    assert [step for step, _done in told][:1] + [step for step, _done in told][-1:] == ["open", "picture"]


@pytest.mark.browser
def test_a_page_that_is_given_up_is_given_up_in_words(chromium):
    with pytest.raises(FetchFailed) as caught:
        render.render(page(ENDLESS), chromium, sandbox=False, all_seconds=2)

    assert caught.value.code == "browser_slow"
    assert str(caught.value).endswith(".")


def test_a_browser_that_does_not_start_is_told_in_words():
    with pytest.raises(FetchFailed) as caught:
        render.render(page(), "/bin/false", sandbox=False)

    assert caught.value.code == "browser_start"


# --- what is left


@pytest.mark.browser
@pytest.mark.thorough
def test_nothing_is_left_of_a_browser_that_had_to_be_stopped(chromium, monkeypatch):
    homes = []
    environment = render._environment
    monkeypatch.setattr(render, "_environment", lambda folder: homes.append(folder) or environment(folder))
    monkeypatch.setattr(render, "SECONDS", 4.0)

    with pytest.raises(FetchFailed) as caught:
        render.render(page(ENDLESS), chromium, sandbox=False)

    assert caught.value.code == "browser_slow"
    assert until(lambda: not at_home_in(homes[0]))
    assert not homes[0].exists()


@pytest.mark.browser
@pytest.mark.thorough
def test_a_browser_ends_with_the_process_that_asked_for_it(chromium, short_folder):
    """That process is killed in the middle of it; nobody is left to clear up."""
    code = (
        "import sys; from pathlib import Path; from claims.web import render; from tests.claims.web.test_render import *\n"
        f"render._environment = lambda folder: {{**dict(PATH={os.environ['PATH']!r}), 'HOME': {str(short_folder)!r},"
        f" 'TMPDIR': {str(short_folder)!r}}}\n"
        f"render.render(page(ENDLESS), {chromium!r}, sandbox=False, progress=lambda *_: print('open', flush=True))"
    )
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    asker = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, env=env)
    assert asker.stdout.readline() == b"open\n"
    assert until(lambda: len(at_home_in(short_folder)) > 3)

    asker.kill()
    asker.communicate()

    assert until(lambda: not at_home_in(short_folder))


def test_a_result_that_is_too_large_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "MOST_BYTES", 3)
    (tmp_path / "file").write_bytes(b"1234")

    assert render._read(tmp_path / "file", or_nothing=True) == b""
    with pytest.raises(FetchFailed):
        render._read(tmp_path / "file")
