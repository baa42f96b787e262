"""Do the passages still stand in their sources?  A finding opens an alert; it never moves a claim by itself."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from claims import jobs
from claims.evidence import anchor
from claims.jobs import JobRun
from claims.models import Event, Person, Quote, QuoteCheck, Resource, Snapshot, SourceAlert
from claims.workflow.apply import Refused

ALARMING = frozenset((QuoteCheck.State.ALTERED, QuoteCheck.State.GONE))
Findings = dict[int, anchor.Check | None]  # by quote; None: the copy holds no text to look in


def check_quotes(job: JobRun, *, resource: int) -> Callable[[], None] | None:
    """Job: look for every passage of a source in its newest copy.

    Writes a QuoteCheck for each; a passage altered or gone opens one SourceAlert and says so in the record.
    """
    source = Resource.objects.filter(pk=resource).first()
    snapshot = source.snapshots.order_by("-captured_at", "-id").first() if source else None
    if source is None or snapshot is None:
        return None
    looked_at = QuoteCheck.objects.filter(snapshot=snapshot).values("quote")
    quotes = list(Quote.objects.filter(evidence__resource=source).exclude(pk__in=looked_at).order_by("pk"))
    findings: Findings = {}
    for done, quote in enumerate(quotes):
        job.progress(_("looking for the passages"), done, len(quotes))
        findings[quote.pk] = look_for(quote, snapshot)
    return partial(_write_down, source, snapshot, findings)


def look_for(quote: Quote, snapshot: Snapshot) -> anchor.Check | None:
    """What became of a passage in a copy; ``None`` when the copy has no text, which says nothing about the source."""
    if not snapshot.body_text:
        return None
    if quote.snapshot_id == snapshot.pk:
        return anchor.Check(anchor.UNCHANGED, quote.start, quote.end, 1.0)
    selector = anchor.Selector(quote.exact, quote.prefix, quote.suffix, quote.start, quote.end)
    return anchor.check(snapshot.body_text, selector)


@transaction.atomic
def close_alert(alert_id: int, *, by: Person, resolution: str) -> SourceAlert:
    """A person looked at it and says what follows.

    Raises:
        Refused: no reason given, not a person who researches, or closed by somebody else already.
    """
    if not by.can_research:
        raise Refused(_("A checker or an editor closes alerts."), "person")
    if not resolution.strip():
        raise Refused(_("Say in a few words what you found."), "reason")
    alert = SourceAlert.objects.select_for_update(of=("self",)).filter(pk=alert_id, closed_at__isnull=True).first()
    if alert is None:
        raise Refused(_("This alert is closed already."), "closed")
    SourceAlert.objects.filter(pk=alert.pk).update(closed_at=Now(), closed_by=by, resolution=resolution.strip()[:300])
    body = {"quote": alert.quote_id, "resolution": resolution.strip()[:300]}
    Event.objects.append(alert.quote.evidence.resource, "close_alert", by=by, body=body)
    alert.refresh_from_db()
    return alert


def _write_down(resource: Resource, snapshot: Snapshot, findings: Findings) -> None:
    """In the transaction that ends the job; a passage removed meanwhile is left out."""
    present = Quote.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=findings)
    for quote in present.order_by("pk"):
        check = _add_check(quote, snapshot, findings[quote.pk])
        if check.state in ALARMING:
            _raise_alarm(resource, quote, check, snapshot)


def _add_check(quote: Quote, snapshot: Snapshot, found: anchor.Check | None) -> QuoteCheck:
    if found is None:
        return QuoteCheck.objects.create(
            quote=quote,
            snapshot=snapshot,
            state=QuoteCheck.State.UNVERIFIABLE,
            problem=snapshot.problem or _("The copy holds no text to look in."),
        )
    # "Moved", but something else stands in the old place now: the alteration is what a person must see.
    state = QuoteCheck.State.ALTERED if found.in_place else found.state
    place = found.in_place or found
    return QuoteCheck.objects.create(
        quote=quote,
        snapshot=snapshot,
        state=state,
        score=found.score,
        start=place.start,
        end=place.end,
        difference=[list(part) for part in found.diff],
        flags=list(found.flags) + (["also_elsewhere"] if found.in_place else []),
    )


def _raise_alarm(resource: Resource, quote: Quote, check: QuoteCheck, snapshot: Snapshot) -> None:
    """One open alert for each passage, however often it is looked at."""
    _alert, is_new = SourceAlert.objects.get_or_create(
        quote=quote, closed_at__isnull=True, defaults={"check_row": check}
    )
    if not is_new:
        return
    body = {
        "quote": quote.pk,
        "evidence": quote.evidence_id,
        "state": check.state,
        "flags": check.flags,
        "exact": quote.exact,
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
    }
    event = Event.objects.append(resource, "source_changed", by=None, body=body)
    jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
