"""Judge a piece of evidence and name its source at one press: both are saved, or neither."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from claims.errors import StaleEdit
from claims.models import Evidence, Person
from claims.workflow.apply import attempting
from claims.workflow.edit_parts import edit_evidence, title_source


def judge_evidence(evidence: Evidence, *, by: Person, fields: Mapping[str, Any], seen: Mapping[str, str]) -> None:
    """Write what the person changed himself; an empty title leaves the source its name.

    Args:
        fields: new values of ``edit_parts.EVIDENCE_FIELDS``, and ``title`` for the source.
        seen: for each field the ``digest`` of the value the person had before his eyes.

    Raises:
        StaleEdit: somebody else changed the same fields meanwhile; nothing is written.
        Refused: not this person, or not in this state.
    """
    judged = dict(fields)
    title = judged.pop("title", "")
    saves: list[Callable[[], object]] = [partial(edit_evidence, evidence.pk, by=by, seen=seen, **judged)]
    if title:
        saves.append(partial(title_source, evidence.pk, by=by, title=title, seen=seen.get("title", "")))
    with attempting(evidence.claim_id, "edit_evidence", by):
        _save_all(saves)


def _save_all(saves: list[Callable[[], object]]) -> None:
    """Call each, and raise with the disputed fields of all."""
    found: list[StaleEdit] = []
    for save in saves:
        try:
            save()
        except StaleEdit as stale:
            found.append(stale)
    if found:
        for other in found[1:]:
            found[0].conflicts.update(other.conflicts)
        raise found[0]
