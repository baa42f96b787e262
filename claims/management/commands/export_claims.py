"""Write claims to a file that ``import_claims`` reads back to the same content."""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims.transfer.dump import FORMATS, Reach, export, left_out
from claims.transfer.files import guess_format


class Command(BaseCommand):
    help = "Write the claims to a file: CSV, JSON Lines, or the published checks as a ClaimReview feed."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=FORMATS, help="guessed from the file's ending, else csv")
        parser.add_argument("--out", type=Path, help="written beside it first, then renamed; else to standard output")
        parser.add_argument("--with-verdicts", action="store_true", help="verdicts of claims that are not public, too")
        parser.add_argument(
            "--with-confidential",
            action="store_true",
            help="confidential claims, and sources that readers are not told of, too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path | None = options["out"]
        form = options["format"] or (guess_format(out.name) if out else "") or "csv"
        reach = Reach(verdicts=options["with_verdicts"], confidential=options["with_confidential"])
        with one_moment():
            said = left_out(form, reach)
            if out is None:
                for piece in export(form, reach):
                    self.stdout.write(piece, ending="")
            else:
                self._write(out, export(form, reach), private=reach != Reach())
        if said:
            self.stderr.write(_("Left out: %(what)s.") % {"what": "; ".join(said)})

    def _write(self, out: Path, pieces: Iterator[str], *, private: bool) -> None:
        try:
            with replacing(out, private=private) as file:
                file.writelines(pieces)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is as it was at one moment, however long it takes."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def replacing(path: Path, *, private: bool) -> Iterator[TextIO]:
    """A file that takes the place of ``path`` when it is whole; after a failure there is what there was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the first byte
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
