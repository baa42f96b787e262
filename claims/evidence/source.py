"""A source and what is known of it, in one statement each: what a capture reads before and after it has the page."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from claims.evidence.blobs import Stored
from claims.models import Blob, Resource
from claims.workflow.transitions import EDITABLE

_READ = """
SELECT resource.*, copy.sha256 AS copy_sha256, copy.final_url AS copy_url, copy.warc_id AS copy_warc,
    wacz.sha256 AS wacz_sha256, wacz.size AS wacz_size, wacz.key AS wacz_key
FROM claims_resource resource
LEFT JOIN LATERAL (
    SELECT * FROM claims_snapshot WHERE resource_id = resource.id AND kind = 'fetched' AND warc_id IS NOT NULL
    ORDER BY captured_at DESC, id DESC LIMIT 1
) copy ON TRUE
LEFT JOIN claims_blob wacz ON wacz.sha256 = copy.wacz_id
WHERE resource.id = %s
"""

_LOCK = "SELECT * FROM claims_resource WHERE id = %s FOR NO KEY UPDATE"

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
    for row in Resource.objects.raw(_READ, [pk]):
        return (row, _copy(row)) if row.url else None
    return None


def _copy(row: object) -> Copy | None:
    found = partial(getattr, row)
    if found("copy_warc") is None:
        return None
    size, key = found("wacz_size"), found("wacz_key")
    wacz = Stored(found("wacz_sha256"), Blob.Kind.WACZ, size, key) if found("wacz_sha256") else None
    return Copy(found("copy_sha256"), found("copy_url"), found("copy_warc"), wacz)


def locked(pk: int) -> Resource:
    """A source, locked against other copies of it; rows that point to it may still be added.

    Raises:
        Resource.DoesNotExist
    """
    for row in Resource.objects.raw(_LOCK, [pk]):
        found: Resource = row
        return found
    raise Resource.DoesNotExist


def look_around(resource: Resource) -> Surroundings:
    """What a new copy meets, read after the source was locked."""
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
