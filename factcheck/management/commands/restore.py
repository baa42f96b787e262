"""``manage.py restore FILE``: an empty database filled with what ``backup`` wrote."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from factcheck import backup


class Command(BaseCommand):
    help = "Fills an empty database with what backup wrote: all of it or nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup.bring_back(options["file"])
        except backup.NotCopied as problem:
            self.stderr.write(str(problem))
            sys.exit(1)
        self.stdout.write("The database is back.  manage.py verify_ledger says whether the record is whole.")
