"""A difference in the words of the desk: which part, which piece of evidence, what was and what is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.models import Appearance, ChecklistAnswer, ChecklistItem, Claim, Correction, Evidence, EvidenceKind
from claims.templatetags.desk import short_hash
from claims.workflow.compare import Change, Detail, Item, Words, compare, open_parts, shorten

Shown = list[tuple[str, str]]

KINDS = {"=": "equal", "-": "delete", "+": "insert", "…": "gap"}
PARTS: dict[str, str | Promise] = {
    "evidence": gettext_lazy("Evidence"),
    "citations": gettext_lazy("Citations"),
    "appearances": gettext_lazy("Appearances"),
    "checklist": gettext_lazy("Checklist"),
    "contacts": gettext_lazy("Right of reply"),
    "correction": gettext_lazy("Correction"),
}
FIELDS: dict[str, str | Promise] = {
    "label": gettext_lazy("Rating"),
    "definition": gettext_lazy("What the rating means"),
    "title": gettext_lazy("Title of the source"),
    "stance": gettext_lazy("Stance"),
    "kind": gettext_lazy("Kind"),
    "grade": gettext_lazy("Grade"),
    "origin": gettext_lazy("Origin"),
    "note": gettext_lazy("Note"),
    "snapshot": gettext_lazy("Captured copy"),
    "waiver": gettext_lazy("Goes without a copy because"),
    "withheld": gettext_lazy("Withheld because"),
    "passage": gettext_lazy("Passage"),
    "cites": gettext_lazy("Points to evidence"),
    "claimant": gettext_lazy("Claimant"),
    "position": gettext_lazy("Position"),
    "date": gettext_lazy("Said on"),
    "url": gettext_lazy("Address"),
    "where": gettext_lazy("Where"),
    "verbatim": gettext_lazy("Words as said"),
    "first": gettext_lazy("First appearance"),
    "answer": gettext_lazy("Answer"),
    "version": gettext_lazy("Version of the question"),
    "text": gettext_lazy("For the reader"),
}
SAID_BY_OTHERS = {"passage", "verbatim", "statement", "context", "rationale", "title", "summary", "body", "text"}
NOT_SHOWN = {"value"}  # follows from the rating
CODES: dict[str, Mapping[str, str | Promise]] = {
    "stance": dict(Evidence.Stance.choices),
    "position": dict(Appearance.Position.choices),
    "answer": dict(ChecklistAnswer.Answer.choices),
    "confidence": dict(Claim.Confidence.choices),
    "kind": {**dict(EvidenceKind.choices), **dict(Correction.Kind.choices)},
    "first": {"yes": gettext_lazy("yes")},
}
OPS: dict[str, str | Promise] = {
    "added": gettext_lazy("added"),
    "removed": gettext_lazy("taken off"),
    "changed": gettext_lazy("changed"),
}
ICONS = {"added": "plus", "removed": "x", "changed": "pencil"}


@dataclass
class Line:
    """One field of an item, before and after."""

    label: str
    words: Shown
    is_said: bool


@dataclass
class ItemRow:
    """One piece of evidence, one appearance …, with what became of it."""

    name: str
    op: str
    icon: str
    title: str
    place: str
    lines: list[Line]


@dataclass
class Row:
    """One part of the claim that differs; neither words nor items: in another order, or in what surrounds it."""

    name: str
    label: str
    words: Shown
    is_said: bool
    items: list[ItemRow] = field(default_factory=list)


def difference(old: Mapping[str, Any], new: Mapping[str, Any], *, sees_verdict: bool, whole: bool = False) -> list[Row]:
    """What differs between two versions, ready to be shown; the blind rule is kept here.

    Args:
        whole: long stretches that stay the same are shown too.
    """
    if not sees_verdict:
        old, new = open_parts(old), open_parts(new)
    changes = compare(old, new)
    questions = _questions(changes)
    return [_row(change, questions, whole=whole) for change in changes]


def part_label(name: str) -> str:
    """A part of a version as the desk calls it."""
    if name in PARTS:
        return str(PARTS[name])
    known = {f.name: str(getattr(f, "verbose_name", f.name)) for f in Claim._meta.get_fields() if f.concrete}
    words = known.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _questions(changes: Iterable[Change]) -> dict[str, str]:
    codes = [item.key for change in changes if change.field == "checklist" for item in change.items]
    asked: QuerySet[ChecklistItem] = ChecklistItem.objects.filter(code__in=codes).order_by("version")
    return dict(asked.values_list("code", "text")) if codes else {}


def _row(change: Change, questions: Mapping[str, str], *, whole: bool) -> Row:
    items = [_item(change.field, item, questions, whole=whole) for item in change.items]
    words = shown(change.field, change.words, whole=whole)
    return Row(change.field, part_label(change.field), words, change.field in SAID_BY_OTHERS, items)


def _item(part: str, item: Item, questions: Mapping[str, str], *, whole: bool) -> ItemRow:
    number = item.key.split(" ")[0]
    name, place = {
        "evidence": (_("Evidence %(number)s") % {"number": number}, f"e{number}"),
        "citations": (_("Citation %(number)s") % {"number": item.title}, "verdict"),
        "checklist": (questions.get(item.key, item.key), "checklist"),
        "appearances": (_("Appearance"), "appearances"),
    }.get(part, ("", ""))
    title = item.title if part in {"evidence", "appearances"} else ""
    lines = [_line(detail, whole=whole) for detail in item.details if detail.name not in NOT_SHOWN]
    return ItemRow(name, str(OPS[item.op]) if name else "", ICONS[item.op], title, place, lines)


def _line(detail: Detail, *, whole: bool) -> Line:
    label = str(FIELDS.get(detail.name, detail.name))
    return Line(label, shown(detail.name, detail.words, whole=whole), detail.name in SAID_BY_OTHERS)


def shown(name: str, words: Words, *, whole: bool = False) -> Shown:
    """A difference as ``{% diff %}`` takes it, long stretches that stay cut."""
    parts = words if whole else shorten(words)
    return [(KINDS[op], _left_out(text) if op == "…" else told(name, text)) for op, text in parts]


def _left_out(count: str) -> str:
    return ngettext("%(n)s word", "%(n)s words", int(count)) % {"n": count}


def told(name: str, text: str) -> str:
    """A value in the desk's words: codes by their label, hashes by their ends."""
    if name == "snapshot":
        return short_hash(text)
    return str(CODES.get(name, {}).get(text, text))
