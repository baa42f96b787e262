"""Freeze what a claim says, hash it, compare two, say who wrote what (house rule 4, format 1)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Max, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from claims.models import (
    Appearance,
    ChecklistAnswer,
    Citation,
    Claim,
    ContactLog,
    Event,
    Evidence,
    Person,
    Quote,
    Revision,
    RevisionAuthor,
)
from claims.models.event import canonical, sha256

FORMAT = 1

# Events by which a person becomes an author: each changes what a revision says.
EDITS = frozenset(
    {
        "create", "edit", "add_appearance", "edit_appearance", "remove_appearance", "add_evidence", "edit_evidence",
        "remove_evidence", "add_quote", "remove_quote", "pin_snapshot", "waive_capture", "unwaive_capture",
        "answer_checklist", "log_contact", "answer_contact",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What a claim says at one moment.

    Attributes:
        body: canonical JSON of everything the reader sees; its hash is ``content_sha256``.
        material: canonical JSON of statement, rating and evidence; its hash is ``material_sha256``.
    """

    body: str
    material: str
    values: dict[str, Any]

    @property
    def content_sha256(self) -> str:
        return sha256(self.body)

    @property
    def material_sha256(self) -> str:
        return sha256(self.material)


def read_content(claim: Claim, rows: Iterable[Evidence] | None = None) -> Content:
    """Read everything format 1 holds, as it stands now; seven statements whatever the number of rows.

    Args:
        rows: the claim's ``evidence_rows`` where the caller has them already; four statements then.
    """
    evidence = [_evidence(item) for item in (evidence_rows(claim) if rows is None else rows)]
    values: dict[str, Any] = {
        "format": FORMAT,
        "statement": claim.statement,
        "context": claim.context,
        "language": claim.language,
        "title": claim.title,
        "summary": claim.summary,
        "body": claim.body,
        "rating": _rating(claim),
        "rationale": claim.rationale,
        "confidence": claim.confidence,
        "evidence_exception": claim.evidence_exception,
        "appearances": [_appearance(row) for row in _appearance_rows(claim)],
        "evidence": evidence,
        "citations": [
            [number, cited]
            for number, cited in Citation.objects.filter(claim=claim).values_list("number", "evidence__number")
        ],
        "contacts": list(
            ContactLog.objects.filter(claim=claim).exclude(public_line="").values_list("public_line", flat=True)
        ),
        "checklist": [
            [code, version, answer]
            for code, version, answer in ChecklistAnswer.objects.filter(claim=claim)
            .order_by("item__position", "item__pk")
            .values_list("item__code", "item__version", "answer")
        ],
        "correction": [claim.correction_kind, claim.correction_text],
    }
    values["claimants"] = list(dict.fromkeys(row["claimant"] for row in values["appearances"] if row["claimant"]))
    material = {
        "statement": claim.statement,
        "rating": values["rating"],
        "evidence": [{key: item[key] for key in ("resource", "stance", "quotes", "snapshot")} for item in evidence],
    }
    return Content(canonical(values), canonical(material), values)


def evidence_rows(claim: Claim) -> QuerySet[Evidence]:
    """A claim's evidence in its order, with sources, pinned copies, passages and waivers; three statements."""
    return (
        Evidence.objects.filter(claim=claim)
        .select_related("resource", "pinned")
        .prefetch_related(Prefetch("quotes", Quote.objects.order_by("start", "pk")), "waivers")
        .order_by("number")
    )


def _appearance_rows(claim: Claim) -> Iterable[Appearance]:
    return Appearance.objects.filter(claim=claim).select_related("claimant", "article").order_by("number")


def _rating(claim: Claim) -> dict[str, Any] | None:
    if claim.rating is None:
        return None
    rating = claim.rating
    return {"id": rating.pk, "label": rating.label, "definition": rating.definition, "value": rating.value}


