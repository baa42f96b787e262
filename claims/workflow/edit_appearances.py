"""Change where a claim was made, and by whom."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from claims.models import Appearance, Person
from claims.workflow import put_back
from claims.workflow.claimants import name_claimant
from claims.workflow.edit import Change, changing
from claims.workflow.rows import Seen, changing_row, own_fields, plain, write_row

APPEARANCE_FIELDS = ("claimant", "article", "url", "verbatim", "position", "said_on", "date_basis", "place", "is_first")


def add_appearance(claim_id: int, *, by: Person | None, **fields: Any) -> Appearance:
    """Say of one more place where the claim was made.

    Args:
        fields: ``APPEARANCE_FIELDS``, or for who is not known yet ``new_claimant``, a name, and ``claimant_kind``.
    """
    with changing(claim_id, "add_appearance", by=by) as change:
        last = Appearance.objects.filter(claim=change.claim).aggregate(n=Max("number"))["n"] or 0
        fields = _with_claimant(change, fields)
        if "is_first" not in fields:
            fields["is_first"] = last == 0
        elif fields["is_first"]:
            Appearance.objects.filter(claim=change.claim, is_first=True).update(is_first=False)
        row = Appearance.objects.create(claim=change.claim, number=last + 1, added_by=by, **fields)
        change.body |= {"number": row.number, "after": {name: plain(value) for name, value in fields.items()}}
    return row


def edit_appearance(appearance_id: int, *, by: Person, seen: Seen = None, **fields: Any) -> Appearance:
    """Put an appearance right; ``seen`` and what is raised as in ``edit_evidence``."""
    with changing_row(Appearance, appearance_id, "edit_appearance", by=by) as (change, row):
        fields = own_fields(row, _with_claimant(change, fields), seen)
        if fields.get("is_first"):
            Appearance.objects.filter(claim=change.claim, is_first=True).exclude(pk=row.pk).update(is_first=False)
        write_row(change, row, fields, APPEARANCE_FIELDS)
    return row


def _with_claimant(change: Change, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the claimant of a name that was written instead of chosen."""
    kept = {name: value for name, value in fields.items() if name not in {"new_claimant", "claimant_kind"}}
    if fields.get("new_claimant", "").strip():
        kind = fields.get("claimant_kind", "")
        kept["claimant"] = name_claimant(fields["new_claimant"], by=change.by, kind=kind)
    return kept


def remove_appearance(appearance_id: int, *, by: Person) -> None:
    with changing_row(Appearance, appearance_id, "remove_appearance", by=by) as (change, row):
        change.body |= {"number": row.number, "before": {n: plain(getattr(row, n)) for n in APPEARANCE_FIELDS}}
        change.body["kept"] = put_back.keep_appearance(row)
        row.delete()
