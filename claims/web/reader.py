"""The process that holds the parsers and forks the children that read files (see ``limited``).

It starts without Django, knows no secret and never sees a file itself: what a hostile file breaks is one child, which
has limits on time and memory and writes no file.  A child reads what comes over its line, file after file, and ends when
it has read enough, when a file left much in its memory, or when nobody will ask it again.
"""

import gc
import json
import os
import resource
import signal
import socket
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from claims.web.extract import extract
from claims.web.limited import BEGUN, receive, send
from claims.web.media import Extract, sniff

IDLE_SECONDS = 120  # the parsers hold about 120 MB
FILES_EACH = 100
MAX_LEFT_BYTES = 48 * 1024 * 1024  # of which the guess of a language takes 34
FIRST_PAGE = b"<title>First page</title><article>" + b"<p>A page in plain words, read before all others.</p>" * 20


def main() -> None:
    """Take connections from standard input, a socket, until the process at its other end is gone."""
    control = socket.socket(fileno=0)
    control.settimeout(IDLE_SECONDS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children leave nothing behind
    # Sent to all of a house that stops; a file under way is read to its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # What parsers load at their first page is loaded before the first child is forked, not in each of them.
    extract(FIRST_PAGE, "text/html", "utf-8", "")
    gc.freeze()
    while line := _next_line(control):
        if os.fork() == 0:
            control.close()
            _serve(line)
        line.close()


def _next_line(control: socket.socket) -> socket.socket | None:
    try:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    except OSError:
        return None
    return socket.socket(fileno=descriptors[0]) if descriptors else None


def _serve(line: socket.socket) -> NoReturn:
    """Read file after file from one line, as long as nothing of the last one is left in this process."""
    try:
        at_first = _memory()
        line.settimeout(IDLE_SECONDS)
        for _ in range(FILES_EACH):
            request = receive(line)
            if request is None:
                break
            line.sendall(BEGUN)
            found = answer(request)
            send(line, found.encode("utf-8", "replace"))
            if _memory() > at_first + MAX_LEFT_BYTES:
                break
    finally:
        os._exit(0)


def _memory() -> int:
    """Bytes this process has taken; 0 where that is not told."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def answer(request: bytes) -> str:
    """One line of JSON and the file -> what was read, as a JSON object.  Limits this process."""
    head, _, data = request.partition(b"\n")
    content_type, charset, url, seconds, memory = json.loads(head)
    _limit(seconds, memory)
    try:
        found = extract(data, content_type, charset, url)
    except MemoryError:
        found = Extract("too_heavy", sniff(data, content_type))
    except Exception:  # noqa: BLE001 (a hostile file may break a parser anywhere; the state says so)
        found = Extract("unreadable", sniff(data, content_type))
    finally:
        _wind_up(0)
    fields = asdict(found) | {"published_on": found.published_on.isoformat() if found.published_on else None}
    return json.dumps(fields, ensure_ascii=False)


def _limit(seconds: float, memory: int) -> None:
    """For the file that comes now: both clocks end this process, one counts its work and one the time of day."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _wind_up(seconds)


def _wind_up(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * 2)  # for one that sleeps


if __name__ == "__main__":
    main()
