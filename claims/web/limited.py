"""Run the parsers in a process of their own, with limits: a hostile file costs a sentence, never a worker.

A plain subprocess, because daemonic workers may have no ``multiprocessing`` children; it starts without Django.
What goes in is one line of JSON and the file; what comes back is one JSON object.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from claims.web.extract import PDF, Extract, extract, sniff

SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
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
    """``extract`` with limits on time and memory; when they are passed the state is "too_heavy"."""
    head = json.dumps([content_type, charset, url, seconds, memory]).encode("ascii") + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "claims.web.limited"],
            input=head + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds * 2,  # seconds of CPU are limited inside; this is for one that sleeps
            check=True,
            cwd=_PROJECT,
            env=_environment(),
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return Extract("too_heavy", sniff(data, content_type))
    found = json.loads(done.stdout)
    day = found["published_on"]
    return Extract(**found | {"pages": tuple(found["pages"]), "published_on": date.fromisoformat(day) if day else None})


def _environment() -> dict[str, str]:
    """Nothing a parser could leak: no secrets, no database address; one thread for numpy."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def main() -> None:
    """Read one request from standard input, write one answer to standard output."""
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    content_type, charset, url, seconds, memory = json.loads(head)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = extract(data, content_type, charset, url)
    except MemoryError:
        found = Extract("too_heavy", content_type or PDF)
    answer = asdict(found) | {"published_on": found.published_on.isoformat() if found.published_on else None}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
