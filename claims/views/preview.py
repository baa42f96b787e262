"""The public page of a claim before it is public, for the desk alone."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.models import Desk
from claims.publishing.preview import preview
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.public import shown
from claims.workflow.standing import standing


@signed_in
@require_safe
def claim_preview(request: DeskRequest, claim_id: int) -> HttpResponse:
    """How readers would see a claim, what would keep it from being published, and what search engines would read.

    Like the page itself it speaks the desk's language and tells its time.
    """
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    if not standing(claim, request.user).sees_verdict:
        raise PermissionDenied(_("The verdict is hidden from you until you have given your own, and so is this page."))
    desk = Desk.objects.current()
    with timezone.override(desk.zone), translation.override(desk.spoken):
        seen = preview(claim, by=request.user)
        context = {
            "claim": claim,
            "check": seen.page,
            "row": {"revision": {"number": seen.number}},
            "preview": seen,
            **shown(seen.page, claim),
        }
        return render(request, "public/fact_check_preview.html", context)


urlpatterns = [path("claims/<int:claim_id>/preview/", claim_preview, name="claim-preview")]
