"""Run the parsers in a process of their own, with limits: a hostile file costs a sentence, never a worker.

A reader is a process that starts without Django, imports the parsers once, and forks for every file: each file has a
fresh process with its own limits, and nobody pays for the imports again.  A plain subprocess, because daemonic workers
may have no ``multiprocessing`` children.  A request is one line of JSON and the file; an answer is one line of JSON,
``null`` when the limits were passed.  A reader ends when it is not needed for a while, and with the process it serves.
"""

import atexit
import gc
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from claims.web.extract import PDF, Extract, extract, sniff

SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
IDLE_SECONDS = 60
MAX_IDLE = 2  # readers that wait in one process; threads that need more at once start their own
_PROJECT = Path(__file__).resolve().parents[2]
_SAMPLE = b"<html><head><title>Bridge</title></head><body><p>The bridge over the river was opened in 1998.</p></body>"


class _ReaderDied(Exception):
    pass


def extract_limited(
    data: bytes,
    content_type: str,
    charset: str,
    url: str,
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY_BYTES,
) -> Extract:
    """``extract`` with limits on time and memory; when they are passed the state is "too_heavy"."""
    head = json.dumps([content_type, charset, url, seconds, memory, len(data)]).encode("ascii") + b"\n"
    answer = b"null"
    for _attempt in range(2):  # the reader may have ended a moment ago, having waited long enough
        with suppress(_ReaderDied), _one_reader() as reader:
            answer = reader.ask(head, data, seconds * 2)  # CPU is limited inside; this is for one that sleeps
            break
    found = json.loads(answer)
    if found is None:
        return Extract("too_heavy", sniff(data, content_type))
    day = found["published_on"]
    return Extract(**found | {"pages": tuple(found["pages"]), "published_on": date.fromisoformat(day) if day else None})


class _Reader:
    """A reader process, seen from the one it serves."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "claims.web.limited"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_PROJECT,
            env=_environment(),
            start_new_session=True,  # so that it can be killed together with the process it forked
        )

    def ask(self, head: bytes, data: bytes, seconds: float) -> bytes:
        """One line of JSON.

        Raises:
            _ReaderDied: no answer came.
        """
        assert self._process.stdin is not None
        with _dying():
            for piece in (head, data):
                rest = memoryview(piece)
                while rest:
                    rest = rest[self._process.stdin.write(rest) or 0 :]
        return self._answer(time.monotonic() + seconds + _START_SECONDS)

    def _answer(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        answer = bytearray()
        while not answer.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                self.end()
                return b"null"
            piece = self._process.stdout.read(1 << 16)
            if not piece:
                raise _ReaderDied
            answer += piece
        return bytes(answer)

    @property
    def is_usable(self) -> bool:
        return self._process.stdin is not None and not self._process.stdin.closed

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


_START_SECONDS = 20  # a busy machine may take so long to import the parsers
_idle: list[_Reader] = []
_inherited: list[_Reader] = []


@contextmanager
def _dying() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise _ReaderDied from None


@contextmanager
def _one_reader() -> Iterator[_Reader]:
    """A reader nobody else talks to meanwhile."""
    try:
        reader = _idle.pop()
    except IndexError:
        reader = _Reader()
    try:
        yield reader
    except BaseException:
        reader.end()
        raise
    if reader.is_usable and len(_idle) < MAX_IDLE:
        _idle.append(reader)
    elif reader.is_usable:
        reader.end()


@atexit.register
def end_readers() -> None:
    """End the readers of this process that wait for work."""
    while _idle:
        _idle.pop().end()


def _leave_to_parent() -> None:
    """After a fork: the readers are the parent's."""
    _inherited.extend(_idle)
    _idle.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def _environment() -> dict[str, str]:
    """Nothing a parser could leak: no secrets, no database address; one thread for numpy."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


# --- in the reader


def main() -> None:
    """Answer requests on standard input until there are none for a while."""
    extract(_SAMPLE, "text/html", "utf-8", "https://example.org/")  # what is loaded at the first use is loaded now
    gc.collect()
    gc.freeze()  # or the first collection in a child would copy every page of memory
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (head := sys.stdin.buffer.readline()):
        content_type, charset, url, seconds, memory, size = json.loads(head)
        data = sys.stdin.buffer.read(size)
        answer = _read_apart(data, content_type, charset, url, seconds, memory)
        sys.stdout.buffer.write((answer or b"null") + b"\n")
        sys.stdout.buffer.flush()


def _read_apart(data: bytes, content_type: str, charset: str, url: str, seconds: int, memory: int) -> bytes:
    """What a process of its own, which ends with this file, makes of it; empty when it died."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(here)
            _limit(seconds, memory)
            answer = _as_json(data, content_type, charset, url)
            with os.fdopen(there, "wb") as pipe:
                pipe.write(answer)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer if answer.endswith(b"}") else b""


def _limit(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _as_json(data: bytes, content_type: str, charset: str, url: str) -> bytes:
    try:
        found = extract(data, content_type, charset, url)
    except MemoryError:
        found = Extract("too_heavy", content_type or PDF)
    answer: dict[str, Any] = asdict(found)
    answer["published_on"] = found.published_on.isoformat() if found.published_on else None
    return json.dumps(answer).encode("ascii")


if __name__ == "__main__":
    main()
