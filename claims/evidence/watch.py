"""Do the passages still stand in their sources?

A finding opens an alert at once; it counts when a second look, a day or more later, finds the same.  Then a published
claim goes back to the desk; what readers see stays as it is until an editor says otherwise, for nobody may mark a check
by editing his own page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import jobs
from claims.evidence import anchor, doubt, schedule
from claims.evidence.silence import settle_notices, tell_of_silence
from claims.jobs import JobRun
from claims.language import midway
from claims.models import Claim, Event, Person, Quote, QuoteCheck, Resource, Snapshot, SourceAlert
from claims.workflow.apply import Refused, apply

ALARMING = frozenset((QuoteCheck.State.ALTERED, QuoteCheck.State.GONE))
WEIGHTY = frozenset(("numbers", "negation"))
STANDING = frozenset((QuoteCheck.State.UNCHANGED, QuoteCheck.State.MOVED, QuoteCheck.State.ALTERED))
# One row for all passages of a copy.  Its texts may be megabytes: only doubt asks for them, then once for all.
QUOTED_FROM = Prefetch("snapshot", Snapshot.objects.defer("body_text", "main_text"))
DOUBTS = {
    "not_found": gettext_lazy("The page says that it is not there, with a title of an error page."),
    "wall": gettext_lazy("The site showed a wall, as for consent or payment, instead of the page."),
    "front_page": gettext_lazy("The site forwards to its front page."),
    "language": gettext_lazy("The page came in another language."),
    "browser": gettext_lazy("The passage was quoted as a browser showed it, and this copy was made without one."),
    "shrunk": gettext_lazy("The page holds far less text than when it was quoted."),
    "other_page": gettext_lazy(
        "Nothing of what stood on the page when it was quoted is there: this may be another page."
    ),
}


@dataclass(frozen=True)
class Finding:
    """What became of a passage; ``check`` is empty when the copy says nothing about the source, and ``problem`` why."""

    check: anchor.Check | None
    problem: str = ""


Findings = dict[int, Finding]  # by quote


def check_quotes(job: JobRun, *, resource: int) -> Callable[[], None] | None:
    """Job: look for every passage of a source in its newest copy.

    Writes a QuoteCheck for each; a passage altered or gone opens one SourceAlert and says so in the record.
    """
    source = Resource.objects.filter(pk=resource).first()
    copies = _copies_to_look_in(source) if source else {}
    if source is None or not copies:
        return None
    looks = list(QuoteCheck.objects.filter(snapshot__in=copies.values()).values_list("quote", "snapshot", "state"))
    looked_at = {(quote, snapshot) for quote, snapshot, _state in looks}
    quotes = Quote.objects.filter(evidence__resource=source).prefetch_related(QUOTED_FROM).order_by("pk")
    wanted = [quote for quote in quotes if (quote.pk, copies[quote.snapshot.kind].pk) not in looked_at]
    findings: Findings = {}
    for done, quote in enumerate(wanted):
        job.progress(_("looking for the passages"), done, len(wanted))
        findings[quote.pk] = look_for(quote, copies[quote.snapshot.kind])
    proven = {snapshot for _quote, snapshot, state in looks if state in STANDING}
    _doubt_the_missing(wanted, copies, findings, proven)
    return partial(_write_down, source, copies, findings)


def _copies_to_look_in(source: Resource) -> dict[str, Snapshot]:
    """The newest copy, by the kind of the copy a passage was quoted from; empty when there is none.

    What a browser showed is no yardstick for the plain page: that is looked for in plain copies alone.
    """
    copies = source.snapshots.exclude(http_status=HTTPStatus.NOT_MODIFIED).order_by("-captured_at", "-id")
    newest = copies.first()
    if newest is None:
        return {}
    is_shown = newest.kind == Snapshot.Kind.RENDERED
    plain = copies.exclude(kind=Snapshot.Kind.RENDERED).first() if is_shown else newest
    return {kind: newest if kind == Snapshot.Kind.RENDERED else plain or newest for kind in Snapshot.Kind.values}


def look_for(quote: Quote, snapshot: Snapshot) -> Finding:
    """What became of a passage in a copy."""
    if not snapshot.body_text:
        return Finding(None, snapshot.problem or _("The copy holds no text to look in."))
    if quote.snapshot_id == snapshot.pk:
        return Finding(anchor.Check(anchor.UNCHANGED, quote.start, quote.end, 1.0))
    selector = anchor.Selector(quote.exact, quote.prefix, quote.suffix, quote.start, quote.end)
    check = anchor.check(snapshot.body_text, selector)
    if _state(check) in ALARMING and Snapshot.Kind.RENDERED == quote.snapshot.kind != snapshot.kind:
        return Finding(None, str(DOUBTS["browser"]))
    return Finding(check)


def _doubt_the_missing(
    quotes: Iterable[Quote], copies: dict[str, Snapshot], findings: Findings, proven: set[int]
) -> None:
    """Passages missing from a copy that may not be the page at all are unverifiable.

    Args:
        proven: copies in which a passage of the source was found before.
    """
    copy_of = {quote.pk: copies[quote.snapshot.kind] for quote in quotes}
    found = {copy_of[pk].pk for pk, finding in findings.items() if finding.check and finding.check.state in STANDING}
    doubts: dict[tuple[int, int], str] = {}
    for quote in quotes:
        check, copy = findings[quote.pk].check, copy_of[quote.pk]
        if check is None or check.state != anchor.GONE:
            continue
        pair = quote.snapshot_id, copy.pk
        if pair not in doubts:
            stands = copy.pk in found | proven
            doubts[pair] = doubt.doubt(_look(quote.snapshot), _look(copy), another_stands=stands)
        if doubts[pair]:
            findings[quote.pk] = Finding(None, str(DOUBTS[doubts[pair]]))


def _look(snapshot: Snapshot) -> doubt.Look:
    text = snapshot.main_text or snapshot.body_text
    return doubt.Look(snapshot.final_url, snapshot.title, snapshot.language, text)


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
    settle_notices(alert.quote.evidence.resource)
    alert.refresh_from_db()
    return alert


def _write_down(resource: Resource, copies: dict[str, Snapshot], findings: Findings) -> None:
    """In the transaction that ends the job; a passage removed meanwhile is left out."""
    claims = _claims_to_reopen(findings)
    present = Quote.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=findings)
    for quote in present.prefetch_related(QUOTED_FROM).order_by("pk"):
        check = _add_check(quote, copies[quote.snapshot.kind], findings[quote.pk])
        alert = SourceAlert.objects.filter(quote=quote, closed_at__isnull=True).first()
        if check.state in ALARMING:
            _alarm(resource, alert, check, claims)
        elif alert is not None and alert.confirmed_at is None and check.state != QuoteCheck.State.UNVERIFIABLE:
            _withdraw(resource, alert)
    tell_of_silence(resource)
    settle_notices(resource)


def _claims_to_reopen(findings: Findings) -> dict[int, Claim]:
    """The published claims that a finding may send back, by quote, locked first: claims come before all else."""
    alarming = [pk for pk, found in findings.items() if found.check and _state(found.check) in ALARMING]
    owners = dict(Quote.objects.filter(pk__in=alarming).values_list("pk", "evidence__claim"))
    found = Claim.objects.locked().filter(pk__in=set(owners.values()), status=Claim.Status.PUBLISHED)
    claims = {claim.pk: claim for claim in found} if owners else {}
    return {quote: claims[claim] for quote, claim in owners.items() if claim in claims}


def _state(found: anchor.Check) -> str:
    """ "Moved", but something else stands in the old place now: the alteration is what a person must see."""
    return QuoteCheck.State.ALTERED if found.in_place else found.state


def _add_check(quote: Quote, snapshot: Snapshot, finding: Finding) -> QuoteCheck:
    found = finding.check
    if found is None:
        return QuoteCheck.objects.create(
            quote=quote, snapshot=snapshot, state=QuoteCheck.State.UNVERIFIABLE, problem=finding.problem[:300]
        )
    place = found.in_place or found
    return QuoteCheck.objects.create(
        quote=quote,
        snapshot=snapshot,
        state=_state(found),
        score=found.score,
        start=place.start,
        end=place.end,
        difference=[list(part) for part in found.diff],
        flags=list(found.flags) + (["also_elsewhere"] if found.in_place else []),
    )


def _alarm(resource: Resource, alert: SourceAlert | None, check: QuoteCheck, claims: dict[int, Claim]) -> None:
    """One open alert for each passage, however often it is looked at; the second look makes it count."""
    if alert is None:
        SourceAlert.objects.create(quote=check.quote, check_row=check)
        schedule.begin_anew(resource)
        _tell(resource, "source_changed", check)
    elif alert.confirmed_at is None and timezone.now() - alert.opened_at >= schedule.SECOND_LOOK:
        SourceAlert.objects.filter(pk=alert.pk).update(confirmed_at=Now(), check_row=check)
        _tell(resource, "source_change_confirmed", check)
        claim = claims.get(check.quote_id)
        if claim is not None and (check.state == QuoteCheck.State.GONE or WEIGHTY & set(check.flags)):
            _reopen(claim, check)


def _tell(resource: Resource, action: str, check: QuoteCheck) -> None:
    quote, snapshot = check.quote, check.snapshot
    assert snapshot is not None
    body = {
        "quote": quote.pk,
        "evidence": quote.evidence_id,
        "state": check.state,
        "flags": check.flags,
        "exact": quote.exact,
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
    }
    event = Event.objects.append(resource, action, by=None, body=body)
    jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)


def _reopen(claim: Claim, check: QuoteCheck) -> None:
    """Back to the desk; the public page says nothing of it until an editor decides so."""
    claim.refresh_from_db(fields=["status"])
    if claim.status != Claim.Status.PUBLISHED:  # another passage of it was altered too
        return
    state = midway(str(QuoteCheck.State(check.state).label))
    reason = _("The passage of evidence %(number)d was found %(state)s in its source, twice, a day apart.")
    apply(claim.pk, "reopen", by=None, reason=reason % {"number": check.quote.evidence.number, "state": state})


def _withdraw(resource: Resource, alert: SourceAlert) -> None:
    """Seen once and not again: the site showed something else to that one visit."""
    resolution = str(_("It stood there again at the next look."))
    SourceAlert.objects.filter(pk=alert.pk).update(closed_at=Now(), resolution=resolution)
    Event.objects.append(resource, "close_alert", by=None, body={"quote": alert.quote_id, "resolution": resolution})
