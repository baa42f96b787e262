"""The evidence of a claim as cards, in three columns by stance, and what stands at the head of the page."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.parts import EvidenceForm, GradeForm
from claims.language import midway
from claims.models import Claim, Evidence, Job
from claims.models.claim import ClaimRelation
from claims.templatetags.moments import short_day
from claims.views.capture_line import CaptureLine, capture_line
from claims.views.claim_page import ClaimPage
from claims.web.names import readable_host
from claims.workflow.edit import digest
from claims.workflow.preflight_list import lacks_copy
from claims.workflow.standing import Standing
from claims.workflow.transitions import PUBLISHED

STANCES = ("supports", "refutes", "context")
EDITED = (
    "stance",
    "kind",
    "reliability",
    "credibility",
    "grade_reason",
    "origin",
    "note",
    "withheld",
    "withheld_reason",
)


@dataclass
class Card:
    """One piece of evidence as ``includes/evidence_card.html`` shows it."""

    pk: int
    number: int
    url: str
    address: str  # of the source itself, for paper; empty for a file or a note
    publisher: str
    title: str
    type: str
    type_label: str
    date: str
    origin: str
    reliability: str
    credibility: int
    quotes: list[dict[str, str]]
    withheld: str
    waived: str  # why it goes without a copy
    at_hand: bool  # there is a copy, and it rests on none
    note: str
    grade_reason: str
    line: CaptureLine | None
    may_edit: bool
    may_waive: bool
    form: EvidenceForm | None = None
    grade_form: GradeForm | None = None
    stance: str = ""
    twins: str = ""
    talk: int = 0
    open_talk: int = 0


def source_name(item: Evidence) -> str:
    """What a piece of evidence is called by: who published it, else where it is from."""
    source = item.resource
    return source.publisher.name if source.publisher else readable_host(source.host) or item.origin or source.title


def make_card(item: Evidence, job: Job | None, held: Standing, form: EvidenceForm | None = None) -> Card:
    source = item.resource
    waived = [waiver.reason for waiver in item.exceptions if waiver.kind == "capture"]
    reason = waived[0] if waived and lacks_copy(item) else ""
    line = None if waived and item.pinned is None else capture_line(item, job, item.pinned, waived=reason)
    name = source_name(item)
    return Card(
        pk=item.pk,
        number=item.number,
        url=reverse("claims:evidence-reader", args=[item.pk]),
        address=source.url or "",
        publisher=name,
        title=source.title if source.title != name else "",
        type=item.kind,
        type_label=midway(item.get_kind_display()),
        date=date_format(source.published_on, "SHORT_DATE_FORMAT") if source.published_on else "",
        origin=item.origin,
        reliability=item.reliability,
        credibility=item.credibility,
        quotes=[{"exact": quote.exact, "state": getattr(quote, "state", "") or ""} for quote in item.passages],
        withheld=item.withheld_reason,
        waived=reason if item.pinned is None else "",
        at_hand=item.copy_at_hand,
        note=item.note,
        grade_reason=item.grade_reason,
        line=line,
        may_edit=held.may_change(item),
        may_waive=held.may_research,
        form=form,
        stance=item.stance,
        talk=item.talk,  # type: ignore[attr-defined]
        open_talk=item.open_talk,  # type: ignore[attr-defined]
    )


def judged_values(item: Evidence) -> dict[str, Any]:
    """What the form of a piece of evidence shows of it."""
    return {name: getattr(item, name) for name in EDITED} | {"title": item.resource.title}


def edit_form(item: Evidence, data: Any = None) -> EvidenceForm:
    values = judged_values(item)
    seen = {name: digest(value) for name, value in values.items()} if data is None else None
    return EvidenceForm(data, name=f"e{item.number}", seen=seen, initial=values)


def evidence_columns(page: ClaimPage, edited: int | None, bound: EvidenceForm | None) -> dict[str, list[Card]]:
    """Cards by stance.

    Args:
        edited: the number whose form stands open.
        bound: that form as it came back with an error.
    """
    columns: dict[str, list[Card]] = {stance: [] for stance in STANCES}
    twins = _twins(page)
    for item in page.evidence:
        form = (bound or edit_form(item)) if item.number == edited and page.standing.may_change(item) else None
        card = make_card(item, page.captures.get(item.resource_id), page.standing, form)
        card.twins = twins.get(item.number, "")
        columns[item.stance].append(card)
    return columns


def _twins(page: ClaimPage) -> dict[int, str]:
    """For each piece that does not count by itself, the numbers of those it counts together with."""
    groups = [[item.number for item in group] for group in page.one_origin]
    return {number: ", ".join(str(other) for other in group if other != number) for group in groups for number in group}


def shared_origins(page: ClaimPage) -> list[dict[str, Any]]:
    """Pieces that rest on one origin and so count once; why, as an editor wrote it or as file, text or address show it."""
    return [
        {
            "origin": next((item.origin for item in group if item.origin), "") or _what_is_one(group),
            "numbers": ", ".join(str(item.number) for item in group),
        }
        for group in page.one_origin
    ]


def _what_is_one(group: Iterable[Evidence]) -> str:
    """What pieces have in common of which no editor wrote that they are one."""
    files = {item.pinned.sha256 if item.pinned else None for item in group}
    if len(files) == 1 and None not in files:
        return _("the same file, to the byte")
    return _("the same address, or nearly the same text")


# --- the claims around it

BACKWARDS = {
    "repeats": gettext_lazy("repeats"),
    "contradicts": gettext_lazy("contradicts"),
    "elaborates": gettext_lazy("is elaborated by"),
    "supports": gettext_lazy("is supported by"),
    "context": gettext_lazy("gets context from"),
    "superseded": gettext_lazy("supersedes"),
}
RELATION_ICONS = {"contradicts": "equal-not", "repeats": "equal"}


def relations(page: ClaimPage) -> list[dict[str, Any]]:
    """The claims related to this one, contradictions first; a verdict only where it is public."""
    names = dict(ClaimRelation.Kind.choices)
    rows = [(row, str(names[row["kind"]])) for row in page.values.related_to]
    rows += [(row, str(BACKWARDS[row["kind"]])) for row in page.values.related_from]
    found: dict[int, dict[str, Any]] = {}
    for row, words in sorted(rows, key=lambda pair: pair[0]["kind"] != "contradicts"):
        one = found.setdefault(row["pk"], _related(row))
        one["ways"][words] = one["notes"][row["note"]] = True  # of two ways to be related each is said once
    for one in found.values():
        one["words"], one["note"] = ", ".join(one["ways"]), " ".join(filter(None, one["notes"]))
    return sorted(found.values(), key=lambda row: (row["kind"] != "contradicts", row["pk"]))


def _related(row: dict[str, Any]) -> dict[str, Any]:
    public = row["public_state"] in {Claim.PublicState.PUBLISHED, Claim.PublicState.WITHHELD}
    rating = [row["rating_code"], row["rating_label"], row["rating_family"]]
    return {
        "pk": row["pk"],
        "statement": row["statement"],
        "status": row["status"],
        "public_state": row["public_state"],
        "kind": row["kind"],
        "ways": {},
        "notes": {},
        "who": row["who"],
        "icon": RELATION_ICONS.get(row["kind"], "link-2"),
        "rating": rating if public and row["rating_code"] else None,
        "is_published": row["status"] == PUBLISHED,
    }


# --- the head


def claimants(page: ClaimPage) -> list[dict[str, Any]]:
    """Who says it, with which position, once each, and when first."""
    today = page.now.date()
    found: dict[tuple[int | None, str], dict[str, Any]] = {}
    for row in page.appearances:
        if row.claimant is not None:
            day = short_day(row.said_on, today).split(" ", 1)[1] if row.said_on else ""
            found.setdefault(
                (row.claimant_id, row.position), {"name": row.claimant.name, "position": row.position, "day": day}
            )
    return list(found.values())


def people(page: ClaimPage) -> list[dict[str, Any]]:
    """The roles of the claim with who holds them; a role nobody has to fill yet is left out."""
    named = page.person_by_id
    authors = [named[pk] for pk in sorted(page.standing.authors) if pk in named]
    rows: list[dict[str, Any]] = [{"label": _("Author"), "people": authors}]
    offered = {row["role"]: row["offered_to"] for row in page.values.roles}
    labels = {"checker": _("Checker"), "cross_checker": _("Cross-check"), "editor": _("Editor")}
    for role, label in labels.items():
        if role in page.standing.roles:
            holder = named.get(page.standing.roles[role] or 0)
            asked = named.get(offered.get(role) or 0)
            rows.append({"role": role, "label": label, "people": [holder] if holder else [], "asked": asked})
        elif role == "checker":
            rows.append({"label": label, "people": []})
    return [row for row in rows if row["people"] or row["label"] != _("Author")]


# --- one event of the record


@dataclass(frozen=True)
class PastStep:
    """An event as the claim's own statement brought it along."""

    action: str
    at: datetime
    person_id: int | None
    body: dict[str, Any]


def read_event(row: dict[str, Any]) -> PastStep:
    reference = row["by"].removeprefix("person/")
    return PastStep(
        row["action"],
        datetime.fromisoformat(row["at"]),
        int(reference) if reference.isdigit() else None,
        json.loads(row["body"]) if row["body"] else {},
    )
