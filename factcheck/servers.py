"""Which PostgreSQL and which broker this process talks to; manage.py asks here before it runs a command."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dj_database_url
import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from factcheck import embedded, processes, vardir
from factcheck.vardir import InUse

# Commands that ask no database anything, or (``up``) see to the servers themselves.
NEED_NONE = frozenset({
    "", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "up", "version",
})  # fmt: skip
# Commands that are about the tables themselves, and must see them as they are.
LEAVE_TABLES = frozenset({
    "backup", "dbshell", "doctor", "makemigrations", "migrate", "optimizemigration", "restore", "showmigrations", "sqlmigrate",
    "squashmigrations",
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
        started = _find_or_start(settings.VAR_DIR, stack)
        if started and command not in LEAVE_TABLES:
            _bring_tables_up_to_date()
        yield


def use(*, database_url: str = "", broker_url: str = "") -> None:
    """Point this process, and all it starts, to these servers.  Call it before the first connection is made."""
    if database_url:
        settings.DATABASES["default"].update(dj_database_url.parse(database_url))
        settings.DATABASE_URL = os.environ["DATABASE_URL"] = database_url
    if broker_url and settings.CELERY_BROKER_URL == "memory://":
        settings.CELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"] = broker_url


def pending_migrations() -> int:
    """How many migrations the database has not seen yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _find_or_start(var_dir: Path, stack: ExitStack) -> bool:
    """Wait for whoever holds the folder: an ``up`` that starts lets us use its servers, a command makes room for us.

    Returns:
        Whether a server had to be started.
    """
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        if running := vardir.announced(var_dir):
            use(database_url=running.database_url, broker_url=running.broker_url)
            return False
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
        return True


def _bring_tables_up_to_date() -> None:
    """So that a command is the first thing a person may do in a new installation."""
    django.setup()
    if pending_migrations():
        call_command("migrate", interactive=False, verbosity=0)
