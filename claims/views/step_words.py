"""What is said of a step that was taken: one sentence for each row of the table a person may take."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _w

from claims.models import Person

SAID: dict[str, str | Promise] = {
    "watch": _w("Watched: it comes back to the inbox on the day you named."),
    "wake": _w("Put back into the inbox."),
    "accept": _w("Accepted: it waits for a checker."),
    "unaccept": _w("Put back into triage."),
    "decline": _w("Declined: it leaves the queue."),
    "merge": _w("Merged: from now on it points at the claim it repeats."),
    "restore": _w("Restored: it is in the queue again."),
    "assign": _w("Assigned: the research can begin."),
    "unassign": _w("Given back: it waits for a checker."),
    "hand_over": _w("Handed over."),
    "offer": _w("Asked: the part stays yours until it is taken over."),
    "take_over": _w("Taken over: the part is yours."),
    "turn_down": _w("Turned down: the part stays where it was."),
    "take_cross_check": _w("Taken: the cross-check is yours."),
    "request_reply": _w("Noted: it waits for the reply."),
    "resume": _w("Resumed: it is in research again."),
    "submit": _w("Submitted: preflight looks at it first."),
    "recall": _w("Recalled: it is in research again."),
    "waive_cross_check": _w("Waived: it goes to review without a second verdict."),
    "cross_check": _w("Your verdict is recorded."),
    "decide": _w("Decided: your reason is in the record."),
    "return": _w("Returned: its checker is told what must change."),
    "approve": _w("Approved: it can be published."),
    "schedule": _w("Scheduled: it is published at the time you named."),
    "publish": _w("Published: readers see it now."),
    "reopen": _w("Reopened: it is in research again."),
    "say_under_review": _w("Done: readers are told that it is under review."),
    "stand": _w("It stands: it is published as before."),
    "withhold": _w("Withheld: readers see only your reason."),
    "lift": _w("Put back: readers see it again."),
    "propose_retraction": _w("Proposed: another editor has to retract it."),
    "retract": _w("Retracted: its page says so to readers."),
    "archive": _w("Archived: it leaves every list, and the record stays."),
}


def said_of(action: str, given: dict[str, Any], by: Person) -> str:
    """The sentence for the person who took a step, with what its form gave."""
    if action == "assign" and given.get("person") == by:
        return _("Taken: the research is yours.")
    return str(SAID[action])
