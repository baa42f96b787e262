"""Whose a change of a claim is: contributors add, and mend or withdraw what is their own; the rest is research."""

from django.utils.translation import gettext as _

from claims.models import Person
from claims.workflow.apply import Refused
from claims.workflow.standing import Standing

# Actions of ``edit.changing`` that anybody who contributes may take; all that is not named here is research.
ADDING = frozenset({"add_evidence", "add_appearance"})
OF_ONES_OWN = frozenset(
    {"edit_evidence", "remove_evidence", "edit_appearance", "remove_appearance", "add_quote", "remove_quote",
     "pin_snapshot", "title_source"}
)  # fmt: skip
WORDING = "edit"


def check_may_change(held: Standing, action: str, *, own: bool = False, verdict: bool = False) -> None:
    """Ask whether a person may make one change; the system (nobody in person) may make all of them.

    Args:
        own: what is changed was added by the person himself.
        verdict: the change touches what the blind review hides.

    Raises:
        Refused: with the sentence that says who may, or when.
    """
    person = held.person
    if person is None:
        return
    _check_works_here(person)
    if not held.may_edit:
        state = {"state": held.claim.get_status_display()}
        raise Refused(_("You cannot change this claim while it is “%(state)s”.") % state, "state")
    if not person.can_research:
        _check_contributes(held, action, own=own, verdict=verdict)
    if verdict and not held.may_write_verdict:
        raise Refused(
            _("Press “Show the verdict” before you change it; you can then no longer cross-check it."), "blind"
        )


def _check_works_here(person: Person) -> None:
    if not person.is_active:
        raise Refused(_("Your account is closed, so nothing was changed."), "person")
    if person.role == Person.Role.AUDITOR:
        raise Refused(_("As an auditor you read claims; you do not change them."), "person")
    if not person.can_contribute:
        raise Refused(_("As an administrator you look after the desk; its people change claims."), "person")


def _check_contributes(held: Standing, action: str, *, own: bool, verdict: bool) -> None:
    if action in ADDING or (action in OF_ONES_OWN and own):
        return
    if action == WORDING and not verdict:
        if held.is_his_to_word:
            return
        words = _("Who brought a claim in may word it anew until work on it begins; then a checker or an editor does.")
    elif action in OF_ONES_OWN:
        words = _("You may mend or withdraw what you added yourself; the rest is for a checker or an editor.")
    else:
        words = _("This is for a checker or an editor: contributors add claims, appearances and evidence.")
    raise Refused(words, "person")
