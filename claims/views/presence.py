"""Who else has a claim open, and who is writing in it: kept for a minute in the cache, and only names are told.

Every open claim page says twice a minute that it is open, and learns with the same answer who else is there.  The page
itself pays nothing for it.  Two pages that say so at the same moment may overwrite each other; the next time mends it.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from claims.models import Draft
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.workflow.standing import standing

HERE_FOR = 70  # seconds after the last sign of somebody


@dataclass(frozen=True)
class Sign:
    """Somebody with the claim open.

    Attributes:
        part: of ``Draft.Part``, in which he wrote within the last minute; empty when he reads.
        at: seconds since the epoch.
    """

    name: str
    part: str
    at: float


@never_cache
@signed_in
@require_safe
def presence(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Say that this person is here, and show who else is."""
    claim = visible_claims(request.user).filter(pk=claim_id).first()
    if claim is None:
        raise Http404
    part = request.GET.get("writing", "")
    part = part if part in Draft.Part.values else ""
    others = _sign_in(claim_id, request.user.pk, Sign(request.user.name or request.user.username, part, time.time()))
    if any(sign.part == Draft.Part.VERDICT for sign in others) and not standing(claim, request.user).sees_verdict:
        others = [Sign(sign.name, "" if sign.part == Draft.Part.VERDICT else sign.part, sign.at) for sign in others]
    others.sort(key=lambda sign: (not sign.part, sign.name))
    return render(request, "claims/presence.html", {"claim": claim, "others": others})


def _sign_in(claim_id: int, person_id: int, sign: Sign) -> list[Sign]:
    """Write one's own sign beside the others', and give back the others'."""
    key = f"presence/{claim_id}"
    here: dict[int, Sign] = {
        person: found for person, found in cache.get(key, {}).items() if sign.at - found.at < HERE_FOR
    }
    cache.set(key, here | {person_id: sign}, HERE_FOR)
    return [found for person, found in here.items() if person != person_id]


urlpatterns = [path("claims/<int:claim_id>/presence/", presence, name="presence")]
