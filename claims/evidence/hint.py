"""A site's word that a page did not change (304): cheap for both, and believed as far as a word goes.

It is asked for by the schedule alone, at most at every other look, and never where a publication is near or a passage was
found altered: a site may lie, and then the next look, which reads the whole page, finds it out.  A 304 looks for no
passage, so nothing that asks for a fresh look at the passages is satisfied by it.
"""

from dataclasses import dataclass
from http import HTTPStatus

from claims.errors import BlobDamaged
from claims.evidence import blobs, schedule, warc
from claims.jobs import JobRun
from claims.models import Blob, Claim, Resource, Snapshot, SourceAlert
from claims.web.fetch import Since
from claims.web.media import EXTRACTOR, Extract

MAX_VALIDATOR = 200  # characters; more is no mark of a version
NEAR_PUBLICATION = (
    Claim.Status.PREFLIGHT,
    Claim.Status.IN_CROSS_CHECK,
    Claim.Status.IN_REVIEW,
    Claim.Status.APPROVED,
)


@dataclass(frozen=True)
class Hint:
    """What may be asked, the copy that a 304 would confirm, and the answer its archive ends with."""

    since: Since
    copy: Snapshot
    original: warc.Original

    def stored(self, record: blobs.Stored) -> dict[str, blobs.Stored]:
        """The blobs of the new copy: those of the one before, and the record of the 304."""
        assert self.copy.wacz is not None
        return {"body": _as_stored(self.copy.body), "warc": record, "wacz": _as_stored(self.copy.wacz)}

    def found(self) -> Extract:
        """The text of the one before, as it was read then."""
        names = ("mime", "extractor", "body_text", "main_text", "title", "author", "published_on", "date_basis")
        fields = {name: getattr(self.copy, name) for name in (*names, "canonical_url", "language")}
        return Extract(state="ok", pages=tuple(self.copy.pages), **fields)


def find_hint(job: JobRun, source: Resource) -> Hint | None:
    """What to ask instead of the whole page; empty where the whole page must be read."""
    if job.priority != schedule.PRIORITY:
        return None
    copy = source.snapshots.order_by("-captured_at", "-id").select_related("body", "wacz").first()
    if copy is None or not _is_full(copy):
        return None
    if source.evidence.filter(claim__status__in=NEAR_PUBLICATION).exists() or _is_under_suspicion(source):
        return None
    assert copy.warc_id is not None
    assert copy.wacz_id is not None
    try:
        archive = blobs.read_blob(copy.warc_id)
    except BlobDamaged:
        return None
    since, original = _since(copy, archive), warc.find_original(archive)
    if original is None or not since.headers() or any(blobs.find_damage(blob) for blob in (copy.body_id, copy.wacz_id)):
        return None
    return Hint(since, copy, original)


def _is_full(copy: Snapshot) -> bool:
    """A page that was read whole, by this version's way of reading."""
    is_page = copy.kind == Snapshot.Kind.FETCHED and copy.http_status == HTTPStatus.OK and bool(copy.body_text)
    return is_page and copy.warc_id is not None and copy.wacz_id is not None and copy.extractor == EXTRACTOR


def _is_under_suspicion(source: Resource) -> bool:
    return SourceAlert.objects.filter(quote__evidence__resource=source, closed_at__isnull=True).exists()


def _since(copy: Snapshot, archive: bytes) -> Since:
    usable = [
        value if value.isascii() and value.isprintable() and len(value) <= MAX_VALIDATOR else ""
        for value in warc.find_validators(archive)
    ]
    return Since(copy.final_url, *usable)


def _as_stored(blob: Blob) -> blobs.Stored:
    return blobs.Stored(blob.sha256, blob.kind, blob.size, blob.key)
