"""Child processes that never outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from factcheck.vardir import CannotStart

PR_SET_PDEATHSIG = 1
PATIENCE = 180  # seconds for a part to be of use, on a machine with other work; one that died is noticed at once
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Child:
    """One running child and how it wants to be stopped."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    patience: float  # seconds it gets to stop by itself

    def died(self) -> bool:
        return self.process.poll() is not None

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, on one line."""
        with suppress(OSError):
            written = self.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
            return " | ".join(line.strip() for line in written[-lines:])
        return ""


def start(
    name: str,
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals = signal.SIGTERM,
    patience: float = 10,
    user: int | None = None,
    cwd: Path | None = None,
) -> Child:
    """Start a child in a session of its own; the kernel sends it ``death_signal`` when this process is gone.

    Raises:
        CannotStart: the program cannot be run.
    """
    parent = os.getpid()

    def follow_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603  # our own command lines
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=follow_parent,  # noqa: PLW1509  # nothing else runs in this process while it forks
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
    except OSError as error:
        raise CannotStart(f"{name} cannot be started: {error}.") from error
    return Child(name, process, log, stop_signal, patience)


def wait_until(ready: Callable[[], bool], child: Child, *, seconds: float = PATIENCE) -> None:
    """Wait for a child to be of use.

    Raises:
        CannotStart: it died first, or took too long; with the end of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if child.died():
            raise CannotStart(
                f"{child.name} ended at once (exit {child.process.returncode}): {child.last_words()} [{child.log}]"
            )
        if time.monotonic() > deadline:
            raise CannotStart(f"{child.name} was not ready within {seconds:.0f} s: {child.last_words()} [{child.log}]")
        time.sleep(0.05)


def stop(*children: Child) -> None:
    """Ask all of them to stop, wait as long as each may take, then end what is left of their groups."""
    for child in children:
        if not child.died():
            child.process.send_signal(child.stop_signal)
    began = time.monotonic()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.1, began + child.patience - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
