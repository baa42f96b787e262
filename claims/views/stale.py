"""A form that came too late: it comes back with what stands now beside what was written, and nothing is saved."""

from collections.abc import Callable, Mapping
from typing import Any

from claims.errors import StaleEdit
from claims.forms.marked import MarkedForm
from claims.views.access import DeskRequest
from claims.views.claim import Outcome, press


def press_form(
    request: DeskRequest,
    claim_id: int,
    operation: Callable[[], object],
    *,
    form: MarkedForm,
    now: Callable[[], Mapping[str, Any]],
    **given: Any,
) -> Outcome | None:
    """Call one operation of a form that says what the person saw; what comes back is why nothing was changed.

    Args:
        now: reads what stands now, where somebody else was quicker.
        given: as ``press`` takes it.
    """
    try:
        return press(request, claim_id, operation, form=form, **given)
    except StaleEdit as stale:
        form.show_conflict(stale.conflicts, {name: value for name, value in now().items() if name in form.fields})
        return Outcome(str(stale), given["place"], form=form, edited=given.get("edited"), is_stale=True)
