"""People come, change and leave; whatever the administrator changes on the desk itself goes on its record."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Model

from claims.models import Assignment, Claim, Event, Person
from claims.workflow import assignment

DESK_CHAIN = "desk"


@transaction.atomic
def record_setting(row: Model, action: str, *, by: Person, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Say on the desk's chain who changed which row of the desk's settings, and what it said before and after."""
    body = {"table": row._meta.model_name, "row": row.pk, "name": str(row), "before": before, "after": after}
    Event.objects.append(DESK_CHAIN, action, by=by, body=body)


@transaction.atomic
def release_roles(person: Person, *, by: Person | None) -> int:
    """Give the open roles of somebody who leaves back to nobody, each with an Event on its claim.

    Returns:
        how many roles wait for somebody now.
    """
    held = Assignment.objects.filter(person=person, ended_at__isnull=True)
    claims = {claim.pk: claim for claim in Claim.objects.locked().filter(pk__in=held.values("claim"))}
    rows = list(held.filter(claim__in=claims).order_by("claim_id", "pk"))
    for row in rows:
        assignment.give(claims[row.claim_id], row.role, None, by=by)
        body = {"role": row.role, "before": person.ref}
        Event.objects.append(claims[row.claim_id], "release", by=by, body=body)
    Claim.objects.filter(pk__in=claims).update(version=F("version") + 1)
    return len(rows)


@transaction.atomic
def let_go(person: Person, *, by: Person) -> int:
    """Close somebody's account: he can no longer sign in, and his open roles wait for others."""
    if not person.is_active:
        return 0
    person.is_active = False
    person.save(update_fields=["is_active"])
    record_setting(person, "let_go", by=by, before={"is_active": True}, after={"is_active": False})
    return release_roles(person, by=by)
