"""The clock: drains the ledger every two seconds and starts periodic work.  Any number of clocks may run."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from claims.jobs import drain

EVERY_SECONDS = 2.0

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Finds work whose worker died, rings for what is due and starts periodic work; needs no broker."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        # Periodic work has a thread of its own: what takes long must not keep lost jobs waiting.
        periodic = threading.Thread(target=repeat, args=(drain.tick, stop), name="periodic work")
        periodic.start()
        repeat(drain.drain, stop)
        periodic.join()


def repeat(action: Callable[[], Any], stop: threading.Event) -> None:
    """Do it every two seconds until told to stop; a database that is away is waited for."""
    away = False
    while not stop.is_set():
        try:
            action()
            if away:
                log.info("The database is back")
            away = False
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            if not away:
                log.warning("The database does not answer: %s", error)
            away = True
        stop.wait(EVERY_SECONDS)
    connection.close()
