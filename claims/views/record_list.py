"""The record of a claim as a list: events and refused attempts together, narrowed by kind and by person, in pages."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from claims.models import Claim, Event, Person, Refusal
from claims.views.live import read_id
from claims.views.record_words import Entry, entry_of_event, entry_of_refusal
from claims.workflow.readable import isolate
from claims.workflow.transitions import TRANSITIONS

PER_PAGE = 40
REFUSED, OTHER, SYSTEM = "refused", "other", "desk"


@dataclass(frozen=True)
class Kind:
    """Events one looks for together."""

    label: str | Promise
    actions: frozenset[str]


PEOPLE = frozenset(
    {"assign", "unassign", "hand_over", "offer", "take_over", "turn_down", "take_cross_check", "cross_check_wanted",
     "release", "arrange", "show_verdict"}
)  # fmt: skip
CLOCK = frozenset(
    {"due_soon", "overdue", "still_on_it", "stay_on_it", "reply_due_soon", "reply_overdue", "cross_checker_wanted",
     "second_read", "read_again", "withheld_too_long"}
)  # fmt: skip
KINDS = {
    "steps": Kind(gettext_lazy("Steps"), frozenset({*TRANSITIONS, "import", "publish_refused"}) - PEOPLE - CLOCK),
    "text": Kind(gettext_lazy("Texts"), frozenset({"create", "edit", "adopt", "erase"})),
    "evidence": Kind(
        gettext_lazy("Evidence"),
        frozenset(
            {"add_evidence", "edit_evidence", "remove_evidence", "pin_snapshot", "add_quote", "remove_quote",
             "waive_capture", "unwaive_capture", "title_source"}
        ),
    ),
    "appearances": Kind(
        gettext_lazy("Appearances"), frozenset({"add_appearance", "edit_appearance", "remove_appearance"})
    ),
    "people": Kind(gettext_lazy("People and dates"), PEOPLE),
    "clock": Kind(gettext_lazy("Reminders"), CLOCK),
    "lists": Kind(gettext_lazy("Rubric and checklist"), frozenset({"answer_rubric", "answer_checklist"})),
    "replies": Kind(gettext_lazy("Right of reply"), frozenset(
        {"log_contact", "edit_contact", "answer_contact", "remove_contact", "go_on_without", "reply_deadline_passed"}
    )),
    "comments": Kind(
        gettext_lazy("Comments"), frozenset({"comment", "resolve_comment", "reopen_comment", "withdraw_comment"})
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for.

    Attributes:
        kind: a key of ``KINDS``, ``refused``, ``other``, or empty for everything.
        by: a person's id, or ``desk`` for what nobody in person did.
        seq, refusal: the oldest event and the oldest refusal shown before this page; ``None`` on the first.
    """

    kind: str = ""
    by: str = ""
    seq: int | None = None
    refusal: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        kind, by = query.get("kind", ""), query.get("by", "")
        seq, _dot, refusal = query.get("before", "").partition(".")
        return cls(
            kind if kind in {*KINDS, REFUSED, OTHER} else "",
            by if by == SYSTEM or read_id(by) else "",
            read_id(seq),
            read_id(refusal),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.by)

    @property
    def is_first(self) -> bool:
        return self.seq is None and self.refusal is None

    def query(self, before: str = "") -> str:
        """The part of the address after the question mark."""
        return urlencode({k: v for k, v in (("kind", self.kind), ("by", self.by), ("before", before)) if v})


@dataclass
class Page:
    """One page of a record.

    Attributes:
        older: the address of the next page, empty on the last.
        count: how many events there are, 0 where the record is narrowed.
        refused: how many refused attempts stand among them; one more than a page holds means "more than that".
    """

    entries: list[Entry] = field(default_factory=list)
    older: str = ""
    count: int = 0
    refused: int = 0