def _appearance(row: Appearance) -> dict[str, Any]:
    return {
        "claimant": row.claimant.name if row.claimant else "",
        "url": row.url or (row.article.url if row.article else ""),
        "where": row.article.title if row.article else "",
        "date": row.said_on,
        "verbatim": row.verbatim,
        "position": row.position,
        "first": row.is_first,
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "number": item.number,
        "resource": item.resource.url or f"upload:{item.resource_id}",
        "title": item.resource.title,
        "kind": item.kind,
        "stance": item.stance,
        "grade": f"{item.reliability}{item.credibility}",
        "origin": item.origin,
        "note": item.note,
        "quotes": [[quote.exact, quote.prefix, quote.suffix] for quote in item.quotes.all()],
        "snapshot": item.pinned.sha256 if item.pinned else "",
        "waiver": "; ".join(waiver.reason for waiver in item.waivers.all() if waiver.kind == "capture"),
        "withheld": item.withheld_reason if item.withheld else "",
    }


def authors_of(claim: Claim) -> set[int]:
    """Ids of the people who changed what the claim says since it was last made public, or since it exists."""
    chain = Event.objects.filter(chain=claim.chain)
    if not claim.is_public:  # never was, or was retracted: its words are no more the public's than before
        return _who(chain.filter(action__in=EDITS))
    public_at = chain.filter(action="publish").order_by("-seq").values("seq")[:1]
    since = chain.filter(seq__gt=Coalesce(Subquery(public_at), 0), action__in=EDITS)
    return _who(since)


def _who(events: QuerySet[Event]) -> set[int]:
    refs = events.order_by().values_list("actor_ref", flat=True).distinct()
    return {int(ref.removeprefix("person/")) for ref in refs if ref.startswith("person/")}


def latest_revision(claim: Claim) -> Revision | None:
    return Revision.objects.filter(claim=claim).order_by("-number").first()


def freeze(
    claim: Claim, origin: Revision.Origin | str, *, by: Person | None, content: Content | None = None
) -> Revision:
    """Keep what the claim says now as its next revision, with its authors.

    Call it under the claim's lock.  The caller writes the event that names it.
    """
    content = content or read_content(claim)
    last = Revision.objects.filter(claim=claim).aggregate(number=Max("number"))["number"] or 0
    revision = Revision.objects.create(
        claim=claim,
        number=last + 1,
        origin=origin,
        format=FORMAT,
        body=content.body,
        content_sha256=content.content_sha256,
        material_sha256=content.material_sha256,
        content_version=claim.content_version,
        created_by=by,
    )
    RevisionAuthor.objects.bulk_create(
        RevisionAuthor(revision=revision, person_id=author) for author in sorted(authors_of(claim))
    )
    return revision


@dataclass(frozen=True)
class Change:
    """One field that differs: ``words`` is a list of ``(op, text)`` with op ``=``, ``-`` or ``+``."""

    field: str
    old: Any
    new: Any
    words: tuple[tuple[str, str], ...] = ()


def compare(old: Revision, new: Revision) -> list[Change]:
    """What differs between two revisions, field by field: word by word for text, item by item for the rest."""
    before, after = json.loads(old.body), json.loads(new.body)
    changes = []
    for field in after:
        if before.get(field) != after[field]:
            is_text = isinstance(after[field], str) and isinstance(before.get(field), str)
            words = compare_words(before[field], after[field]) if is_text else ()
            changes.append(Change(field, before.get(field), after[field], words))
    return changes


def compare_words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """A word-by-word difference as ``(op, text)`` pairs; joining ``=`` and ``+`` gives the new text."""
    a, b = _tokens(old), _tokens(new)
    pieces: list[tuple[str, str]] = []
    for op, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(("=", "".join(a[a1:a2])))
        else:
            pieces += [("-", "".join(a[a1:a2])), ("+", "".join(b[b1:b2]))]
    return tuple((op, words) for op, words in pieces if words)


def _tokens(text: str) -> list[str]:
    """Words, each with the space after it, so that nothing is lost."""
    *words, last = text.split(" ")
    return [word + " " for word in words] + [last]
