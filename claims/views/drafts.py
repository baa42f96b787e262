"""Text that is kept while it is written, and offered again to who wrote it."""

from http import HTTPStatus

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from claims.errors import UserFacingError
from claims.forms.claim import EditForm, StatementForm, VerdictForm
from claims.forms.marked import read_seen
from claims.language import midway
from claims.models import Claim, Draft
from claims.views.access import DeskRequest, claim_address, signed_in, visible_claims
from claims.workflow import drafts
from claims.workflow.standing import standing

LONGEST_KEY = 40


def _claim(request: DeskRequest, claim_id: int, part: str) -> Claim:
    if part not in Draft.Part.values:
        raise Http404
    claim: Claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    return claim


@signed_in
@require_POST
def draft_keep(request: DeskRequest, claim_id: int, part: str) -> HttpResponse:
    """Keep what a form holds now; answers with the words that stand beside its button."""
    claim = _claim(request, claim_id, part)
    key = request.POST.get("draft", "")[:LONGEST_KEY]
    try:
        kept = drafts.keep_draft(
            claim.pk, by=request.user, part=part, key=key, texts=request.POST.dict(), seen=read_seen(request.POST),
            instead_of=request.POST.get("instead_of", ""),
        )  # fmt: skip
    except UserFacingError as refusal:
        return JsonResponse({"said": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    at = date_format(timezone.localtime(kept.saved_at), "TIME_FORMAT")
    said = _("Draft saved %(time)s. Only you see it until you press Save.") % {"time": at}
    warning = ""
    if kept.stale:
        fields = ", ".join(map(midway, _labels(part, kept.stale)))
        warning = _("Somebody else has changed this meanwhile: %(fields)s. Save, and both texts are shown.") % {
            "fields": fields
        }
    return JsonResponse({"said": said, "warning": warning})


def _labels(part: str, names: list[str]) -> list[str]:
    """The names of the fields as the form shows them."""
    form: EditForm = (
        StatementForm(name="statement") if part == Draft.Part.STATEMENT else VerdictForm(ratings=[], public=True)
    )
    return [str(form.fields[name].label) for name in names]


@never_cache
@signed_in
@require_safe
def draft_list(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Unsaved text of this person, to be taken up or thrown away; to be copied while the claim may not be changed."""
    return _offer(request, _claim(request, claim_id, Draft.Part.VERDICT))


def _offer(request: DeskRequest, claim: Claim) -> HttpResponse:
    found = drafts.drafts_of(claim, request.user)
    held = standing(claim, request.user)
    may_write = {
        Draft.Part.STATEMENT.value: bool(found) and held.may_word,
        Draft.Part.VERDICT.value: bool(found) and held.may_write_verdict,
    }
    rows = [{"draft": row, "may_write": may_write[row.part], "texts": _named(row)} for row in found]
    return render(request, "claims/draft_list.html", {"claim": claim, "rows": rows, "now": timezone.now()})


def _named(draft: Draft) -> list[tuple[str, str]]:
    """The texts of a draft with the names of their fields, in the order of the form."""
    names = [name for name in drafts.FIELDS[Draft.Part(draft.part)] if name in draft.texts]
    return [(label, draft.texts[name]) for name, label in zip(names, _labels(draft.part, names), strict=True)]


@never_cache
@signed_in
@require_safe
def draft_detail(request: DeskRequest, claim_id: int, part: str, key: str) -> HttpResponse:
    """The texts of one draft with the marks of what its writer had seen, for the form to be filled with."""
    claim = _claim(request, claim_id, part)
    draft = get_object_or_404(Draft, claim=claim, person=request.user, part=part, key=key)
    return JsonResponse({"texts": draft.texts, "seen": draft.seen, "mark": draft.mark})


@signed_in
@require_POST
def draft_drop(request: DeskRequest, claim_id: int, part: str, key: str) -> HttpResponse:
    """Throw one away."""
    claim = _claim(request, claim_id, part)
    drafts.settle_drafts(claim.pk, by=request.user, part=part, key=key)
    return _offer(request, claim) if request.htmx else redirect(claim_address(request, claim_id, part))


urlpatterns = [
    path("claims/<int:claim_id>/drafts/", draft_list, name="draft-list"),
    path("claims/<int:claim_id>/drafts/<slug:part>/keep/", draft_keep, name="draft-keep"),
    path("claims/<int:claim_id>/drafts/<slug:part>/<slug:key>/", draft_detail, name="draft-detail"),
    path("claims/<int:claim_id>/drafts/<slug:part>/<slug:key>/drop/", draft_drop, name="draft-drop"),
]
