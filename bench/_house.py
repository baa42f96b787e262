"""A database of its own for a measurement, and a place for its results."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@contextmanager
def house() -> Iterator[None]:
    """An empty, migrated PostgreSQL; Django is set up inside."""
    folder = Path(tempfile.mkdtemp(prefix="fcb-"))
    (folder / "s").mkdir(mode=0o700)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings", "VAR_DIR": str(folder / "var"), "STATIC_MANIFEST": "0",
        "CELERY_BROKER_URL": "memory://", "SECRET_KEY": "bench-" + "0" * 44,
    }  # fmt: skip
    from factcheck import embedded, processes

    (folder / "var" / "static").mkdir(parents=True)
    server = embedded.start_postgres(
        folder / "postgres", folder / "s", folder / "postgres.log", options=("autovacuum=off",)
    )
    try:
        os.environ["DATABASE_URL"] = server.url()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        processes.stop(server.child)
        shutil.rmtree(folder, ignore_errors=True)


def report(name: str, rows: list[tuple[str, float, str]]) -> None:
    """Print a table of (what, figure, goal) and keep it as JSON beside the script."""
    width = max(len(what) for what, _figure, _goal in rows)
    for what, figure, goal in rows:
        print(f"{what:<{width}}  {figure:>10.2f}  {goal}")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    kept = [{"what": what, "figure": figure, "goal": goal} for what, figure, goal in rows]
    (results / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
