"""A file of claims -> records, one after another, with everything that is wrong with each.  Pure.

CSV: a line tells of a claim, of one appearance and of one piece of evidence; lines below with the same
``external_id`` and no statement add appearances and evidence.  JSON Lines: one claim on a line.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, BinaryIO, TextIO

from claims.transfer.columns import (
    APPEARANCE,
    BY_NAME,
    CLAIM,
    EVIDENCE,
    PARTS,
    Column,
    Unreadable,
    _,
    read_value,
)

LISTS = {APPEARANCE: "appearances", EVIDENCE: "evidence"}
LONGEST_CELL = 10_000_000
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # a spreadsheet runs these too
DELIMITERS = ",;\t"
PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # a workbook of today, and of long ago
NO_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

csv.field_size_limit(LONGEST_CELL)


def quotable(told: dict[str, Any]) -> dict[str, Any]:
    """What a sentence quotes of a file, without the characters that no page shows and no database keeps."""
    return {name: _quotable(value) if isinstance(value, str) else value for name, value in told.items()}


def _quotable(text: str) -> str:
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)


class FileRefused(Exception):
    """The file as a whole cannot be read: one sentence, and what is put into it."""

    def __init__(self, sentence: str, **told: Any) -> None:
        self.sentence, self.told = sentence, quotable(told)
        super().__init__(sentence % self.told)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one value; ``sentence`` is translated where it is shown."""

    row: int
    column: str
    sentence: str
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "told", quotable(self.told))
        object.__setattr__(self, "column", _quotable(self.column))

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.sentence % self.told}"


@dataclass
class Record:
    """One claim of a file: what its columns say, by name; columns the file does not have are not in it.

    Attributes:
        row: where it begins, as a spreadsheet or an editor counts; the headings are row 1.
        rows: for each appearance and each piece of evidence, by list, the row it stands in.
    """

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    appearances: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=lambda: {"appearances": [], "evidence": []})
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        found: str = self.values.get("external_id", "")
        return found

    def refuse(self, column: str, sentence: str, row: int | None = None, **told: Any) -> None:
        self.problems.append(Problem(row or self.row, column, sentence, told))

    def add(self, part: str, values: dict[str, Any], row: int) -> None:
        getattr(self, LISTS[part]).append(values)
        self.rows[LISTS[part]].append(row)


def open_text(file: BinaryIO) -> TextIO:
    """The file as text: UTF-8 with or without a mark, or UTF-16; read as it is needed.

    Raises:
        FileRefused: it begins as no text of these does, but as a workbook, a PDF or a picture.
    """
    buffered = io.BufferedReader(file) if not isinstance(file, io.BufferedReader) else file  # type: ignore[type-var]
    head = buffered.peek(4)[:4]
    return io.TextIOWrapper(buffered, encoding=_encoding(head), newline="")


def _encoding(head: bytes) -> str:
    if head.startswith(PACKED):
        raise FileRefused(
            _("This is a spreadsheet or a packed file, not text: open it and save it as “CSV UTF-8”, then bring that.")
        )
    if head.startswith(NO_TEXT):
        raise FileRefused(_("This is no text: an import reads CSV, JSON Lines and ClaimReview."))
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(_("The file is written in UTF-32; save it as UTF-8."))
    for mark in UTF_16:
        if head.startswith(mark):
            return "utf-16"
    if len(head) > 1 and head[1] == 0 and head[0]:
        return "utf-16-le"
    if len(head) > 1 and head[0] == 0 and head[1]:
        return "utf-16-be"
    return "utf-8-sig"


