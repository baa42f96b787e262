"""One record -> rows: a claim to be created, or what is to be changed of one that is there."""

from dataclasses import dataclass
from typing import Any

from claims.errors import UserFacingError
from claims.models import Appearance, Claim, Evidence
from claims.transfer.columns import _
from claims.transfer.compare import Difference, column_of, differ, flatten, marks, source_of
from claims.transfer.names import Names
from claims.transfer.read import Record
from claims.workflow.imports import Changes, NewClaim, change_imported

# Column -> field, where they are called otherwise; None: it is none of the row's own.
APPEARANCE_FIELDS = {"appearance_number": "number", "appearance_url": "url", "first": "is_first", "claimant_kind": None}
EVIDENCE_FIELDS = {
    "evidence_number": "number",
    "evidence_url": None,
    "evidence_title": None,
    "evidence_kind": "kind",
    "evidence_note": "note",
}
NOT_FIELDS = {"mark", "topics"}


@dataclass
class Wanted:
    """A record that names a claim of the desk.

    Attributes:
        desk: the claim as a record, with everything hidden.
        before: ``compare.marks`` of what a file said of it last; ``None``: none did.
        told: what the record of events must say.
    """

    claim: Claim
    record: Record
    desk: Record
    before: dict[str, str] | None
    told: dict[str, Any]


# --- new


def draft_of(record: Record, names: Names) -> NewClaim:
    """The rows of a new claim; what the record does not say is left to the tables' defaults."""
    fields = {
        name: value for name, value in record.values.items() if name not in NOT_FIELDS and value not in ("", None)
    }
    if "rating" in fields:
        fields["rating"] = names.rating(fields["rating"])
    topics = [names.topics[name.casefold()] for name in record.values.get("topics", [])]
    appearances = [_appearance(item, place, names) for place, item in enumerate(record.appearances, start=1)]
    _choose_first(appearances)
    evidence = [_evidence(item, place, names) for place, item in enumerate(record.evidence, start=1)]
    return NewClaim(fields, list(dict.fromkeys(topics)), appearances, evidence)


def _choose_first(appearances: list[dict[str, Any]]) -> None:
    if appearances and not any(item["is_first"] for item in appearances):
        min(appearances, key=lambda item: int(item["number"]))["is_first"] = True


def _appearance(item: dict[str, Any], place: int, names: Names) -> dict[str, Any]:
    said = {"number": place, "is_first": False, **_fields(item, APPEARANCE_FIELDS)}
    return said | {"claimant": names.claimant(item)}


def _evidence(item: dict[str, Any], place: int, names: Names) -> dict[str, Any]:
    said = {"number": place, **_fields(item, EVIDENCE_FIELDS)}
    return said | {"resource": names.source(item), "withheld": bool(said.get("withheld_reason"))}


def _fields(item: dict[str, Any], called: dict[str, Any]) -> dict[str, Any]:
    said = {called.get(name, name): value for name, value in item.items() if value not in ("", None)}
    said.pop(None, None)
    if "credibility" in said:
        said["credibility"] = int(said["credibility"])
    return said


def brought(draft: NewClaim) -> dict[str, Any]:
    """What the record of events keeps of a new claim beside its statement."""
    fields = {name: str(value) if hasattr(value, "pk") else value for name, value in draft.fields.items()}
    plain = {name: value for name, value in fields.items() if name not in {"statement", "context", "external_id"}}
    return {
        "after": plain,
        "appearances": [str(item["claimant"] or item.get("url", "")) for item in draft.appearances],
        "evidence": [item["resource"].url or item["resource"].title for item in draft.evidence],
    }


# --- changed


def change_claim(wanted: Wanted, names: Names) -> tuple[str, ...]:
    """Write what a record changes; its problems say why not.

    Returns:
        the columns that are changed; none: the claim says so already.
    """
    found = differ(wanted.record, wanted.desk, wanted.before)
    _refuse(wanted.record, found)
    if wanted.record.problems or not found.changed:
        return ()
    changes = _changes(wanted, found, names)
    if not wanted.record.problems:
        try:
            change_imported(wanted.claim.pk, changes, by=names.by)
        except UserFacingError as refusal:
            wanted.record.refuse("external_id", "%(reason)s", reason=str(refusal))
    return () if wanted.record.problems else tuple(dict.fromkeys(column_of(key) for key in found.changed))


def _refuse(record: Record, found: Difference) -> None:
    if found.stale:
        record.refuse("mark", _("the claim was changed on the desk since this file was written; export it again."))
    for key in found.conflicts:
        record.refuse(
            column_of(key), _("the desk changed it too, to something else; take the desk's text over or leave it out.")
        )


def _changes(wanted: Wanted, found: Difference, names: Names) -> Changes:
    record, changed = wanted.record, found.changed
    before = wanted.before or {}
    changes = Changes(told={**wanted.told, "marks": {**before, **marks(flatten(record))}})
    changes.fields = {key: value for key, value in changed.items() if "/" not in key and key != "topics"}
    if "rating" in changes.fields:
        changes.fields["rating"] = names.rating(changes.fields["rating"])
    if "topics" in changed:
        changes.topics = [names.topics[name.casefold()] for name in changed["topics"]]
    _change_appearances(wanted, changes, changed, names)
    _change_evidence(wanted, changes, changed, names)
    return changes


def _change_appearances(wanted: Wanted, changes: Changes, changed: dict[str, Any], names: Names) -> None:
    rows: dict[int, Appearance] = {row.number: row for row in wanted.claim.appearances.all()}
    following = max(rows, default=0) + 1
    for place, item in enumerate(wanted.record.appearances, start=1):
        number = item.get("appearance_number") or place
        if number in rows:
            said = _changed_of(f"appearances/{number}/", changed, APPEARANCE_FIELDS)
            if "claimant" in said:
                said["claimant"] = names.claimant(item)
            changes.appearances += [(rows[number], said)] if said else []
        elif number == following:
            changes.new.appearances.append(_appearance(item, number, names))
            following += 1
        else:
            row = wanted.record.rows["appearances"][place - 1]
            wanted.record.refuse("appearance_number", _("the next free number is %(number)d."), row, number=following)


def _change_evidence(wanted: Wanted, changes: Changes, changed: dict[str, Any], names: Names) -> None:
    rows: dict[str, Evidence] = {
        row.resource.url or f"title:{row.resource.title}": row for row in wanted.claim.evidence.all()
    }
    following = max((row.number for row in rows.values()), default=0) + 1
    for place, item in enumerate(wanted.record.evidence):
        known, number = rows.get(source_of(item)), item.get("evidence_number")
        expected = known.number if known else following
        if number not in {None, expected}:
            sentence = (
                _("it is evidence %(number)d on the desk.") if known else _("the next free number is %(number)d.")
            )
            wanted.record.refuse("evidence_number", sentence, wanted.record.rows["evidence"][place], number=expected)
        elif known:
            said = _changed_of(f"evidence/{source_of(item)}/", changed, EVIDENCE_FIELDS)
            if "withheld_reason" in said:
                said["withheld"] = bool(said["withheld_reason"])
            changes.evidence += [(known, said)] if said else []
        else:
            changes.new.evidence.append(_evidence(item, following, names))
            following += 1


def _changed_of(prefix: str, changed: dict[str, Any], called: dict[str, Any]) -> dict[str, Any]:
    said = {key.removeprefix(prefix): value for key, value in changed.items() if key.startswith(prefix)}
    said.pop("evidence_number", None)
    named = {called.get(name, name): value for name, value in said.items()}
    if "credibility" in named:
        named["credibility"] = int(named["credibility"])
    return named
