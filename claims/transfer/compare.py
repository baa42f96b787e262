"""What a record of a file says against what the desk says, and against what the file said when it was last imported.  Pure.

Three texts decide: the file's, the desk's, and the one both came from.  Only what the file changed is written; where
the desk changed the same thing to something else, the record is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.transfer.columns import BY_NAME, HIDDEN, json_of
from claims.transfer.read import Record
from claims.transfer.write import mark_of

# What names a record, and what counts for something new only.
NOT_COMPARED = frozenset(
    {"external_id", "mark", "claimant_kind", "evidence_title", "appearance_number", "evidence_url"}
)
# An empty cell of these leaves the desk's value: there is no empty one.
NEVER_EMPTY = frozenset(
    {"statement", "language", "kind", "priority", "position", "evidence_kind", "stance", "reliability", "credibility",
     "evidence_number", "first"}
)  # fmt: skip
Flat = dict[str, Any]


@dataclass
class Difference:
    """What an import would write.

    Attributes:
        changed: key of ``flatten`` -> new value.
        conflicts: keys that the desk changed to something else meanwhile.
        stale: the desk changed the claim since the file was written, and nobody knows what the file changed.
    """

    changed: Flat = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    stale: bool = False


def flatten(record: Record) -> Flat:
    """What a record says, one value a key: ``statement``, ``appearances/1/position``, ``evidence/<address>/stance``."""
    flat = _compared(record.values, "")
    for place, item in enumerate(record.appearances, start=1):
        flat |= _compared(item, f"appearances/{item.get('appearance_number') or place}/")
    for item in record.evidence:
        flat |= _compared(item, f"evidence/{source_of(item)}/")
    return flat


def _compared(values: Mapping[str, Any], prefix: str) -> Flat:
    return {
        prefix + name: value
        for name, value in values.items()
        if name not in NOT_COMPARED and not (name in NEVER_EMPTY and value in ("", None, False))
    }


def source_of(item: Mapping[str, Any]) -> str:
    """By what a piece of evidence is known again: its address, or the title of a source without one."""
    return str(item.get("evidence_url") or f"title:{item.get('evidence_title') or ''}")


def marks(flat: Flat) -> dict[str, str]:
    """A short hash of every value, kept with an import so that the next one knows what the file said before."""
    return {key: _mark(value) for key, value in flat.items()}


def _mark(value: Any) -> str:
    plain = json.dumps(value, default=json_of, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def column_of(key: str) -> str:
    """The column a key of ``flatten`` stands for."""
    return key.rpartition("/")[2]


def differ(said: Record, desk: Record, before: Mapping[str, str] | None) -> Difference:
    """What the file would change of a claim.

    Args:
        said: the record of the file, its names in the desk's spelling.
        desk: what the desk says now, with everything hidden.
        before: ``marks`` of what the file said when it was last imported; ``None``: it never was.
    """
    file, now, found = flatten(said), flatten(desk), Difference()
    mark = said.values.get("mark")
    fresh = bool(mark) and mark == desk.values["mark"]
    differing = {
        key: value
        for key, value in file.items()
        if value != now.get(key, _nothing(key)) and not _is_left_out(key, value, before)
    }
    if mark and not fresh and before is None:
        found.stale = bool(differing) and mark_of(said) != mark
        return found
    for key, value in differing.items():
        base = _base(key, now, None if fresh else before)
        if base == _mark(value):
            continue  # the desk changed it, the file did not
        if base != _mark(now.get(key, _nothing(key))):
            found.conflicts.append(key)
        found.changed[key] = value
    return found


def _is_left_out(key: str, value: Any, before: Mapping[str, str] | None) -> bool:
    """An export leaves verdicts out unless asked for them: where a file never said one, an empty cell takes none away."""
    return key in HIDDEN and value in ("", None) and key not in (before or {})


def _base(key: str, now: Flat, before: Mapping[str, str] | None) -> str:
    """The mark of what both came from; without one the desk's value, but a verdict is never taken for the file's."""
    if before is not None and key in before:
        return before[key]
    if key in HIDDEN and now.get(key):
        return ""
    return _mark(now.get(key, _nothing(key)))


def _nothing(key: str) -> Any:
    return BY_NAME[column_of(key)].empty
