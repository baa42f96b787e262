"""Take claims in from a file: all of a batch or nothing of it, the same file twice only once."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from claims.models import Person
from claims.transfer.files import Format, guess_format, read_records
from claims.transfer.load import BATCH, REFUSED, Import, Line, Outcome, counted, in_words
from claims.transfer.read import FileRefused

TELL_EVERY = 5_000  # rows


class Command(BaseCommand):
    help = "Take claims in from a CSV, JSON Lines or ClaimReview file; docs/import.md lists the columns."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="- reads what is piped in")
        parser.add_argument("--format", choices=Format.values, help="guessed from the file's ending when not given")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--ignore-unknown", action="store_true", help="pass over columns an import does not know")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"rows kept together or not at all ({BATCH})")
        parser.add_argument("--by", default="", metavar="USERNAME", help="in whose name the record tells of it")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        form = options["format"] or guess_format(name)
        if not form:
            raise CommandError(f"Nothing tells the format of {name}: give --format csv, jsonl or claimreview.")
        if options["batch"] < 1:
            raise CommandError("--batch is a number from 1.")
        self.told = 0
        run = Import(
            Path(name).name if name != "-" else "standard input",
            by=self._person(options["by"]),
            try_only=options["dry_run"],
            reaches_confidential=True,
            batch=options["batch"],
            tell=self._tell,
        )
        self._run(run, name, form, ignore_unknown=options["ignore_unknown"])

    def _run(self, run: Import, name: str, form: str, *, ignore_unknown: bool) -> None:
        self.outcome = run.outcome
        failure = ""
        try:
            with self._open(name) as file:
                run.run(read_records(file, form, ignore_unknown=ignore_unknown))
        except FileRefused as refusal:
            failure = _(refusal.sentence) % refusal.told
        self._sum_up(run.outcome, try_only=run.try_only)
        if failure:
            raise CommandError(failure)
        if run.outcome.counts[REFUSED]:
            raise SystemExit(1)

    def _open(self, name: str) -> BinaryIO:
        if name == "-":
            return sys.stdin.buffer
        try:
            return Path(name).open("rb")
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error

    def _person(self, username: str) -> Person | None:
        if not username:
            return None
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody active is called “{username}” here.")
        return person

    def _tell(self, line: Line) -> None:
        for problem in line.problems:
            self.stderr.write(in_words(problem))
        if self.outcome.rows >= self.told + TELL_EVERY:
            self.told = self.outcome.rows - self.outcome.rows % TELL_EVERY
            self.stderr.write(_("%(rows)s claims read.") % {"rows": f"{self.told:,}"})

    def _sum_up(self, outcome: Outcome, *, try_only: bool) -> None:
        said = counted(outcome.counts)
        self.stdout.write(_("Nothing was written; it would be: %(said)s") % {"said": said} if try_only else said)
