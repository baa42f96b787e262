"""Which PostgreSQL and which broker this process talks to; manage.py asks here before it runs a command."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dj_database_url
from django.conf import settings

from factcheck import embedded, processes, vardir
from factcheck.vardir import InUse

# Commands that ask no database anything, or (``up``) see to the servers themselves.
NEED_NONE = frozenset({
    "", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "up", "version",
})  # fmt: skip
SECONDS_TO_WAIT = 60.0


@contextmanager
def for_command(argv: Sequence[str]) -> Iterator[None]:
    """Servers for one command: those named in the environment, else those of a running ``up``, else our own.

    Raises:
        CannotStart: there are none and none can be started, in one sentence.
    """
    command = argv[1] if len(argv) > 1 else ""
    if command in NEED_NONE or command.startswith("-") or {"-h", "--help"} & set(argv):
        yield
        return
    if settings.DATABASE_URL:
        running = vardir.announced(settings.VAR_DIR)
        use(broker_url=running.broker_url if running else "")
        yield
        return
    with ExitStack() as stack:
        _find_or_start(settings.VAR_DIR, stack)
        yield


def use(*, database_url: str = "", broker_url: str = "") -> None:
    """Point this process, and all it starts, to these servers.  Call it before the first connection is made."""
    if database_url:
        settings.DATABASES["default"].update(dj_database_url.parse(database_url))
        settings.DATABASE_URL = os.environ["DATABASE_URL"] = database_url
    if broker_url and settings.CELERY_BROKER_URL == "memory://":
        settings.CELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"] = broker_url


def _find_or_start(var_dir: Path, stack: ExitStack) -> None:
    """Wait for whoever holds the folder: an ``up`` that starts lets us use its servers, a command makes room for us."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        if running := vardir.announced(var_dir):
            use(database_url=running.database_url, broker_url=running.broker_url)
            return
        try:
            stack.enter_context(vardir.held(var_dir))
        except InUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
            continue
        sockets = stack.enter_context(vardir.sockets(var_dir))
        server = embedded.start_postgres(var_dir / "postgres", sockets, var_dir / "log" / "postgres.log")
        stack.callback(processes.stop, server.child)
        use(database_url=server.url())
        return
