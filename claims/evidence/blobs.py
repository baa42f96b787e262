"""Bytes kept by their hash in the evidence storage: written whole or not at all, checked on every reading."""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from claims.errors import BlobDamaged, StorageFull
from claims.models import Blob

TEMPORARY = ".new-"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
LEFT_LYING = timedelta(days=1)  # a capture at work has stored its files and not yet written them down

# Locked first, in one order for all; what the row says of a file is only looked at then.
_ENTER = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s) AS one (sha256 text, kind text, size bigint, key text)
), locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('blob ' || sha256, 0))
    FROM (SELECT sha256 FROM wanted ORDER BY sha256) AS hashes
), entered AS (
    INSERT INTO claims_blob (sha256, kind, size, key, damage)
    SELECT sha256, kind, size, key, '' FROM wanted WHERE (SELECT count(*) FROM locked) > 0
    ORDER BY sha256 ON CONFLICT DO NOTHING RETURNING sha256
)
SELECT sha256, FALSE FROM entered
UNION ALL SELECT sha256, TRUE FROM claims_blob JOIN wanted USING (sha256) WHERE NOT (damage = '')
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as it lies in the evidence storage; the fields are those of the ``Blob`` row to write for it.

    Attributes:
        put_at: when the file was put there, in seconds since 1970; 0.0 where it may have lain there before.
    """

    sha256: str
    kind: str
    size: int
    key: str
    put_at: float = field(default=0.0, compare=False)


def evidence_storage() -> Storage:
    return storages["evidence"]


def store_blob(data: bytes, kind: str) -> Stored:
    """Keep bytes under their hash; the same bytes add no second file, and a damaged one is healed.

    Args:
        kind: one of ``Blob.Kind``.

    Raises:
        StorageFull: the disk, or the share of it that is ours, is full.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    key = blob_key(sha256)
    storage, now = evidence_storage(), time.time()
    try:
        if isinstance(storage, FileSystemStorage):
            is_put = _put_file(Path(storage.path(key)), data)
        else:
            is_put = _put_object(storage, sha256, data)
    except OSError as error:
        if error.errno not in FULL:
            raise
        words = _("The disk that keeps copies is full: nothing was kept. An administrator makes room; then try again.")
        raise StorageFull(words, "disk_full") from error
    return Stored(sha256, kind, len(data), key, now if is_put else 0.0)


def enter_blobs(stored: Iterable[Stored]) -> list[str]:
    """Write the rows of stored blobs; from the end of the transaction on they are never collected.

    The lock of each hash is shared with the collection of garbage: either this row is there before the file is looked
    at, or the file is found gone here.  A file is looked for only where it may be gone: a row that was there keeps its
    file, and one put there lately is not collected.  So an object store is seldom asked while others wait for the locks.

    Returns:
        the hashes of those whose row says that the file is damaged or lost: it may be whole by now.

    Raises:
        BlobDamaged: the file was collected meanwhile, as it was left lying for a day; storing it again mends that.
    """
    put_before = time.time() - LEFT_LYING.total_seconds() / 2
    rows = sorted(stored, key=lambda one: one.sha256)
    with connection.cursor() as cursor:
        entered: Any = Jsonb([asdict(one) for one in rows])
        cursor.execute(_ENTER, [entered])
        found: list[tuple[str, bool]] = cursor.fetchall()
    new = {sha256 for sha256, is_marked in found if not is_marked}
    for one in rows:
        if one.sha256 in new and one.put_at < put_before and not evidence_storage().exists(one.key):
            raise BlobDamaged(_("The copy was cleared away before it was written down; it is stored again."), "missing")
    return sorted(sha256 for sha256, is_marked in found if is_marked)


def lock_hashes(hashes: list[str]) -> None:
    """Until the transaction ends nobody else enters or collects these blobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM"
            " (SELECT 'blob ' || one AS name FROM unnest(%s::text[]) AS one ORDER BY one) AS hashes",
            [hashes],
        )


def read_blob(sha256: str) -> bytes:
    """The bytes of a blob, whose hash is computed anew.

    Raises:
        BlobDamaged: code ``missing`` or ``damaged``.
    """
    try:
        with evidence_storage().open(blob_key(sha256), "rb") as file:
            data = bytes(file.read())
    except FileNotFoundError:
        raise BlobDamaged(_("The stored copy is missing from the evidence storage."), "missing") from None
    except OSError as error:
        if not _is_of_files():
            raise
        raise BlobDamaged(_("The stored copy is there, but the disk does not give it out."), "damaged") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BlobDamaged(_("The stored copy is no longer what was captured: its hash differs."), "damaged")
    return data


def find_damage(sha256: str) -> str:
    """What is wrong with a stored blob, as one of ``Blob.Damage``; empty when it is whole.  Reads piece by piece.

    A file that the disk does not give out is damaged.  What the client of an object store raises goes on to the caller:
    a store that does not answer says nothing about the copy.
    """
    found = hashlib.sha256()
    try:
        with evidence_storage().open(blob_key(sha256), "rb") as file:
            for piece in file.chunks():
                found.update(piece)
    except FileNotFoundError:
        return Blob.Damage.MISSING
    except OSError:
        if not _is_of_files():
            raise
        return Blob.Damage.DAMAGED
    return Blob.Damage.NONE if found.hexdigest() == sha256 else Blob.Damage.DAMAGED


def _is_of_files() -> bool:
    return isinstance(evidence_storage(), FileSystemStorage)


def blob_key(sha256: str) -> str:
    """Where a blob lies in the storage."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _put_object(storage: Storage, sha256: str, data: bytes) -> bool:
    """Into an object store, where one PUT is all or nothing; ``False`` where it lies there, whole, already."""
    damage, key = find_damage(sha256), blob_key(sha256)
    if damage == Blob.Damage.DAMAGED:
        storage.delete(key)
    if damage:
        storage.save(key, ContentFile(data))
    return bool(damage)


def _put_file(path: Path, data: bytes) -> bool:
    """All of it or nothing, also when the power fails; a damaged file of the same name is healed.

    Returns:
        ``False`` where it lies there, whole, already.
    """
    if _holds(path, data):
        return False
    with _opened(path.parent) as folder:
        temporary = TEMPORARY + secrets.token_hex(8)
        try:
            with os.fdopen(os.open(temporary, _NEW, 0o600, dir_fd=folder), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise
        os.fsync(folder)
    return True


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:  # it is not there, or cannot be read any more: either way it is written anew
        return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A folder, made where it is not there yet."""
    try:
        folder = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        _make_folder(path)
        folder = os.open(path, os.O_RDONLY)
    try:
        yield folder
    finally:
        os.close(folder)


def _make_folder(path: Path) -> None:
    """A new folder is as safe as the file in it only when its name, too, is written into the folder above."""
    with _opened(path.parent) as above:
        path.mkdir(exist_ok=True)
        os.fsync(above)
