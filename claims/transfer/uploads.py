"""Files an administrator brings in the panel: tried as a job, looked at, written as a job."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import jobs
from claims.errors import UserFacingError
from claims.jobs import JobRun
from claims.models import ImportFile, Person
from claims.transfer.files import read_records
from claims.transfer.load import REFUSED, UNCHANGED, Import, Line, Outcome
from claims.transfer.read import FileRefused
from claims.workflow.people import record_setting

MAX_BYTES = 50 * 1024 * 1024
FOLDER = "imports"  # in the storage
REFUSALS_KEPT, OTHERS_KEPT = 500, 200  # lines of a report
WAITS_FOR = timedelta(days=14)  # a file that was tried, for somebody's word
LEFT_LYING = timedelta(days=1)  # bytes that no row tells of: longer than any upload takes
State = ImportFile.State
Effects = Callable[[], None]
if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile


@transaction.atomic
def bring(upload: Upload, form: str, *, by: Person) -> ImportFile:
    """Keep a file and try it in the background; nothing of it is written.

    Raises:
        UserFacingError: it is empty or too large.
    """
    if not upload.size:
        raise UserFacingError(_("This file is empty."), "empty")
    if upload.size > MAX_BYTES:
        raise UserFacingError(
            _("This file is larger than 50 MB: split it, or use import_claims on the server."), "size"
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    name = PurePath((upload.name or "file").replace("\\", "/")).name[-200:]
    row = ImportFile(name=name, format=form, sha256=digest.hexdigest(), created_by=by)
    row.file.save(f"{row.sha256[:16]}-{timezone.now():%Y%m%d%H%M%S%f}", upload, save=False)
    row.save()
    record_setting(row, "bring_import", by=by, before={}, after={"format": form, "sha256": row.sha256})
    jobs.enqueue("try_import", key=f"import/{row.pk}", by=by, file=row.pk)
    return row


@transaction.atomic
def confirm(pk: int, *, by: Person) -> ImportFile:
    """Have a file that was tried written.

    Raises:
        UserFacingError: it was not tried yet, or is written already.
    """
    row = _locked(pk, State.TRIED)
    row.state = State.WRITING
    row.save(update_fields=["state"])
    record_setting(row, "write_import", by=by, before={}, after={"sha256": row.sha256})
    jobs.enqueue("write_import", key=f"import/{row.pk}", by=by, file=row.pk)
    return row


@transaction.atomic
def discard(pk: int, *, by: Person) -> ImportFile:
    """Throw a file away that was tried.

    Raises:
        UserFacingError: it is being worked on, or gone.
    """
    row = _locked(pk, State.TRIED)
    _end(row, State.DISCARDED)
    record_setting(row, "discard_import", by=by, before={}, after={"sha256": row.sha256})
    return row


def _locked(pk: int, state: str) -> ImportFile:
    row = ImportFile.objects.select_for_update().get(pk=pk)
    if row.state != state:
        raise UserFacingError(
            _("This file is not waiting for your word: it is “%(state)s”.") % {"state": row.get_state_display()},
            "state",
        )
    return row


def _end(row: ImportFile, state: str, problem: str = "") -> None:
    """Its last state; the bytes are thrown away once that is certain."""
    stored, storage = row.file.name, row.file.storage
    row.state, row.ended_at, row.problem, row.file = state, timezone.now(), problem[:400], ""
    row.save()
    if stored:
        transaction.on_commit(partial(storage.delete, stored))


# --- at night


def clear_leftovers() -> int:
    """Give up the files nobody decided on for two weeks, and throw bytes away that no row tells of; how many of both."""
    now = timezone.now()
    lapsed = ImportFile.objects.filter(state=State.TRIED, created_at__lt=now - WAITS_FOR).order_by("pk")
    rows = list(lapsed.select_for_update(skip_locked=True))
    for row in rows:
        _end(row, State.DISCARDED, _("Nobody decided on this file for 14 days."))
        record_setting(row, "discard_import", by=None, before={}, after={"sha256": row.sha256})
    return len(rows) + _clear_orphans(now - LEFT_LYING)


def _clear_orphans(before: datetime) -> int:
    """Throw away what a crash left lying between the storage and the database."""
    storage = ImportFile._meta.get_field("file").storage
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:  # nothing was ever brought
        return 0
    kept = set(ImportFile.objects.exclude(file="").values_list("file", flat=True))
    old = [
        path for path in (f"{FOLDER}/{name}" for name in names)
        if path not in kept and storage.get_modified_time(path) < before
    ]  # fmt: skip
    for path in old:
        storage.delete(path)
    return len(old)


# --- in the background


def try_import(job: JobRun, *, file: int) -> Effects | None:
    """Job: do all of it and take it back, to say what would happen."""
    row = ImportFile.objects.select_related("created_by").get(pk=file)
    return _run(job, row, State.WAITING, try_only=True) if row.state == State.WAITING else None


def write_import(job: JobRun, *, file: int) -> Effects | None:
    """Job: write it, batch by batch; after a failure it goes on where it was."""
    row = ImportFile.objects.select_related("created_by").get(pk=file)
    return _run(job, row, State.WRITING, try_only=False) if row.state == State.WRITING else None


def _run(job: JobRun, row: ImportFile, state: str, *, try_only: bool) -> Effects:
    report = Report(job, row)
    run = Import(row.name, by=row.created_by, try_only=try_only, tell=report.add, outcome=report.outcome)
    if not try_only:
        run.last, run.skip = report.checkpoint, report.outcome.rows
    failure = ""
    try:
        run.run(read_records(row.file.open("rb").file, row.format))
    except FileRefused as refusal:
        failure = _(refusal.sentence) % refusal.told
    except FileNotFoundError:
        failure = _("The file is no longer where files of imports are kept: bring it once more.")
    return partial(_keep, row.pk, state, report.told(), failure)


def _keep(pk: int, state: str, told: dict[str, Any], failure: str) -> None:
    row = ImportFile.objects.select_for_update().get(pk=pk)
    if state == State.WAITING:
        row.trial = told
        if failure:
            _end(row, State.FAILED, failure)
            return
        row.state = State.TRIED
        row.save()
        return
    row.outcome = told
    _end(row, State.FAILED if failure else State.WRITTEN, failure)


def give_up(*, file: int, sentence: str, claim_id: int | None = None) -> None:
    """The job is given up: so is the file."""
    row = ImportFile.objects.select_for_update().get(pk=file)
    if row.state in {State.WAITING, State.WRITING}:
        _end(row, State.FAILED, sentence or _("The work on it was stopped."))


class Report:
    """What a run tells: numbers of everything, and the first lines worth looking at."""

    def __init__(self, job: JobRun, row: ImportFile) -> None:
        self.job, self.name = job, row.name
        kept = job.cursor or {}
        self.outcome = Outcome(kept.get("rows", 0), kept.get("counts") or Outcome().counts)
        self.lines: list[dict[str, Any]] = kept.get("lines", [])
        self.room = {True: REFUSALS_KEPT, False: OTHERS_KEPT}

    def add(self, line: Line) -> None:
        done = ngettext("%(n)s claim of %(name)s", "%(n)s claims of %(name)s", self.outcome.rows)
        self.job.progress(done % {"n": f"{self.outcome.rows:,}", "name": self.name})
        if line.what != UNCHANGED and self._has_room(line.what):
            problems = [[one.row, one.column, one.sentence, one.told] for one in line.problems]
            said = {"row": line.row, "name": line.name, "what": line.what, "columns": line.columns}
            said |= {"statement": line.statement, "claim": line.claim}
            self.lines.append({**said, "problems": problems})

    def _has_room(self, what: str) -> bool:
        self.room[what == REFUSED] -= 1
        return self.room[what == REFUSED] >= 0

    def checkpoint(self, outcome: Outcome) -> None:
        self.job.checkpoint(self.told())

    def told(self) -> dict[str, Any]:
        return {"rows": self.outcome.rows, "counts": self.outcome.counts, "lines": self.lines}