def decoded(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a text; a byte that is no text of the file's encoding becomes a refusal that says so."""
    try:
        yield from pieces
    except UnicodeDecodeError as error:
        before = error.object[max(error.start - 30, 0) : error.start + 1].decode(error.encoding, "replace")
        sentence = _("The file is not %(encoding)s near “%(near)s”; save it as UTF-8 (“CSV UTF-8”).")
        raise FileRefused(sentence, encoding=error.encoding.upper(), near=" ".join(before.split())) from None


# --- CSV


def read_csv(text: TextIO, *, ignore_unknown: bool = False) -> Iterator[Record]:
    """The records of a CSV file, with commas, semicolons or tabs between.

    Raises:
        FileRefused: headings are missing or unknown, or the file ends in the middle of a cell.
    """
    lines = decoded(text)
    first = next(lines, "")
    rows = _rows(first, lines)
    columns = _columns(next(rows, []), ignore_unknown=ignore_unknown)
    return _records(columns, rows)


def _rows(first: str, lines: Iterator[str]) -> Iterator[list[str]]:
    """The rows; the mark between cells is the one that the headings hold most of."""
    between = max(DELIMITERS, key=first.count)

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    read, number = csv.reader(all_lines(), delimiter=between, strict=True), 0
    while True:
        number += 1
        try:
            yield next(read)
        except StopIteration:
            return
        except csv.Error:
            sentence = _("Row %(row)d cannot be read: a quotation mark is missing, or one too many stands there.")
            raise FileRefused(sentence, row=number) from None


def _columns(headings: list[str], *, ignore_unknown: bool) -> list[Column | None]:
    names = ["_".join(heading.casefold().split()) for heading in headings]
    if not any(names):
        raise FileRefused(_("The file is empty: its first row names the columns."))
    for name in names:
        if name and name not in BY_NAME and not ignore_unknown:
            raise _unknown(name)
        if name and names.count(name) > 1:
            raise FileRefused(_("The heading “%(name)s” stands there twice."), name=name)
    return [BY_NAME.get(name) for name in names]


def _unknown(name: str) -> FileRefused:
    near = get_close_matches(name, BY_NAME, n=1)
    if near:
        return FileRefused(
            _("“%(name)s” is no column of an import; did you mean “%(near)s”?"), name=name[:80], near=near[0]
        )
    sentence = _("“%(name)s” is no column of an import: take it out of the file, or give it the name of one.")
    return FileRefused(sentence, name=name[:80])


def _records(columns: list[Column | None], rows: Iterator[list[str]]) -> Iterator[Record]:
    record: Record | None = None
    for row, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        said, wrong = _read_cells(columns, cells, row)
        if record is None or not _goes_on(record, said):
            if record is not None:
                yield record
            record = Record(row, said[CLAIM])
        _check_repeated(record, said[CLAIM], row)
        record.problems += wrong
        for part in LISTS:
            _add_part(record, part, said[part], row)
    if record is not None:
        yield record


def _goes_on(record: Record, said: dict[str, dict[str, Any]]) -> bool:
    """Whether a line below adds to the same claim: the same name, and no other statement."""
    claim = said[CLAIM]
    same = claim.get("statement") in {"", None, record.values.get("statement")}
    return bool(record.name) and claim.get("external_id") == record.name and same


def _check_repeated(record: Record, said: dict[str, Any], row: int) -> None:
    """A line below may leave the claim's columns empty, or say the same again."""
    for name, value in said.items():
        if value not in ("", None, False, []) and value != record.values.get(name):
            record.refuse(name, _("row %(first)d says something else of the same claim."), row, first=record.row)


def _read_cells(
    columns: list[Column | None], cells: list[str], row: int
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    said: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    wrong = []
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        wrong.append(Problem(row, "", _("it has more cells than there are headings.")))
    for place, column in enumerate(columns):
        if column is None:
            continue
        try:
            said[column.part][column.name] = read_value(column, freed(cells[place]) if place < len(cells) else "")
        except Unreadable as error:
            wrong.append(Problem(row, column.name, error.sentence, error.told))
    return said, wrong


def _add_part(record: Record, part: str, values: dict[str, Any], row: int) -> None:
    if any(value not in ("", None, False) for value in values.values()):
        record.add(part, values, row)


def freed(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it; ``harmless`` puts it there."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*RISKY, "'")) else cell


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{cell}" if cell.startswith(RISKY) or (cell[:1] == "'" and cell[1:].startswith((*RISKY, "'"))) else cell


# --- JSON Lines


def read_jsonl(text: TextIO, *, ignore_unknown: bool = False) -> Iterator[Record]:
    """The records of a file with one JSON object on each line.

    Raises:
        FileRefused: a byte is no text.
    """
    for row, line in enumerate(decoded(text), start=1):
        if line.strip():
            yield _read_line(row, line, ignore_unknown=ignore_unknown)


def _read_line(row: int, line: str, *, ignore_unknown: bool) -> Record:
    record = Record(row)
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        record.refuse("", _("the line is no JSON."))
        return record
    if not isinstance(said, dict):
        record.refuse("", _("the line is no JSON object; it begins with { and ends with }."))
        return record
    lists = {part: said.pop(name, None) or [] for part, name in LISTS.items()}
    record.values = _read_keys(record, CLAIM, said, ignore_unknown=ignore_unknown)
    for part, items in lists.items():
        _read_list(record, part, items, ignore_unknown=ignore_unknown)
    return record


def _read_list(record: Record, part: str, items: Any, *, ignore_unknown: bool) -> None:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        record.refuse(LISTS[part], _("a list of objects belongs here."))
        return
    for item in items:
        record.add(part, _read_keys(record, part, item, ignore_unknown=ignore_unknown), record.row)


def _read_keys(record: Record, part: str, said: dict[str, Any], *, ignore_unknown: bool) -> dict[str, Any]:
    values = {}
    for key, raw in said.items():
        column = BY_NAME.get(key)
        if column is None or column.part != part:
            if not ignore_unknown:
                record.refuse(key[:80], _("this key is none of an import."))
            continue
        try:
            values[key] = read_value(column, raw)
        except Unreadable as error:
            record.problems.append(Problem(record.row, key, error.sentence, error.told))
    return values
