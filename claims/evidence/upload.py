"""A file from a person's hands: as evidence of its own, or as the copy of a page that cannot be captured."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.evidence import blobs
from claims.evidence.capture import add_snapshot, after_snapshot, locked
from claims.models import Claim, Event, Evidence, Person, Resource, Snapshot
from claims.web.limited import extract_limited
from claims.web.media import DOCX, HTML, PDF, Extract, sniff
from claims.workflow import edit_parts
from claims.workflow.apply import Refused, keep_refusal
from claims.workflow.standing import standing

MAX_BYTES = 20 * 1024 * 1024
READ_SECONDS = 10  # of CPU; the person waits twice as long at most
ACCEPT = ".pdf,.html,.htm,.txt,.docx,.png,.jpg,.jpeg"
KINDS_IN_WORDS = gettext_lazy("PDF, web page (HTML), plain text, Word (DOCX), PNG or JPEG; at most 20 MB")
TEXT = "text/plain"
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
READABLE = frozenset((PDF, HTML, DOCX, TEXT))
_NOT_TEXT = (b"{\\rtf", b"%!PS", b"MZ", b"#!")


def add_upload(claim_id: int, *, by: Person, name: str, data: bytes, title: str = "", **fields: object) -> Evidence:
    """Add a file as a piece of evidence of its own.

    Args:
        name: of the file as the person has it.
        fields: those of evidence: stance, kind, origin, ...

    Raises:
        Refused: not this person or not now; too large, empty, or of a kind that is not kept.
    """
    _check_may_edit(claim_id, by)
    found, stored = _read_and_store(name, data)
    try:
        with transaction.atomic():
            resource = Resource.objects.create(
                title=(title.strip() or found.title or _plain_name(name))[:400],
                published_on=found.published_on,
                date_basis=found.date_basis,
                language=found.language,
            )
            snapshot = _add(resource, found, stored, by)
            evidence = edit_parts.add_evidence(claim_id, by=by, resource=resource, **fields)
            if evidence.pinned_id != snapshot.pk:  # an image has no text, but it is what was uploaded
                evidence = edit_parts.pin_snapshot(evidence.pk, snapshot.pk, by=by)
            _record(snapshot, name, by)
    except Refused as refusal:
        keep_refusal(claim_id, "add_evidence", by, str(refusal))
        raise
    return evidence


def upload_copy(resource_id: int, *, by: Person, name: str, data: bytes, evidence_id: int | None = None) -> Snapshot:
    """Put a file in the place of a capture: what the person saw at that address.

    Args:
        evidence_id: the piece of evidence that is to rest on it.

    Raises:
        Refused: as ``add_upload``.
    """
    evidence = Evidence.objects.filter(pk=evidence_id, resource=resource_id).first() if evidence_id else None
    if evidence is not None:
        _check_may_edit(evidence.claim_id, by)
    elif evidence_id or not by.can_contribute:
        raise Refused(_("You may read this source, not add to it."), "person")
    found, stored = _read_and_store(name, data)
    with transaction.atomic():
        snapshot = _add(locked(resource_id), found, stored, by)
        if evidence is not None:
            edit_parts.pin_snapshot(evidence.pk, snapshot.pk, by=by)
        _record(snapshot, name, by)
        after_snapshot(snapshot)
    return snapshot


def media_type(name: str, data: bytes) -> str:
    """What a file is by its bytes; its name only tells two kinds of text apart.

    Raises:
        Refused: it is of no kind that is kept.
    """
    for mime, start in IMAGES.items():
        if data.startswith(start):
            return mime
    mime = sniff(data, "")
    if mime == TEXT and name.lower().endswith((".html", ".htm")):
        mime = HTML
    if mime not in READABLE or data.startswith(_NOT_TEXT):
        raise Refused(
            _("This kind of file is not kept. What can be uploaded: %(kinds)s.") % {"kinds": KINDS_IN_WORDS}, "kind"
        )
    return mime


def _check_may_edit(claim_id: int, by: Person) -> None:
    """Before a large file is read: the same question is asked again when it is written down."""
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise Refused(_("This claim does not exist."), "no_claim")
    if not standing(claim, by).may_edit:
        sentence = _("You cannot change this claim while it is “%(state)s”.") % {"state": claim.get_status_display()}
        keep_refusal(claim_id, "upload", by, sentence)
        raise Refused(sentence, "state")


def _read_and_store(name: str, data: bytes) -> tuple[Extract, blobs.Stored]:
    if not data:
        raise Refused(_("The file is empty."), "empty")
    if len(data) > MAX_BYTES:
        raise Refused(
            _("The file has %(size)d MB; at most 20 MB can be uploaded.") % {"size": len(data) // 1024**2}, "size"
        )
    mime = media_type(name, data)
    found = (
        Extract("unsupported", mime) if mime in IMAGES else extract_limited(data, mime, "", "", seconds=READ_SECONDS)
    )
    return found, blobs.store_blob(data, "upload")


def _add(resource: Resource, found: Extract, stored: blobs.Stored, by: Person) -> Snapshot:
    return add_snapshot(resource, found, {"body": stored}, kind=Snapshot.Kind.UPLOADED, captured_by=by)


def _record(snapshot: Snapshot, name: str, by: Person) -> None:
    body = {
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
        "previous_sha256": snapshot.previous_sha256,
        "file": _plain_name(name),
        "mime": snapshot.mime,
    }
    Event.objects.append(snapshot.resource, "upload", by=by, body=body)


def _plain_name(name: str) -> str:
    """The last part of a file's name, without signs that turn or hide its letters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable())[:200] or _("Uploaded file")
