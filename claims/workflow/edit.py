"""Change what a claim says: lock, check, change, record, in one transaction.

Every write to a claim, or to what hangs on it, goes through ``changing``.  Fields that somebody else changed in the
meantime are refused with both texts; disjoint changes merge by themselves.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.errors import StaleEdit
from claims.models import Citation, Claim, Desk, Event, Evidence, Person, Topic
from claims.models.event import sha256
from claims.workflow import revisions, stages
from claims.workflow.apply import Refused, apply, attempting
from claims.workflow.citations import cited_numbers
from claims.workflow.facts import read_facts
from claims.workflow.notes import noted_otherwise
from claims.workflow.readable import clean, has_visible
from claims.workflow.readings import mark_recorded, unrecorded
from claims.workflow.rights import check_may_change
from claims.workflow.standing import Standing, standing
from claims.workflow.transitions import CHANGES_REQUESTED, EDITABLE_BY_EDITORS, IN_REVIEW

VERDICT_FIELDS = (
    "rating", "rationale", "confidence", "evidence_exception", "title", "summary", "body", "correction_kind",
    "correction_text",
)  # fmt: skip
PLAIN_FIELDS = ("statement", "context", "language", "kind", "no_appearance_reason")


@dataclass
class Change:
    """A change under way: the locked claim, who makes it, and what the Event will say."""

    claim: Claim
    by: Person | None
    standing: Standing
    unrecorded: int
    body: dict[str, Any] = field(default_factory=dict)
    nothing: bool = False


@contextmanager
def changing(
    claim_id: int, action: str, *, by: Person | None, verdict: bool = False, own: bool = False
) -> Iterator[Change]:
    """Lock a claim for one change and record it when the block ends.

    Args:
        action: also says whether the change is research (see ``rights``).
        verdict: the change touches what the blind review hides.
        own: it is of something the person added himself.

    Raises:
        Refused: the person may not change the claim in the state it is in.
    """
    with attempting(claim_id, action, by):
        claim = Claim.objects.locked().filter(pk=claim_id).first()
        if claim is None:
            raise Refused(_("This claim does not exist."), "no_claim")
        change = Change(claim, by, standing(claim, by), unrecorded(claim))
        check_may_change(change.standing, action, own=own, verdict=verdict)
        yield change
        if not change.nothing:
            _record(change, action)


def _record(change: Change, action: str) -> None:
    claim = change.claim
    Claim.objects.filter(pk=claim.pk).update(version=F("version") + 1)
    Event.objects.append(claim, action, by=change.by, body=change.body)
    mark_recorded(claim, leaving=change.unrecorded)
    if claim.status in EDITABLE_BY_EDITORS:
        _void_when_changed(claim, change.by)


def _void_when_changed(claim: Claim, by: Person | None) -> None:
    """An edit in review or after approval freezes another revision and takes back what was given on the old text.

    So does another note to an approver who has approved.
    """
    before, facts = revisions.latest_revision(claim), read_facts(claim)
    content = revisions.read_content(claim, facts=facts)
    if before is None or (before.content_sha256 == content.content_sha256 and not noted_otherwise(claim, facts)):
        return
    revision = revisions.freeze(claim, "edit", by=by, content=content, facts=facts)
    material = before.material_sha256 != revision.material_sha256
    apply(claim.pk, "void", by=None, target=CHANGES_REQUESTED if material else IN_REVIEW)


def digest(value: Any) -> str:
    """A short mark of a field's value, carried by forms to tell whether somebody changed it in the meantime.

    A moment counts to the minute, as forms show it; of several rows only which they are.
    """
    plain = value.pk if isinstance(value, models.Model) else "" if value is None else value
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).isoformat(timespec="minutes")
    elif isinstance(value, list):
        plain = sorted(row.pk for row in value)
    return sha256(str(plain).replace("\r\n", "\n"))[:16]


def digests(row: models.Model, fields: Iterable[str] = (*PLAIN_FIELDS, *VERDICT_FIELDS)) -> dict[str, str]:
    """The marks a form carries for the fields it shows."""
    return {name: digest(getattr(row, name)) for name in fields}


@transaction.atomic
def create_claim(
    *, by: Person | None, statement: str, topics: Iterable[Topic] = (), external_id: str | None = None, **fields: Any
) -> Claim:
    """Put a new claim into the inbox.

    Args:
        by: the person; ``None`` for an import.

    Raises:
        Refused: there is no statement, or the person may not add claims.
    """
    if by is not None and not by.can_contribute:
        raise Refused(_("Your role reads; it does not add claims."), "person")
    statement, fields = " ".join(clean(statement).split()), _cleaned(fields)
    if not has_visible(statement):
        raise Refused(_("A claim needs a statement."), "statement")
    claim: Claim = Claim.objects.create(
        statement=statement,
        external_id=external_id,
        created_by=by,
        stage_due_at=stages.after(Desk.objects.current(), "triage_limit", timezone.now()),
        **fields,
    )
    claim.topics.set(topics)
    Event.objects.append(claim, "create", by=by, body={"statement": claim.statement, "context": claim.context})
    mark_recorded(claim)
    return claim


def edit_claim(claim_id: int, *, by: Person, fields: Mapping[str, Any], seen: Mapping[str, str]) -> Claim:
    """Change fields of a claim.

    Args:
        fields: new values of ``PLAIN_FIELDS`` or ``VERDICT_FIELDS``.
        seen: for each field the ``digest`` of the value the person had before his eyes.

    Raises:
        StaleEdit: a field was changed in the meantime to something else; nothing is written.
        Refused: not this person, or not in this state.
    """
    unknown = set(fields) - set(PLAIN_FIELDS) - set(VERDICT_FIELDS)
    if unknown:
        raise ValueError(f"not for edit_claim: {', '.join(sorted(unknown))}")
    fields = _cleaned(fields)
    touches_verdict = bool(set(fields) & set(VERDICT_FIELDS))
    with changing(claim_id, "edit", by=by, verdict=touches_verdict) as change:
        claim = change.claim
        changed = merge(claim, fields, seen)
        if not changed:
            change.nothing = True
            return claim
        change.body["before"] = {name: _plain(getattr(claim, name)) for name in changed}
        for name, value in changed.items():
            setattr(claim, name, value)
        if not has_visible(claim.statement):
            raise Refused(_("A claim needs a statement."), "statement")
        claim.save(update_fields=[*changed, "updated_at"])
        change.body["after"] = {name: _plain(value) for name, value in changed.items()}
        if touches_verdict:
            link_citations(claim)
    claim.refresh_from_db(fields=["version"])
    return claim


def _cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with their texts as they are kept."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in fields.items()}


def own_changes(fields: Mapping[str, Any], seen: Mapping[str, str]) -> dict[str, Any]:
    """What the person changed: a field he left as he saw it is not his change, so somebody else's stays.

    Raises:
        Refused: the form does not say of every field what he saw.
    """
    if unseen := set(fields) - set(seen):
        raise Refused(_("Reload the page: it did not say what you had before you."), f"unseen {sorted(unseen)}")
    return {name: value for name, value in fields.items() if digest(value) != seen[name]}


def merge(row: object, fields: Mapping[str, Any], seen: Mapping[str, str]) -> dict[str, Any]:
    """What really changes on a row read under the claim's lock.

    Raises:
        StaleEdit: a field was changed by somebody else to something else.
    """
    changed, conflicts, marks = {}, {}, {}
    for name, value in fields.items():
        current = getattr(row, name)
        if digest(value) == digest(current):
            continue
        if digest(current) != seen.get(name):
            conflicts[name], marks[name] = (_in_words(current), _in_words(value)), digest(current)
        changed[name] = value
    if conflicts:
        sentence = _("Somebody else changed the same text while you were writing. Both are kept below.")
        raise StaleEdit(sentence, conflicts, marks)
    return changed


def _in_words(value: Any) -> str:
    """A value as the page of a conflict shows it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(sorted(str(row) for row in value))
    if isinstance(value, models.Choices):
        return str(value.label)
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value


