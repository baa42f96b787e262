"""VAR_DIR: where this installation keeps its data, its secrets, its logs and the word about what runs now."""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

SECONDS_FOR_A_GLANCE = 0.5  # ``announced`` takes the lock for a moment; that must not look like "in use"


class CannotStart(Exception):
    """Nothing was started, or all that was started has been stopped; the message is one sentence for a person."""


class InUse(CannotStart):
    """Another process holds the folder."""


@dataclass(frozen=True)
class Running:
    """What serves a VAR_DIR at this moment; written once it is ready, removed when it stops."""

    pid: int
    database_url: str
    broker_url: str
    address: str  # of the web server


def prepare(var_dir: Path) -> None:
    """Make the folder, or say in one sentence why it cannot be used."""
    try:
        var_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
        owner = var_dir.stat().st_uid
    except OSError as error:
        raise CannotStart(f"The data folder {var_dir} cannot be made: {error.strerror}.") from error
    if owner != os.geteuid():
        raise CannotStart(
            f"The data folder {var_dir} belongs to {_user_name(owner)}: run as that user, or choose another VAR_DIR."
        )
    try:
        probe = var_dir / f".writable-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise CannotStart(f"Nothing can be written to the data folder {var_dir}: {error.strerror}.") from error


def kept_secret(var_dir: Path, name: str) -> str:
    """One secret of this installation: made at first use, then always the same, readable by its owner only."""
    path = var_dir / "secrets" / name
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    prepare(var_dir)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_private(draft, secrets.token_urlsafe(48) + "\n")
    with suppress(FileExistsError):  # a process that started at the same moment was first: its secret stands
        os.link(draft, path)
    draft.unlink()
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner was ever able to read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        os.fsync(descriptor)


@contextmanager
def held(var_dir: Path) -> Iterator[None]:
    """Hold the folder for this process; the kernel lets go when the process ends, however it ends.

    Raises:
        InUse: another process holds it.
    """
    prepare(var_dir)
    with (var_dir / "lock").open("a+") as lock:
        deadline = time.monotonic() + SECONDS_FOR_A_GLANCE
        while not _locked(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                lock.seek(0)
                raise InUse(
                    f"The data folder {var_dir} is in use by process {lock.read().strip() or '?'}: "
                    "stop it first, or choose another VAR_DIR."
                )
            time.sleep(0.05)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def sockets(var_dir: Path) -> Iterator[Path]:
    """A short folder for sockets, ours alone; ``VAR_DIR/run`` points to it, and a former one left behind is removed.

    Short, because the path of a unix socket ends at 107 bytes and VAR_DIR may lie deep.
    """
    link = var_dir / "run"
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-"))
    try:
        link.symlink_to(folder)
        yield folder
    finally:
        link.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def announce(var_dir: Path, running: Running) -> None:
    """Tell other commands where the servers are."""
    draft = var_dir / "running.json.new"
    write_private(draft, json.dumps(asdict(running), indent=1) + "\n")
    draft.replace(var_dir / "running.json")


def withdraw(var_dir: Path) -> None:
    (var_dir / "running.json").unlink(missing_ok=True)


def announced(var_dir: Path) -> Running | None:
    """What serves the folder now; what a killed process left written counts for nothing."""
    try:
        running = Running(**json.loads((var_dir / "running.json").read_text()))
        with (var_dir / "lock").open() as lock:
            return None if _locked(lock, fcntl.LOCK_SH) else running
    except (OSError, ValueError, TypeError):
        return None


def _locked(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
