"""Notices in the language of who reads them: each was written in the one that was known of this person at that time."""

from collections.abc import Iterable

from django.utils.translation import get_language

from claims.models import Notification, Person
from claims.notifications.messages import SENTENCES, notice, words_of


def retell(rows: Iterable[Notification], *, written_in: str) -> None:
    """Put the text of each notice into the language of the page, where that is another one; nothing is saved.

    What somebody wrote with the step stays as it was written, and is told only where it was told before: whether a
    person may read it was asked then.

    Args:
        rows: with their claims and events read.
        written_in: the language in which this person is told of things.
    """
    if get_language() == written_in:
        return
    known = [row for row in rows if row.claim and row.kind in SENTENCES and not row.event.is_erased]
    ids = {row.event.actor_ref.removeprefix("person/") for row in known if row.event.actor_ref.startswith("person/")}
    names = {somebody.ref: str(somebody) for somebody in Person.objects.filter(pk__in=ids)}
    for row in known:
        row.text = _retold(row, names.get(row.event.actor_ref, ""))


def _retold(row: Notification, who: str) -> str:
    details = row.event.details
    was_told = f"\u2014 {words_of(row.kind, details)[:40]}" in row.text
    return notice(row.kind, row.claim.statement if row.claim else "", who, details, sees_verdict=was_told)
