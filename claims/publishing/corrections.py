"""What readers are told of changes: the history of a page, and corrections as rows of their own."""

from datetime import datetime

from django.db.models import Q, QuerySet

from claims.models import Claim, Correction, FactCheck
from claims.publishing.page import Page, read_page


def history_with(
    previous: FactCheck | None, page: Page, kind: str, *, at: datetime, change: tuple[str, str] | None
) -> list[Page]:
    """The verdict history up to and including this version, newest first.

    Args:
        page: what the new version says; a notice (withheld, retracted) has no verdict.
        change: kind and text of a correction, or of the notice.
    """
    told, text = change or (_untyped(previous, kind), "")
    entry = {
        "kind": told,
        "at": at,
        "text": text,
        "rating": page.get("rating"),
        "confidence": page.get("confidence", ""),
    }
    return [entry, *(read_page(previous)["history"] if previous else [])]


def _untyped(previous: FactCheck | None, kind: str) -> str:
    """A version without a change to tell of: the first one, or one that is put back as it was."""
    if previous is None or kind != FactCheck.Kind.PUBLISHED:
        return kind
    return "lifted" if previous.kind == FactCheck.Kind.WITHHELD else "republished"


def change_since(claim: Claim, content_sha256: str, previous: FactCheck | None) -> tuple[str, str] | None:
    """The typed change between what readers were last shown and this content; ``None`` when it is the same or the first."""
    if previous is None or previous.revision.content_sha256 == content_sha256:
        return None
    return claim.correction_kind, claim.correction_text.strip()


def add_correction(row: FactCheck, change: tuple[str, str]) -> Correction:
    kind, text = change
    return Correction.objects.create(fact_check=row, claim_id=row.claim_id, kind=kind, text=text, at=row.at)


def told_corrections(before: int | None = None) -> QuerySet[Correction]:
    """Every correction with its check, newest first, for good.

    Where ``is_silent``, the check is withheld now: readers are told that it was corrected and when, and no words of it.

    Args:
        before: only older ones than the one with this id (keyset paging).
    """
    withheld = Q(claim__public_state=Claim.PublicState.WITHHELD)
    found = Correction.objects.annotate(is_silent=withheld).select_related("fact_check")
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.order_by("-pk")
