"""One person trying one step on one claim: what he gave, what he saw, and what the tables say about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from claims.models import Approval, Claim, Desk, FactCheck, Person, Reading, Revision
from claims.models.event import canonical, sha256
from claims.workflow import revisions
from claims.workflow.evidence_facts import Piece, read_evidence
from claims.workflow.facts import Facts
from claims.workflow.standing import Standing, standing


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: a sentence, and the part of the claim page where it is put right."""

    sentence: str
    place: str = "your-move"


@dataclass
class Attempt:
    """One person trying one step on one claim, with what he gave and what he saw."""

    claim: Claim
    action: str
    by: Person | None
    seen: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def standing(self) -> Standing:
        return standing(self.claim, self.by)

    @property
    def facts(self) -> Facts:
        return self.standing.facts

    @cached_property
    def evidence(self) -> Sequence[Piece]:
        return read_evidence(self.claim)

    @cached_property
    def content(self) -> revisions.Content:
        return revisions.read_content(self.claim, self.evidence, self.facts)

    @cached_property
    def revision(self) -> Revision | None:
        return revisions.latest_revision(self.claim)

    @cached_property
    def approval(self) -> Approval | None:
        """The approval of the newest revision, with the reading it rests on."""
        return Approval.objects.filter(revision=self.revision).select_related("cross_check").first()

    @cached_property
    def public_version(self) -> FactCheck | None:
        return public_version(self.claim) if self.claim.public_state else None

    @cached_property
    def desk(self) -> Desk:
        return Desk.objects.current()

    @cached_property
    def second_verdict(self) -> Reading | None:
        return second_verdicts(self.revision).first() if self.revision else None

    @cached_property
    def second_readers(self) -> set[int]:
        """Ids of the people whose verdict the second one is: none of them approves where approver and reader must differ.

        When an editor decided for the cross-checker's verdict, that verdict became the claim's, and the material hash
        changed with it.  Then the decision is the second verdict, and it counts for both: the editor and the
        cross-checker.
        """
        second = self.second_verdict
        if second is None or second.kind != "decision":
            return {second.by_id} if second else set()
        assert self.revision is not None
        rests_on = cross_check_for_approval(self.revision, second)
        return {rests_on.by_id} | (_decided_for(second) if rests_on == second else set())


def mark_of_draft(claim: Claim, evidence: Iterable[Piece]) -> str:
    """A mark of what stands before whoever submits: the texts, the verdict, and the evidence as it is judged.

    Copies are left out: the desk itself pins them while the page is open.
    """
    texts = (
        claim.statement, claim.context, claim.rating_id, claim.rationale, claim.confidence, claim.evidence_exception,
        claim.title, claim.summary, claim.body, claim.correction_kind, claim.correction_text,
    )  # fmt: skip
    judged = [
        (row.number, row.resource_id, row.stance, row.kind, row.origin, row.reliability, row.credibility, row.withheld)
        for row in sorted(evidence, key=lambda row: row.number)
    ]
    return sha256(canonical([claim.status_since, texts, judged]))


def second_verdicts(revision: Revision) -> QuerySet[Reading]:
    """The cross-checks, waivers and decisions that stand for a revision, newest first.

    Each was given on exactly this material, and not by somebody who has become one of its authors since.
    """
    given = Reading.objects.filter(claim=revision.claim_id, material_sha256=revision.material_sha256)
    return (
        given.filter(kind__in=["cross", "waiver", "decision"])
        .exclude(by__in=revision.author_rows.values("person"))
        .select_related("rating", "by")
        .order_by("-id")
    )


def public_version(claim: Claim) -> FactCheck | None:
    """The newest public version of a claim, with its revision."""
    return FactCheck.objects.filter(claim=claim).select_related("revision").order_by("-number").first()


def cross_check_for_approval(revision: Revision, second: Reading) -> Reading:
    """The reading an approval rests on: the cross-check or waiver of this material, else the decision itself."""
    if second.kind != "decision":
        return second
    return second_verdicts(revision).exclude(kind="decision").first() or second


def _decided_for(decision: Reading) -> set[int]:
    """Ids of who had given the second verdict that became the claim's: on the version before the decision's."""
    before = Revision.objects.filter(claim=decision.claim_id, number=decision.revision.number - 1)
    given = Reading.objects.filter(claim=decision.claim_id, kind="cross", pk__lt=decision.pk)
    return set(given.filter(material_sha256__in=before.values("material_sha256")).values_list("by_id", flat=True))
