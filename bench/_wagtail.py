"""A Wagtail installation of its own for a comparison: made in a temporary folder, gone afterwards.

``run(script, *args)`` is for the benchmark itself, under the project's Python; what stands below "inside" is for the
same script when it runs again inside the installation, where Wagtail can be imported and the project cannot.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
PACKAGES = ("wagtail>=7,<8", "psycopg[binary]")
INSIDE = "WAGTAIL_BENCH_INSIDE"
ANSWER = "answer: "


# --- outside


def run(script: str | Path, *args: str, seconds: float = 900) -> Any:
    """Run a script again inside a fresh Wagtail on an embedded PostgreSQL with the settings of ours.

    Returns:
        What the script gave to ``answer``; ``None``, said aloud, where Wagtail cannot be installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="fcw-"))
    try:
        python = _install(folder)
        return (
            None if python is None else _run_on_postgres(folder, python, [str(Path(script).resolve()), *args], seconds)
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _install(folder: Path) -> Path | None:
    python = folder / "venv" / "bin" / "python"
    uv = shutil.which("uv") or next((str(path) for path in [ROOT / ".tools" / "bin" / "uv"] if path.exists()), "")
    if uv:
        index = os.environ.get("UV_DEFAULT_INDEX") or _index_of_pip()
        env = os.environ | ({"UV_DEFAULT_INDEX": index} if index else {})
        steps = [
            [uv, "venv", "-q", "--python", sys.executable, str(folder / "venv")],
            [uv, "pip", "install", "-q", "--python", str(python), *PACKAGES],
        ]
    else:
        env = dict(os.environ)
        steps = [
            [sys.executable, "-m", "venv", str(folder / "venv")],
            [str(python), "-m", "pip", "install", "-q", *PACKAGES],
        ]
    for step in steps:
        done = subprocess.run(step, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            print(f"SKIPPED: Wagtail cannot be installed here, so nothing was compared ({last}).")
            return None
    return python


def _index_of_pip() -> str:
    """An index named only in pip's settings is not known to uv."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _run_on_postgres(folder: Path, python: Path, argv: list[str], seconds: float) -> Any:
    sys.path.insert(0, str(ROOT))
    from factcheck import embedded, processes

    (folder / "s").mkdir(mode=0o700)
    server = embedded.start_postgres(
        folder / "postgres", folder / "s", folder / "postgres.log", options=("autovacuum=off",)
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))}
    env |= {INSIDE: str(server.socket_dir), "PYTHONPATH": str(BENCH), "DJANGO_SETTINGS_MODULE": "wagtail_site.settings"}
    try:
        done = subprocess.run(
            [str(python), "-W", "ignore", *argv],
            env=env, cwd=folder, stdout=subprocess.PIPE, text=True, timeout=seconds, check=True,
        )  # fmt: skip
    finally:
        processes.stop(server.child)
    answers = [line for line in done.stdout.splitlines() if line.startswith(ANSWER)]
    return json.loads(answers[-1].removeprefix(ANSWER))


# --- inside


def is_inside() -> bool:
    return INSIDE in os.environ


def answer(value: Any) -> None:
    """Hand a result to the benchmark that started this."""
    print(ANSWER + json.dumps(value), flush=True)


def set_up() -> Any:
    """Start Django, make the tables, an author, an editor who moderates, and one workflow of one approval.

    Returns:
        A ``Newsroom``: ``author``, ``editor``, ``other_editor``, and the steps of a page's life.
    """
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from wagtail_site.newsroom import Newsroom

    return Newsroom.open()
