"""Put many claims into the inbox at once: the rows ``create_claim``, ``add_appearance`` and ``add_evidence`` make one by
one, in the same number of statements for one claim and for five hundred.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.models import (
    Appearance,
    Citation,
    Claim,
    Desk,
    Event,
    Evidence,
    Person,
    Resource,
    Snapshot,
    Topic,
)
from claims.web import guard
from claims.workflow import stages
from claims.workflow.apply import Refused
from claims.workflow.citations import cited_numbers
from claims.workflow.edit import Change, changing, link_citations
from claims.workflow.transitions import EDITABLE

BULK = 9  # priority of captures nobody waits for
CITING = {"rationale", "summary", "body"}


@dataclass
class NewClaim:
    """A claim to be put into the inbox with all that hangs on it.

    Attributes:
        fields: of ``Claim``.
        appearances: fields of ``Appearance``, each with its number.
        evidence: fields of ``Evidence``, each with its number and its ``resource``.
        told: what the record must say of where it comes from.
    """

    fields: dict[str, Any]
    topics: list[Topic] = field(default_factory=list)
    appearances: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Changes:
    """What an import changes of a claim that is there.

    Attributes:
        fields: of ``Claim``.
        topics: all of them; ``None``: they stay.
        appearances, evidence: rows with the fields they change.
        new: appearances and evidence to be added.
        told: what the record must say of where it comes from.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    topics: list[Topic] | None = None
    appearances: list[tuple[Appearance, dict[str, Any]]] = field(default_factory=list)
    evidence: list[tuple[Evidence, dict[str, Any]]] = field(default_factory=list)
    new: NewClaim = field(default_factory=lambda: NewClaim({}))
    told: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_claims(new: Iterable[NewClaim], *, by: Person | None) -> list[Claim]:
    """Put them into the inbox, each with two events: that it was created, and that it was imported.

    Args:
        by: who brought them; ``None``: nobody at the desk.
    """
    drafts = list(new)
    due = stages.after(Desk.objects.current(), "triage_limit", timezone.now())
    claims: list[Claim] = Claim.objects.bulk_create(
        Claim(created_by=by, stage_due_at=due, **draft.fields) for draft in drafts
    )
    pairs = list(zip(claims, drafts, strict=True))
    Claim.topics.through.objects.bulk_create(
        Claim.topics.through(claim_id=claim.pk, topic_id=topic.pk) for claim, draft in pairs for topic in draft.topics
    )
    Appearance.objects.bulk_create(
        Appearance(claim=claim, added_by=by, **values) for claim, draft in pairs for values in draft.appearances
    )
    _cite_all(pairs, by)
    Event.objects.begin({claim.chain: _happened(claim, draft) for claim, draft in pairs}, by=by)
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(recorded_version=F("content_version"))
    return claims


def _happened(claim: Claim, draft: NewClaim) -> list[tuple[str, Mapping[str, Any]]]:
    return [("create", {"statement": claim.statement, "context": claim.context}), ("import", draft.told)]


def _cite_all(pairs: list[tuple[Claim, NewClaim]], by: Person | None) -> None:
    """Their evidence, and the citations of their texts."""
    rows = _add_evidence(pairs, by)
    numbers = {(row.claim_id, row.number): row.pk for row in rows}
    Citation.objects.bulk_create(
        Citation(claim=claim, number=number, evidence_id=numbers.get((claim.pk, number)))
        for claim, _draft in pairs
        for number in sorted(cited_numbers(" ".join((claim.rationale, claim.summary, claim.body))))
    )


def _add_evidence(pairs: list[tuple[Claim, NewClaim]], by: Person | None) -> list[Evidence]:
    """Evidence resting on the newest copies; captures are asked for where there is none."""
    copies = _newest_copies({values["resource"] for _claim, draft in pairs for values in draft.evidence})
    rows = [
        Evidence(claim=claim, added_by=by, pinned_id=copies.get(values["resource"].pk), **values)
        for claim, draft in pairs
        for values in draft.evidence
    ]
    Evidence.objects.bulk_create(rows)
    jobs.enqueue_many(_captures(rows, copies, by))
    return rows


