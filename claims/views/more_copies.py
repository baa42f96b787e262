"""Copies a browser made: asking for one, and its picture."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from claims.errors import BlobDamaged
from claims.evidence import rendered, scrub
from claims.models import Evidence, Snapshot
from claims.views.access import DeskRequest
from claims.views.capture_line import read_capture
from claims.views.evidence import (
    TEMPLATE,
    answers_with_reader,
    check_may_ask,
    for_evidence,
    line_context,
)
from claims.views.stored_files import LOCKED_UP


@require_POST
@for_evidence
@answers_with_reader
def capture_as_shown(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Capture as a browser shows it; a refusal says why that cannot be done here."""
    check_may_ask(evidence, request.user)
    rendered.request_rendering(evidence.resource, claim_id=evidence.claim_id, by=request.user)
    if request.htmx:
        context = line_context(request, evidence, read_capture(evidence))
        return render(request, f"{TEMPLATE}#capture-line", context)
    return redirect("claims:evidence-reader", evidence.pk)


@require_GET
@for_evidence
def snapshot_picture(request: DeskRequest, evidence: Evidence, *, snapshot_id: int) -> HttpResponse:
    """The picture the browser took, made by ours and no file of theirs, so it may be shown."""
    snapshot = get_object_or_404(Snapshot, pk=snapshot_id, resource=evidence.resource_id)
    if not snapshot.screenshot_id:
        raise Http404
    try:
        data = scrub.read_checked(snapshot.screenshot_id)
    except BlobDamaged:
        raise Http404 from None
    return HttpResponse(data, content_type="image/png", headers=LOCKED_UP)


_COPY = "evidence/<int:evidence_id>/copies/<int:snapshot_id>/"
urlpatterns = [
    path("evidence/<int:evidence_id>/capture-as-shown/", capture_as_shown, name="capture-as-shown"),
    path(f"{_COPY}picture/", snapshot_picture, name="snapshot-picture"),
]
