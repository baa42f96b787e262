"""Record content that was changed outside the application, by ``loaddata`` or SQL.

Such a change raises ``content_version`` (a trigger does) and leaves ``recorded_version`` behind.  The clock finds the
difference, freezes what the claim says now, and takes back what was given on the old text.
"""

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
from claims.workflow.rounds import Round
from claims.workflow.stages import free_ones
from claims.workflow.transitions import CHANGES_REQUESTED, EDITABLE_BY_EDITORS, IN_CROSS_CHECK, IN_REVIEW, PREFLIGHT

BATCH = 200


@transaction.atomic
def adopt_outside_changes(limit: int = BATCH) -> int:
    """Called by the clock once a minute: record claims whose content is newer than what the record knows.

    Returns:
        how many claims were adopted.
    """
    each = Round("adopt")
    adopted = each.go(free_ones(Claim.objects.filter(content_version__gt=F("recorded_version")), limit), _adopt)
    each.end()
    return adopted


def _adopt(claim: Claim) -> None:
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


def _take_back(claim: Claim, *, material: bool) -> None:
    """What was approved or being read is no longer what stands here."""
    if claim.status in EDITABLE_BY_EDITORS:
        apply(claim.pk, "void", by=None, target=CHANGES_REQUESTED if material else IN_REVIEW)
    elif claim.status == PREFLIGHT:
        apply(claim.pk, "fail", by=None, reason=_("Something was changed outside the application."))
    elif claim.status == IN_CROSS_CHECK and material:
        apply(claim.pk, "recall", by=None, reason=_("Something was changed outside the application."))
