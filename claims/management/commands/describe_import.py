"""Print what a file of claims may hold as documentation: ``manage.py describe_import > docs/import.md``."""

from typing import Any

from django.core.management.base import BaseCommand

from claims.transfer.columns import APPEARANCE, CLAIM, EVIDENCE, PARTS, Column

TITLES = {CLAIM: "The claim", APPEARANCE: "One of its appearances", EVIDENCE: "One piece of its evidence"}
INTRODUCTION = """# Claims in and out: the files

Made by `manage.py describe_import` from the table in `claims/transfer/columns.py`; a test compares the two.
How files are brought and fetched: [operations.md](operations.md#claims-in-and-out) and, in the panel, "Imports and exports".

**CSV** (UTF-8 or UTF-16; commas, semicolons or tabs): the first row names the columns, in any order; only `statement` must
be there. A row tells of a claim, of one appearance and of one piece of evidence. More of them stand in the rows right below,
which repeat the `external_id`. Several topics in a cell stand between upright strokes: `Trade | Harbours`. An apostrophe in
front of a cell that begins like a formula keeps spreadsheets from running it; an import takes it off again.

**JSON Lines**: one object a line with the same names as keys, and the lists `appearances` and `evidence`.

**ClaimReview** (JSON-LD: one object, a list, one a line; a Data Commons feed; what Google's claim search answers): statement,
language, claimant, day and addresses of a claim. A review published by this desk brings its verdict, headline, summary and
cited sources. A review by anybody else becomes a claim whose evidence names that review: what others found is a source, never
this desk's verdict. Other types of review and withdrawn items are passed over.

An import adds and changes; it takes nothing away, and an empty cell empties only what may be empty. Columns that a file does
not have stay as they are. What the desk changed since the last import stays, and where both changed the same thing the row is
refused. A claim that is public, closed or being reviewed is never changed. New claims come into the inbox; a verdict they bring
is a draft that goes through the same review as any other.

What no file carries: captured copies and the passages marked in them, waivers, right of reply and its contacts, comments, second
verdicts, approvals, states, dates due, people, and the record. A copy of a whole desk is a backup of its database and storage.

Columns marked "hidden" are told of public claims only, unless `export_claims --with-verdicts` asks for all.
"""


def describe() -> str:
    """The table of columns as Markdown."""
    return INTRODUCTION + "".join(_section(part) for part in PARTS)


def _section(part: str) -> str:
    head = f"\n## {TITLES[part]}\n\n| column | what it means | what may stand there | example |\n|---|---|---|---|\n"
    return head + "".join(_row(column) for column in PARTS[part])


def _row(column: Column) -> str:
    words = f"{column.words} (hidden)" if column.hidden else column.words
    example = f"`{column.example}`" if column.example else ""
    return f"| `{column.name}` | {words} | {_may_stand(column)} | {example} |\n"


def _may_stand(column: Column) -> str:
    if column.kind == "choice":
        return ", ".join(f"`{choice}`" for choice in column.choices if choice)
    longest = f", at most {column.longest:,} characters" if column.longest else ""
    return {
        "text": "text",
        "line": f"one line{longest}",
        "address": f"http:// or https://{longest}",
        "date": "YYYY-MM-DD",
        "number": f"1 to {column.longest:,}",
        "yes": "`yes` or nothing",
        "list": f"names between upright strokes{longest} each",
    }[column.kind]


class Command(BaseCommand):
    help = "Print the columns of an import as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describe(), ending="")
