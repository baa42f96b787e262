"""What an approver reads that no reader does: why a question is answered as it is, and why an answer is not awaited.

It is no content, so no version holds it; an approval rests on it all the same.  Its form says which notes stood on the
page, and its Event keeps them, so that the record proves later what the approver was told.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from claims.models import Claim, Event
from claims.models.event import canonical, sha256
from claims.workflow.facts import Facts
from claims.workflow.transitions import APPROVED


def make_notes(
    questions: Iterable[Mapping[str, Any]], unawaited: Iterable[tuple[str, datetime, str]]
) -> dict[str, list[list[Any]]]:
    """The notes as the record keeps them; only what somebody wrote.

    Args:
        questions: what the checklist asks today (see ``Facts``).
        unawaited: who was asked, until when he may answer, and why the desk does not wait.
    """
    return {
        "checklist": [[row["pk"], row["text"], row["answer"], row["note"]] for row in questions if row["note"]],
        "not_awaited": [list(row) for row in unawaited],
    }


def notes_of(facts: Facts) -> dict[str, list[list[Any]]]:
    return make_notes(facts.questions, facts.unawaited)


def mark_of_notes(notes: Mapping[str, list[list[Any]]]) -> str:
    """What a form says of the notes its reader had before his eyes; empty where there were none."""
    return sha256(canonical(notes)) if any(notes.values()) else ""


def noted_otherwise(claim: Claim, facts: Facts) -> bool:
    """Whether a claim is approved and its notes are not those its approval rests on."""
    if claim.status != APPROVED:
        return False
    approved = Event.objects.filter(chain=claim.chain, action="approve").order_by("-seq").first()
    said = approved.details.get("notes") if approved else None
    return said is not None and canonical(said) != canonical(notes_of(facts))
