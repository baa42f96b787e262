"""A form that came too late: it comes back with what stands now beside what was written, and nothing is saved."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.errors import StaleEdit
from claims.forms.marked import MarkedForm
from claims.models import Claim, Person
from claims.views.access import DeskRequest
from claims.views.claim import Outcome, press
from claims.workflow.conflicts import Written, last_written
from claims.workflow.readable import isolate


def press_form(
    request: DeskRequest,
    claim_id: int,
    operation: Callable[[], object],
    *,
    form: MarkedForm,
    now: Callable[[], Mapping[str, Any]],
    part: tuple[frozenset[str], int],
    **given: Any,
) -> Outcome | None:
    """Call one operation of a form that says what the person saw; what comes back is why nothing was changed.

    Args:
        now: reads what stands now, where somebody else was quicker.
        part: the events that tell who wrote a field of this part, and the number of the part.
        given: as ``press`` takes it.
    """
    try:
        return press(request, claim_id, operation, form=form, **given)
    except StaleEdit as stale:
        stands = {name: value for name, value in now().items() if name in form.fields}
        actions, number = part
        found = last_written(Claim.objects.get(pk=claim_id), stale.conflicts, actions=actions, number=number)
        told = {name: _who_was_quicker(found.get(name), request.user) for name in stale.conflicts}
        form.show_conflict(told, stands)
        return Outcome(str(stale), given["place"], form=form, edited=given.get("edited"), is_stale=True)


def _who_was_quicker(written: Written | None, reader: Person) -> str:
    """Who changed a field meanwhile, and when, in a sentence; a source may be named from another claim."""
    if written is None or written.by is None:
        return _("Somebody else changed this meanwhile.")
    told = {
        "who": isolate(str(written.by)),
        "when": date_format(timezone.localtime(written.at), "DATETIME_FORMAT"),
    }
    if written.by == reader:
        return _("You changed this meanwhile in another window (%(when)s).") % told
    return _("%(who)s changed this meanwhile (%(when)s).") % told
