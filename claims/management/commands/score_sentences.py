"""Score sentences for check-worthiness, as the benchmarks ask for it."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.intake.checkworthiness import score


class Command(BaseCommand):
    help = "Write, for every sentence of a file, how much it is worth checking (0 to 1)."
    requires_system_checks: list[str] = []  # touches no table

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--in", dest="source", required=True, type=Path, help="lines of id<TAB>text")
        parser.add_argument("--out", required=True, type=Path, help="lines of id<TAB>score")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["source"]
        try:
            lines = source.read_text(encoding="utf-8").split("\n")
        except OSError as error:
            raise CommandError(f"{source} cannot be read: {error.strerror}.") from error
        scores = []
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if not row or (number == 1 and row[:2] == ["id", "text"]):
                continue
            if len(row) < 2:  # noqa: PLR2004
                raise CommandError(f"Line {number} of {source} holds no tab between an id and a text.")
            scores.append(f"{row[0]}\t{score(row[1]).value:.4f}\n")
        options["out"].write_text("".join(scores), encoding="utf-8")
        self.stdout.write(f"{len(scores)} sentences scored.")
