"""A file from a person's hands: as evidence of its own, or as the copy of a page that cannot be captured.

Its bytes are looked at and stored at once; its text is read in the background (job "read_upload"), for a file made to do
harm may keep a parser busy for half a minute.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import jobs
from claims.evidence import blobs
from claims.evidence.capture import add_snapshot, after_snapshot, fill_in
from claims.evidence.source import locked
from claims.jobs import JobRun
from claims.models import Claim, Event, Evidence, Job, Person, Resource, Snapshot
from claims.web.kinds import readable_kind
from claims.web.limited import extract_limited
from claims.web.media import Extract
from claims.web.pictures import JPEG, PNG, is_svg, read_picture
from claims.workflow import edit_parts
from claims.workflow.apply import Refused, keep_refusal
from claims.workflow.revisions import is_unreadable
from claims.workflow.rights import check_may_change
from claims.workflow.standing import is_own, standing

MAX_BYTES = 20 * 1024 * 1024
READ_SECONDS = 10  # of CPU
STEPS = 3
ACCEPT = ".pdf,.html,.htm,.txt,.docx,.png,.jpg,.jpeg"
KINDS_IN_WORDS = gettext_lazy("PDF, web page (HTML), plain text, Word (DOCX), PNG or JPEG; at most 20 MB")
IMAGES = frozenset((PNG, JPEG))


@dataclass(frozen=True)
class File:
    """A file that was looked at and stored.

    Attributes:
        name: its own, without folders and hidden signs.
    """

    name: str
    mime: str
    sha256: str
    size: int

    def stored(self) -> blobs.Stored:
        return blobs.Stored(self.sha256, "upload", self.size, blobs.blob_key(self.sha256))


@dataclass(frozen=True)
class Place:
    """Where a file goes: to which source, which piece of evidence is to rest on it, and whether a person named it."""

    resource: int
    evidence: int | None
    is_named: bool


def add_upload(
    claim_id: int, *, by: Person, name: str, data: bytes, title: str = "", later: bool = False, **fields: object
) -> Evidence:
    """Add a file as a piece of evidence of its own.

    Args:
        name: of the file as the person has it.
        later: read its text in the background; the evidence has no copy until then.
        fields: those of evidence: stance, kind, origin, ...

    Raises:
        Refused: not this person or not now; too large, empty, damaged, or of a kind that is not kept.
    """
    _check_may_change(claim_id, by, "add_evidence")
    file = _store(name, data)
    found = None if later else _read(file.mime, data)
    try:
        with transaction.atomic():
            resource = Resource.objects.create(title=(title.strip() or file.name)[:400])
            evidence = edit_parts.add_evidence(claim_id, by=by, resource=resource, **fields)
            _go_on(file, Place(resource.pk, evidence.pk, bool(title.strip())), found, by=by, claim_id=claim_id)
    except Refused as refusal:
        keep_refusal(claim_id, "add_evidence", by, str(refusal))
        raise
    return Evidence.objects.select_related("resource", "pinned").get(pk=evidence.pk)


def same_file(evidence: Evidence, data: bytes) -> int | None:
    """The number of another piece of the same claim that rests on the very same file."""
    others = Evidence.objects.filter(claim=evidence.claim_id, pinned__sha256=hashlib.sha256(data).hexdigest())
    first = others.exclude(pk=evidence.pk).order_by("number").first()
    return first.number if first else None


def upload_copy(
    resource_id: int, *, by: Person, name: str, data: bytes, evidence_id: int | None = None, later: bool = False
) -> None:
    """Put a file in the place of a capture: what the person saw at that address.

    Args:
        evidence_id: the piece of evidence that is to rest on it.
        later: read its text in the background.

    Raises:
        Refused: as ``add_upload``; or another file for this source is being read.
    """
    evidence = Evidence.objects.filter(pk=evidence_id, resource=resource_id).first() if evidence_id else None
    if evidence is not None:
        _check_may_change(evidence.claim_id, by, "pin_snapshot", own=is_own(evidence, by))
    elif evidence_id or not by.can_contribute:
        raise Refused(_("You may read this source, not add to it."), "person")
    file = _store(name, data)
    found = None if later else _read(file.mime, data)
    claim_id = evidence.claim_id if evidence else None
    with transaction.atomic():
        _go_on(file, Place(resource_id, evidence_id, is_named=True), found, by=by, claim_id=claim_id)


def read_upload(
    job: JobRun, *, resource: int, file: dict[str, str | int], evidence: int | None, is_named: bool
) -> Callable[[], None]:
    """Job: read the text of a file that was handed in, and make it a copy of its source."""
    handed_in = File(**file)  # type: ignore[arg-type]  # as they were written into the ledger
    job.progress(_("opening the file"), 1, STEPS)
    data = blobs.read_blob(handed_in.sha256)
    job.progress(_("reading its text"), 2, STEPS)
    found = _read(handed_in.mime, data)
    job.progress(_("keeping the copy"), 3, STEPS)
    assert job.created_by_id is not None  # a person handed it in
    by = Person.objects.get(pk=job.created_by_id)
    return partial(_keep, handed_in, Place(resource, evidence, is_named), found, by)


def read_again(resource: Resource, *, by: Person) -> None:
    """Read a file again now that could not be read.

    Raises:
        UserFacingError: there is none, or this person may not ask for it.
    """
    about = Job.objects.filter(kind="read_upload", key=resource.chain).exclude(state=Job.State.DONE)
    job = about.order_by("-pk").first()
    if job is None:
        raise Refused(_("No file of this source waits to be read."), "no_file")
    if job.state != Job.State.RUNNING and (job.state != Job.State.QUEUED or job.attempts):  # else it comes by itself
        jobs.retry(job.pk, by)


def media_type(name: str, data: bytes) -> str:
    """What a file is by its bytes; its name only tells two kinds of text apart.

    Raises:
        Refused: it is of no kind that is kept, or a picture of which something is missing.
    """
    picture = read_picture(data)
    if picture is not None and picture.mime in IMAGES:
        if not picture.is_whole:
            raise Refused(_("This picture is damaged or not whole: no browser could show it."), "damaged")
        return picture.mime
    if is_svg(data):
        raise Refused(_("A drawing in SVG is not kept, for it can hold programs: save it as PNG or PDF."), "kind")
    mime = readable_kind(name, data)
    if not mime:
        raise Refused(
            _("This kind of file is not kept. What can be uploaded: %(kinds)s.") % {"kinds": KINDS_IN_WORDS}, "kind"
        )
    return mime


def _check_may_change(claim_id: int, by: Person, action: str, *, own: bool = False) -> None:
    """Before a large file is read: the same question is asked again when it is written down."""
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise Refused(_("This claim does not exist."), "no_claim")
    try:
        check_may_change(standing(claim, by), action, own=own)
    except Refused as refusal:
        keep_refusal(claim_id, "upload", by, str(refusal))
        raise


def too_large(size: int) -> Refused:
    """What is said of a file of so many bytes; rounded up, or a little more than 20 MB would read as the 20 allowed."""
    return Refused(
        _("The file has %(size)d MB; at most 20 MB can be uploaded.") % {"size": -(-size // 1024**2)}, "size"
    )


def _store(name: str, data: bytes) -> File:
    if not data:
        raise Refused(_("The file is empty."), "empty")
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    mime = media_type(name, data)
    return File(_plain_name(name), mime, blobs.store_blob(data, "upload").sha256, len(data))


def _read(mime: str, data: bytes) -> Extract:
    return Extract("unsupported", mime) if mime in IMAGES else extract_limited(data, mime, "", "", seconds=READ_SECONDS)


def _go_on(file: File, place: Place, found: Extract | None, *, by: Person, claim_id: int | None) -> None:
    """With its text at once, or with a job that reads it.

    Raises:
        Refused: another file is being read for this source; one that failed and waits for its next try is replaced.
    """
    if found is not None:
        _keep(file, place, found, by)
        return
    key = locked(place.resource).chain
    at_work = Job.objects.unfinished().filter(kind="read_upload", key=key, last_error="")
    if at_work.exclude(args__file__sha256=file.sha256).exists():
        raise Refused(_("Another file for this source is being read; wait until it is there."), "busy")
    blobs.enter_blobs([file.stored()])
    jobs.enqueue("read_upload", key=key, claim=claim_id, by=by, file=asdict(file), **asdict(place))


def _keep(file: File, place: Place, found: Extract, by: Person) -> None:
    """Claims are locked before all else; one that was sent for review meanwhile keeps what it rested on."""
    Claim.objects.locked().filter(evidence__in=[place.evidence]).first()
    resource = locked(place.resource)
    archive = {"body": file.stored()}
    snapshot = add_snapshot(resource, found, archive, kind=Snapshot.Kind.UPLOADED, captured_by=by)
    if not place.is_named:
        _name_after_itself(resource, snapshot)
    if place.evidence is not None and not _is_worse(snapshot, place.evidence):
        with suppress(Refused), transaction.atomic():
            edit_parts.pin_snapshot(place.evidence, snapshot.pk, by=by)
    _record(snapshot, file.name, by)
    after_snapshot(snapshot)


def _is_worse(snapshot: Snapshot, evidence: int) -> bool:
    """A file that could not be read never takes the place of a copy that can."""
    relied_on = Snapshot.objects.filter(pinned_by=evidence).exclude(is_unreadable())
    return Snapshot.objects.filter(is_unreadable(), pk=snapshot.pk).exists() and relied_on.exists()


def _name_after_itself(resource: Resource, snapshot: Snapshot) -> None:
    """What a file says about itself; until it was read it bore its file's name."""
    name, resource.title = resource.title, ""
    filled = fill_in(resource, snapshot)
    resource.title = resource.title or name
    resource.save(update_fields=list(filled))


def _record(snapshot: Snapshot, name: str, by: Person) -> None:
    body = {
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
        "previous_sha256": snapshot.previous_sha256,
        "file": name,
        "mime": snapshot.mime,
    }
    Event.objects.append(snapshot.resource, "upload", by=by, body=body)


def _plain_name(name: str) -> str:
    """The last part of a file's name, without signs that turn or hide its letters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable())[:200] or _("Uploaded file")
