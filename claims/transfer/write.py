"""Records -> the text of a file that ``read`` reads back to the same.  Pure."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from claims.transfer.columns import APPEARANCE, CLAIM, COLUMNS, EVIDENCE, HIDDEN, PARTS, cell_of, json_of
from claims.transfer.read import LISTS, Record, harmless

MARKED_UTF_8 = "\ufeff"  # without it a spreadsheet takes the file for another encoding


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """The lines of a CSV file: one for each claim, and below it what it has more of."""
    writer = csv.writer(_Echo())
    yield MARKED_UTF_8 + writer.writerow([column.name for column in COLUMNS])
    for record in records:
        claim: dict[str, Any] = record.values
        parts: Any = zip_longest(record.appearances or [{}], record.evidence or [{}], fillvalue={})
        for appearance, evidence in parts:
            yield _line(writer, {CLAIM: claim, APPEARANCE: appearance, EVIDENCE: evidence})
            claim = {"external_id": record.name}


def _line(writer: Any, said: dict[str, dict[str, Any]]) -> str:
    line: str = writer.writerow([harmless(cell_of(column, said[column.part].get(column.name))) for column in COLUMNS])
    return line


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def jsonl_lines(records: Iterable[Record]) -> Iterator[str]:
    """One JSON object a line; what says nothing is left out."""
    for record in records:
        said = _said(CLAIM, record.values)
        for part, name in LISTS.items():
            if items := [_said(part, item) for item in getattr(record, name)]:
                said[name] = items
        yield json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _said(part: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: json_of(values[column.name])
        for column in PARTS[part]
        if values.get(column.name) not in (None, "", [], False)
    }


def mark_of(record: Record) -> str:
    """A short hash of what everybody on the desk may see of a claim: whether it was changed since."""
    seen = {name: value for name, value in record.values.items() if name not in {*HIDDEN, "external_id", "mark"}}
    plain = [
        _said(CLAIM, seen),
        [_said(APPEARANCE, item) for item in record.appearances],
        [_said(EVIDENCE, item) for item in record.evidence if not item.get("withheld_reason")],
    ]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()[:16]


def template() -> Iterator[str]:
    """A CSV file to begin with: the headings and one example."""
    example = Record(2, {column.name: column.example for column in PARTS[CLAIM]})
    example.add(APPEARANCE, {column.name: column.example for column in PARTS[APPEARANCE]}, 2)
    example.add(EVIDENCE, {column.name: column.example for column in PARTS[EVIDENCE]}, 2)
    return csv_lines([example])
