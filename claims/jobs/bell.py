"""The bell: wakes a worker.  It says which queue and nothing else; that it is lost costs seconds, never work."""

import logging
import threading
import time
from functools import partial

from celery import current_app
from django.db import transaction

TASK = "claims.work"
SILENT_SECONDS = 10.0  # after a failed attempt; the drain rings for what is due meanwhile

log = logging.getLogger(__name__)


class Breaker:
    """Lets one caller in ``SILENT_SECONDS`` find out whether the broker is back; nobody else waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent_until = 0.0

    def allows(self) -> bool:
        with self._lock:
            if not self._silent_until:
                return True
            now = time.monotonic()
            if now < self._silent_until:
                return False
            self._silent_until = now + SILENT_SECONDS
            return True

    def failed(self) -> None:
        with self._lock:
            self._silent_until = time.monotonic() + SILENT_SECONDS

    def worked(self) -> None:
        with self._lock:
            self._silent_until = 0.0


breaker = Breaker()
_rung = threading.local()


def ring(queue: str) -> bool:
    """Wake one worker of a queue.  Never raises, for nothing depends on it; False when the broker could not be reached."""
    if not breaker.allows():
        return False
    try:
        current_app.send_task(TASK, args=[queue], queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001  # whatever a transport raises: the work stands in the ledger
        breaker.failed()
        log.warning("The broker cannot be reached (%s); the clock rings for what is due.", type(error).__name__)
        return False
    breaker.worked()
    return True


def ring_after_commit(queue: str, transaction_id: int) -> None:
    """Ring once for each queue and transaction, however many jobs it enqueued: workers pass the bell on."""
    transaction.on_commit(partial(_ring_once, queue, transaction_id), robust=True)


def _ring_once(queue: str, transaction_id: int) -> None:
    rung: dict[str, int] = _rung.__dict__
    if rung.get(queue) != transaction_id:
        rung[queue] = transaction_id
        ring(queue)
