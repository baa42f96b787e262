"""What somebody writes is kept as he types, before it is a change: private to him, and no part of the record.

A draft is written by one window under the rule of every edit: it holds the fields its writer changed, and the marks of
what he had before his eyes.  When he presses Save it becomes one edit, so the record has one entry for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, Draft, Person
from claims.workflow.apply import Refused
from claims.workflow.edit import PLAIN_FIELDS, VERDICT_FIELDS, digest
from claims.workflow.standing import standing

FIELDS = {Draft.Part.STATEMENT: PLAIN_FIELDS, Draft.Part.VERDICT: VERDICT_FIELDS}
MOST_TEXT = 200_000  # characters of all fields of one draft
MOST_DIGITS = 10  # of a version, which the database keeps in four bytes
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Kept:
    """A draft as it was kept.

    Attributes:
        stale: names of its fields that somebody else changed since its writer opened them.
    """

    saved_at: datetime
    stale: list[str]


@transaction.atomic
def keep_draft(
    claim_id: int,
    *,
    by: Person,
    part: str,
    key: str,
    texts: Mapping[str, str],
    seen: Mapping[str, str],
    instead_of: str = "",
) -> Kept:
    """Keep what one window holds now, in place of what it held before; a draft without a change is dropped.

    Args:
        key: of the window.
        instead_of: ``Draft.mark`` of a draft this window took up; it goes, unless another window wrote on in it.

    Raises:
        Refused: it is no text of his to write, too many windows, or too much text.
    """
    _check_writes(by, part)
    claim = Claim.objects.select_related("rating").get(pk=claim_id)
    changed = {name: texts[name] for name in FIELDS[Draft.Part(part)] if name in texts and name in seen}
    changed = {name: text for name, text in changed.items() if _mark(text) != seen[name]}
    mine = Draft.objects.filter(claim=claim, person=by, part=part)
    if changed:
        _check_fits(mine.exclude(key=key).count(), changed)
        row, made = mine.select_for_update().get_or_create(
            key=key, defaults={"claim": claim, "person": by, "part": part}
        )
        row.texts, row.seen = changed, {name: seen[name] for name in changed}
        row.saved_at, row.version = timezone.now(), row.version + (not made)
        row.save()
    else:
        mine.filter(key=key).delete()
    _leave(mine.exclude(key=key), instead_of)
    return Kept(timezone.now(), _stale(claim, by, part, changed, seen))


def _check_writes(by: Person, part: str) -> None:
    """By his role alone: what he wrote is kept also when the claim left the state in which he may change it."""
    if not (by.can_research if part == Draft.Part.VERDICT else by.can_contribute):
        raise Refused(_("This text is not yours to write, so it is not kept."), "person")


def _mark(text: str) -> str:
    """Of the text as it would be saved: forms cut blanks off its ends."""
    return digest(text.strip())


def _check_fits(others: int, texts: Mapping[str, str]) -> None:
    if others >= Draft.MOST_WINDOWS:
        raise Refused(_("You have too many unsaved texts here: save or throw away one of them."), "windows")
    if sum(map(len, texts.values())) > MOST_TEXT:
        raise Refused(_("This is too long to be kept while you write."), "long")


def _stale(claim: Claim, by: Person, part: str, texts: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    """Whose texts moved meanwhile; nothing about a verdict to somebody who may not know of it."""
    now = {name: digest(getattr(claim, name)) for name in texts}
    stale = [name for name, text in texts.items() if now[name] not in (seen[name], _mark(text))]
    hidden = stale and part == Draft.Part.VERDICT and not standing(claim, by).may_write_verdict
    return [] if hidden else stale


def drafts_of(claim: Claim, person: Person) -> list[Draft]:
    """A person's unsaved texts in a claim, newest first; those that say what the claim says already are left out."""
    rows = Draft.objects.filter(claim=claim, person=person).order_by("-saved_at", "-pk")
    return [row for row in rows if _differing(claim, row)]


def _differing(claim: Claim, draft: Draft) -> list[str]:
    return [name for name, text in draft.texts.items() if digest(getattr(claim, name)) != _mark(text)]


def settle_drafts(claim_id: int, *, by: Person, part: str, key: str, instead_of: str = "") -> None:
    """Let go what was saved or thrown away: a window's draft, and the one it took up."""
    mine = Draft.objects.filter(claim=claim_id, person=by, part=part)
    mine.filter(key=key).delete()
    _leave(mine, instead_of)


def _leave(mine: QuerySet[Draft], mark: str) -> None:
    """Let go a draft as it was taken up; one that another window wrote on in stays."""
    key, _dot, version = mark.rpartition(".")
    if version.isascii() and version.isdigit() and len(version) < MOST_DIGITS:
        mine.filter(key=key, version=int(version)).delete()


def drop_old_drafts() -> int:
    """Let go what nobody took up for three months; how many there were."""
    return Draft.objects.filter(saved_at__lt=timezone.now() - KEPT_FOR).delete()[0]
