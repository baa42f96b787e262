"""``manage.py backup FILE``: the database as one file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from factcheck import backup


class Command(BaseCommand):
    help = "Writes the whole database, as it is at one moment, to a new file; see docs/operations.md for what else to keep."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            backup.save(file)
        except backup.NotCopied as problem:
            self.stderr.write(str(problem))
            sys.exit(1)
        self.stdout.write(f"The database is in {file} ({file.stat().st_size:,} bytes).")
