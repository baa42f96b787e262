"""What ``doctor`` looks at.  Every finding is a sentence a person can act on.

What the first page of the panel shows, too, is in its reader's language; the command speaks English.
"""

import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.evidence.elsewhere import FIND, OFF, SAVE
from claims.jobs import catalogue
from claims.models import Blob, Desk, Job, PeriodicRun
from claims.web import render
from claims.workflow import people
from factcheck import embedded, probes, servers, vardir
from factcheck.celery import app as celery_app

OLDEST_POSTGRES = 150_000  # as ``server_version_num``
SUPPORTED_PYTHON = ((3, 11), (3, 13))
ENOUGH_DISK = 1_000_000_000  # bytes
LATE = timedelta(minutes=10)  # so long periodic work may be behind while the clock does the rest


@dataclass(frozen=True)
class Finding:
    mark: str  # "ok", "note" (works, but know it) or "WRONG"
    text: str

    @property
    def wrong(self) -> bool:
        return self.mark == "WRONG"


Look = Callable[[], Iterator[Finding]]


def examine(looks: Sequence[Look] | None = None) -> list[Finding]:
    """Look at every part, or at some; a part that cannot even be looked at is wrong too."""
    return [finding for look in looks or EVERYTHING for finding in _looked_at(look)]


def _looked_at(look: Look) -> Iterator[Finding]:
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001  # a doctor does not fall ill with the patient
        yield Finding(
            "WRONG", f"{look.__name__.strip('_').capitalize()}: {' '.join(str(error).split()) or type(error).__name__}"
        )


def _python() -> Iterator[Finding]:
    oldest, newest = SUPPORTED_PYTHON
    version = ".".join(map(str, sys.version_info[:3]))
    if oldest <= sys.version_info[:2] <= newest:
        yield Finding("ok", f"Python {version}.")
    else:
        yield Finding("WRONG", f"Python {version} is not supported: use 3.11, 3.12 or 3.13.")


def _folder() -> Iterator[Finding]:
    vardir.prepare(settings.VAR_DIR)
    data, copies = Path(settings.VAR_DIR), probes.folder_of_copies()
    yield _room(_("%(size)s GB free for the data in %(folder)s."), data)
    if copies is not None and copies.stat().st_dev != data.stat().st_dev:
        yield _room(_("%(size)s GB free for the copies of evidence in %(folder)s."), copies)


