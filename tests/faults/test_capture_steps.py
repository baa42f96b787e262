"""A capture whose process dies after any single step: no row without its file, and after one collection no file without
its row."""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import override_settings

from claims import jobs
from claims.evidence import blobs, capture, scrub
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Blob, Job, Resource, Snapshot
from claims.web.extract import extract
from tests.claims.evidence.test_blobs import Watched, files_in
from tests.outside.site import html, site

__all__ = ["site"]
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DIED, DONE = 9, 0
FILE_STEPS = ((Path, "mkdir"), (os, "open"), (os, "fsync"), (os, "replace"))


@pytest.fixture
def folder(settings, tmp_path):
    path = tmp_path / "evidence"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": path}}
    with override_settings(STORAGES=settings.STORAGES | {"evidence": backend}):
        yield path


class Mortal:
    """Counts the steps of this process, and ends it after one of them."""

    def __init__(self, dies_after):
        self.left = dies_after

    def step(self):
        self.left -= 1
        if self.left == 0:
            os._exit(DIED)

    def after(self, function):
        def stepping(*arguments, **options):
            done = function(*arguments, **options)
            self.step()
            return done

        return stepping

    def live(self, twin):
        """Capture the one source that waits, in a connection of its own."""
        inherited, connection.connection = connection.connection, None  # the parent's; not to be closed here
        for owner, name in FILE_STEPS:
            setattr(owner, name, self.after(getattr(owner, name)))
        connection.commit = self.after(connection.commit)
        capture.extract_limited = extract  # no writing; its own process has its own tests
        twin()
        with connection.execute_wrapper(lambda execute, *statement: self.after(execute)(*statement)):
            run(ledger.lease("capture"))
        return inherited


def capture_in_child(dies_after, twin):
    """How the process ended that captured the source which waits."""
    child = os.fork()
    if child == 0:
        try:
            Mortal(dies_after).live(twin)
        finally:
            os._exit(DONE)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def ask(site, number, *, is_known):
    """One source that waits to be captured, for the first or for the second time."""
    resource = Resource.objects.create(
        url=site.put(f"/{number}", html(f"Ship {number} came.")), host="harbour.example.org", title=f"{number}"
    )
    for _time in range(1 + is_known):
        Job.objects.all().delete()
        jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
        if is_known and not resource.snapshots.exists():
            run(ledger.lease("capture"))
    return resource


def dangling():
    """Blobs that are written down and are not there, or not whole."""
    assert not Snapshot.objects.exclude(body__in=Blob.objects.all()).exists()
    return [blob.pk for blob in Blob.objects.all() if blobs.find_damage(blob.sha256)]


def orphans(folder):
    scrub.collect_garbage(Watched(), older_than=timedelta(0))
    known = set(Blob.objects.values_list("pk", flat=True))
    return [path.name for path in files_in(folder) if path.name not in known]


def nothing():
    pass


def die_everywhere(site, folder, twin=nothing, *, is_known=False):
    """What was found wrong after a death behind each step, and how many steps there are."""
    found, step = set(), 0
    while True:
        step += 1
        resource = ask(site, step, is_known=is_known)
        ended = capture_in_child(step, twin)
        found |= {"dangling"} if dangling() else set()
        found |= {"orphan"} if orphans(folder) else set()
        found |= {"lost"} if dangling() else set()
        if ended == DONE:
            assert resource.snapshots.count() == 1 + is_known
            return found, step - 1


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    monkeypatch.setattr(capture, "extract_limited", extract)


@pytest.mark.parametrize("is_known", [False, True], ids=["first copy", "a copy that changed nothing"])
def test_whatever_step_a_capture_dies_after_rows_and_files_agree(site, folder, is_known):
    found, steps = die_everywhere(site, folder, is_known=is_known)

    assert found == set()
    assert steps > (15 if is_known else 25)  # the walk did look behind every one


# --- twins: without the guard the same walk must find what is wrong


def files_after_rows():
    """The files are written when the rows are committed."""
    put = blobs._put_file
    blobs._put_file = lambda path, data: late.append(partial(put, path, data))
    late = []
    enter = blobs.enter_blobs

    def enter_unseen(stored):
        transaction.on_commit(lambda: [write() for write in late])
        blobs.evidence_storage().__class__.exists = lambda *_: True
        return enter(stored)

    blobs.enter_blobs = enter_unseen


def test_twin_that_writes_rows_first_leaves_rows_without_files(site, folder):
    assert "dangling" in die_everywhere(site, folder, files_after_rows)[0]


def test_twin_that_takes_half_written_files_for_somebody_elses_leaves_them(site, folder, monkeypatch):
    monkeypatch.setattr(blobs, "TEMPORARY", "never-")
    assert die_everywhere(site, folder, lambda: setattr(blobs, "TEMPORARY", ".new-"))[0] == {"orphan"}


def test_twin_that_collects_without_looking_at_the_rows_loses_copies(site, folder, monkeypatch):
    blind = SimpleNamespace(objects=Blob.objects.none())
    monkeypatch.setattr(scrub, "Blob", blind)

    assert "lost" in die_everywhere(site, folder)[0]
