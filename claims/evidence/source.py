"""A source and what is known of it, in one statement each: what a capture reads before and after it has the page."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from claims.evidence.blobs import Stored
from claims.models import Blob, Resource, Snapshot
from claims.workflow.transitions import EDITABLE

_COLUMNS = tuple(field.attname for field in Resource._meta.concrete_fields)
_RESOURCE = ", ".join(f"resource.{name}" for name in _COLUMNS)

_READ = f"""
SELECT copy.sha256, copy.final_url, copy.warc_id, wacz.sha256, wacz.size, wacz.key, {_RESOURCE}
FROM claims_resource resource
LEFT JOIN LATERAL (
    SELECT * FROM claims_snapshot WHERE resource_id = resource.id AND kind = 'fetched' AND warc_id IS NOT NULL
    ORDER BY captured_at DESC, id DESC LIMIT 1
) copy ON TRUE
LEFT JOIN claims_blob wacz ON wacz.sha256 = copy.wacz_id
WHERE resource.id = %s
"""  # noqa: S608  # names of columns

_LOCK = f"SELECT {_RESOURCE} FROM claims_resource resource WHERE id = %s FOR NO KEY UPDATE"  # noqa: S608  # the same

_WRITTEN = [field for field in Snapshot._meta.concrete_fields if field.name not in {"id", "captured_at"}]
_ADD = (
    f"INSERT INTO claims_snapshot ({', '.join(field.attname for field in _WRITTEN)})"  # noqa: S608  # names of columns
    f" VALUES ({', '.join('%s' for _ in _WRITTEN)}) RETURNING id, captured_at"
)

_LOOK_AROUND = """
SELECT COALESCE((SELECT sha256 FROM claims_snapshot WHERE resource_id = %(pk)s
        ORDER BY captured_at DESC, id DESC LIMIT 1), ''),
    EXISTS (SELECT FROM claims_evidence evidence JOIN claims_claim claim ON claim.id = evidence.claim_id
        WHERE evidence.resource_id = %(pk)s AND NOT (claim.status = ANY(%(editable)s) AND claim.public_state = '')),
    EXISTS (SELECT FROM claims_evidence WHERE resource_id = %(pk)s AND pinned_id IS NULL),
    EXISTS (SELECT FROM claims_quote quote JOIN claims_evidence evidence ON evidence.id = quote.evidence_id
        WHERE evidence.resource_id = %(pk)s),
    EXISTS (SELECT FROM claims_quote quote JOIN claims_evidence evidence ON evidence.id = quote.evidence_id
        JOIN claims_snapshot copy ON copy.id = quote.snapshot_id
        WHERE evidence.resource_id = %(pk)s AND copy.kind = 'rendered'),
    (SELECT id FROM claims_publisher WHERE domain = ANY(%(domains)s) ORDER BY name LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest plain copy of a source, as far as a later one may refer to it."""

    sha256: str
    url: str
    warc: str
    wacz: Stored | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a new copy of a source meets.

    Attributes:
        previous_sha256: of the newest copy's body; empty when there is none.
        is_frozen: a claim that cites it is frozen or public.
        awaits_copy: evidence rests on no copy of it yet.
        has_shown_quotes: passages were quoted as a browser showed them.
        publisher: known by the source's host.
    """

    previous_sha256: str
    is_frozen: bool
    awaits_copy: bool
    has_quotes: bool
    has_shown_quotes: bool
    publisher: int | None


def read_source(pk: int) -> tuple[Resource, Copy | None] | None:
    """A source that has an address, and its newest plain copy; ``None`` when there is no such source."""
    row = _one(_READ, pk)
    if row is None:
        return None
    sha256, url, warc, *wacz = row[:6]
    source = _resource(row[6:])
    kept = Stored(wacz[0], Blob.Kind.WACZ, wacz[1], wacz[2]) if wacz[0] else None
    return (source, Copy(sha256, url, warc, kept) if warc else None) if source.url else None


def locked(pk: int) -> Resource:
    """A source, locked against other copies of it; rows that point to it may still be added.

    Raises:
        Resource.DoesNotExist
    """
    row = _one(_LOCK, pk)
    if row is None:
        raise Resource.DoesNotExist
    return _resource(row)


def _one(statement: str, pk: int) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _resource(row: tuple[Any, ...]) -> Resource:
    """No column of it needs more than the database's own value."""
    found: Resource = Resource.from_db(connection.alias, _COLUMNS, row)
    return found


def add_row(snapshot: Snapshot) -> None:
    """Save a new snapshot, in one plain statement; its moment is the database's."""
    values = [field.get_db_prep_save(getattr(snapshot, field.attname), connection) for field in _WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
        snapshot.pk, snapshot.captured_at = cursor.fetchone()
    snapshot._state.adding, snapshot._state.db = False, connection.alias


def look_around(resource: Resource) -> Surroundings:
    """Read, in one statement, what the tables say about a source that decides what a new copy of it sets off.

    The source must be locked.
    """
    about: dict[str, Any] = {"pk": resource.pk, "editable": list(EDITABLE), "domains": _domains(resource)}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_AROUND, about)
        return Surroundings(*cursor.fetchone())


def _domains(resource: Resource) -> list[str]:
    """The names under which a publisher may be known: news.example.org, example.org; none for a file without an address.

    A publisher that was only named has no domain either, and must not be taken for that of every file.
    """
    if not resource.host:
        return []
    labels = resource.host.removeprefix("www.").split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
