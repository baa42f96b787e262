"""Stored copies: whole or not there, entered before they can be collected, checked month by month."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage, InMemoryStorage, storages
from django.db import connection, transaction

from claims.errors import BlobDamaged, StorageFull
from claims.evidence import blobs, scrub, warc
from claims.models import Blob, Event, Job
from claims.web.fetch import Page
from tests.claims.evidence.test_warc import BODY, hop
from tests.factories import EvidenceFactory, ResourceFactory, SnapshotFactory


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_same_bytes_are_kept_once_under_their_hash(evidence_folder):
    sha256 = hashlib.sha256(BODY).hexdigest()

    first, second = blobs.store_blob(BODY, "body"), blobs.store_blob(BODY, "body")

    assert first == second == blobs.Stored(sha256, "body", len(BODY), f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}")
    assert files_in(evidence_folder) == [evidence_folder / first.key]
    assert blobs.read_blob(sha256) == BODY


def test_a_flipped_or_missing_blob_is_noticed_on_reading_and_healed_by_storing_again(evidence_folder):
    stored = blobs.store_blob(BODY, "body")
    path = evidence_folder / stored.key
    path.chmod(0o600)
    path.write_bytes(BODY.replace(b"1998", b"1989"))

    with pytest.raises(BlobDamaged, match="differs") as damaged:
        blobs.read_blob(stored.sha256)
    blobs.store_blob(BODY, "body")

    assert (damaged.value.code, blobs.read_blob(stored.sha256)) == ("damaged", BODY)
    path.unlink()
    with pytest.raises(BlobDamaged, match="missing") as missing:
        blobs.read_blob(stored.sha256)
    assert missing.value.code == "missing"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_nothing_behind(evidence_folder, monkeypatch, step):
    def fail(*arguments, **folders):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)

    with pytest.raises(StorageFull, match="The disk that keeps copies is full: nothing was kept"):
        blobs.store_blob(BODY, "body")

    assert files_in(evidence_folder) == []


def test_a_file_is_in_its_place_only_when_it_is_on_the_disk_and_new_folders_are_too(evidence_folder, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle):
        steps.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def note_replace(*names, **folders):
        steps.append("rename")
        replace(*names, **folders)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)

    for data in (b"one", b"one more"):
        steps.clear()
        path = evidence_folder / blobs.store_blob(data, "body").key
        *folders, file, renamed, last = steps
        assert (file.name.startswith(".new-"), renamed, last) == (True, "rename", path.parent)
    assert folders == [path.parents[2], path.parents[1]]  # the first level is there already, with its name


def test_a_storage_that_is_no_file_system_keeps_blobs_too(settings):
    settings.STORAGES = settings.STORAGES | {"evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}

    stored = blobs.store_blob(BODY, "upload")
    blobs.store_blob(BODY, "upload")

    assert blobs.read_blob(stored.sha256) == BODY
    assert storages["evidence"].listdir(os.path.dirname(stored.key)) == ([], [stored.sha256])


# --- rows and files


class Watched:
    """A job nobody looks at."""

    def progress(self, step, done=0, total=0):
        self.told = (step, done, total)


def enter(*stored):
    with transaction.atomic():
        blobs.enter_blobs(stored)


def at_once():
    scrub.collect_garbage(Watched(), older_than=timedelta(0))


@pytest.mark.django_db
def test_what_no_row_refers_to_is_cleared_away_and_the_rest_is_kept(evidence_folder):
    kept, orphan = blobs.store_blob(b"kept", "body"), blobs.store_blob(b"orphan", "body")
    enter(kept)
    (evidence_folder / orphan.key).with_name(".new-half").write_bytes(b"ha")
    (evidence_folder / orphan.key).with_name("README").write_bytes(b"not ours")

    scrub.collect_garbage(Watched())  # a capture may be at work: nothing of today is touched
    assert len(files_in(evidence_folder)) == 4
    at_once()

    assert {path.name for path in files_in(evidence_folder)} == {kept.sha256, "README"}


@pytest.mark.django_db
def test_a_copy_that_was_cleared_away_is_not_written_down(evidence_folder):
    first, found_there = blobs.store_blob(BODY, "body"), blobs.store_blob(BODY, "body")
    at_once()

    with pytest.raises(BlobDamaged, match="cleared away"):
        enter(found_there)
    with (
        time_machine.travel(datetime.now(UTC) + blobs.LEFT_LYING),
        pytest.raises(BlobDamaged, match="cleared away"),
    ):
        enter(first)

    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_under_the_locks_the_storage_is_asked_only_for_what_lay_there_without_a_row(evidence_folder, monkeypatch):
    asked, exists = [], FileSystemStorage.exists
    monkeypatch.setattr(FileSystemStorage, "exists", lambda self, name: asked.append(name) or exists(self, name))
    blobs.store_blob(b"of a capture that died", "body")
    new, found_there = blobs.store_blob(b"new", "body"), blobs.store_blob(b"of a capture that died", "body")

    enter(new, found_there)
    assert asked == [found_there.key]
    enter(new, found_there)
    assert asked == [found_there.key]  # they have their rows


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_row_is_being_written_waits_for_it_and_is_kept(evidence_folder):
    stored = blobs.store_blob(BODY, "body")
    with ThreadPoolExecutor(1) as another:
        with transaction.atomic():
            blobs.enter_blobs([stored])
            collecting = another.submit(collect_apart)
            with pytest.raises(TimeoutError):
                collecting.result(timeout=1)
        collecting.result(timeout=30)

    assert Blob.objects.get().pk == stored.sha256
    assert blobs.find_damage(stored.sha256) == ""


def collect_apart():
    try:
        at_once()
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_night_of_collecting_has_an_end_and_another_night_begins_elsewhere(evidence_folder):
    orphans = [blobs.store_blob(b"orphan %d" % number, "body") for number in range(4)]
    left = []
    for night in range(256):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=night), tick=False):
            scrub.collect_garbage(Watched(), older_than=timedelta(0), seconds=-1)
        left.append(len(files_in(evidence_folder)))

    assert (left[0], left[-1], len(orphans)) == (3, 0, 4)


@pytest.mark.django_db
def test_nothing_is_collected_where_nothing_was_stored(evidence_folder):
    at_once()

    assert files_in(evidence_folder) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("renames", [0, 1, 2, 3])
def test_a_death_at_any_step_leaves_neither_a_row_without_a_file_nor_after_one_collection_a_file_without_a_row(
    evidence_folder, renames
):
    """A process is killed before its nth file is in its place; then the next try does the same work again."""
    enter(blobs.store_blob(b"of an earlier capture", "body"))
    page = Page("https://example.org/", (hop(),), BODY)
    child = os.fork()
    if child == 0:
        done, replace = [], os.replace

        def die(*names, **folders):
            if len(done) == renames:
                os._exit(9)
            done.append(names)
            replace(*names, **folders)

        os.replace = die
        warc.store_page(page)
        os._exit(9)  # all three files are there, no row is
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = len(files_in(evidence_folder))
    assert left == (2 if renames == 0 else 1 + renames + (renames < 3))

    assert all(blobs.find_damage(blob.sha256) == "" for blob in Blob.objects.all())
    at_once()
    assert {path.name for path in files_in(evidence_folder)} == set(Blob.objects.values_list("pk", flat=True))

    archive = warc.store_page(page)
    enter(archive.body, archive.warc, archive.wacz)
    at_once()
    assert len(files_in(evidence_folder)) == 4


# --- scrubbing


@pytest.fixture
def copy(evidence_folder):
    """A stored copy that a piece of evidence rests on."""
    stored = blobs.store_blob(BODY, "body")
    enter(stored)
    snapshot = SnapshotFactory(body=Blob.objects.get(pk=stored.sha256))
    EvidenceFactory(resource=snapshot.resource)
    return stored


def spoil(folder, stored, how):
    path = folder / stored.key
    path.chmod(0o600)
    if how == "missing":
        path.unlink()
    elif how == "flipped":
        path.write_bytes(bytes([BODY[0] ^ 1]) + BODY[1:])
    else:
        path.write_bytes(BODY[:-1])


def forget_checks():
    Blob.objects.update(checked_at=None)


@pytest.mark.django_db
@pytest.mark.parametrize(("how", "damage"), [("flipped", "damaged"), ("truncated", "damaged"), ("missing", "missing")])
def test_a_spoilt_copy_is_found_recorded_and_told_once_and_mended_by_storing_again(evidence_folder, copy, how, damage):
    scrub.scrub(Watched())
    assert Blob.objects.get(pk=copy.sha256).damage == ""
    spoil(evidence_folder, copy, how)
    scrub.scrub(Watched())  # checked this month
    assert not Event.objects.filter(action="copy_damaged").exists()

    for _again in range(2):
        forget_checks()
        scrub.scrub(Watched())

    assert Blob.objects.get(pk=copy.sha256).damage == damage
    (told,) = Event.objects.filter(action="copy_damaged")
    assert (told.details["blob"], told.details["damage"]) == (copy.sha256, damage)
    assert Job.objects.filter(kind="notify", key=f"event/{told.pk}").count() == 1

    blobs.store_blob(BODY, "body")
    forget_checks()
    scrub.scrub(Watched())
    assert Blob.objects.get(pk=copy.sha256).damage == ""
    assert Event.objects.filter(action="copy_mended").count() == 1


@pytest.mark.django_db
def test_a_night_has_an_end_and_the_next_goes_on(evidence_folder):
    for number in range(3):
        enter(blobs.store_blob(b"copy %d" % number, "body"))

    scrub.scrub(Watched(), seconds=-1)
    assert Blob.objects.filter(checked_at=None).count() == 2
    scrub.scrub(Watched())

    assert Blob.objects.filter(checked_at=None).count() == 0


def make_unreadable(folder, stored):
    """As root nothing is forbidden; a folder in its place is as unreadable."""
    (folder / stored.key).unlink()
    (folder / stored.key).mkdir()


@pytest.mark.django_db
def test_a_copy_the_disk_does_not_give_out_is_damaged_and_keeps_no_other_waiting(evidence_folder):
    copies = [blobs.store_blob(b"copy %d" % number, "body") for number in range(3)]
    enter(*copies)
    first = min(copies, key=lambda copy: copy.sha256)
    make_unreadable(evidence_folder, first)

    scrub.scrub(Watched())

    assert Blob.objects.filter(checked_at=None).count() == 0
    assert list(Blob.objects.exclude(damage="").values_list("pk", "damage")) == [(first.sha256, "damaged")]
    with pytest.raises(BlobDamaged, match="does not give it out") as damaged:
        blobs.read_blob(first.sha256)
    assert damaged.value.code == "damaged"


class HalfAway(InMemoryStorage):
    """An object store that answers for some copies only, with errors of its client's making."""

    away = ()

    def _open(self, name, mode="rb"):
        if name in self.away:
            raise ConnectionError("no answer")
        return super()._open(name, mode)


