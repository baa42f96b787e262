"""One person trying one step on one claim: what he gave, what he saw, and what the tables say about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from claims.models import Claim, Desk, Evidence, FactCheck, Person, Reading, Revision
from claims.workflow import revisions
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

    @cached_property
    def evidence(self) -> list[Evidence]:
        return list(revisions.evidence_rows(self.claim))

    @cached_property
    def content(self) -> revisions.Content:
        return revisions.read_content(self.claim, self.evidence)

    @cached_property
    def revision(self) -> Revision | None:
        return revisions.latest_revision(self.claim)

    @cached_property
    def desk(self) -> Desk:
        return Desk.objects.current()

    @cached_property
    def second_verdict(self) -> Reading | None:
        return latest_second_verdict(self.claim, self.revision.material_sha256 if self.revision else "")


def latest_second_verdict(claim: Claim, material_sha256: str) -> Reading | None:
    """The newest cross-check, waiver or decision that was given on exactly this material."""
    return (
        Reading.objects.filter(claim=claim, material_sha256=material_sha256, kind__in=["cross", "waiver", "decision"])
        .select_related("rating", "by")
        .order_by("-id")
        .first()
    )


def public_version(claim: Claim) -> FactCheck | None:
    """The newest public version of a claim, with its revision."""
    return FactCheck.objects.filter(claim=claim).select_related("revision").order_by("-number").first()


def cross_check_for_approval(claim: Claim, second: Reading) -> Reading:
    """The reading an approval rests on: the cross-check or waiver of this material, else the decision itself."""
    if second.kind != "decision":
        return second
    given = Reading.objects.filter(claim=claim, material_sha256=second.material_sha256, kind__in=["cross", "waiver"])
    return given.order_by("-id").first() or second
