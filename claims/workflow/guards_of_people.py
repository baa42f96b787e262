"""What must hold of the people of a claim before a step: who may be given a part of it, take it over, or judge it."""

from django.utils.translation import gettext as _

from claims.models import Assignment, Person
from claims.workflow.attempt import Attempt, Missing
from claims.workflow.readable import isolate
from claims.workflow.standing import is_recused, standing


def _unless(holds: bool, sentence: str, place: str = "your-move") -> list[Missing]:
    return [] if holds else [Missing(sentence, place)]


def _may_work(attempt: Attempt, person: Person | None) -> list[Missing]:
    if person is None or not person.is_active or not person.can_research:
        return [Missing(_("Choose an active checker or editor."))]
    recused = attempt.standing.recused if person == attempt.by else is_recused(attempt.claim, person)
    return _unless(not recused, _("%(name)s is recused from this claim.") % {"name": isolate(str(person))}, "people")


def assignee_may_work(attempt: Attempt) -> list[Missing]:
    person = attempt.data.get("person") or attempt.by
    if attempt.by and not attempt.by.is_editor and person != attempt.by:
        return [Missing(_("A checker takes a claim for himself; an editor assigns it to others."))]
    return _may_work(attempt, person)


# --- a part that changes hands


def role_can_be_handed_over(attempt: Attempt) -> list[Missing]:
    return _may_have(attempt, attempt.data.get("role"), attempt.data.get("person"))


def part_is_his_to_offer(attempt: Attempt) -> list[Missing]:
    """Somebody is asked to take over what one holds oneself."""
    role, person, by = attempt.data.get("role"), attempt.data.get("person"), attempt.by
    if role in Assignment.Role.values and (by is None or attempt.standing.roles.get(role) != by.pk):
        return [Missing(_("You can only ask somebody to take over a part that is yours."), "people")]
    if person is not None and person == by:
        return [Missing(_("It is yours already: ask somebody else."), "people")]
    return _may_have(attempt, role, person)


def offer_stands(attempt: Attempt) -> list[Missing]:
    """He still may have what he was asked to take over."""
    roles = sorted(attempt.standing.offers)
    return [found for role in roles for found in _may_have(attempt, role, attempt.by)]


def _may_have(attempt: Attempt, role: str | None, person: Person | None) -> list[Missing]:
    if role not in Assignment.Role.values:
        return [Missing(_("Say which part is handed over."))]
    found = _may_work(attempt, person)
    return found if found or person is None else _fits_role(attempt, role, person)


def _fits_role(attempt: Attempt, role: str | None, person: Person) -> list[Missing]:
    if role == Assignment.Role.EDITOR and not person.is_editor:
        return [Missing(_("%(name)s is not an editor.") % {"name": isolate(str(person))})]
    if role == Assignment.Role.CROSS_CHECKER:
        theirs = standing(attempt.claim, person)
        seen = theirs.has_seen and not attempt.claim.is_public
        return _unless(
            not (theirs.is_author or seen or theirs.is_holder),
            _("%(name)s wrote or has seen this verdict and cannot cross-check it.") % {"name": isolate(str(person))},
        )
    clash = role == Assignment.Role.CHECKER and attempt.standing.roles.get("cross_checker") == person.pk
    return _unless(not clash, _("%(name)s cross-checks this claim.") % {"name": isolate(str(person))}, "people")


# --- the second verdict


def cross_check_is_free(attempt: Attempt) -> list[Missing]:
    held = attempt.standing.roles.get("cross_checker")
    if held is not None and attempt.by is not None and held == attempt.by.pk:
        return [Missing(_("The cross-check of this claim is yours already: give your verdict."), "cross-check")]
    return _unless(held is None, _("Somebody cross-checks this claim already."), "people")


def not_recused(attempt: Attempt) -> list[Missing]:
    return _unless(not attempt.standing.recused, _("You are recused from this claim."), "people")


def not_an_author(attempt: Attempt) -> list[Missing]:
    return _unless(
        not attempt.standing.is_author, _("You changed what this claim says, so somebody else must do this."), "people"
    )


def still_blind(attempt: Attempt) -> list[Missing]:
    blind = attempt.claim.is_public or not attempt.standing.has_seen
    return _unless(blind, _("You asked to see the verdict, so somebody else must cross-check it."), "people")
