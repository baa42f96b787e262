"""Change the evidence of a claim: its sources, the passages marked in them, and what is done without."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any
from urllib.parse import urldefrag

from django.db.models import Max
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import FetchFailed
from claims.jobs import JobRun
from claims.models import Citation, Claim, Evidence, Person, Quote, Resource, Snapshot, Waiver
from claims.web import guard
from claims.workflow import put_back
from claims.workflow.apply import Refused
from claims.workflow.edit import Change, changing, link_citations
from claims.workflow.revisions import is_damaged, is_unreadable
from claims.workflow.rows import Seen, changing_row, differing, own_fields, write_row
from claims.workflow.transitions import APPROVED, EDITABLE, IN_CROSS_CHECK, IN_REVIEW, PREFLIGHT

LONGEST_ADDRESS = 2000
LONGEST_TITLE = 400
FROZEN = (PREFLIGHT, IN_CROSS_CHECK, IN_REVIEW, APPROVED)

EVIDENCE_FIELDS = (
    "stance", "kind", "origin", "reliability", "credibility", "grade_reason", "note", "withheld", "withheld_reason",
)  # fmt: skip


def find_resource(url: str) -> Resource:
    """The shared source of an address, made when nobody cited it yet.

    Raises:
        FetchFailed: in words, when it is not an address that could ever be fetched.
    """
    plain, _fragment = urldefrag(url.strip())
    if len(plain) > LONGEST_ADDRESS:
        raise FetchFailed(_("This address is longer than 2,000 characters."), "length")
    parsed = guard.parse_url(plain)
    resource, _made = Resource.objects.get_or_create(url=plain, defaults={"host": parsed.host})
    return resource


def add_evidence(claim_id: int, *, by: Person | None, resource: Resource, **fields: Any) -> Evidence:
    """Cite a source for a claim; a source without a captured copy is captured in the background.

    Raises:
        Refused: the claim cites this source already.
    """
    differing(Evidence(), fields, EVIDENCE_FIELDS)
    with changing(claim_id, "add_evidence", by=by) as change:
        return _cite(change, resource, fields)


def _cite(change: Change, resource: Resource, fields: Mapping[str, Any]) -> Evidence:
    claim, fields = change.claim, _withheld_with_reason(Evidence(), fields)
    known = Evidence.objects.filter(claim=claim, resource=resource).first()
    if known is not None:
        raise Refused(_("This source is evidence %(number)d already.") % {"number": known.number}, "known")
    newest = Snapshot.objects.filter(resource=resource, problem="").order_by("-captured_at", "-id").first()
    evidence = Evidence.objects.create(
        claim=claim, resource=resource, number=_next_number(claim), pinned=newest, added_by=change.by, **fields
    )
    if newest is None and resource.url:
        jobs.enqueue("capture", key=resource.chain, claim=claim.pk, by=change.by, priority=1, resource=resource.pk)
    link_citations(claim)
    change.body |= {
        "number": evidence.number,
        "resource": resource.pk,
        "address": resource.url or resource.title,
        **fields,
    }
    return evidence


def _next_number(claim: Claim) -> int:
    """The next after the highest; one that a text cites without evidence is passed over, for it meant something else."""
    last = Evidence.objects.filter(claim=claim).aggregate(last=Max("number"))["last"] or 0
    cited = set(Citation.objects.filter(claim=claim, number__gt=last).values_list("number", flat=True))
    return next(number for number in count(last + 1) if number not in cited)


def add_links(claim_id: int, *, by: Person, urls: Iterable[str], **fields: Any) -> list[tuple[str, str]]:
    """Cite several addresses at once; one that is refused does not keep the others out.

    Returns:
        for each address, the address and what was wrong with it; an empty string when it was added.

    Raises:
        Refused: the person may not change the claim at all; no source is made of the addresses either.
    """
    with changing(claim_id, "add_evidence", by=by) as change:
        change.nothing = True  # asks only whether he may: nothing is made of an address somebody may not cite
    results = []
    for url in dict.fromkeys(line.strip() for line in urls if line.strip()):
        try:
            add_evidence(claim_id, by=by, resource=find_resource(url), **fields)
            results.append((url, ""))
        except (Refused, FetchFailed) as refusal:
            results.append((url, str(refusal)))
    return results


def edit_evidence(evidence_id: int, *, by: Person, seen: Seen = None, **fields: Any) -> Evidence:
    """Judge a piece of evidence.

    Args:
        seen: for each field the ``digest`` of the value the person had before his eyes: only what he changed is
            written.  ``None``: every field is meant.

    Raises:
        StaleEdit: somebody else changed the same field meanwhile; nothing is written.
    """
    with changing_row(Evidence, evidence_id, "edit_evidence", by=by) as (change, row):
        fields = own_fields(row, fields, seen)
        write_row(change, row, _withheld_with_reason(row, fields), EVIDENCE_FIELDS)
    return row


def title_source(evidence_id: int, *, by: Person, title: str, seen: str | None = None) -> Resource:
    """Say what a source is called; every claim that cites it calls it so from now on.

    Args:
        seen: the ``digest`` of the title the person had before his eyes; ``None``: this one is meant in any case.

    Raises:
        StaleEdit: somebody else named it meanwhile, here or on another claim.
        Refused: there is no title, another claim that cites the source is being reviewed, or a contributor did not
            bring it in alone.
    """
    title = " ".join(title.split())[:LONGEST_TITLE]
    with changing_row(Evidence, evidence_id, "title_source", by=by) as (change, row):
        source = Resource.objects.select_for_update(no_key=True).get(pk=row.resource_id)
        if not title:
            raise Refused(_("Say what the source is called."), "title")
        if not own_fields(source, {"title": title}, None if seen is None else {"title": seen}) or title == source.title:
            change.nothing = True
            return source
        if not by.can_research and Evidence.objects.filter(resource=source).exclude(added_by=by).exists():
            raise Refused(_("Somebody else cites this source too: a checker or an editor names it."), "person")
        others = Claim.objects.filter(evidence__resource=source, status__in=FROZEN).exclude(pk=change.claim.pk)
        if others.exists():
            words = _("Another claim that cites this source is being reviewed: its title stays until then.")
            raise Refused(words, "title")
        change.body |= {"number": row.number, "source": source.pk}
        change.body |= {"before": {"title": source.title}, "after": {"title": title}}
        source.title = title
        source.save(update_fields=["title"])
    return source


def _withheld_with_reason(row: Evidence, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A source is withheld for a reason; one that is not has none."""
    if not {"withheld", "withheld_reason"} & set(fields):
        return fields
    if not fields.get("withheld", row.withheld):
        return {**fields, "withheld_reason": ""}
    if not fields.get("withheld_reason", row.withheld_reason).strip():
        raise Refused(_("Say why the source is withheld; readers see the reason."), "reason")
    return fields


