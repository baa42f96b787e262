"""What the outside may ask of the installation itself: is it alive, is it ready, how much work waits.

Anybody may ask, so the parts are asked at most once in ``KEPT_SECONDS`` by each process, however many ask it.
"""

import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from factcheck.celery import app as celery_app

KEPT_SECONDS = 5.0  # an answer; what no longer works is said within so many

ROOM_FOR_A_COPY = 20 * 1024**2  # bytes: the largest page or file that is kept

log = logging.getLogger(__name__)


def database_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def folder_of_copies() -> Path | None:
    """Where copies of evidence lie, or the folder in which theirs will be made; ``None``: an object store keeps them."""
    store = storages["evidence"]
    if not isinstance(store, FileSystemStorage):
        return None
    place = Path(store.location)
    return next(folder for folder in (place, *place.parents) if folder.exists())


def broker_answers() -> None:
    """One try, about a second at most when the broker hangs."""
    with celery_app.connection_for_write() as broker:
        broker.transport.create_channel(broker.transport.establish_connection())


def storage_answers() -> None:
    """A file can be written, read back and removed where evidence is kept, and there is room for a copy."""
    store, folder = storages["evidence"], folder_of_copies()
    if folder is not None and (room := shutil.disk_usage(folder).free) < ROOM_FOR_A_COPY:
        raise OSError(f"the disk that keeps copies is full: {room} bytes are left")
    name = store.save(f".probe/{uuid.uuid4().hex}", ContentFile(b"probe"))
    try:
        with store.open(name) as file:
            if file.read() != b"probe":
                raise OSError("the storage returned something else than was written")
    finally:
        store.delete(name)


Found = TypeVar("Found")


class Kept(Generic[Found]):
    """What was found out lately; whoever comes while it is found out anew waits for that."""

    def __init__(self, find: Callable[[], Found]) -> None:
        self._find = find
        self._lock = Lock()
        self._known: tuple[float, Found] | None = None

    def __call__(self) -> Found:
        with self._lock:
            if self._known is None or time.monotonic() >= self._known[0] + KEPT_SECONDS:
                found = self._find()
                self._known = time.monotonic(), found
            return self._known[1]


PARTS: dict[str, Callable[[], None]] = {
    "database": database_answers,
    "broker": broker_answers,
    "storage": storage_answers,
}


def alive(request: HttpRequest) -> HttpResponse:
    """200 while this process serves requests; asks nothing of anybody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and storage answer, else 503; which one is named, why is in the log."""
    answers = parts()
    return JsonResponse(
        {name: "ok" if works else "does not answer" for name, works in answers.items()},
        status=200 if all(answers.values()) else 503,
    )


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts for Prometheus; numbers only, so that nothing of the desk's work is given away."""
    registry = CollectorRegistry()
    registry.register(DeskNumbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class DeskNumbers(Collector):
    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("factcheck_part_up", "1 when a part answers.", labels=["part"])
        for name, works in parts().items():
            up.add_metric([name], float(works))
        yield up
        jobs = GaugeMetricFamily("factcheck_jobs", "Background jobs that are not done, by state.", labels=["state"])
        for state, count in job_counts():
            jobs.add_metric([state], count)
        yield jobs


def jobs_by_state() -> list[tuple[str, int]]:
    """How many jobs are in each state; those done are left out, for counting them would scan the whole record."""
    try:
        open_jobs = apps.get_model("claims", "Job").objects.exclude(state="done")
        return sorted(open_jobs.order_by().values_list("state").annotate(Count("pk")))
    except (LookupError, DatabaseError) as error:
        log.warning("The jobs cannot be counted: %s", error)
        return []


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:  # whatever the driver raises, the answer is "no", and the log says why
        log.warning("Not ready: %s", name, exc_info=True)
        return False
    return True


parts = Kept(lambda: {name: _works(name, check) for name, check in PARTS.items()})
job_counts = Kept(jobs_by_state)
