"""A page as a browser shows it: a Chromium in a process of its own, which reaches nobody but through ``fetch``."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy

from claims.errors import FetchFailed, FetchRefused
from claims.web.fetch import Hop, Page

Progress = Callable[[str, int], None]

SECONDS = 100.0  # the browser gives up after 75 by itself
SWEEP_SECONDS = 5.0
MOST_BYTES = 40 * 1024 * 1024  # of each file that comes back
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PROJECT = Path(__file__).resolve().parents[2]

# Why there is none here.
MISSING = {
    "playwright": gettext_lazy("The part “rendered” is not installed, by which the desk drives a browser."),
    "chromium": gettext_lazy("There is no Chromium on this machine."),
    "root": gettext_lazy(
        "The desk runs as root, where Chromium has no sandbox: run it as another user, or say RENDERED_WITHOUT_SANDBOX=1."
    ),
}
# What went wrong with one page.
SENTENCES = {
    "start": gettext_lazy("The browser did not start; the administrator's “manage.py doctor” may say why."),
    "slow": gettext_lazy("The page took the browser more than a minute, and was given up."),
    "busy": gettext_lazy("The scripts of the page never came to an end, and it could not be read."),
    "broke": gettext_lazy("The browser broke over this page."),
    "not_a_page": gettext_lazy("This is a file, not a web page: the ordinary capture keeps it as it is."),
}
# What an editor should know of a copy that was made all the same.
NOTES = {
    "late": gettext_lazy("The page was still loading when the copy was made."),
    "busy": gettext_lazy("Its scripts did not come to an end and were stopped."),
    "left_out": gettext_lazy("It asked for very many files; some were left out."),
    "shortened": gettext_lazy("The document is very long; only its beginning was kept."),
    "no_picture": gettext_lazy("No picture of it could be taken."),
    "no_pdf": gettext_lazy("It could not be printed as a PDF."),
}


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a browser showed.

    Attributes:
        url: where the page was in the end.
        document: as it stood then, UTF-8.
        screenshot, pdf: empty when they could not be made.
        hops: every other request, with its answer.
        notes: codes of ``NOTES``.
        refused: how many requests were not answered, by code.
    """

    url: str
    document: bytes
    screenshot: bytes
    pdf: bytes
    hops: tuple[Hop, ...]
    notes: tuple[str, ...]
    refused: dict[str, int]


def find_chromium(named: str = "") -> str:
    """The browser's path; empty when there is none.

    Args:
        named: a path or name to use instead of the usual ones.
    """
    return next((found for name in ([named] if named else NAMES) if (found := shutil.which(name))), "")


def why_not(named: str, *, without_sandbox: bool) -> str:
    """A code of ``MISSING`` when pages cannot be shown here; empty when they can."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright"
    if not find_chromium(named):
        return "chromium"
    return "root" if os.geteuid() == 0 and not without_sandbox else ""


def render(page: Page, chromium: str, *, sandbox: bool, progress: Progress | None = None, **limits: float) -> Rendering:
    """Show a page that was fetched already, and take down what a reader would see.

    Args:
        chromium: path of the browser.
        sandbox: Chromium's own; it needs a user that is not root.
        progress: called with "open", "read" or "picture", and how many files were asked for.
        limits: other than the usual ones of ``browser.Order``.

    Raises:
        FetchFailed: code of ``SENTENCES``.
        FetchRefused: it is no web page.
    """
    if page.content_type not in {"text/html", "application/xhtml+xml", ""}:
        raise FetchRefused(str(SENTENCES["not_a_page"]), "not_a_page")
    order = {"url": page.final_url, "headers": _headers(page), "executable": chromium, "sandbox": sandbox, **limits}
    with _home() as folder:
        (folder / "order.json").write_text(json.dumps(order))
        (folder / "page.bin").write_bytes(page.body)
        with _process(folder) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if progress:
                    progress(*json.loads(line))
        return _collect(folder)


def _headers(page: Page) -> dict[str, str]:
    kept = {name: page.hops[-1].header(name) for name in ("content-type", "content-security-policy")}
    return {name: value for name, value in kept.items() if value}


@contextmanager
def _home() -> Iterator[Path]:
    """A folder that is cleared away, also when a dying process of the browser still writes into it."""
    folder = Path(tempfile.mkdtemp(prefix="factcheck-browser-"))
    try:
        yield folder
    finally:
        deadline = time.monotonic() + SWEEP_SECONDS
        shutil.rmtree(folder, ignore_errors=True)
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process and all it started are gone in the end, whatever they are busy with."""
    process = subprocess.Popen(  # noqa: S603  # our own command line
        [sys.executable, "-m", "claims.web.browser", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_PROJECT,
        env=_environment(folder),
        start_new_session=True,
    )
    alarm = threading.Timer(SECONDS, process.kill)
    alarm.start()
    try:
        yield process
        process.wait()
    finally:
        alarm.cancel()
        process.kill()
        process.communicate()
        _sweep(folder)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing a page could find out: no secrets, no database address; and a home that is thrown away."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return kept | {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def _sweep(folder: Path) -> None:
    """End what is left of the browser: whoever has this folder for a home."""
    mark = f"HOME={folder}".encode()
    deadline = time.monotonic() + SWEEP_SECONDS
    while _kill_all(mark) and time.monotonic() < deadline:
        time.sleep(0.02)


def _kill_all(mark: bytes) -> bool:
    """Whether there was anybody with this line in its environment."""
    found_any = False
    for found in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in found.read_bytes().split(b"\0"):
                found_any = True
                os.kill(int(found.parent.name), signal.SIGKILL)
    return found_any


def _collect(folder: Path) -> Rendering:
    result = folder / "result.json"
    if not result.exists():  # stopped from outside, or dead
        raise _failure("slow")
    said: dict[str, Any] = json.loads(_read(result))
    if "failed" in said:
        raise _failure(said["failed"])
    return Rendering(
        said["url"],
        _read(folder / "document.html"),
        _read(folder / "screenshot.png", or_nothing=True),
        _read(folder / "page.pdf", or_nothing=True),
        tuple(_hops(folder)),
        tuple(said["notes"]),
        said["refused"],
    )


def _hops(folder: Path) -> Iterator[Hop]:
    with (folder / "hops.bin").open("rb") as bytes_of, (folder / "hops.jsonl").open() as lines:
        for line in lines:
            said = json.loads(line)
            yield Hop(
                said["url"],
                said["ip"],
                datetime.fromisoformat(said["started_at"]),
                bytes_of.read(said["request"]),
                bytes_of.read(said["response"]),
                said["status"],
                tuple((name, value) for name, value in said["headers"]),
                said["tls_version"],
                said["tls_cipher"],
            )


def _read(path: Path, *, or_nothing: bool = False) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        if or_nothing:
            return b""
        raise _failure("broke")
    return path.read_bytes()


def _failure(code: str) -> FetchFailed:
    return FetchFailed(str(SENTENCES[code]), f"browser_{code}")
