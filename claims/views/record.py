"""A claim's record: a part of its page that loads by itself, and a page for who has no script."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.live import is_part
from claims.views.record_list import KINDS, OTHER, PER_PAGE, REFUSED, SYSTEM, Asked, people_of, read_record
from claims.views.result_list import count_in_words
from claims.workflow.standing import standing

LAST_KINDS = ((REFUSED, gettext_lazy("Refused attempts")), (OTHER, gettext_lazy("Anything else")))


@signed_in
@require_safe
def claim_record(request: DeskRequest, claim_id: int) -> HttpResponse:
    """What happened to a claim, newest first, with what was refused; narrowed by what the address asks for."""
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    asked, in_page = Asked.read(request.GET), is_part(request, "record")
    sees = standing(claim, request.user).sees_verdict
    page = read_record(claim, asked, person=request.user, sees_verdict=sees)
    context = {
        "claim": claim,
        "asked": asked,
        "in_page": in_page,
        "entries": page.entries,
        "older": page.older,
        "count": page.count,
        "refused": page.refused,
        "refused_in_words": count_in_words(page.refused, PER_PAGE + 1),
        "kinds": [("", _("Everything")), *((key, kind.label) for key, kind in KINDS.items()), *LAST_KINDS],
        "people": [] if in_page else [("", _("Everybody")), *people_of(claim), (SYSTEM, _("The desk itself"))],
    }
    return render(request, f"claims/claim_record.html{'#record' if in_page else ''}", context)


urlpatterns = [
    path("claims/<int:claim_id>/record/", claim_record, name="claim-record"),
]
