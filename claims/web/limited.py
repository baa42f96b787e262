"""Run the parsers outside this process, with limits: a hostile file costs a sentence, never a worker.

The first file starts a reader (``claims.web.reader``) that loads the parsers once and forks children; the reader ends with
this process, or when nothing came for a while.  Ordinary pages are read by one child, one after the other; PDFs, Word
files and whatever is large get a child each, and so does a page over which the common child failed: what it read before
must never be held against a page.  No ``multiprocessing``: daemonic workers may have no such children.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

from claims.web.media import DOCX, PDF, Extract, sniff

SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
PAGE_SECONDS = 5  # for a page in the common child; what takes longer begins again in one of its own
PAGE_BYTES = 1024 * 1024  # a larger one, and what it leaves in memory, is not for the common child
BEGUN = b"+"  # what a child says of a file that it has in hand

_START_SECONDS = 60  # a machine under load loads the parsers slowly
_GRACE_SECONDS = 5  # the child ends itself sooner
_MAX_ANSWER = 64 * 1024 * 1024
_LENGTH = 8  # bytes before each message
_PROJECT = Path(__file__).resolve().parents[2]
_OF_ITS_OWN = frozenset((PDF, DOCX))  # the kinds of file whose parsers are slow and easily led astray
_BLAMED = frozenset(("too_heavy", "unreadable"))

_Head = tuple[str, str, str, float, int]  # what is said of a file: type, charset, address, seconds, bytes of memory


def extract_limited(
    data: bytes,
    content_type: str,
    charset: str,
    url: str,
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY_BYTES,
) -> Extract:
    """``extract.extract`` with limits on time (CPU; twice as long in all) and memory (bytes).

    When they are passed, or the child is ended by whatever else, the state is "too_heavy".
    """
    found = None
    if is_soon_read(data, content_type):
        found = _READER.ask_common((content_type, charset, url, min(PAGE_SECONDS, seconds), memory), data)
    if found is None or found.state in _BLAMED:
        found = _READER.ask_another((content_type, charset, url, seconds, memory), data)
    return found or Extract("too_heavy", sniff(data, content_type))


def is_soon_read(data: bytes, content_type: str) -> bool:
    """Whether it is an ordinary page, read in less time than it takes to say so."""
    return len(data) <= PAGE_BYTES and sniff(data, content_type) not in _OF_ITS_OWN


def send(line: socket.socket, head: bytes, data: bytes = b"") -> None:
    """One message, its length first."""
    line.sendall((len(head) + len(data)).to_bytes(_LENGTH) + head)
    line.sendall(data)


def receive(line: socket.socket, at_most: int | None = None) -> bytes | None:
    """One message; ``None`` when none came, or not all of it, or more than anybody wants."""
    length = int.from_bytes(_receive(line, _LENGTH))
    if length == 0 or (at_most is not None and length > at_most):
        return None
    message = _receive(line, length)
    return bytes(message) if len(message) == length else None


def _receive(line: socket.socket, length: int) -> bytearray:
    """So many bytes; fewer when the other side is gone."""
    received = bytearray()
    while len(received) < length and (piece := line.recv(min(length - len(received), 256 * 1024))):
        received += piece
    return received


class _NotTaken(Exception):
    """The child process died before it had received the file, so the file is not to blame: it is sent to another."""


class _Reader:
    """The one reader of this process, and the lines to its children that wait for the next page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[socket.socket] = []

    def ask_common(self, head: _Head, data: bytes) -> Extract | None:
        """What the child that reads page after page makes of one; ``None`` when it did not come to an end.

        Threads that ask at the same moment have one each.
        """
        with self._lock:
            line = self._waiting.pop() if self._waiting else None
        if line is not None:
            try:
                return self._ask(line, head, data, keep=True)
            except _NotTaken:  # it had read enough, or waited for too long
                pass
        return self._ask_new(head, data, keep=True)

    def ask_another(self, head: _Head, data: bytes) -> Extract | None:
        """What a child makes of a file that has never seen another one, and will not."""
        return self._ask_new(head, data, keep=False)

    def _ask_new(self, head: _Head, data: bytes, *, keep: bool) -> Extract | None:
        for _ in range(2):  # a reader may end, having had nothing to do, just as it is asked
            try:
                return self._ask(self._new_line(), head, data, keep=keep)
            except _NotTaken:
                continue
        return None

    def _ask(self, line: socket.socket, head: _Head, data: bytes, *, keep: bool) -> Extract | None:
        try:
            self._hand(line, head, data)
            line.settimeout(head[3] * 2 + _GRACE_SECONDS)
            found = _understand(receive(line, _MAX_ANSWER))
        except OSError:
            found = None
        except _NotTaken:
            line.close()
            raise
        if keep and found is not None:
            with self._lock:
                self._waiting.append(line)
        else:
            line.close()
        return found

    @staticmethod
    def _hand(line: socket.socket, head: _Head, data: bytes) -> None:
        try:
            line.settimeout(_START_SECONDS)
            send(line, json.dumps(head).encode("ascii") + b"\n", data)
            taken = line.recv(1)
        except OSError:
            taken = b""
        if taken != BEGUN:
            raise _NotTaken

    def _new_line(self) -> socket.socket:
        """A connection to a new child of the reader, which is started when there is none."""
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
        self._end()
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
        """Reader and children end when nobody can ask them any more."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        self._hang_up()
        if self._process:
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _hang_up(self) -> None:
        for line in (*self._waiting, self._control):
            if line:
                line.close()
        self._waiting.clear()

    def renew(self) -> None:
        """After a fork: the reader is that of the process we come from."""
        self._hang_up()
        if self._process:
            self._process.returncode = 0  # not ours to wait for
        self.__init__()  # type: ignore[misc]


def _understand(answer: bytes | None) -> Extract | None:
    if answer is None:
        return None
    found = json.loads(answer)
    day = found["published_on"]
    return Extract(**found | {"pages": tuple(found["pages"]), "published_on": date.fromisoformat(day) if day else None})


def _environment() -> dict[str, str]:
    """Nothing a parser could leak: no secrets, no database address; one thread for numpy."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


_READER = _Reader()
os.register_at_fork(after_in_child=_READER.renew)
atexit.register(_READER.stop)
