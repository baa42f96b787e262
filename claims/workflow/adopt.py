"""Take into the record what changed by no operation: loaddata, SQL (house rule 8)."""

import json
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from claims.models import Claim, Event
from claims.workflow import revisions
from claims.workflow.apply import apply
from claims.workflow.compare import compare
from claims.workflow.readings import mark_recorded
from claims.workflow.record_rows import seal
from claims.workflow.transitions import CHANGES_REQUESTED, EDITABLE_BY_EDITORS, IN_CROSS_CHECK, IN_REVIEW, PREFLIGHT

BATCH = 200


def adopt_outside_changes(limit: int = BATCH) -> int:
    """Record claims whose content is newer than what the record knows.

    Returns:
        how many claims were adopted.
    """
    waiting = Claim.objects.filter(content_version__gt=F("recorded_version")).order_by("pk")
    adopted = 0
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        adopted += _adopt(pk)
    return adopted


@transaction.atomic
def _adopt(pk: int) -> bool:
    claim = Claim.objects.locked().get(pk=pk)
    if claim.content_version <= claim.recorded_version:
        return False
    before = revisions.latest_revision(claim)
    content = revisions.read_content(claim)
    body: dict[str, Any] = {"content_sha256": content.content_sha256, "material_sha256": content.material_sha256}
    if before is None or before.content_sha256 != content.content_sha256:
        revision = revisions.freeze(claim, "adopted", by=None, content=content)
        body |= {"revision": revision.number, "revision_sha256": seal(revision)}
        if before is not None:
            changes = compare(json.loads(before.body), json.loads(revision.body))
            body["changed"] = [[change.field, change.old, change.new] for change in changes]
    Event.objects.append(claim, "adopt", by=None, body=body)
    mark_recorded(claim)
    if "revision" in body and before is not None:
        _take_back(claim, material=before.material_sha256 != content.material_sha256)
    return True


def _take_back(claim: Claim, *, material: bool) -> None:
    """What was approved or being read is no longer what stands here."""
    if claim.status in EDITABLE_BY_EDITORS:
        apply(claim.pk, "void", by=None, target=CHANGES_REQUESTED if material else IN_REVIEW)
    elif claim.status == PREFLIGHT:
        apply(claim.pk, "fail", by=None, reason=_("Something was changed outside the application."))
    elif claim.status == IN_CROSS_CHECK and material:
        apply(claim.pk, "recall", by=None, reason=_("Something was changed outside the application."))
