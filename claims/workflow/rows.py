"""One row that hangs on a claim, changed under the claim's lock: read anew, written where it differs, told of in the Event."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from claims.models import Appearance, Evidence, Person, Quote, Waiver
from claims.workflow.apply import Refused
from claims.workflow.edit import Change, changing, merge, own_changes
from claims.workflow.standing import is_own

Row = TypeVar("Row", bound=Model)
Seen = Mapping[str, str] | None

GONE: dict[type[Model], str | Promise] = {
    Appearance: gettext_lazy("This appearance is no longer there."),
    Evidence: gettext_lazy("This evidence is no longer there."),
    Quote: gettext_lazy("This passage is no longer marked."),
    Waiver: gettext_lazy("This waiver is no longer there."),
}


@contextmanager
def changing_row(model: type[Row], pk: int, action: str, *, by: Person | None) -> Iterator[tuple[Change, Row]]:
    """Lock the claim a row hangs on, and read the row anew: somebody may have changed or removed it meanwhile.

    Raises:
        Refused: it is gone, or ``changing`` refuses.
    """
    found: Any = _get(model, pk)
    claim_id = found.claim_id if isinstance(found, Appearance | Evidence) else found.evidence.claim_id
    with changing(claim_id, action, by=by, own=not isinstance(found, Waiver) and is_own(found, by)) as change:
        yield change, _get(model, pk)


def _get(model: type[Row], pk: int) -> Row:
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise Refused(str(GONE[model]), "gone")
    return row


def differing(row: Any, fields: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    if unknown := set(fields) - set(allowed):
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    return {name: value for name, value in fields.items() if getattr(row, name) != value}


def write_row(change: Change, row: Any, fields: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    """Write what differs and say so in the Event; nothing differs: nothing is recorded."""
    changed = differing(row, fields, allowed)
    if not changed:
        change.nothing = True
        return
    change.body["before"] = {name: plain(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))
    change.body |= {"number": row.number, "after": {name: plain(value) for name, value in changed.items()}}


def own_fields(row: Any, fields: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """What the person changed himself, by the marks of what he saw; everything where nothing says what he saw."""
    return dict(fields) if seen is None else merge(row, own_changes(fields, seen), seen)


def plain(value: Any) -> Any:
    return str(value) if hasattr(value, "pk") else value
