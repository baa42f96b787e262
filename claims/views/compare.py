"""The versions of a claim, and any two of them side by side as one difference."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.errors import UserFacingError
from claims.models import Claim, FactCheck, Person, Revision, RevisionAuthor
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.compare_rows import difference, part_label
from claims.views.live import read_id
from claims.workflow.attempt import public_version
from claims.workflow.compare import changed_parts, open_parts
from claims.workflow.looks import Look, last_look, newest_seq, read_mark
from claims.workflow.revisions import read_content
from claims.workflow.standing import standing

NOW, PUBLIC, SEEN = "now", "public", "seen"
PER_PAGE = 20
MOST_OFFERED = 200


@dataclass(frozen=True)
class Version:
    """What a claim said at some moment, under the name the address has for it."""

    key: str
    label: str
    values: Mapping[str, Any]


@signed_in
@require_safe
def claim_compare(request: DeskRequest, claim_id: int) -> HttpResponse:
    """What differs between two versions: frozen ones by number, ``now``, ``public``, or ``seen`` by this person."""
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    look = last_look(read_mark(claim, request.user), timezone.now())
    numbers = list(claim.revisions.order_by("-number").values_list("number", "created_at")[:MOST_OFFERED])
    asked = request.GET.get("from") or _default(claim, numbers), request.GET.get("to") or NOW
    context: dict[str, Any] = {
        "claim": claim,
        "sees_verdict": standing(claim, request.user).sees_verdict,
        "offered": _offered(claim, look, numbers),
        "asked": asked,
        "whole": "whole" in request.GET,
        "seq": newest_seq(claim) if asked == (SEEN, NOW) and look else None,
    }
    try:
        old, new = (_read(claim, key, look) for key in asked)
    except UserFacingError as missing:
        return render(
            request, "claims/claim_compare.html", context | {"problem": str(missing)}, status=HTTPStatus.NOT_FOUND
        )
    rows = difference(old.values, new.values, sees_verdict=context["sees_verdict"], whole=context["whole"])
    return render(request, "claims/claim_compare.html", context | {"old": old, "new": new, "rows": rows})


def _default(claim: Claim, numbers: list[tuple[int, Any]]) -> str:
    """What one most likely wants to know: how the claim differs from what is public, or was frozen last."""
    if claim.is_public:
        return PUBLIC
    return str(numbers[0][0]) if numbers else NOW


def _offered(claim: Claim, look: Look | None, numbers: list[tuple[int, Any]]) -> list[tuple[str, str]]:
    named = [(NOW, _label(NOW))]
    if claim.is_public:
        named.append((PUBLIC, _label(PUBLIC)))
    if look:
        named.append((SEEN, _label(SEEN, look.at)))
    return named + [(str(number), _label(str(number), at)) for number, at in numbers]


def _label(key: str, at: Any = None) -> str:
    said = {
        NOW: _("what stands there now"),
        PUBLIC: _("the public version"),
        SEEN: _("what you saw last"),
    }.get(key) or _("version %(n)s") % {"n": key}
    return f"{said}, {date_format(timezone.localtime(at), 'SHORT_DATETIME_FORMAT')}" if at else said


def _read(claim: Claim, key: str, look: Look | None) -> Version:
    """One version by its name in the address.

    Raises:
        UserFacingError: in words, when the claim has none of this name.
    """
    if key == NOW:
        return Version(key, _label(key), json.loads(read_content(claim).body))
    if key == SEEN:
        if look is None:
            raise UserFacingError(
                _("You have not looked at this claim before, so there is nothing to compare with."), key
            )
        return Version(key, _label(key, look.at), json.loads(look.content))
    if key == PUBLIC:
        public = public_version(claim) if claim.is_public else None
        if public is None:
            raise UserFacingError(_("No version of this claim is public."), key)
        return Version(key, _label(key, public.at), json.loads(public.revision.body))
    revision = claim.revisions.filter(number=read_id(key) or 0).first()
    if revision is None:
        raise UserFacingError(_("This claim has no such version; choose one of the list."), "revision")
    return Version(key, _label(key, revision.created_at), json.loads(revision.body))


# --- the list


@signed_in
@require_safe
def revision_list(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Every version that was frozen, newest first: when, why, by whom, who wrote it, what changed since the one before."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    before = read_id(request.GET.get("before", ""))
    authors = Prefetch("author_rows", RevisionAuthor.objects.select_related("person").order_by("person__name", "pk"))
    public = Prefetch("fact_checks", FactCheck.objects.only("revision", "kind"))
    found = claim.revisions.select_related("created_by", "approval__approver").prefetch_related(authors, public)
    if before:
        found = found.filter(number__lt=before)
    revisions = list(found.order_by("-number")[: PER_PAGE + 1])
    sees = standing(claim, request.user).sees_verdict
    rows = [_revision_row(new, old, sees_verdict=sees) for new, old in pairwise([*revisions, None]) if new is not None]
    context = {
        "claim": claim,
        "rows": rows[:PER_PAGE],
        "sees_verdict": sees,
        "older": revisions[PER_PAGE - 1].number if len(revisions) > PER_PAGE else None,
        "is_first": not before,
        "has_looked": last_look(read_mark(claim, request.user), timezone.now()) is not None,
    }
    return render(request, "claims/revision_list.html", context)


@dataclass
class RevisionRow:
    """One frozen version with the number of the one before it, and what changed in between."""

    revision: Revision
    before: int | None
    parts: list[str]
    authors: list[Person]
    was_public: bool


def _revision_row(revision: Revision, before: Revision | None, *, sees_verdict: bool) -> RevisionRow:
    parts: list[str] = []
    if before is not None:
        old, new = json.loads(before.body), json.loads(revision.body)
        parts = changed_parts(old, new) if sees_verdict else changed_parts(open_parts(old), open_parts(new))
    return RevisionRow(
        revision,
        before.number if before else None,
        [part_label(name) for name in parts],
        [row.person for row in revision.author_rows.all()],
        any(version.kind == "published" for version in revision.fact_checks.all()),
    )


urlpatterns = [
    path("claims/<int:claim_id>/revisions/", revision_list, name="revision-list"),
    path("claims/<int:claim_id>/compare/", claim_compare, name="claim-compare"),
]
