"""What is kept of a source, as files: downloaded under a name one can read, and, where that is safe, looked at."""

import re
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from claims.errors import BlobDamaged
from claims.evidence import scrub, upload
from claims.models import Evidence, Snapshot
from claims.views.access import DeskRequest
from claims.views.capture_line import read_capture
from claims.views.evidence import TEMPLATE, answers_with_reader, for_evidence, line_context, show_reader
from claims.web.media import DOCX, HTML, PDF, ZIP
from claims.web.pictures import read_picture
from claims.workflow.apply import Refused

ENDINGS = {
    HTML: "html",
    PDF: "pdf",
    DOCX: "docx",
    ZIP: "zip",
    "text/plain": "txt",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}
PART_ENDINGS = {"warc": "warc.gz", "wacz": "wacz", "screenshot": "png", "pdf": "pdf"}
LONGEST_NAME = 80
# No script, no form, no frame, and an origin of its own: whatever the file turns out to be, it is not a page of this site.
LOCKED_UP = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ENDING = re.compile(r"\.(?:html?|pdf|docx?|txt|png|jpe?g|gif|webp)$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%;\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


def file_name(title: str, ending: str, moment: str = "") -> str:
    """A name for a file that says what it is: letters of every script, no sign a file system or a header minds."""
    words = "-".join(_NOT_IN_NAMES.sub(" ", _ENDING.sub("", title.strip())).split())[:LONGEST_NAME].strip("-.")
    return "-".join(filter(None, (words or pgettext("name of a file", "source"), moment))) + f".{ending}"


def content_disposition(kind: str, name: str) -> str:
    """The header that names a file: in full, and in ASCII for programs that read only that.

    Source: RFC 6266, section 4.3 and appendix D; RFC 5987 for the letters.
    """
    stem, dot, ending = name.partition(".")
    plain = f"{slugify(stem) or 'source'}{dot}{ending}"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@require_GET
@for_evidence
def snapshot_file(request: DeskRequest, evidence: Evidence, *, snapshot_id: int, part: str) -> HttpResponse:
    """A stored file, always as a download: nothing from the web is shown as a page of this site."""
    snapshot = _copy_of(evidence, snapshot_id)
    blob = getattr(snapshot, f"{part}_id")
    if not blob:
        raise Http404
    try:
        data = scrub.read_checked(blob)
    except BlobDamaged as damage:
        return show_reader(request, evidence, refusal=str(damage), shown=str(snapshot.pk))
    ending = PART_ENDINGS.get(part) or ENDINGS.get(snapshot.mime, "bin")
    return _answer(data, "application/octet-stream", "attachment", _name(evidence, snapshot, ending))


@require_GET
@for_evidence
def snapshot_original(request: DeskRequest, evidence: Evidence, *, snapshot_id: int) -> HttpResponse:
    """A picture or a PDF as it was captured or uploaded, to look at; anything else is only downloaded.

    Its kind is read from its bytes, not believed; the browser is told to run nothing in it.
    """
    snapshot = _copy_of(evidence, snapshot_id)
    try:
        data = scrub.read_checked(snapshot.body_id)
    except BlobDamaged as damage:
        return show_reader(request, evidence, refusal=str(damage), shown=str(snapshot.pk))
    picture = read_picture(data)
    mime = picture.mime if picture and picture.can_be_shown else PDF if data.startswith(b"%PDF-") else ""
    if not mime:
        raise Http404
    return _answer(data, mime, "inline", _name(evidence, snapshot, ENDINGS[mime]))


@require_POST
@for_evidence
@answers_with_reader
def copy_check(request: DeskRequest, evidence: Evidence, *, snapshot_id: int) -> HttpResponse:
    """Compute the hashes of a copy's stored files anew, as after somebody put them back."""
    if not request.user.is_editor:
        raise Refused(_("An editor has stored files checked again."), "person")
    snapshot = _copy_of(evidence, snapshot_id)
    kept = [blob for blob in (getattr(snapshot, f"{part}_id") for part in Snapshot.PARTS) if blob]
    found = [scrub.check_now(blob) for blob in kept]
    if any(found):
        messages.warning(request, _("Checked: the stored file is still missing or damaged."))
    else:
        messages.success(request, _("Checked: every stored file of this copy is whole."))
    return redirect(f"{reverse('claims:evidence-reader', args=[evidence.pk])}?snapshot={snapshot.pk}")


@require_POST
@for_evidence
@answers_with_reader
def upload_retry(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Read an uploaded file again now."""
    upload.read_again(evidence.resource, by=request.user)
    if request.htmx:
        return render(request, f"{TEMPLATE}#capture-line", line_context(request, evidence, read_capture(evidence)))
    return redirect("claims:evidence-reader", evidence.pk)


def _copy_of(evidence: Evidence, snapshot_id: int) -> Snapshot:
    copies = Snapshot.objects.defer("body_text", "main_text")
    return get_object_or_404(copies, pk=snapshot_id, resource=evidence.resource_id)


def _name(evidence: Evidence, snapshot: Snapshot, ending: str) -> str:
    return file_name(str(evidence.resource), ending, f"{snapshot.captured_at:%Y%m%d-%H%M}")


def _answer(data: bytes, mime: str, kind: str, name: str) -> HttpResponse:
    headers = LOCKED_UP | {"Content-Disposition": content_disposition(kind, name)}
    return HttpResponse(data, content_type=mime, headers=headers)


_COPY = "evidence/<int:evidence_id>/copies/<int:snapshot_id>/"
urlpatterns = [
    path("evidence/<int:evidence_id>/copy/retry/", upload_retry, name="upload-retry"),
    path(f"{_COPY}original/", snapshot_original, name="snapshot-original"),
    path(f"{_COPY}check/", copy_check, name="copy-check"),
]
urlpatterns += [
    path(f"{_COPY}{part}/", snapshot_file, {"part": part}, name=f"snapshot-{part}") for part in ("body", *PART_ENDINGS)
]
