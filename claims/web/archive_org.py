"""The Internet Archive: ask it to keep a page (Save Page Now 2), and ask which copy it has (availability API).

Each function is one call through ``dial``; what an answer says beyond a moment and a ticket is not believed.
Shapes: SPN2 API docs of the Internet Archive; https://archive.org/help/wayback_api.php
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.errors import FetchFailed, UserFacingError
from claims.web.dial import LIMITS, Answer, dial

HOST = "web.archive.org"
SAVE = f"https://{HOST}/save/"
STATUS = f"https://{HOST}/save/status/"
COPIES = f"https://{HOST}/web/"
AVAILABLE = "https://archive.org/wayback/available"

MOST_BYTES = 1024 * 1024  # a finished status lists every file of the page
NOT_WITHIN = "30d"  # a copy younger than this is not made again
CALL = replace(LIMITS, total=30.0, read=20.0, wire=MOST_BYTES + 64 * 1024)
SHORTEST_WAIT, USUAL_WAIT, LONGEST_WAIT = 30, 60, 3600  # seconds
ASKED = {"capture_all": "1", "skip_first_archive": "1", "if_not_archived_within": NOT_WITHIN}

# What no later try betters.  The code is what follows "error:" in ``status_ext``.
FINAL: dict[str, str | Promise] = {
    "blocked-url": gettext_lazy("The Internet Archive does not keep pages of this site."),
    "blocked-client-ip": gettext_lazy("The Internet Archive does not take requests from this machine."),
    "blocked": gettext_lazy("The site does not let the Internet Archive in."),
    "robots": gettext_lazy("The site asks that machines do not keep this page (robots.txt)."),
    "unauthorized": gettext_lazy("The site wants a password from the Internet Archive."),
    "no-access": gettext_lazy("The site does not let the Internet Archive read this page."),
    "invalid-url-syntax": gettext_lazy("The Internet Archive does not take this for an address."),
    "invalid-host-resolution": gettext_lazy("The Internet Archive finds no website of this name."),
    "too-many-daily-captures": gettext_lazy("The Internet Archive has kept this page often enough today."),
    "max-daily": gettext_lazy("The Internet Archive takes no more pages from this account, or this site, today."),
}
BUSY = "user-session-limit"  # too many copies under way for this account
_TICKET = re.compile(r"[A-Za-z0-9-]{1,80}")
_STAMP = re.compile(r"[0-9]{14}")


@dataclass(frozen=True, slots=True)
class Keys:
    """The S3-like keys of an account, from https://archive.org/account/s3.php."""

    access: str
    secret: str


@dataclass(frozen=True, slots=True)
class Memento:
    """A copy the Internet Archive holds."""

    url: str
    at: datetime


class ArchiveFailed(UserFacingError):
    """No copy this time; a later try may do better."""


class ArchiveRefused(ArchiveFailed):
    permanent = True


class ArchiveBusy(ArchiveFailed):
    """It asks to be left alone for so many ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(_("The Internet Archive asks for patience."), "busy")
        self.seconds = seconds


def ask_to_save(url: str, keys: Keys, *, allow: Iterable[str] = ()) -> str:
    """Ask for a copy of a page.

    Returns:
        the ticket under which its making can be watched; empty when there is a fresh copy already.

    Raises:
        ArchiveFailed: or ``ArchiveRefused``, ``ArchiveBusy``.
    """
    form = urlencode({"url": url, **ASKED}).encode()
    said = _ask(SAVE, keys, "POST", form, allow)
    ticket = said.get("job_id")
    if ticket is None and said.get("message"):  # "The same snapshot had been made 3 minutes ago."
        return ""
    if not isinstance(ticket, str) or not _TICKET.fullmatch(ticket):
        raise _strange()
    return ticket


def look_after(ticket: str, url: str, keys: Keys, *, allow: Iterable[str] = ()) -> Memento | None:
    """The copy that was asked for; ``None`` while it is being made.

    Raises:
        ArchiveFailed: or ``ArchiveRefused``, ``ArchiveBusy``.
    """
    said = _ask(STATUS + ticket, keys, "GET", b"", allow)
    if said.get("status") == "pending":
        return None
    if said.get("status") != "success":
        raise _strange()
    return _memento(said.get("timestamp"), url)


def find_newest(url: str, *, allow: Iterable[str] = ()) -> Memento | None:
    """The newest copy of a page that is known; ``None`` when there is none.

    Raises:
        ArchiveFailed: or ``ArchiveRefused``, ``ArchiveBusy``.
    """
    # Without a moment the API answers with the newest.
    said = _ask(f"{AVAILABLE}?{urlencode({'url': url})}", None, "GET", b"", allow).get("archived_snapshots")
    closest = said.get("closest") if isinstance(said, dict) else None
    if not isinstance(closest, dict) or closest.get("available") is not True:
        return None
    return _memento(closest.get("timestamp"), url)


def _ask(url: str, keys: Keys | None, method: str, form: bytes, allow: Iterable[str]) -> dict[str, Any]:
    headers = {"User-Agent": "FactCheckDesk/1.0", "Accept": "application/json"}
    if keys:
        headers["Authorization"] = f"LOW {keys.access}:{keys.secret}"
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        answer = dial(url, method=method, body=form, headers=headers, allow=allow, limits=CALL, most=MOST_BYTES)
    except FetchFailed as failed:
        raise ArchiveFailed(_("The Internet Archive could not be reached."), failed.code) from None
    return _read(answer)


def _read(answer: Answer) -> dict[str, Any]:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ArchiveBusy(_seconds(answer.headers.get("retry-after", "")))
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ArchiveRefused(_("The Internet Archive does not accept the desk's keys."), "keys")
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ArchiveFailed(_("The Internet Archive has trouble of its own."), f"http_{answer.status}")
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise _strange() from None
    if not isinstance(said, dict):
        raise _strange()
    if said.get("status") == "error":
        raise _failure(said)
    return said


def _failure(said: dict[str, Any]) -> ArchiveFailed:
    code = str(said.get("status_ext") or "").removeprefix("error:")[:40]
    if code == BUSY:
        return ArchiveBusy(USUAL_WAIT)
    for start, sentence in FINAL.items():
        if code.startswith(start):
            return ArchiveRefused(str(sentence), code)
    words = _("The Internet Archive could not make the copy (%(code)s).")
    return ArchiveFailed(words % {"code": code or _("no reason given")}, code or "error")


def _strange() -> ArchiveFailed:
    return ArchiveFailed(_("The Internet Archive did not answer as expected."), "bad_answer")


def _memento(stamp: object, url: str) -> Memento:
    """The address is put together here, so that no answer can lead elsewhere."""
    if not isinstance(stamp, str) or not _STAMP.fullmatch(stamp):
        raise _strange()
    try:
        at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise _strange() from None
    return Memento(f"{COPIES}{stamp}/{url}", at)


def _seconds(retry_after: str) -> float:
    """How long to wait; a header may name seconds or a moment.  Never a moment only, never a day."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        asked = float(text)
    else:
        try:
            asked = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            asked = USUAL_WAIT
    return min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
