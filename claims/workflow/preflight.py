"""Job: go through the preflight list of a submitted revision and let the claim pass, or send it back with the reasons."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from claims.jobs import JobRun
from claims.models import Claim
from claims.workflow.apply import apply
from claims.workflow.attempt import Missing
from claims.workflow.copies import check_texts, relied_on
from claims.workflow.evidence_facts import read_evidence
from claims.workflow.facts import read_facts
from claims.workflow.preflight_list import read_list
from claims.workflow.revisions import latest_revision, read_content
from claims.workflow.transitions import PREFLIGHT


def run_preflight(job: JobRun, *, revision: int) -> Callable[[], None]:
    """Check one revision.  A claim that was recalled or submitted again in the meantime is left alone."""
    claim_id = job.claim_id
    assert claim_id is not None
    job.progress(_("going through the preflight list"), 0, 1)
    check_texts(relied_on(claim_id))

    def settle() -> None:
        claim = _still_waiting(claim_id, revision)
        if claim is None:
            return
        evidence, facts = read_evidence(claim), read_facts(claim)
        found = [missing for item in read_list(claim, evidence, facts) for missing in item.missing]
        frozen = latest_revision(claim)
        if frozen is not None and read_content(claim, evidence, facts).content_sha256 != frozen.content_sha256:
            found.append(Missing(_("Something changed after it was submitted: submit it again."), "verdict"))
        if found:
            apply(claim.pk, "fail", by=None, reason=" ".join(item.sentence for item in found), missing=found)
        else:
            apply(claim.pk, "pass", by=None)

    return settle


def give_up(claim_id: int, revision: int, sentence: str) -> None:
    """The job was given up on: the claim must not wait for it for ever."""
    claim = _still_waiting(claim_id, revision)
    if claim is not None:
        apply(claim.pk, "fail", by=None, reason=_("Preflight could not be completed: %(why)s") % {"why": sentence})


def _still_waiting(claim_id: int, revision: int) -> Claim | None:
    claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
    if claim is None or claim.status != PREFLIGHT:
        return None
    frozen = latest_revision(claim)
    return claim if frozen is not None and frozen.pk == revision else None