def remove_evidence(evidence_id: int, *, by: Person) -> None:
    """Take a source off a claim; its captured copies and the record stay."""
    with changing_row(Evidence, evidence_id, "remove_evidence", by=by) as (change, row):
        if not by.can_research and row.quotes.exclude(added_by=by).exists():
            words = _("Somebody else marked a passage in it: a checker or an editor takes it off.")
            raise Refused(words, "person")
        change.body |= {
            "number": row.number,
            "resource": row.resource_id,
            "before": {name: getattr(row, name) for name in EVIDENCE_FIELDS},
            "quotes": list(row.quotes.values_list("exact", flat=True)),
            "kept": put_back.keep_evidence(row),
        }
        row.delete()
        link_citations(change.claim)
        jobs.enqueue("settle", key=change.claim.chain, claim=change.claim)


def pin_snapshot(evidence_id: int, snapshot_id: int, *, by: Person | None) -> Evidence:
    """Say which captured copy a piece of evidence rests on."""
    with changing_row(Evidence, evidence_id, "pin_snapshot", by=by) as (change, row):
        snapshot = Snapshot.objects.filter(pk=snapshot_id, resource=row.resource_id).first()
        if snapshot is None:
            raise Refused(
                _("This copy is not of the source of evidence %(number)d.") % {"number": row.number}, "snapshot"
            )
        if row.pinned_id == snapshot.pk:
            change.nothing = True
        else:
            row.pinned = snapshot
            row.save(update_fields=["pinned"])
            change.body |= {"number": row.number, "snapshot": snapshot.sha256}
    return row


