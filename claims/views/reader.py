"""What the evidence reader shows: copies, passages and their state, the text with its marks, or a difference."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.evidence import capture, doubt, elsewhere, rendered, watch
from claims.language import midway
from claims.models import Evidence, Job, Person, Quote, QuoteCheck, Snapshot, SourceAlert, Waiver
from claims.models.event import sha256
from claims.templatetags.marks import QUOTE_CHECK
from claims.templatetags.turns import count_turns
from claims.views.capture_line import INSTEAD, CaptureLine, read_capture
from claims.views.captured_text import TAGS, Passage, Row, difference, render_text
from claims.views.live import read_id
from claims.web.media import PDF
from claims.web.names import readable_host
from claims.web.pictures import PICTURES
from claims.workflow.revisions import is_damaged, is_unreadable
from claims.workflow.sources import FRESH_LOOK, is_untold
from claims.workflow.standing import standing

FEW_COPIES, MOST_COPIES = 40, 1000


@dataclass
class MarkedPassage:
    """One passage in the list beside the text.

    Attributes:
        place: where it stands in the copy shown, in code points; ``None`` when it does not.
        parts: the difference to what stands there now, as ``{% diff %}`` takes it; empty when there is none.
        elsewhere: where the old words stand, when the words of the old place were altered and both were found.
        may_change: whether the reader may remove it, or put another in its place.
    """

    quote: Quote
    number: int
    state: str
    check: QuoteCheck | None
    alert: SourceAlert | None
    place: tuple[int, int] | None
    paragraph: int | None
    parts: list[tuple[str, str]] = field(default_factory=list)
    is_altered_here: bool = False
    elsewhere: tuple[int, int] | None = None
    may_change: bool = False

    @property
    def label(self) -> str:
        return _("Passage %(number)d, %(state)s") % {
            "number": self.number,
            "state": midway(str(QUOTE_CHECK[self.state].label)),
        }


@dataclass
class Reader:
    """One person's look at one piece of evidence.

    Attributes:
        shown: the copy whose text is on the page.
        compared: the older copy, when the page shows the difference.
        open_talk: threads about it that nobody resolved.
        has_older_copies: there are more than the list shows.
    """

    evidence: Evidence
    copies: list[Snapshot]
    shown: Snapshot | None
    compared: Snapshot | None
    passages: list[MarkedPassage]
    line: CaptureLine
    may_edit: bool
    may_waive: bool
    may_ask: bool
    may_close: bool
    may_check: bool
    sees_verdict: bool
    open_talk: int
    has_older_copies: bool = False
    text: SafeString = field(default_factory=SafeString)
    rows: list[Row] = field(default_factory=list)

    @property
    def no_browser(self) -> str:
        """Why the source cannot be captured as a browser shows it, in a sentence; empty when it can."""
        return rendered.why_not()

    @cached_property
    def elsewhere(self) -> Job | None:
        """The work for a copy at the Internet Archive, unless it is done."""
        return elsewhere.job_about(self.evidence.resource)

    @property
    def waiver(self) -> Waiver | None:
        """The stated reason to do without a copy."""
        return next((row for row in self.evidence.waivers.all() if row.kind == Waiver.Kind.CAPTURE), None)

    @property
    def look_waiver(self) -> Waiver | None:
        """The stated reason to publish without another look at its passages."""
        return next((row for row in self.evidence.waivers.all() if row.kind == Waiver.Kind.QUOTE_CHECK), None)

    @property
    def wants_look(self) -> bool:
        """Publication waits for a look at its source."""
        since = timezone.now() - FRESH_LOOK
        checks = [passage.check for passage in self.passages]
        stale = (check is None or check.at < since or is_untold(check.state) for check in checks)
        return bool(self.evidence.resource.url) and any(stale)

    @cached_property
    def turns(self) -> int:
        """How many signs of the text shown would turn the direction of writing."""
        return count_turns(self.shown.body_text) if self.shown and self.text else 0

    @property
    def original(self) -> str:
        """What the copy shown can be looked at as, beside its text: "picture", "pdf", or nothing."""
        mime = self.shown.mime if self.shown else ""
        return "pdf" if mime == PDF else "picture" if mime in PICTURES else ""

    @cached_property
    def lacks_copy(self) -> bool:
        """The evidence rests on no copy, or on one that could not be read or is damaged or lost."""
        pinned = Snapshot.objects.filter(pinned_by=self.evidence)
        return not pinned.exclude(is_unreadable()).exclude(is_damaged()).exists()

    @property
    def damaged_files(self) -> str:
        """The stored files of the copy shown that are damaged or lost: "page, WARC"."""
        names = {"body": _("page or file"), "warc": "WARC", "wacz": "WACZ", "screenshot": _("picture"), "pdf": "PDF"}
        return ", ".join(names[part] for part in self.shown.damaged_parts if part in names) if self.shown else ""

    @property
    def is_tampered(self) -> bool:
        """The text kept of the copy shown, or of the one it is compared with, is not what was captured."""
        return any(
            sha256(copy.body_text) != copy.body_text_sha256 for copy in (self.shown, self.compared) if copy is not None
        )

    @property
    def rests_on_damage(self) -> bool:
        """Another copy than the one shown is relied on, and damaged or lost."""
        is_shown = self.shown is not None and self.shown.pk == self.evidence.pinned_id
        return self.line.copy_state == "damaged" and not is_shown

    @property
    def unread_upload(self) -> Snapshot | None:
        """The newest copy, where it is a file that could not be read and so was left aside for the one relied on."""
        newest = self.copies[0] if self.copies else None
        is_upload = newest is not None and newest.kind == Snapshot.Kind.UPLOADED and newest.problem != ""
        return newest if is_upload and self.evidence.pinned_id not in {None, self.copies[0].pk} else None

    @property
    def offers_waiver(self) -> bool:
        """The person may do without a copy, and nobody did yet."""
        return self.may_waive and self.waiver is None

    @property
    def host(self) -> str:
        return readable_host(self.evidence.resource.host)

    @property
    def newer(self) -> Snapshot | None:
        """The two copies the "Difference" button compares: the newest, and the one relied on or the one before."""
        return self.copies[0] if self.copies else None

    @property
    def older(self) -> Snapshot | None:
        relied_on = next((copy for copy in self.copies[1:] if copy.pk == self.evidence.pinned_id), None)
        return relied_on or (self.copies[1] if len(self.copies) > 1 else None)

    @property
    def says_the_same(self) -> bool:
        return self.compared is not None and not any(row.parts for row in self.rows)

    @property
    def instead(self) -> str:
        """What the site sent is perhaps not the page but what stands before it or in its place: a sentence."""
        copy = self.shown
        if copy is None or copy.kind != Snapshot.Kind.FETCHED or not copy.body_text or self.compared:
            return ""
        sign = doubt.other_than_page(copy.title, copy.main_text or copy.body_text)
        return str(INSTEAD[sign]) if sign else ""

    @property
    def findings(self) -> str:
        """What the last look found, when it found anything: "1 altered, 2 moved"."""
        states = Counter(passage.state for passage in self.passages)
        if not states.keys() & {"altered", "gone", "moved"}:
            return ""
        return ", ".join(f"{n} {midway(str(QUOTE_CHECK[state].label))}" for state, n in sorted(states.items()))


def open_reader(
    evidence: Evidence, person: Person, *, shown: str = "", older: str = "", newer: str = "", every: bool = False
) -> Reader:
    """Gather the page.

    Args:
        shown: id of the copy to show, as it stands in the address; the newest readable one when there is none.
        older, newer: ids of the two copies to compare; both or none.
        every: list every copy, not only the newest forty.
    """
    copies = _copies(evidence)
    listed = list(copies.defer("body_text", "main_text")[: MOST_COPIES if every else FEW_COPIES + 1])
    compared = _pick(evidence, older) if newer else None
    snapshot = _pick(evidence, newer or shown) or copies.exclude(body_text="").first() or copies.first()
    passages = _passages(evidence, snapshot)
    held = standing(evidence.claim, person)
    for passage in passages:
        passage.may_change = held.may_change(passage.quote)
    reader = Reader(
        evidence=evidence,
        copies=listed if every else listed[:FEW_COPIES],
        has_older_copies=not every and len(listed) > FEW_COPIES,
        shown=snapshot,
        compared=compared,
        passages=passages,
        line=read_capture(evidence),
        may_edit=held.may_change(evidence),
        may_waive=held.may_research,
        may_ask=capture.may_ask(evidence, person),
        may_close=person.can_research,
        may_check=person.is_editor,
        sees_verdict=held.sees_verdict,
        open_talk=evidence.comments.filter(parent=None, resolved_at=None).count(),
    )
    if snapshot and compared:
        reader.rows = difference(compared.body_text, snapshot.body_text)
    elif snapshot and snapshot.body_text:
        marks = [_mark(passage) for passage in passages if passage.place]
        marks += [_mark_elsewhere(passage) for passage in passages if passage.elsewhere]
        reader.text = render_text(snapshot.body_text, marks, snapshot.pages)
    return reader


def _copies(evidence: Evidence) -> QuerySet[Snapshot]:
    """Each with the stored files that may be damaged."""
    copies = Snapshot.objects.filter(resource=evidence.resource_id).select_related(*Snapshot.PARTS)
    return copies.order_by("-captured_at", "-id")


def _pick(evidence: Evidence, pk: str) -> Snapshot | None:
    found = read_id(pk)
    return _copies(evidence).filter(pk=found).first() if found else None


def _passages(evidence: Evidence, shown: Snapshot | None) -> list[MarkedPassage]:
    """The passages in the order in which they were taken from the text; five statements at most."""
    found = list(evidence.quotes.select_related("snapshot").defer("snapshot__body_text", "snapshot__main_text"))
    newest = _checks(QuoteCheck.objects.filter(quote__in=found))
    on_shown = _checks(QuoteCheck.objects.filter(quote__in=found, snapshot=shown)) if shown else {}
    alerts = {alert.quote_id: alert for alert in SourceAlert.objects.filter(quote__in=found, closed_at__isnull=True)}
    passages = []
    for number, quote in enumerate(found, 1):
        check = newest.get(quote.pk)
        place = _place(quote, on_shown.get(quote.pk), shown)
        passages.append(
            MarkedPassage(
                quote=quote,
                number=number,
                state=check.state if check else QuoteCheck.State.UNCHANGED,
                check=check,
                alert=alerts.get(quote.pk),
                place=place,
                paragraph=shown.body_text.count("\n", 0, place[0]) + 1 if shown and place else None,
                parts=[(TAGS[kind], words) for kind, words in check.difference] if check else [],
                is_altered_here=bool(check and shown and check.snapshot_id == shown.pk and check.state == "altered"),
                elsewhere=_elsewhere(quote, on_shown.get(quote.pk), shown),
            )
        )
    return passages


def _checks(checks: QuerySet[QuoteCheck]) -> dict[int, QuoteCheck]:
    """The newest look at each passage."""
    return {check.quote_id: check for check in checks.order_by("quote_id", "-at", "-id").distinct("quote_id")}


def _place(quote: Quote, check: QuoteCheck | None, shown: Snapshot | None) -> tuple[int, int] | None:
    if shown is None:
        return None
    if quote.snapshot_id == shown.pk:
        return quote.start, quote.end
    found = check or watch.look_for(quote, shown).check
    if found is None or found.start is None or found.end is None:
        return None
    return found.start, found.end


def _elsewhere(quote: Quote, check: QuoteCheck | None, shown: Snapshot | None) -> tuple[int, int] | None:
    """The check keeps the old place; where the words went is found again, in a text that is folded already."""
    if shown is None or check is None or "also_elsewhere" not in check.flags:
        return None
    found = watch.look_for(quote, shown).check
    return (found.start, found.end) if found and found.start is not None and found.end is not None else None


def _mark_elsewhere(passage: MarkedPassage) -> Passage:
    assert passage.elsewhere is not None
    key, label = f"{passage.quote.pk}-elsewhere", _("Passage %(number)d, its old words") % {"number": passage.number}
    return Passage(*passage.elsewhere, passage.number, key, label, "hl-off", item=str(passage.quote.pk))


def _mark(passage: MarkedPassage) -> Passage:
    assert passage.place is not None
    css = "hl hl-alt" if passage.is_altered_here else "hl"
    return Passage(*passage.place, passage.number, str(passage.quote.pk), passage.label, css)
