"""Freeze what a claim says, hash it, say who wrote what (house rule 4, format 1); ``compare`` compares two."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet, Subquery

from claims.models import Blob, Claim, Evidence, Person, Quote, QuoteCheck, Rating, Revision, RevisionAuthor, Snapshot
from claims.models.event import canonical, sha256
from claims.workflow.evidence_facts import HOLD_TEXT, Piece, read_evidence
from claims.workflow.facts import EDITS, Facts, read_facts, who, wrote

__all__ = ["EDITS"]

FORMAT = 1
MATERIAL = ("resource", "stance", "quotes", "snapshot")  # of a piece of evidence: what a second verdict rests on


@dataclass(frozen=True)
class Content:
    """What a claim says at one moment.

    Attributes:
        body: canonical JSON of everything the reader sees; its hash is ``content_sha256``.
    """

    body: str
    values: dict[str, Any]

    @cached_property
    def content_sha256(self) -> str:
        return sha256(self.body)

    @cached_property
    def material_sha256(self) -> str:
        """The hash of statement, rating and evidence as canonical JSON; most steps ask only for the content's."""
        material = {
            "statement": self.values["statement"],
            "rating": self.values["rating"],
            "evidence": [{key: item[key] for key in MATERIAL} for item in self.values["evidence"]],
        }
        return sha256(canonical(material))


def read_content(claim: Claim, rows: Iterable[Piece] | None = None, facts: Facts | None = None) -> Content:
    """Read everything format 1 holds, as it stands now; two statements whatever the number of rows.

    Args:
        rows: the claim's evidence where the caller has it already.
        facts: the claim's facts likewise; nothing is read with both.
    """
    facts = facts or read_facts(claim)
    values: dict[str, Any] = {
        "format": FORMAT,
        "statement": claim.statement,
        "context": claim.context,
        "language": claim.language,
        "title": claim.title,
        "summary": claim.summary,
        "body": claim.body,
        "rating": _rating(claim.rating),
        "rationale": claim.rationale,
        "confidence": claim.confidence,
        "evidence_exception": claim.evidence_exception,
        "appearances": facts.appearances,
        "evidence": [_evidence(item) for item in (read_evidence(claim) if rows is None else rows)],
        "citations": facts.citations,
        "contacts": facts.contacts,
        "checklist": [[row["code"], row["version"], row["answer"]] for row in facts.checklist],
        "correction": [claim.correction_kind, claim.correction_text],
    }
    values["claimants"] = list(dict.fromkeys(row["claimant"] for row in values["appearances"] if row["claimant"]))
    return Content(canonical(values), values)


def evidence_rows(claim: Claim | int) -> QuerySet[Evidence]:
    """A claim's evidence for a page: with sources, pinned copies, passages and waivers; three statements.

    A step, which changes none of it, asks ``read_evidence`` instead.

    The passages are lists, each with the newest look at it (``state``, ``looked_at``, ``problem``); so are the waivers, as
    ``exceptions``.  Copies come without their texts; ``copy_unreadable`` says that the pinned one holds nothing to read,
    ``copy_damaged`` that its stored file is damaged or lost, ``copy_at_hand`` that there is one and none is pinned.
    """
    newest = QuoteCheck.objects.filter(quote=OuterRef("pk")).order_by("-at", "-id")
    told = {"state": "state", "looked_at": "at", "problem": "problem"}
    seen = {name: Subquery(newest.values(column)[:1]) for name, column in told.items()}
    quotes = Quote.objects.annotate(**seen).order_by("start", "pk")
    return (
        Evidence.objects.filter(claim=claim)  # type: ignore[no-redef]  # the model names what is set here and below
        .select_related("resource__publisher", "pinned")
        .defer("pinned__body_text", "pinned__main_text", "pinned__pages")
        .annotate(**states_of_copies())
        .order_by("number")
        .prefetch_related(  # into lists: a manager each would cost more than all the rows
            Prefetch("quotes", quotes, "passages"),
            Prefetch("waivers", to_attr="exceptions"),
        )
    )


def states_of_copies() -> dict[str, Any]:
    """What is wrong with the copies that evidence rests on, or with its resting on none; see ``evidence_rows``."""
    return {
        "copy_unreadable": ExpressionWrapper(is_unreadable("pinned__"), BooleanField()),
        "copy_damaged": ExpressionWrapper(is_damaged("pinned__"), BooleanField()),
        "copy_at_hand": Q(pinned=None) & Exists(Snapshot.objects.filter(resource=OuterRef("resource"))),
    }


def is_unreadable(copy: str = "") -> Q:
    """Copies of a page or document that could not be read: damaged, locked, empty, too heavy.

    What holds no text by nature is none of them: a picture, a film, a table, nor a PDF whose pages are pictures.
    """
    wrong = {"problem__gt": "", "body_text": "", "pages": [], "mime__regex": HOLD_TEXT}
    return Q(**{copy + name: value for name, value in wrong.items()})


def is_damaged(copy: str = "") -> Q:
    """Copies whose stored page or WARC was found damaged or lost, or whose text is not what was captured."""
    kept = Q(pk=OuterRef(f"{copy}body")) | Q(pk=OuterRef(f"{copy}warc"))
    return Q(Exists(Blob.objects.exclude(damage="").filter(kept))) | Q(**{f"{copy}text_changed": True})


def _rating(rating: Rating | None) -> dict[str, Any] | None:
    if rating is None:
        return None
    return {"id": rating.pk, "label": rating.label, "definition": rating.definition, "value": rating.value}


def _evidence(item: Piece) -> dict[str, Any]:
    return {
        "number": item.number,
        "resource": item.resource.url or f"upload:{item.resource_id}",
        "title": item.resource.title,
        "kind": item.kind,
        "stance": item.stance,
        "grade": f"{item.reliability}{item.credibility}",
        "origin": item.origin,
        "note": item.note,
        "quotes": [[quote.exact, quote.prefix, quote.suffix] for quote in item.passages],
        "snapshot": item.pinned.sha256 if item.pinned else "",
        "waiver": "; ".join(waiver.reason for waiver in item.exceptions if waiver.kind == "capture"),
        "withheld": item.withheld_reason if item.withheld else "",
    }


def authors_of(claim: Claim) -> set[int]:
    """Ids of the people who changed what the claim says since it was last made public, or since it exists."""
    return who(list(wrote(claim).values_list("actor_ref", flat=True).distinct()))


def latest_revision(claim: Claim) -> Revision | None:
    return Revision.objects.filter(claim=claim).order_by("-number").first()


def freeze(
    claim: Claim,
    origin: Revision.Origin | str,
    *,
    by: Person | None,
    content: Content | None = None,
    facts: Facts | None = None,
) -> Revision:
    """Keep what the claim says now as its next revision, with its authors.

    Call it under the claim's lock.  The caller writes the event that names it.
    """
    facts = facts or read_facts(claim)
    content = content or read_content(claim, facts=facts)
    revision = Revision.objects.create(
        claim=claim,
        number=facts.last_number + 1,
        origin=origin,
        format=FORMAT,
        body=content.body,
        content_sha256=content.content_sha256,
        material_sha256=content.material_sha256,
        content_version=claim.content_version,
        created_by=by,
    )
    RevisionAuthor.objects.bulk_create(
        RevisionAuthor(revision=revision, person_id=author) for author in sorted(facts.authors)
    )
    return revision