def link_citations(claim: Claim) -> None:
    """Point each ``[n]`` of the claim's texts to its evidence; one that points to nothing is kept and reported."""
    cited = cited_numbers(" ".join((claim.rationale, claim.summary, claim.body)))
    evidence = dict(Evidence.objects.filter(claim=claim, number__in=cited).values_list("number", "pk"))
    existing = dict(Citation.objects.filter(claim=claim).values_list("number", "evidence_id"))
    wanted = {number: evidence.get(number) for number in cited}
    if existing == wanted:
        return
    Citation.objects.filter(claim=claim).delete()
    Citation.objects.bulk_create(
        Citation(claim=claim, number=number, evidence_id=wanted[number]) for number in sorted(wanted)
    )


def add_topic(claim_id: int, *, by: Person, topic: Topic) -> Claim:
    """Add one topic and leave the others; one the claim has already changes nothing."""
    with attempting(claim_id, "arrange", by):
        claim = Claim.objects.locked().filter(pk=claim_id).first()
        before = list(claim.topics.all()) if claim else []
        return arrange_claim(claim_id, by=by, topics=before if topic in before else [*before, topic])


ARRANGED = ("due_at", "priority", "worth", "worth_reason", "confidential")


def arrange_claim(
    claim_id: int,
    *,
    by: Person,
    topics: Iterable[Topic] | None = None,
    seen: Mapping[str, str] | None = None,
    **fields: Any,
) -> Claim:
    """Change what stands outside the content: due date, priority, worth, topics, confidentiality.  Editors only.

    Args:
        seen: for each field the ``digest`` of the value the person had before his eyes; ``None``: it does not matter.

    Raises:
        StaleEdit: a field was changed in the meantime to something else; nothing is written.
        Refused: the person is no editor, or the new due date lies in the past.
    """
    if unknown := set(fields) - set(ARRANGED):
        raise ValueError(f"not for arrange_claim: {', '.join(sorted(unknown))}")
    with attempting(claim_id, "arrange", by):
        claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
        if claim is None or not by.is_editor:
            raise Refused(_("An editor arranges dates, priorities and topics."), "person")
        if seen is not None:
            _check_arrangement(claim, fields if topics is None else {**fields, "topics": list(topics)}, seen)
        due = fields.get("due_at")
        if due is not None and due != claim.due_at and (problem := stages.problem_with(due, timezone.now())):
            raise Refused(problem, "due")
        body = _arrange(claim, fields, topics)
        if body["before"] == body["after"]:
            return claim
        claim.version += 1
        claim.save(update_fields=[*fields, "version", "updated_at"])
        Event.objects.append(claim, "arrange", by=by, body=body)
    return claim


def _check_arrangement(claim: Claim, fields: Mapping[str, Any], seen: Mapping[str, str]) -> None:
    stands = {name: getattr(claim, name) for name in ARRANGED} | {"topics": list(claim.topics.all())}
    merge(SimpleNamespace(**stands), fields, seen)


def _arrange(claim: Claim, fields: Mapping[str, Any], topics: Iterable[Topic] | None) -> dict[str, Any]:
    """What was before and what is now; the topics are set already, the other fields are still to be saved."""
    body: dict[str, Any] = {"before": {}, "after": {}}
    for name, value in fields.items():
        if getattr(claim, name) != value:
            body["before"][name], body["after"][name] = getattr(claim, name), value
            setattr(claim, name, value)
    if topics is not None:
        body["before"]["topics"] = sorted(claim.topics.values_list("slug", flat=True))
        claim.topics.set(topics)
        body["after"]["topics"] = sorted(topic.slug for topic in topics)
    return body
