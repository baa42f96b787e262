"""Look after what is stored: find copies that were damaged or lost, clear away files nobody refers to."""

import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NoReturn

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import jobs
from claims.errors import BlobDamaged
from claims.evidence import blobs
from claims.jobs import JobRun
from claims.models import Blob, Event, Resource, Snapshot
from claims.workflow.copies import check_texts

EVERY = timedelta(days=30)  # each copy is read again once a month
SECONDS = 600.0  # of one night's work; what is left waits for the next night
AT_ONCE = 100
ROOT = "sha256"
HASH_LENGTH = 64
HEX = re.compile(r"[0-9a-f]{2}")
STRIDE = 37  # folders from one night's beginning to the next; it has no factor in common with their number

log = logging.getLogger(__name__)


def start_nightly_work() -> None:
    """Called by the clock once a day."""
    jobs.enqueue("scrub", key="evidence")
    jobs.enqueue("collect_garbage", key="evidence")


def scrub(job: JobRun, *, seconds: float = SECONDS) -> None:
    """Job: compute the hash of stored copies and of their texts anew, those longest unchecked first.

    What is found missing or damaged, and what was mended, is written on the blob and into the record of every source
    that rests on it, and the editors are told.

    Raises:
        BlobDamaged: the storage did not answer for some copies; all the others were checked, and nothing is said of these.
    """
    ends, unread = time.monotonic() + seconds, 0
    total, due = _due().count(), _due().order_by(F("checked_at").asc(nulls_first=True), "pk")
    for done, sha256 in enumerate(due.values_list("pk", flat=True).iterator(AT_ONCE)):
        job.progress(_("checking stored copies"), done, total)
        unread += not _is_checked(sha256)
        if time.monotonic() > ends:
            break
    if unread:
        _refuse_silence(unread)


def _due() -> QuerySet[Blob]:
    return Blob.objects.filter(Q(checked_at__isnull=True) | Q(checked_at__lt=timezone.now() - EVERY))


def check_now(sha256: str) -> str:
    """Check one blob at once, as after somebody failed to read it; what is wrong comes back."""
    damage = blobs.find_damage(sha256)
    _write_down(sha256, damage)
    return damage


def read_checked(sha256: str) -> bytes:
    """The bytes of a blob; where they prove damaged, or whole although they were said to be damaged, it is written down.

    Raises:
        BlobDamaged: as ``blobs.read_blob``.
    """
    try:
        data = blobs.read_blob(sha256)
    except BlobDamaged:
        check_now(sha256)
        raise
    if Blob.objects.filter(pk=sha256).exclude(damage="").exists():
        check_now(sha256)
    return data


def _is_checked(sha256: str) -> bool:
    """Check one blob; ``False`` where the storage does not answer for it, which must not keep the others waiting."""
    try:
        damage = blobs.find_damage(sha256)
    except Exception:  # whatever the client of an object store raises
        log.warning("The stored copy %s could not be read", sha256, exc_info=True)
        return False
    _write_down(sha256, damage)
    return True


def _refuse_silence(unread: int) -> NoReturn:
    sentence = ngettext(
        "The evidence storage did not answer for %(n)d stored copy. It is asked again tomorrow night.",
        "The evidence storage did not answer for %(n)d stored copies. It is asked again tomorrow night.",
        unread,
    )
    silence = BlobDamaged(sentence % {"n": unread}, "silent")
    silence.permanent = True  # the next night comes before long
    raise silence


@transaction.atomic
def _write_down(sha256: str, damage: str) -> None:
    blob = Blob.objects.select_for_update().get(pk=sha256)
    before, blob.damage, blob.checked_at = blob.damage, damage, timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.scrub', 'on', true)")
        blob.save(update_fields=["damage", "checked_at"])
        cursor.execute("SELECT set_config('factcheck.scrub', '', true)")
    if blob.damage != before:
        _tell(blob)
    check_texts(Snapshot.objects.filter(body=blob))


def _tell(blob: Blob) -> None:
    action = "copy_damaged" if blob.damage else "copy_mended"
    rests = reduce(or_, (Q(**{f"snapshots__{part}": blob}) for part in Snapshot.PARTS))
    for resource in Resource.objects.filter(rests).distinct().order_by("pk"):
        evidence = resource.evidence.order_by("pk").values_list("pk", flat=True).first()
        body = {"blob": blob.sha256, "kind": blob.kind, "damage": blob.damage, "evidence": evidence}
        event = Event.objects.append(resource, action, by=None, body=body)
        if evidence is not None:
            jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)


def collect_garbage(job: JobRun, *, older_than: timedelta = blobs.LEFT_LYING, seconds: float = SECONDS) -> None:
    """Job: delete stored files that no row refers to, such as those of a capture that died half-way.

    Files younger than ``older_than`` are left alone, and so is every name that is none of ours.  Each night begins at
    another folder, so that all are seen where listing them takes longer than a night's share, as in an object store.
    """
    before, ends = timezone.now() - older_than, time.monotonic() + seconds
    cleared = 0
    for folder, names in _folders():
        job.progress(_("clearing away what nobody refers to, %(n)d so far") % {"n": cleared})
        known = set(Blob.objects.filter(pk__in=names).values_list("pk", flat=True))
        for name in names:
            if name not in known and _is_ours(name) and _delete_orphan(f"{folder}/{name}", name, before):
                cleared += 1
        if time.monotonic() > ends:
            return


def _folders() -> Iterator[tuple[str, list[str]]]:
    """Each folder of the storage with the names of its files."""
    storage = blobs.evidence_storage()
    try:
        firsts = storage.listdir(ROOT)[0]
    except FileNotFoundError:  # nothing was ever stored
        return
    begin = timezone.now().toordinal() * STRIDE % 256
    for first in sorted(firsts, key=lambda name: (_place(name) - begin) % 256):
        for second in sorted(storage.listdir(f"{ROOT}/{first}")[0]):
            folder = f"{ROOT}/{first}/{second}"
            yield folder, sorted(storage.listdir(folder)[1])


def _place(name: str) -> int:
    """A folder's place in the round, by the first two figures of the hashes in it."""
    return int(name, 16) if HEX.fullmatch(name) else 0


def _is_ours(name: str) -> bool:
    return name.startswith(blobs.TEMPORARY) or (len(name) == HASH_LENGTH and name.isalnum())


@transaction.atomic
def _delete_orphan(key: str, name: str, before: datetime) -> bool:
    """Under the lock of the hash: a row written meanwhile keeps its file."""
    storage = blobs.evidence_storage()
    blobs.lock_hashes([name])
    if Blob.objects.filter(pk=name).exists() or not storage.exists(key) or storage.get_modified_time(key) > before:
        return False
    storage.delete(key)
    return True
