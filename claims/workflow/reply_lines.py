"""Right of reply: what readers are told of each question, where the replies stand, and when silence is noted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from claims import jobs
from claims.models import Claim, ContactLog, Desk, Event, Person
from claims.workflow import revisions
from claims.workflow.readings import mark_recorded, unrecorded
from claims.workflow.record_rows import seal
from claims.workflow.transitions import IN_REVIEW

LONGEST_REASON = 300

_WORDS = {
    "answered": gettext_lazy("%(who)s was asked on %(date)s and answered."),
    "silent": gettext_lazy("%(who)s was asked on %(date)s and did not answer."),
    "unawaited": gettext_lazy(
        "%(who)s was asked on %(date)s to answer by %(deadline)s and had not answered when this was written."
    ),
    "asked": gettext_lazy("%(who)s was asked on %(date)s to answer by %(deadline)s."),
}
_EARLIER = {
    "unawaited": gettext_lazy("%(who)s was asked on %(date)s and had not answered when this was written."),
    "asked": gettext_lazy("%(who)s was asked on %(date)s."),
}
_ANY = "\x00"  # stands in no text PostgreSQL keeps


@dataclass(frozen=True)
class Replies:
    """Where the replies of a claim stand.

    Attributes:
        awaited: not answered, and the deadline is ahead.
        silent: not answered, and the deadline has passed.
        passed_on: the newest deadline that passed without an answer.
        until: the newest deadline that is ahead.
        unsettled: awaited without a reason not to wait.
    """

    asked: int
    answered: int
    awaited: int
    silent: int
    passed_on: datetime | None
    until: datetime | None
    unsettled: int


def count_replies(contacts: Iterable[ContactLog], now: datetime) -> Replies:
    """Count who was asked, who answered, and who is silent."""
    rows = list(contacts)
    quiet = [row for row in rows if not row.answer]
    ahead = [row for row in quiet if row.deadline > now]
    passed = [row.deadline for row in quiet if row.deadline <= now]
    return Replies(
        asked=len(rows),
        answered=len(rows) - len(quiet),
        awaited=len(ahead),
        silent=len(passed),
        passed_on=max(passed, default=None),
        until=max((row.deadline for row in ahead), default=None),
        unsettled=sum(not row.no_wait_reason for row in ahead),
    )


def line_of(contact: ContactLog, zone: tzinfo, language: str = settings.LANGUAGE_CODE) -> str:
    """What readers are told of a question and its answer where nobody wrote it otherwise; dates as the desk counts them.

    True whenever it is read: an approved text does not become false by a deadline that passes.

    Args:
        language: that of the desk, whoever writes: the line is published.
    """
    with translation.override(language):
        return str(_WORDS[_state(contact)] % _told(contact, zone, _day(contact.deadline, zone)))


def is_automatic(contact: ContactLog, zone: tzinfo) -> bool:
    """Whether nobody worded what readers are told, so that the line follows the row.

    The desk's wording is known with any deadline, as a row may be moved by SQL, and so is the one it used before, and
    in every language the desk may have had.
    """
    return any(
        re.fullmatch(re.escape(words).replace(_ANY, ".+"), contact.public_line) for words in _wordings(contact, zone)
    )


def _wordings(contact: ContactLog, zone: tzinfo) -> Iterator[str]:
    state = _state(contact)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for words in (_WORDS[state], _EARLIER.get(state, _WORDS[state])):
                yield str(words % _told(contact, zone, _ANY))


def _told(contact: ContactLog, zone: tzinfo, deadline: str) -> dict[str, str]:
    return {"who": contact.asked, "date": _day(contact.asked_at, zone), "deadline": deadline}


def _day(moment: datetime, zone: tzinfo) -> str:
    return str(date_format(moment.astimezone(zone), "DATE_FORMAT"))


def _state(contact: ContactLog) -> str:
    if contact.answer:
        return "answered"
    if contact.silence_noted_at:
        return "silent"
    return "unawaited" if contact.no_wait_reason else "asked"


def desk_manner() -> tuple[tzinfo, str]:
    """The time zone and the language in which the desk tells readers."""
    desk = Desk.objects.current()
    return desk.zone, desk.spoken


def note_silence(claim: Claim, now: datetime | None = None) -> None:
    """Readers are told that somebody was asked and did not answer.  Call it under the claim's lock, when due.

    In review the line is frozen as the next version, before anybody has approved the one without it; nothing given so
    far is lost, as the material is the same.  Its checker is told, unless the claim waits for replies: the end of the
    wait tells him.
    """
    now, (zone, language), behind = now or timezone.now(), desk_manner(), unrecorded(claim)
    silent = list(ContactLog.objects.filter(claim=claim, answer="", silence_noted_at=None, deadline__lte=now))
    for contact in silent:
        was_automatic = is_automatic(contact, zone)
        contact.silence_noted_at = now
        if was_automatic:
            contact.public_line = line_of(contact, zone, language)
    if silent:
        ContactLog.objects.bulk_update(silent, ["silence_noted_at", "public_line"])
        body = {"contacts": [contact.pk for contact in silent], **_freeze_in_review(claim)}
        event = Event.objects.append(claim, "reply_deadline_passed", by=None, body=body)
        if claim.status != Claim.Status.AWAITING_REPLY:
            jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
        mark_recorded(claim, leaving=behind)


def _freeze_in_review(claim: Claim) -> dict[str, Any]:
    """The version in review follows what readers are told; what the event says of it."""
    if claim.status != IN_REVIEW:
        return {}
    claim.refresh_from_db(fields=["content_version"])
    before, content = revisions.latest_revision(claim), revisions.read_content(claim)
    if before is not None and before.content_sha256 == content.content_sha256:
        return {}
    revision = revisions.freeze(claim, "edit", by=None, content=content)
    named = {"revision": revision.number, "content_sha256": revision.content_sha256}
    return named | {"revision_sha256": seal(revision)}


def stop_waiting(contacts: Iterable[ContactLog], reason: str) -> list[int]:
    """Keep why the desk goes on without the answers still awaited, and tell readers that there was none.

    Returns:
        ids of the questions it was said of.
    """
    (zone, language), rows = desk_manner(), list(contacts)
    for contact in rows:
        was_automatic = is_automatic(contact, zone)
        contact.no_wait_reason = Truncator(reason.strip()).chars(LONGEST_REASON)
        if was_automatic:
            contact.public_line = line_of(contact, zone, language)
    ContactLog.objects.bulk_update(rows, ["no_wait_reason", "public_line"])
    return [contact.pk for contact in rows]


def awaited_of(claim: Claim) -> QuerySet[ContactLog]:
    """The questions still open: not answered, deadline ahead, no reason given not to wait."""
    return ContactLog.objects.filter(claim=claim, answer="", no_wait_reason="", deadline__gt=timezone.now())


def go_on_without_all(claim: Claim, by: Person | None, reason: str) -> None:
    """A claim that waited for replies goes on before they came: the reason is kept with each."""
    behind, rows = unrecorded(claim), list(awaited_of(claim).order_by("asked_at", "pk"))
    if rows:
        body = {"contacts": stop_waiting(rows, reason), "reason": reason}
        Event.objects.append(claim, "go_on_without", by=by, body=body)
        mark_recorded(claim, leaving=behind)
