"""A claim at a glance: what a wide queue shows, beside its list, of the row under the cursor."""

from collections import Counter

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.claim_cards import source_name
from claims.views.live import is_part
from claims.views.queue_rows import SETTLED
from claims.workflow.standing import standing

MOST = 12  # pieces of evidence; who wants all of them opens the claim


@signed_in
@require_safe
def claim_glance(request: DeskRequest, claim_id: int) -> HttpResponse:
    """What is claimed, what it rests on, and the verdict for those who see it; no look that counts as having read it."""
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    if not is_part(request, "glance"):
        return redirect("claims:claim-detail", claim.pk)
    pieces = list(claim.evidence.select_related("resource__publisher").order_by("number"))
    context = {
        "claim": claim,
        "sees_verdict": claim.has_verdict and standing(claim, request.user).sees_verdict,
        "stances": Counter(item.stance for item in pieces),
        "pieces": [(item, source_name(item)) for item in pieces[:MOST]],
        "more": len(pieces[MOST:]),
        "is_settled": claim.status in SETTLED,
        "now": timezone.now(),
    }
    return render(request, "claims/claim_glance.html", context)


urlpatterns = [path("claims/<int:claim_id>/glance/", claim_glance, name="claim-glance")]
