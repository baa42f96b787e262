"""How one person stands to one claim: what he may see of it and what he may do on it."""

from functools import cached_property

from claims.models import Appearance, Claim, Disclosure, Evidence, Person, Quote, Reading, Recusal
from claims.workflow import assignment
from claims.workflow.facts import Facts, read_facts
from claims.workflow.transitions import (
    ASKED,
    BEFORE_WORK,
    CHECKER,
    CROSS_CHECKER,
    EDITABLE,
    EDITABLE_BY_EDITORS,
    EDITOR,
    HOLDER,
    PART_HOLDER,
    SYSTEM,
    Transition,
)

Added = Appearance | Evidence | Quote


class Standing:
    """What is known of one person and one claim; each fact is read when it is first asked for, and once."""

    def __init__(self, claim: Claim, person: Person | None) -> None:
        self.claim = claim
        self.person = person

    @cached_property
    def facts(self) -> Facts:
        """What hangs on the claim; one statement tells all of it."""
        return read_facts(self.claim)

    @cached_property
    def authors(self) -> set[int]:
        """Ids of the people who wrote what the claim says now."""
        return self.facts.authors

    @cached_property
    def roles(self) -> dict[str, int | None]:
        """The open roles of the claim: role -> person's id, ``None`` where it waits for somebody."""
        return self.facts.roles

    @cached_property
    def offers(self) -> dict[str, str]:
        """The roles he is asked to take over: role -> reference of who holds it."""
        return assignment.offers_to(self.claim, self.person) if self.person else {}

    @cached_property
    def has_read(self) -> bool:
        """Whether he gave a second verdict of his own."""
        return Reading.objects.filter(claim=self.claim, by=self.person, kind="cross").exists()

    @cached_property
    def has_seen(self) -> bool:
        """Whether he asked to see the verdict."""
        return Disclosure.objects.filter(claim=self.claim, person=self.person).exists()

    @cached_property
    def recused(self) -> bool:
        return self.person is not None and is_recused(self.claim, self.person)

    @property
    def is_author(self) -> bool:
        return self.person is not None and self.person.pk in self.authors

    @property
    def is_holder(self) -> bool:
        return self.person is not None and self.roles.get("checker") == self.person.pk

    @property
    def sees_verdict(self) -> bool:
        """Blind review: an unpublished verdict is shown to its authors, to its checker, to whoever gave his own or asked."""
        return self.claim.is_public or self.is_author or self.is_holder or self.has_read or self.has_seen

    @property
    def may_cross_check(self) -> bool:
        person = self.person
        if person is None or not person.can_research or self.is_author or self.is_holder:
            return False
        asked = self.roles.get("cross_checker")
        return asked in {None, person.pk}

    def is_one(self, kind: str) -> bool:
        """Whether he is, on this claim, one of a kind of person the table names."""
        person = self.person
        if person is None:
            return kind == SYSTEM
        if kind == EDITOR:
            return person.is_editor
        if kind == CHECKER:
            return person.can_research
        if kind in {HOLDER, PART_HOLDER, ASKED}:
            return person.can_research and self._has_part(kind, person)
        return kind == CROSS_CHECKER and self.may_cross_check

    def _has_part(self, kind: str, person: Person) -> bool:
        if kind == ASKED:
            return bool(self.offers)
        return self.is_holder if kind == HOLDER else person.pk in self.roles.values()

    def may(self, step: Transition) -> bool:
        """Whether a person of this kind may take the step at all, its guards aside."""
        return any(self.is_one(kind) for kind in step.who)

    @property
    def may_edit(self) -> bool:
        """Whether the person may add to the claim, in the state it is in; contributors may."""
        person = self.person
        if person is None or not person.can_contribute or not person.is_active:
            return False
        if self.claim.status in EDITABLE_BY_EDITORS:
            return person.is_editor
        return self.claim.status in EDITABLE

    @property
    def may_research(self) -> bool:
        """Whether the person may do the work of checking on it: answer, ask, waive, judge and mend what others added."""
        return self.person is not None and self.person.can_research and self.may_edit

    @property
    def may_word(self) -> bool:
        """Whether the person may change statement and context: who brought it in may, until work on it begins."""
        return self.may_research or (self.may_edit and self.is_his_to_word)

    @property
    def is_his_to_word(self) -> bool:
        person, claim = self.person, self.claim
        return person is not None and claim.created_by_id == person.pk and claim.status in BEFORE_WORK

    def may_change(self, row: Added) -> bool:
        """Whether the person may mend or withdraw something that hangs on the claim: others' things are research."""
        return self.may_research or (self.may_edit and is_own(row, self.person))

    @property
    def may_write_verdict(self) -> bool:
        """The verdict is written by who sees it: its checker, its authors, an editor who asked to see it."""
        return self.may_research and (self.sees_verdict or not self.claim.has_verdict)


def standing(claim: Claim, person: Person | None) -> Standing:
    return Standing(claim, person)


def is_own(row: Added, person: Person | None) -> bool:
    """Whether a person added it himself."""
    return person is not None and row.added_by_id == person.pk


def is_recused(claim: Claim, person: Person) -> bool:
    """Whether the person declared not to work on one of the claim's claimants or topics."""
    by_topic = Recusal.objects.filter(person=person, topic__claims=claim)
    by_claimant = Recusal.objects.filter(person=person, claimant__appearances__claim=claim)
    return by_topic.union(by_claimant).exists()
