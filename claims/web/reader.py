"""The process that holds the parsers and forks a child for each file (see ``limited``).

It starts without Django, knows no secret and never sees a file itself: what a hostile file breaks is one child, which
has limits on time and memory, writes no file and ends with its answer.
"""

import gc
import json
import os
import resource
import signal
import socket
from dataclasses import asdict
from typing import NoReturn

from claims.web.extract import extract
from claims.web.limited import BEGUN
from claims.web.media import Extract, sniff

IDLE_SECONDS = 120  # the parsers hold about 120 MB
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
    try:
        line.sendall(BEGUN)
        request = bytearray()
        while piece := line.recv(256 * 1024):
            request += piece
        line.sendall(answer(bytes(request)))
    finally:
        os._exit(0)


def answer(request: bytes) -> bytes:
    """One line of JSON and the file -> what was read, as a JSON object.  Limits this process for good."""
    head, _, data = request.partition(b"\n")
    content_type, charset, url, seconds, memory = json.loads(head)
    _limit(seconds, memory)
    try:
        found = extract(data, content_type, charset, url)
    except MemoryError:
        found = Extract("too_heavy", sniff(data, content_type))
    except Exception:  # noqa: BLE001 (a hostile file may break a parser anywhere; the state says so)
        found = Extract("unreadable", sniff(data, content_type))
    fields = asdict(found) | {"published_on": found.published_on.isoformat() if found.published_on else None}
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def _limit(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds * 2)  # for one that sleeps


if __name__ == "__main__":
    main()
