"""What an event changed, before and after: texts word by word, codes and dates in the desk's words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.language import labelled
from claims.models import Claim, ContactLog, Credibility, Event, Reliability
from claims.views.compare_rows import FIELDS, Line, Row, difference, part_label, shown, told
from claims.workflow.compare import Words, compare_words
from claims.workflow.edit import VERDICT_FIELDS

FIELD_NAMES: dict[str, str | Promise] = {
    "title": gettext_lazy("Headline"),
    "source_title": gettext_lazy("Title of the source"),
    "asked": gettext_lazy("Who was asked"),
    "channel": gettext_lazy("How"),
    "public_line": gettext_lazy("What the reader is told"),
    "worth": gettext_lazy("Worth"),
    "reliability": gettext_lazy("Source grade"),
    "credibility": gettext_lazy("Information grade"),
    "grade_reason": gettext_lazy("Why this grade"),
    "withheld": gettext_lazy("Withheld"),
    "withheld_reason": gettext_lazy("Why it is withheld"),
    "topics": gettext_lazy("Topics"),
    "due_at": gettext_lazy("Due date"),
    "priority": gettext_lazy("Priority"),
    "confidential": gettext_lazy("Confidential"),
    "exact": gettext_lazy("Passage"),
    "address": gettext_lazy("Address"),
    "status": gettext_lazy("Status"),
    "said_on": gettext_lazy("Said on"),
    "article": gettext_lazy("Article"),
    "place": gettext_lazy("Place"),
    "is_first": gettext_lazy("First appearance"),
    "date_basis": gettext_lazy("Where the date comes from"),
    "deadline": gettext_lazy("Answer by"),
    "look_again": gettext_lazy("Look again"),
    "publish_at": gettext_lazy("To be published"),
    "decline_reason": gettext_lazy("Reason"),
    "reason": gettext_lazy("Reason"),
}
CODES: dict[str, dict[str, str | Promise]] = {
    "status": dict(Claim.Status.choices),
    "worth": dict(Claim.Worth.choices),
    "decline_reason": dict(Claim.DeclineReason.choices),
    "reliability": dict(Reliability.choices),
    "kind": dict(Claim.Kind.choices),
    "channel": dict(ContactLog.Channel.choices),
    "credibility": {str(value): label for value, label in Credibility.choices},
}
# What such an event says of what it added or took off, beside "before" and "after".
SAID = ("address", "stance", "kind", "origin", "reliability", "credibility", "note", "exact", "snapshot")
ADDS = {"add_evidence", "add_quote", "pin_snapshot"}
TAKES = {"remove_quote"}
QUESTION = "question "  # before the code of a question of the checklist
GIVES_A_DATE = ("due", "deadline", "look_again", "publish_at")
# Their "after" is told in another place, or is nothing to read.
WITHOUT_CHANGES = {"comment", "answer_rubric"}


def changes_of(event: Event, *, sees_verdict: bool) -> list[Line]:
    """What an event changed; what the blind review hides is left out without a trace."""
    body = event.details
    if event.action in WITHOUT_CHANGES:
        return []
    if event.action == "adopt":
        return _adopted(body, sees_verdict=sees_verdict)
    found = [*_states(body), *_said(event.action, body), *_dates(body), *_fields(event.action, body)]
    return [
        Line(label_of(name), shown(name, words), is_said=False)
        for name, words in found
        if words and (sees_verdict or name not in VERDICT_FIELDS)
    ]


def label_of(name: str) -> str:
    """A field of an event as the desk calls it."""
    if name.startswith(QUESTION):
        asked = name.removeprefix(QUESTION)
        return asked if " " in asked else asked.replace("-", " ").capitalize()  # older events know its code only
    return str(FIELD_NAMES.get(name) or FIELDS.get(name) or part_label(name))


def _states(body: dict[str, Any]) -> Iterator[tuple[str, Words]]:
    """From where to where a step led; nothing for a step that stays."""
    if body.get("from") != body.get("to"):
        yield "status", _differs("status", body.get("from"), body.get("to"))


def _said(action: str, body: dict[str, Any]) -> Iterator[tuple[str, Words]]:
    if action in ADDS:
        yield from ((name, _differs(name, "", body.get(name))) for name in SAID)
    if action in TAKES:
        yield from ((name, _differs(name, body.get(name), "")) for name in SAID)
    for passage in body.get("quotes", []):
        yield "passage", _differs("passage", passage, "")


def _dates(body: dict[str, Any]) -> Iterator[tuple[str, Words]]:
    for name in GIVES_A_DATE:
        if body.get(name):
            yield ("due_at" if name == "due" else name), _differs("due_at", "", body[name])


def _fields(action: str, body: dict[str, Any]) -> Iterator[tuple[str, Words]]:
    before, after = body.get("before", {}), body.get("after", {})
    if action == "answer_checklist":
        yield f"{QUESTION}{body.get('question') or body.get('item', '')}", _differs("answer", before or "", after or "")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for name in {**before, **after}:
        # A source's title is no secret; the claim's headline is one until the second verdict.
        known = "source_title" if (action, name) == ("title_source", "title") else name
        yield known, _differs(name, before.get(name), after.get(name))


def _differs(name: str, old: Any, new: Any) -> Words:
    """Texts word by word; everything else is one value that went and one that came."""
    if isinstance(old, str) and isinstance(new, str) and " " in old and " " in new:
        return compare_words(old, new)
    gone, come = _plain(name, old), _plain(name, new)
    return tuple((op, words) for op, words in (("-", gone), ("+", come)) if words) if gone != come else ()


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else ""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith("_at") or name in GIVES_A_DATE:
        return _moment(str(value))
    return str(CODES.get(name, {}).get(str(value)) or told(name, str(value)))


def _moment(text: str) -> str:
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(text)), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return text


def _adopted(body: dict[str, Any], *, sees_verdict: bool) -> list[Line]:
    """What somebody changed outside the application, part by part."""
    old = {name: before for name, before, _after in body.get("changed", [])}
    new = {name: after for name, _before, after in body.get("changed", [])}
    return [line for row in difference(old, new, sees_verdict=sees_verdict) for line in _lines(row)]


def _lines(row: Row) -> Iterator[Line]:
    if row.words:
        yield Line(row.label, row.words, is_said=row.is_said)
    for item in row.items:
        named = f"{item.name} ({item.op})" if item.name else row.label
        for line in item.lines:
            yield Line(labelled(named, line.label), line.words, line.is_said)
