"""``VAR_DIR/anchors.log``: how far every chain of events had come, kept outside the database.

One line of canonical JSON for each anchoring, ``{at, heads: {chain: [seq, hash]}, prev_mac, mac}``, signed with
``ANCHOR_KEY`` over the line before it: whoever owns the database cannot write the past again unseen.
"""

import fcntl
import hashlib
import hmac
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from claims.models.event import GENESIS, canonical

TAIL_BYTES = 65_536
WHOLE_LINE = 2  # line breaks: its own, and that of the line before it

Heads = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Anchor:
    """One line: the ends of the chains that had grown since the line before."""

    line: int
    at: datetime
    heads: Heads
    mac: str


class Damaged(Exception):
    """The file is not what was written, from this line on."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def path() -> Path:
    return Path(settings.VAR_DIR) / "anchors.log"


@contextmanager
def locked() -> Iterator[None]:
    """Only one process anchors at a time, and none while a reader takes its bearings."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with (path().parent / "anchors.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def size() -> int | None:
    """Bytes written so far, or ``None`` when there is no file."""
    return path().stat().st_size if path().exists() else None


def last_written() -> datetime | None:
    """When the newest line was written, as the file system says; ``None`` when there is no file."""
    return datetime.fromtimestamp(path().stat().st_mtime, UTC) if path().exists() else None


def name() -> str:
    """What this file is known by: the signature of its first line; empty when it has none."""
    if not path().exists():
        return ""
    with path().open("rb") as file:
        first = file.readline()
    return _mac_of(first) if first.endswith(b"\n") else ""


def place() -> str:
    """The machine and the folder this file lies in."""
    return f"{socket.gethostname()}:{path().parent.resolve()}"[:300]


def append(heads: Heads) -> tuple[str, datetime]:
    """Write one line and force it to the disk; call it under ``locked``.

    Returns:
        its signature, and the time it bears.
    """
    is_new, at = not path().exists(), datetime.now(UTC)
    path().touch(mode=0o600)
    with path().open("a+b") as file:
        last = _cut_half_line(file)
        signed = {
            "at": at.isoformat(timespec="microseconds"),
            "heads": {chain: list(head) for chain, head in heads.items()},
            "prev_mac": _mac_of(last),
        }
        mac = sign(signed)
        file.write(f"{canonical({**signed, 'mac': mac})}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path().parent)
    return mac, at


def read(end: int) -> Iterator[Anchor]:
    """The lines within the first ``end`` bytes, each checked against its signature and the line before it.

    A last line without its line break was cut off by a crash before anything relied on it; it is passed over.

    Raises:
        Damaged: at the first line that is not what was written.
    """
    prev = GENESIS
    with path().open("rb") as file:
        number = 0
        while file.tell() < end and (raw := file.readline()).endswith(b"\n"):
            number += 1
            anchor = _checked(raw, number, prev)
            prev = anchor.mac
            yield anchor


def sign(signed: Mapping[str, object]) -> str:
    return hmac.new(settings.ANCHOR_KEY.encode(), canonical(signed).encode(), hashlib.sha256).hexdigest()


def _checked(raw: bytes, number: int, prev: str) -> Anchor:
    try:
        signed = json.loads(raw)
        mac = signed.pop("mac")
        heads = {chain: (int(seq), str(link)) for chain, (seq, link) in signed["heads"].items()}
        at = datetime.fromisoformat(signed["at"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged(number, "cannot be read") from None
    if not hmac.compare_digest(str(mac), sign(signed)):
        raise Damaged(number, "is not signed with this installation's key, or was changed")
    if signed["prev_mac"] != prev:
        raise Damaged(number, "does not follow from the line before it: lines are missing or out of order")
    return Anchor(number, at, heads, mac)


def _cut_half_line(file: BinaryIO) -> bytes:
    """Drop what a crash left half-written, and return the last whole line (empty when there is none)."""
    end = file.seek(0, os.SEEK_END)
    start, tail = end, b""
    while start > 0 and tail.count(b"\n") < WHOLE_LINE:
        start = max(0, start - TAIL_BYTES - len(tail))
        file.seek(start)
        tail = file.read(end - start)
    whole, line_break, half = tail.rpartition(b"\n")
    if half:
        file.truncate(end - len(half))
    return whole.rpartition(b"\n")[2] if line_break else b""


def _mac_of(line: bytes) -> str:
    """The signature to go on from.  After an unreadable line the file begins anew, and ``read`` says where."""
    try:
        return str(json.loads(line)["mac"])
    except (ValueError, KeyError, TypeError):
        return GENESIS


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
