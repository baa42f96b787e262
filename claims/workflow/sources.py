"""What a step knows and asks of the sources a claim rests on: fresh looks before publication, alerts that are settled."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Claim, Job, Person, SourceAlert
from claims.workflow.attempt import Missing
from claims.workflow.evidence_facts import Piece

FRESH_LOOK = timedelta(hours=24)  # before publication
JUST_LOOKED = timedelta(hours=1)  # before approval: no other look is asked for
LOOKING = ("capture", "check_quotes")


def goes_without_look(item: Piece) -> bool:
    """Whether it is stated why its passages are not looked for again; readers see it."""
    return any(waiver.kind == "quote_check" for waiver in item.exceptions)


def is_untold(state: str | None) -> bool:
    """Whether a look could not tell what became of a passage: then it is no look."""
    return state == "unverifiable"


def unseen(evidence: Iterable[Piece], within: timedelta) -> list[Piece]:
    """Quoted evidence of whose passages not all were looked at of late, nor waived; uploads cannot change, so need no look.

    Args:
        evidence: the claim's, whose passages carry ``looked_at`` and ``state``.  To mark one is no look at its source.
    """
    since = timezone.now() - within
    return [item for item in evidence if _wants_look(item) and any(_is_stale(quote, since) for quote in item.passages)]


def _wants_look(item: Piece) -> bool:
    return bool(item.resource.url and item.passages) and not goes_without_look(item)


def _is_stale(quote: Any, since: datetime) -> bool:
    return quote.looked_at is None or quote.looked_at < since or is_untold(quote.state)


def looks_missing(evidence: Iterable[Piece], at_work: Mapping[int, datetime] | None = None) -> list[Missing]:
    """What stands between a claim and its publication, in one item: how many sources were looked at, and what is under way.

    Args:
        at_work: the sources that are being looked at, and not before when; read where it is not given, if it matters.
    """
    rows = list(evidence)
    missing = unseen(rows, FRESH_LOOK)
    if not missing:
        return []
    quoted = {item.resource_id for item in rows if _wants_look(item)}
    left = {item.resource_id for item in missing}
    said = [
        _("%(seen)d of %(all)d sources were looked at within 24 hours; not yet: %(those)s.")
        % {"seen": len(quoted - left), "all": len(quoted), "those": _name(missing)}
    ]
    known = looks_at_work(missing) if at_work is None else at_work
    working = [item for item in missing if item.resource_id in known]
    said.extend(_under_way(working, known))
    if not working:
        said.append(_("Capture them again, or go without the look, with a reason."))
    elif len(working) < len(missing):
        said.append(_("Capture the others again, or go without the look, with a reason."))
    return [Missing(" ".join(said), f"e{missing[0].number}")]


def _under_way(looked_at: list[Piece], at_work: Mapping[int, datetime]) -> Iterator[str]:
    if not looked_at:
        return
    words = ngettext("A look is under way: %(those)s.", "Looks are under way: %(those)s.", len(looked_at))
    yield words % {"those": _name(looked_at)}
    begins = min(at_work[item.resource_id] for item in looked_at)
    if begins > timezone.now() + timedelta(minutes=1):
        yield _("The next try is at %(when)s.") % {"when": time_format(timezone.localtime(begins), "TIME_FORMAT")}


def _name(items: Iterable[Piece]) -> str:
    return ", ".join(_("evidence %(number)d") % {"number": item.number} for item in items)


def looks_at_work(evidence: Iterable[Piece]) -> dict[int, datetime]:
    """Which of these sources are being looked at, or wait for it, and not before when; one statement."""
    keys = {item.resource.chain: item.resource_id for item in evidence}
    waiting = Job.objects.filter(kind__in=LOOKING, key__in=keys, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return {keys[key]: begins for key, begins in waiting.values_list("key", "run_after")}


def looks_wanted(claim: Claim, evidence: Iterable[Piece]) -> list[tuple[str, dict[str, Any]]]:
    """The captures an approval asks for: every source is looked at just before publication."""
    sources = {item.resource_id: item.resource for item in unseen(evidence, JUST_LOOKED)}
    return [
        ("capture", {"key": source.chain, "lane": source.host, "claim": claim.pk, "priority": 1, "resource": pk})
        for pk, source in sources.items()
    ]


def settle_alerts(claim: Claim, by: Person | None, reason: str) -> None:
    """Somebody looked at all of it again and lets the check stand: its open alerts are closed with his reason."""
    open_ones = SourceAlert.objects.filter(quote__evidence__claim=claim, closed_at__isnull=True)
    open_ones.update(closed_at=Now(), closed_by=by, resolution=reason[:300])