def read_record(claim: Claim, asked: Asked, *, person: Person, sees_verdict: bool) -> Page:
    """One page of what happened to a claim, newest first, with what was refused; four statements at most."""
    events = list(_events(claim, asked)[: PER_PAGE + 1])
    refusals = list(_refusals(claim, asked)[: PER_PAGE + 1])
    # Each of the two keeps its own order and its own place to go on from, so that nothing is told twice or left out.
    merged: Iterable[Event | Refusal] = heapq.merge(events, refusals, key=lambda row: row.at, reverse=True)
    shown = list(islice(merged, PER_PAGE))
    seq = _goes_on([row.seq for row in shown if isinstance(row, Event)], [row.seq for row in events])
    refusal = _goes_on([row.pk for row in shown if isinstance(row, Refusal)], [row.pk for row in refusals])
    has_older = len(events) + len(refusals) > len(shown)
    older = asked.query(f"{seq}.{refusal}") if has_older else ""
    entries = told_rows(shown, person=person, sees_verdict=sees_verdict)
    if asked.is_narrowed:
        return Page(entries, older)
    return Page(entries, older, events[0].seq if events else 0, len(refusals))


def _goes_on(shown: list[int], found: list[int]) -> int:
    """The cursor of one kind of row (events, or refusals) for the next page, which shows rows with smaller numbers.

    Args:
        shown: numbers of the rows of this kind on this page.
        found: numbers of all that were read for it, the newest first; the other kind may have filled the page.
    """
    return min(shown) if shown else found[0] + 1 if found else 1


def _events(claim: Claim, asked: Asked) -> QuerySet[Event]:
    found = Event.objects.filter(chain=claim.chain).order_by("-seq")
    if asked.kind in KINDS:
        found = found.filter(action__in=KINDS[asked.kind].actions)
    elif asked.kind == OTHER:
        found = found.exclude(action__in=frozenset().union(*(kind.actions for kind in KINDS.values())))
    elif asked.kind == REFUSED:
        found = found.none()
    if asked.by:
        found = found.filter(actor_ref="system" if asked.by == SYSTEM else f"person/{asked.by}")
    return found.filter(seq__lt=asked.seq) if asked.seq else found


def _refusals(claim: Claim, asked: Asked) -> QuerySet[Refusal]:
    found = Refusal.objects.filter(claim=claim).order_by("-pk")
    if asked.kind not in {"", REFUSED} or asked.by == SYSTEM:
        found = found.none()
    elif asked.by:
        found = found.filter(person=int(asked.by))
    return found.filter(pk__lt=asked.refusal) if asked.refusal else found


def told_rows(rows: Sequence[Event | Refusal], *, person: Person, sees_verdict: bool) -> list[Entry]:
    """Events and refusals in words, in the order they come; one statement."""
    names = _names(rows)
    entries = []
    for row in rows:
        how: dict[str, Any] = {"sees_verdict": sees_verdict, "viewer": person.ref}
        told = entry_of_event(row, names, **how) if isinstance(row, Event) else entry_of_refusal(row, names, **how)
        entries.append(told)
    return entries


def _names(rows: Iterable[Event | Refusal]) -> dict[str, str]:
    refs = {f"person/{row.person_id}" for row in rows if isinstance(row, Refusal)}
    for row in rows:
        if isinstance(row, Event):
            refs |= {row.actor_ref, str(row.details.get("person", ""))}
    return {person.ref: isolate(str(person)) for person in Person.objects.filter(pk__in=_ids(refs))}


def _ids(refs: Iterable[str]) -> list[int]:
    found = (read_id(ref.removeprefix("person/")) for ref in refs if ref.startswith("person/"))
    return [pk for pk in found if pk is not None]


def people_of(claim: Claim) -> list[tuple[str, str]]:
    """Everybody who did something on a claim or tried to, by name: what the filter offers."""
    did = Event.objects.filter(chain=claim.chain).order_by().values_list("actor_ref", flat=True).distinct()
    tried = Refusal.objects.filter(claim=claim).order_by().values_list("person", flat=True).distinct()
    ids = {*_ids(did), *(pk for pk in tried if pk is not None)}
    found = Person.objects.filter(pk__in=ids).order_by("name", "pk")
    return [(str(person.pk), str(person)) for person in found]
