"""The clock goes on when the database was away, and ends when it is told to."""

import signal
import threading
import time

import pytest
from django.db import OperationalError, connection

from factcheck.management.commands import clock
from tests.claims.jobs.conftest import build, effects  # noqa: F401
from tests.faults.house import effects as effects_made
from tests.faults.house import wait_for


@pytest.mark.thorough
def test_a_clock_whose_connections_are_cut_goes_on_and_ends_when_told(build):  # noqa: F811
    house = build()
    child = house.open_clock()
    assert wait_for(lambda: effects_made()["tick"] >= 1, 30)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    seen = effects_made()["tick"]
    assert wait_for(lambda: effects_made()["tick"] > seen, 30)

    child.process.send_signal(signal.SIGTERM)
    assert child.process.wait(timeout=60) == 0


def test_a_database_that_is_away_is_waited_for_and_said_once(monkeypatch, caplog):
    monkeypatch.setattr(clock, "EVERY_SECONDS", 0.01)
    stop, tries = threading.Event(), []

    def action():
        tries.append(time.monotonic())
        if len(tries) in {1, 2}:
            raise OperationalError("the server is down")
        if len(tries) == 4:
            stop.set()

    with caplog.at_level("INFO"):
        clock.repeat(action, stop)

    assert len(tries) == 4
    assert [record.getMessage() for record in caplog.records] == [
        "The database does not answer: the server is down",
        "The database is back",
    ]