@pytest.mark.django_db
def test_copies_an_object_store_does_not_answer_for_are_counted_and_the_others_checked(settings, monkeypatch):
    backend = {"BACKEND": "tests.claims.evidence.test_blobs.HalfAway"}
    settings.STORAGES = settings.STORAGES | {"evidence": backend}
    copies = sorted(
        (blobs.store_blob(b"copy %d" % number, "body") for number in range(3)), key=lambda copy: copy.sha256
    )
    enter(*copies)
    monkeypatch.setattr(HalfAway, "away", {copies[0].key, copies[1].key})

    with pytest.raises(BlobDamaged, match="for 2 stored copies") as silent:
        scrub.scrub(Watched())

    assert silent.value.permanent
    assert set(Blob.objects.filter(checked_at=None, damage="")) == set(Blob.objects.exclude(pk=copies[2].sha256))
    with pytest.raises(ConnectionError):
        blobs.read_blob(copies[0].sha256)
    monkeypatch.setattr(HalfAway, "away", {copies[0].key})
    with pytest.raises(BlobDamaged, match="for 1 stored copy"):
        scrub.scrub(Watched())
    monkeypatch.setattr(HalfAway, "away", ())
    scrub.scrub(Watched())
    assert not Blob.objects.filter(checked_at=None).exists()


@pytest.mark.django_db
def test_the_clock_asks_for_both_once(evidence_folder):
    scrub.start_nightly_work()
    scrub.start_nightly_work()

    assert sorted(Job.objects.values_list("kind", flat=True)) == ["collect_garbage", "scrub"]


@pytest.mark.django_db
def test_a_damaged_copy_nobody_rests_on_is_recorded_without_a_notice(evidence_folder):
    stored = blobs.store_blob(BODY, "body")
    enter(stored)
    SnapshotFactory(body=Blob.objects.get(pk=stored.sha256), resource=ResourceFactory())
    spoil(evidence_folder, stored, "missing")

    assert scrub.check_now(stored.sha256) == "missing"
    assert Event.objects.filter(action="copy_damaged").count() == 1
    assert not Job.objects.filter(kind="notify").exists()
