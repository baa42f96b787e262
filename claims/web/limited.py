"""Run the parsers outside this process, with limits: a hostile file costs a sentence, never a worker.

The first file starts a reader (``claims.web.reader``) that loads the parsers once and forks a child for each file; the
reader ends with this process, or when nothing came for a while.  No ``multiprocessing``: daemonic workers may have no
such children.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date
from pathlib import Path

from claims.web.media import Extract, sniff

SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
BEGUN = b"+"  # what a child says first: the request has been taken

_START_SECONDS = 60  # a machine under load loads the parsers slowly
_GRACE_SECONDS = 5  # the child ends itself sooner
_MAX_ANSWER = 64 * 1024 * 1024
_PROJECT = Path(__file__).resolve().parents[2]


def extract_limited(
    data: bytes,
    content_type: str,
    charset: str,
    url: str,
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY_BYTES,
) -> Extract:
    """``extract.extract`` with limits on time (CPU; twice as long in all) and memory (bytes).

    When they are passed, or the child is ended by whatever else, the state is "too_heavy".
    """
    head = json.dumps([content_type, charset, url, seconds, memory]).encode("ascii") + b"\n"
    answer = _ask(head, data, seconds * 2 + _GRACE_SECONDS)
    if not answer:
        return Extract("too_heavy", sniff(data, content_type))
    found = json.loads(answer)
    day = found["published_on"]
    return Extract(**found | {"pages": tuple(found["pages"]), "published_on": date.fromisoformat(day) if day else None})


def _ask(head: bytes, data: bytes, seconds: float) -> bytes:
    """What a child makes of a file; nothing when it did not come to an end."""
    for _ in range(2):  # a reader may end, having had nothing to do, just as it is asked
        with closing(_READER.new_line()) as line:
            try:
                line.settimeout(_START_SECONDS)
                if line.recv(1) != BEGUN:
                    continue
                line.settimeout(seconds)
                line.sendall(head)
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                return _receive(line)
            except OSError:
                return b""
    return b""


def _receive(line: socket.socket) -> bytes:
    """An answer is whole when its last byte, the end of the JSON object, is there."""
    answer = bytearray()
    while piece := line.recv(256 * 1024):
        answer += piece
        if len(answer) > _MAX_ANSWER:
            return b""
    return bytes(answer) if answer.endswith(b"}") else b""


class _Reader:
    """The one reader of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def new_line(self) -> socket.socket:
        """A connection to a child of the reader, which is started when there is none."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            if self._control is None or not self._hand_over(self._control, theirs):
                self._hand_over(self._start(), theirs)
        return ours

    @staticmethod
    def _hand_over(control: socket.socket, line: socket.socket) -> bool:
        try:
            socket.send_fds(control, [BEGUN], [line.fileno()])
        except OSError:
            return False
        return True

    def _start(self) -> socket.socket:
        self.stop()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "claims.web.reader"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=_PROJECT,
                env=_environment(),
            )
        return self._control

    def stop(self) -> None:
        """It ends when nobody can ask it any more."""
        if self._control:
            self._control.close()
        if self._process:
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def renew(self) -> None:
        """After a fork: the reader is that of the process we come from."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.returncode = 0  # not ours to wait for
        self.__init__()  # type: ignore[misc]


def _environment() -> dict[str, str]:
    """Nothing a parser could leak: no secrets, no database address; one thread for numpy."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


_READER = _Reader()
os.register_at_fork(after_in_child=_READER.renew)
atexit.register(_READER.stop)
