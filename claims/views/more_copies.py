"""More copies: one press for every source of a claim, and those a browser made, with their picture."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from claims.errors import BlobDamaged
from claims.evidence import capture, rendered, scrub
from claims.models import Evidence, Resource, Snapshot
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.capture_line import read_capture
from claims.views.evidence import (
    TEMPLATE,
    answers_with_reader,
    check_may_ask,
    for_evidence,
    line_context,
)
from claims.views.stored_files import LOCKED_UP
from claims.workflow.evidence_facts import read_evidence
from claims.workflow.sources import FRESH_LOOK, unseen


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


@require_POST
@never_cache
@signed_in
def claim_look(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Have every quoted source of a claim looked at that publication would miss a look at."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    if not request.user.can_research:
        messages.error(request, _("A checker or an editor has sources looked at again."))
        return redirect("claims:claim-detail", claim.pk)
    unlooked = {item.resource_id for item in unseen(read_evidence(claim), FRESH_LOOK)}
    with transaction.atomic():
        for source in Resource.objects.filter(pk__in=unlooked):
            capture.request_capture(source, claim_id=claim.pk, by=request.user)
    words = ngettext("%(n)d source is looked at now.", "%(n)d sources are looked at now.", len(unlooked)) % {
        "n": len(unlooked)
    }
    messages.success(request, words if unlooked else _("All its sources were looked at within 24 hours."))
    return redirect("claims:claim-detail", claim.pk)


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
    path("claims/<int:claim_id>/look/", claim_look, name="claim-look"),
    path("evidence/<int:evidence_id>/capture-as-shown/", capture_as_shown, name="capture-as-shown"),
    path(f"{_COPY}picture/", snapshot_picture, name="snapshot-picture"),
]
