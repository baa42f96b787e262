"""How one person stands to one claim: what he may see of it and what he may do on it."""

from dataclasses import dataclass, field

from claims.models import Assignment, Claim, Disclosure, Person, Reading, Recusal
from claims.workflow.revisions import authors_of
from claims.workflow.transitions import (
    CHECKER,
    CROSS_CHECKER,
    EDITABLE,
    EDITABLE_BY_EDITORS,
    EDITOR,
    HOLDER,
    SYSTEM,
    Transition,
)


@dataclass(frozen=True)
class Standing:
    """What is known of one person and one claim.

    Attributes:
        authors: ids of the people who wrote what the claim says now.
        roles: the open roles of the claim, role -> person id (``None``: waiting for somebody).
    """

    claim: Claim
    person: Person | None
    authors: set[int] = field(default_factory=set)
    roles: dict[str, int | None] = field(default_factory=dict)
    has_read: bool = False
    has_seen: bool = False
    recused: bool = False

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

    def kinds(self) -> set[str]:
        """Which kinds of person of the table this one is here."""
        if self.person is None:
            return {SYSTEM}
        found = {
            EDITOR: self.person.is_editor,
            CHECKER: self.person.can_research,
            HOLDER: self.is_holder and self.person.can_research,
            CROSS_CHECKER: self.may_cross_check,
        }
        return {kind for kind, holds in found.items() if holds}

    def may(self, step: Transition) -> bool:
        """Whether a person of this kind may take the step at all, its guards aside."""
        return bool(self.kinds() & set(step.who))

    @property
    def may_edit(self) -> bool:
        """Whether the person may change what the claim says, in the state it is in."""
        person = self.person
        if person is None or not person.can_contribute or not person.is_active:
            return False
        if self.claim.status in EDITABLE_BY_EDITORS:
            return person.is_editor
        return self.claim.status in EDITABLE

    @property
    def may_write_verdict(self) -> bool:
        """The verdict is written by who sees it: its checker, its authors, an editor who asked to see it."""
        person = self.person
        if person is None or not self.may_edit or not person.can_research:
            return False
        nothing_yet = self.claim.rating_id is None and not self.claim.rationale
        return self.sees_verdict or nothing_yet


def standing(claim: Claim, person: Person | None) -> Standing:
    """Read how a person stands to a claim; five statements."""
    if person is None:
        return Standing(claim, None)
    roles = Assignment.objects.filter(claim=claim, ended_at__isnull=True).values_list("role", "person_id")
    return Standing(
        claim=claim,
        person=person,
        authors=authors_of(claim),
        roles=dict(roles),
        has_read=Reading.objects.filter(claim=claim, by=person, kind="cross").exists(),
        has_seen=Disclosure.objects.filter(claim=claim, person=person).exists(),
        recused=is_recused(claim, person),
    )


def is_recused(claim: Claim, person: Person) -> bool:
    """Whether the person declared not to work on one of the claim's claimants or topics."""
    by_topic = Recusal.objects.filter(person=person, topic__claims=claim)
    by_claimant = Recusal.objects.filter(person=person, claimant__appearances__claim=claim)
    return by_topic.union(by_claimant).exists()