def _room(words: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = words % {"size": number_format(free / 1e9, 1), "folder": folder}
    return Finding("ok" if free >= ENOUGH_DISK else "WRONG", text)


def _secrets() -> Iterator[Finding]:
    folder = Path(settings.VAR_DIR) / "secrets"
    open_to_others = [path for path in (folder, *folder.glob("*")) if path.exists() and _others_may_read(path)]
    for path in open_to_others:
        yield Finding("WRONG", _("%(path)s can be read by other users: chmod go-rwx %(path)s") % {"path": path})
    if not open_to_others:
        yield Finding("ok", "The secrets can be read by their owner only.")


def _others_may_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _database() -> Iterator[Finding]:
    probes.database_answers()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone() or (0, "?")
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
        has_vector = cursor.fetchone() is not None
    if number < OLDEST_POSTGRES:
        yield Finding("WRONG", f"PostgreSQL {version} is too old: use 15 or newer.")
    else:
        yield Finding("ok", f"PostgreSQL {version} answers.")
    if not has_vector:
        yield Finding(
            "note", "The extension vector is not available: comparing claims by vectors is off, all else works."
        )


def _tables() -> Iterator[Finding]:
    if waiting := servers.pending_migrations():
        yield Finding("WRONG", f"{waiting} migrations wait: run manage.py migrate, or make run, which does it.")
    else:
        yield Finding("ok", "The tables are up to date.")


def _broker() -> Iterator[Finding]:
    kind = settings.CELERY_BROKER_URL.split(":", 1)[0]
    if kind == "memory":
        yield Finding("note", "No broker runs now, because make run does not; it starts one.")
        if embedded.redis_binary() is None:
            yield Finding(
                "note", "No Redis for this platform: files will serve as the bell, and work starts a little later."
            )
        return
    probes.broker_answers()
    yield Finding("ok", f"The broker ({kind}) answers.")
    if kind == "filesystem":
        yield Finding(
            "note", "Files serve as the bell: work starts a little later.  Install redis-server for more speed."
        )
    if kind.startswith("redis"):
        yield from _redis_policy()


def _redis_policy() -> Iterator[Finding]:
    with celery_app.connection_for_write() as broker:
        client = broker.channel().client  # type: ignore[attr-defined]  # kombu's Redis channel
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    if policy != "noeviction":
        yield Finding("WRONG", f"Redis may throw bells away (maxmemory-policy {policy}): set it to noeviction.")


def _storage() -> Iterator[Finding]:
    probes.storage_answers()
    yield Finding("ok", "Evidence can be stored and read back.")


def _people() -> Iterator[Finding]:
    staff, desk = people.count_staff(), Desk.objects.current()
    if not staff.can_publish:
        text = _(
            "Nothing can be published: the policy “%(policy)s” needs %(needed)d active checkers or editors,"
            " one of them an editor; there are %(n)d, %(editors)d of them editors."
        )
        numbers = {"needed": staff.needed, "n": staff.researchers, "editors": staff.editors}
        yield Finding("WRONG", text % {"policy": desk.get_review_policy_display(), **numbers})
    else:
        yield Finding("ok", f"{staff.researchers} active checkers and editors can satisfy the review policy.")


def _jobs() -> Iterator[Finding]:
    failed = Job.objects.filter(state=Job.State.FAILED).count()
    if failed:
        yield Finding("note", f"{failed} background jobs were given up: see “Background work” on the desk (/jobs/).")


def _clock() -> Iterator[Finding]:
    runs = PeriodicRun.objects.newest(catalogue.PERIODIC)
    last = max((run.at for run in runs), default=None)
    for run in runs:
        periodic = catalogue.PERIODIC[run.name]
        told = {"what": periodic.title, "claims": run.problem}
        if run.problem:
            text = _("The clock could not do “%(what)s” for %(claims)s: its log says why; nothing else waits for it.")
            yield Finding("WRONG", text % told)
        elif last is not None and last - run.at > 2 * timedelta(seconds=periodic.seconds) + LATE:
            told["when"] = date_format(localtime(run.at), "DATETIME_FORMAT")
            text = _("The clock runs, but “%(what)s” has not been done since %(when)s: its log says why.")
            yield Finding("WRONG", text % told)


def _copies() -> Iterator[Finding]:
    damaged = Blob.objects.exclude(damage="").count()
    if damaged:
        text = ngettext(
            "%(n)d stored copy of evidence is missing or damaged: put the evidence folder back from a backup;"
            " it is checked again within a month, or when somebody opens it.",
            "%(n)d stored copies of evidence are missing or damaged: put the evidence folder back from a backup;"
            " they are checked again within a month, or when somebody opens them.",
            damaged,
        )
        yield Finding("WRONG", text % {"n": damaged})


def _site() -> Iterator[Finding]:
    public = settings.HOST not in {"127.0.0.1", "::1", "localhost"}
    if settings.DEBUG and public:
        text = _("DEBUG is on while %(host)s can be reached by others: set DEBUG=0.")
        yield Finding("WRONG", text % {"host": settings.HOST})
    if public and settings.BASE_URL.startswith("http://127.0.0.1"):
        yield Finding("WRONG", _("The desk listens to others, and BASE_URL still names this machine: set BASE_URL."))
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield Finding("note", _("Mail is only written to the log: set EMAIL_URL to send it."))


def _browser() -> Iterator[Finding]:
    missing = render.why_not(settings.CHROMIUM, without_sandbox=settings.RENDERED_WITHOUT_SANDBOX)
    if not settings.RENDERED_CAPTURE:
        could = (
            f"and could not be had: {render.MISSING[missing]}" if missing else "and RENDERED_CAPTURE=1 switches it on."
        )
        yield Finding("note", f"Capturing pages as a browser shows them is off, {could}")
    elif missing:
        yield Finding("WRONG", f"No page can be captured as a browser shows it: {render.MISSING[missing]}")
    else:
        yield Finding("ok", f"Pages can be captured as {render.find_chromium(settings.CHROMIUM)} shows them.")
        if settings.RENDERED_WITHOUT_SANDBOX:
            yield Finding("note", "Chromium runs without its sandbox (RENDERED_WITHOUT_SANDBOX).")


def _elsewhere() -> Iterator[Finding]:
    mode = settings.ARCHIVE_ORG
    if mode not in {OFF, FIND, SAVE}:
        yield Finding("WRONG", _("ARCHIVE_ORG is “%(mode)s”: say off, find or save.") % {"mode": mode})
    elif mode == SAVE and not (settings.ARCHIVE_ORG_ACCESS and settings.ARCHIVE_ORG_SECRET):
        yield Finding("WRONG", _("ARCHIVE_ORG=save needs ARCHIVE_ORG_ACCESS and ARCHIVE_ORG_SECRET."))
    elif mode != OFF:
        yield Finding("ok", f"The Internet Archive is asked after each capture ({mode}).")


EVERYTHING: tuple[Look, ...] = (
    _python, _folder, _secrets, _database, _tables, _broker, _storage, _people, _jobs, _clock, _copies, _site, _browser,
    _elsewhere,
)  # fmt: skip
# What costs a page next to nothing; neither the broker nor the evidence storage is asked.
AT_A_GLANCE: tuple[Look, ...] = (_folder, _secrets, _people, _clock, _copies, _site, _elsewhere)