def _newest_copies(cited: set[Resource]) -> dict[int, int]:
    whole = Snapshot.objects.filter(resource__in=cited, problem="").order_by("resource", "-captured_at", "-id")
    return dict(whole.distinct("resource").values_list("resource_id", "pk"))


def _captures(
    rows: list[Evidence], copies: Mapping[int, int], by: Person | None
) -> list[tuple[str, Mapping[str, Any]]]:
    wanting = {row.resource_id: row for row in rows if row.resource.url and row.resource_id not in copies}
    return [
        ("capture", {"key": row.resource.chain, "lane": row.resource.host, "claim": row.claim_id, "by": by,
                     "priority": BULK, "resource": pk})
        for pk, row in sorted(wanting.items())
    ]  # fmt: skip


# --- a claim that is there


def change_imported(claim_id: int, changes: Changes, *, by: Person | None) -> None:
    """Change what a file says anew of a claim; nothing is ever taken away.

    Raises:
        Refused: the claim is public, closed, or being reviewed: an import never rewrites what people vouch for.
    """
    with changing(claim_id, "import", by=None) as change:  # whoever may import may do this, whatever his role
        change.by = by
        _check_open(change.claim)
        change.body |= {"before": {}, "after": {}, **changes.told}
        _change_fields(change, changes)
        parts: list[tuple[Any, dict[str, Any]]] = [*changes.appearances, *changes.evidence]
        for row, values in parts:
            _change_part(change, row, values)
        _add_parts(change, changes.new, by)
        if changes.new.evidence or CITING & set(changes.fields):
            link_citations(change.claim)


def _check_open(claim: Claim) -> None:
    told = {"number": claim.pk, "state": claim.get_status_display()}
    if claim.is_public:
        raise Refused(
            _("C-%(number)d is public: an import does not change it; reopen it and edit it there.") % told, "public"
        )
    if claim.status not in EDITABLE:
        raise Refused(_("C-%(number)d is “%(state)s”: an import does not change it.") % told, "state")


def _change_fields(change: Change, changes: Changes) -> None:
    claim, fields = change.claim, changes.fields
    for name, value in fields.items():
        _note(change, name, getattr(claim, name), value)
        setattr(claim, name, value)
    if fields:
        claim.save(update_fields=[*fields, "updated_at"])
    if changes.topics is not None:
        before = sorted(claim.topics.values_list("slug", flat=True))
        _note(change, "topics", before, sorted(topic.slug for topic in changes.topics))
        claim.topics.set(changes.topics)


def _change_part(change: Change, row: Appearance | Evidence, values: dict[str, Any]) -> None:
    if values.get("is_first"):
        Appearance.objects.filter(claim=change.claim, is_first=True).exclude(pk=row.pk).update(is_first=False)
    for name, value in values.items():
        _note(change, f"{row._meta.verbose_name} {row.number}, {name}", getattr(row, name), value)
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _add_parts(change: Change, new: NewClaim, by: Person | None) -> None:
    if any(values["is_first"] for values in new.appearances):
        Appearance.objects.filter(claim=change.claim, is_first=True).update(is_first=False)
    for values in new.appearances:
        row = Appearance.objects.create(claim=change.claim, added_by=by, **values)
        _note(change, f"appearance {row.number}", "", str(row))
    for piece in _add_evidence([(change.claim, new)], by):
        _note(change, f"evidence {piece.number}", "", piece.resource.url or piece.resource.title)


def _note(change: Change, name: str, before: Any, after: Any) -> None:
    change.body["before"][name] = str(before) if hasattr(before, "pk") else before
    change.body["after"][name] = str(after) if hasattr(after, "pk") else after


# --- sources


def find_resources(titles: Mapping[str, str]) -> dict[str, Resource]:
    """The shared sources of many addresses, made where nobody cited one yet, with the titles that are given then.

    Raises:
        FetchFailed: one is no address that could ever be fetched.
    """
    known = {str(row.url): row for row in Resource.objects.filter(url__in=titles)}
    missing = [url for url in titles if url not in known]
    made = [Resource(url=url, host=guard.parse_url(url).host, title=titles[url]) for url in missing]
    if made:
        Resource.objects.bulk_create(made, ignore_conflicts=True)  # somebody may cite it at this moment, too
        known |= {str(row.url): row for row in Resource.objects.filter(url__in=missing)}
    return known