def pin_first_snapshot(job: JobRun, *, resource: int, snapshot: int) -> Any:
    """Job: the first good capture becomes what evidence rests on, where a claim can still be changed."""

    def keep() -> None:
        waiting = Evidence.objects.filter(resource=resource, pinned__isnull=True)
        claims = Claim.objects.locked().filter(pk__in=waiting.values("claim"), status__in=EDITABLE)
        for evidence in waiting.filter(claim__in=list(claims)).order_by("claim_id", "pk"):
            pin_snapshot(evidence.pk, snapshot, by=None)

    return keep


# --- passages and waivers


def add_quote(
    evidence_id: int,
    *,
    by: Person,
    snapshot: Snapshot,
    exact: str,
    prefix: str,
    suffix: str,
    start: int,
    page: int | None = None,
) -> Quote:
    """Mark the words relied on.  The copy they stand in becomes the one the evidence rests on.

    Raises:
        Refused: the words do not stand at that place of that copy.
    """
    with changing_row(Evidence, evidence_id, "add_quote", by=by) as (change, row):
        end = start + len(exact)
        if snapshot.resource_id != row.resource_id or not exact.strip() or snapshot.body_text[start:end] != exact:
            raise Refused(_("Those words do not stand in this copy; mark them again."), "quote")
        place = {"snapshot": snapshot, "start": start, "end": end}
        quote, made = Quote.objects.get_or_create(
            evidence=row,
            **place,
            defaults={"exact": exact, "prefix": prefix, "suffix": suffix, "page": page, "added_by": by},
        )
        change.nothing = not made
        if made and row.pinned_id != snapshot.pk:
            Evidence.objects.filter(pk=row.pk).update(pinned=snapshot)
        change.body |= {"number": row.number, "exact": exact, "snapshot": snapshot.sha256}
    return quote


def remove_quote(quote_id: int, *, by: Person) -> None:
    with changing_row(Quote, quote_id, "remove_quote", by=by) as (change, quote):
        change.body |= {"number": quote.evidence.number, "exact": quote.exact, "kept": put_back.keep_quote(quote)}
        quote.delete()
        jobs.enqueue("settle", key=change.claim.chain, claim=change.claim)


def waive(evidence_id: int, kind: str, *, by: Person | None, reason: str) -> Waiver:
    """State why evidence goes without a captured copy, or without another look at its passage; readers see it."""
    if not reason.strip():
        raise Refused(_("Say why, in a sentence; readers see it."), "reason")
    with changing_row(Evidence, evidence_id, "waive_capture", by=by) as (change, row):
        if kind == Waiver.Kind.CAPTURE:
            _check_without_copy(row, reason.strip())
        waiver, _made = Waiver.objects.update_or_create(
            evidence=row, kind=kind, defaults={"reason": reason.strip(), "by": by}
        )
        change.body |= {"number": row.number, "kind": kind, "reason": waiver.reason}
        jobs.enqueue("settle", key=change.claim.chain, claim=change.claim)
    return waiver


def _check_without_copy(row: Evidence, reason: str) -> None:
    copies = Snapshot.objects.filter(resource=row.resource_id).exclude(is_damaged())
    relied_on = copies.filter(pinned_by=row).exclude(is_unreadable())
    if relied_on.exists():
        words = _("Evidence %(number)d has a captured copy, so there is nothing to waive.")
        raise Refused(words % {"number": row.number}, "captured")
    if copies.filter(problem="").exists():
        words = _("Evidence %(number)d has a copy that is whole and can be read: rest it on that one.")
        raise Refused(words % {"number": row.number}, "captured")
    found = row.waivers.filter(kind=Waiver.Kind.CAPTURE).exclude(reason=reason).first()
    if found is not None:
        words = _("A reason stands here already: “%(reason)s”. Take it back first; yours was: “%(mine)s”.")
        raise Refused(words % {"reason": found.reason, "mine": reason}, "waived")


def unwaive(waiver_id: int, *, by: Person) -> None:
    with changing_row(Waiver, waiver_id, "unwaive_capture", by=by) as (change, waiver):
        change.body |= {"number": waiver.evidence.number, "kind": waiver.kind, "before": waiver.reason}
        waiver.delete()
