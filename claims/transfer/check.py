"""What must hold within one record, whatever the desk knows.  Pure."""

import hashlib
from collections import Counter
from typing import Any

from claims.transfer.columns import _
from claims.transfer.compare import source_of
from claims.transfer.read import Record


def check_record(record: Record) -> None:
    """Name a record that has no name, and refuse what contradicts itself."""
    if not record.name:
        record.values["external_id"] = made_name(record)
    _check_numbers(record, "appearances", "appearance_number")
    _check_numbers(record, "evidence", "evidence_number")
    if sum(bool(item.get("first")) for item in record.appearances) > 1:
        record.refuse("first", _("only one appearance can be the first."))
    for source, count in Counter(source_of(item) for item in record.evidence).items():
        if count > 1 and source != "title:":
            record.refuse("evidence_url", _("“%(source)s” is cited twice."), source=source[:80])


def made_name(record: Record) -> str:
    """A name for a claim that the file gives none: the same for the same statement, claimant, day and address."""
    first: dict[str, Any] = record.appearances[0] if record.appearances else {}
    said = (record.values.get("statement"), *(first.get(name) for name in ("claimant", "said_on", "appearance_url")))
    plain = "\n".join(str(value or "") for value in said)
    return f"made-{hashlib.sha256(plain.encode()).hexdigest()[:24]}"


def _check_numbers(record: Record, name: str, column: str) -> None:
    numbers = [item.get(column) or place for place, item in enumerate(getattr(record, name), start=1)]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            record.refuse(
                column, _("the number %(number)d stands there twice."), record.rows[name][place], number=number
            )
