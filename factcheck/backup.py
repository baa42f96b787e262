"""The database as one file, and back: by PostgreSQL's own tools, those that came with the embedded server or those on PATH."""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from factcheck import embedded
from factcheck.vardir import CannotStart


class NotCopied(Exception):
    """Nothing was written; the message is one sentence for a person."""


def save(file: Path) -> None:
    """Write the whole database, as it is at one moment, to a new file that only its owner can read.

    Raises:
        NotCopied: there is such a file, or PostgreSQL says why not.
    """
    if file.exists():
        raise NotCopied(_("%(file)s is there already: name a new file.") % {"file": file})
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.touch(mode=0o600)
        draft.chmod(0o600)
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={draft}")
        draft.rename(file)
    except OSError as error:
        raise NotCopied(f"{file}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def bring_back(file: Path) -> None:
    """Fill an empty database with what ``save`` wrote: all of it or nothing.

    Raises:
        NotCopied: the database holds something, or PostgreSQL says why not.
    """
    if not file.is_file():
        raise NotCopied(_("There is no file %(file)s.") % {"file": file})
    if connection.introspection.table_names():
        raise NotCopied(_("The database holds tables already: restore into an empty VAR_DIR, or an empty database."))
    connection.close()
    _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(file))


def _run(name: str, *options: str) -> None:
    """Run one of PostgreSQL's tools on our database; the password goes by the environment, where ``ps`` shows none."""
    known = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "sslmode": "PGSSLMODE"}
    where = {variable: str(known[key]) for key, variable in names.items() if known.get(key)}
    done = subprocess.run(  # noqa: S603
        [_tool(name), f"--dbname={known['dbname']}", *options],
        env=os.environ | where,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotCopied((done.stderr.strip().splitlines() or [f"{name}: {done.returncode}"])[-1])


def _tool(name: str) -> str:
    try:
        return str(embedded.postgres_binaries() / name)
    except CannotStart:
        if on_path := shutil.which(name):
            return on_path
        raise NotCopied(_("%(tool)s is not on PATH: install the client of PostgreSQL.") % {"tool": name}) from None
