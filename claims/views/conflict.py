"""The page on which two people's texts meet: both side by side, one press to take either, or one text of both."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from http import HTTPStatus

from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.errors import StaleEdit
from claims.forms.claim import EditForm
from claims.forms.marked import SEEN, read_seen
from claims.forms.whole import WholeForm
from claims.models import Claim
from claims.views.access import DeskRequest, claim_address, visible_claims
from claims.views.claim import without_history
from claims.workflow.compare import compare_words
from claims.workflow.conflicts import Conflict, Written, last_written, read_conflicts

OPS = {"=": "equal", "-": "delete", "+": "insert"}


@dataclass
class Row:
    """One field on the page."""

    conflict: Conflict
    field: BoundField
    written: Written | None = None

    @property
    def my_changes(self) -> list[tuple[str, str]]:
        return _difference(self.conflict.base, self.conflict.mine, other=self.conflict.theirs)

    @property
    def their_changes(self) -> list[tuple[str, str]]:
        return _difference(self.conflict.base, self.conflict.theirs, other=self.conflict.mine)


def _difference(base: str | None, text: str, *, other: str) -> list[tuple[str, str]]:
    """What one side changed; where the beginning is not known, how it differs from the other side."""
    return [(OPS[op], words) for op, words in compare_words(other if base is None else base, text)]


def show_both(
    request: DeskRequest, claim_id: int, form: EditForm | WholeForm, stale: StaleEdit, place: str
) -> HttpResponse:
    """Both texts of each field two people changed; nothing is written yet, and nothing is lost.

    What the person sent stays with the page, as the draft it came from stays on the server until one of the texts
    is taken; a third text that comes meanwhile leads here again, with what was sent from here as his.
    """
    claim = visible_claims(request.user).select_related("rating").get(pk=claim_id)
    seen = read_seen(request.POST)
    conflicts = read_conflicts(claim, stale, seen)
    left = [name for name in form.sent if name not in stale.conflicts]
    others = [*_sent(request, left), *((f"{SEEN}{name}", seen[name]) for name in left)]
    others += [(name, request.POST[name]) for name in ("draft", "instead_of") if request.POST.get(name)]
    rows = _rows(claim, form, conflicts)
    is_own = all(row.written and row.written.by == request.user for row in rows)
    context = {
        "claim": claim,
        "is_own": is_own,
        "sentence": _("You changed the same text in another window. Both are kept below.") if is_own else str(stale),
        "rows": rows,
        "now": timezone.now(),
        "is_clean": all(conflict.is_text and conflict.merged.is_clean for conflict in conflicts),
        "has_words": any(conflict.is_text for conflict in conflicts),
        "others": others,
        "mine": _sent(request, stale.conflicts),
        "marks": [(f"{SEEN}{name}", mark) for name, mark in stale.marks.items()],
        "action": request.get_full_path(),
        "back": claim_address(request, claim_id, place),
    }
    return without_history(request, render(request, "claims/claim_conflict.html", context, status=HTTPStatus.CONFLICT))


def _sent(request: DeskRequest, names: Iterable[str]) -> list[tuple[str, str]]:
    """The values as they came: of several that were chosen each, of a box that is not ticked none."""
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _rows(claim: Claim, form: EditForm | WholeForm, conflicts: list[Conflict]) -> list[Row]:
    written = last_written(claim, [conflict.field for conflict in conflicts])
    return [Row(conflict, _field(form, conflict), written.get(conflict.field)) for conflict in conflicts]


def _field(form: EditForm | WholeForm, conflict: Conflict) -> BoundField:
    """The field with the text of both in it; a choice stands as the person made it."""
    filled = copy(form)
    if conflict.is_text:
        filled.data = {**dict(form.data.items()), conflict.field: conflict.merged.text}
    return filled.fields[conflict.field].get_bound_field(filled, conflict.field)
