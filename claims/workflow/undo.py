"""Take back what was just done, where it had no effect outside the desk.

Undo is an operation like any other: the inverse of the one that is taken back, with an Event of its own.  What it needs
is in the Event of the first one, so a token names only that: signed, for one person, for one version of each claim, and
for a while.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from claims.models import Claim, Event, Evidence, Person, Topic
from claims.workflow import comments, edit, edit_parts, put_back
from claims.workflow.apply import Refused, apply, attempting, wanted_for

SALT = "claims.undo"
OPEN_FOR = timedelta(hours=1)

Undo = Callable[[Event, int, Person], object]


@dataclass
class Undone:
    """The claims on which it was undone, and for each of the others its sentence."""

    claims: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def offer(claim_ids: Iterable[int], *, by: Person, since: datetime) -> str:
    """A token that takes back what the person did last on these claims.

    Args:
        since: when he pressed; what was done before that is not taken back.

    Returns:
        an empty string where nothing of it can be taken back.
    """
    named = Concat(Value("claim/"), Cast(OuterRef("pk"), TextField()))
    newest = Event.objects.filter(chain=named, at__gte=since).order_by("-seq")
    row = JSONObject(seq="seq", by="actor_ref", action="action", body="body")
    found = Claim.objects.filter(pk__in=claim_ids).annotate(last=Subquery(newest.values(row=row)[:1])).order_by("pk")
    done = [
        [pk, version, last["seq"]]
        for pk, version, last in found.values_list("pk", "version", "last")
        if last and last["by"] == by.ref and last["action"] in INVERSES
    ]
    return signing.dumps({"by": by.pk, "done": done}, salt=SALT, compress=True) if done else ""


def undo(token: str, *, by: Person) -> Undone:
    """Take back what a token names: each claim by itself, all of it or nothing.

    Raises:
        Refused: the token is not this person's, or too old.
    """
    undone = Undone()
    for claim_id, version, seq in _read(token, by):
        try:
            with attempting(claim_id, "undo", by):
                _undo_one(claim_id, version, seq, by)
            undone.claims.append(claim_id)
        except Refused as refusal:
            undone.refused[claim_id] = str(refusal)
    return undone


def _read(token: str, by: Person) -> list[list[int]]:
    try:
        given = signing.loads(token, salt=SALT, max_age=OPEN_FOR)
    except signing.SignatureExpired:
        raise Refused(_("It is too late to undo this."), "expired") from None
    except signing.BadSignature:
        given = {}
    if given.get("by") != by.pk:
        raise Refused(_("This cannot be undone from here; reload the page."), "token")
    done: list[list[int]] = given["done"]
    return done


def _undo_one(claim_id: int, version: int, seq: int, by: Person) -> None:
    event = Event.objects.filter(chain=f"claim/{claim_id}", seq=seq).first()
    claims = {claim.pk: claim for claim in Claim.objects.locked().filter(_touched(event, claim_id))}
    claim = claims.get(claim_id)
    if claim is None or event is None or event.is_erased or claim.version != version:
        raise Refused(_("It was changed in the meantime, so nothing was undone."), "changed")
    INVERSES[event.action](event, claim_id, by)


def _touched(event: Event | None, claim_id: int) -> Q:
    """Every claim that is written or pointed at when an event is undone: they are locked at once, lowest id first."""
    touched, told = Q(pk=claim_id), event.details if event else {}
    if event is not None and event.action == "merge":
        touched |= Q(pk__in=told.get("moved", []))
    if event is not None and event.action == "restore" and told.get("duplicate_of"):
        touched |= wanted_for(claim_id, "merge", {"target": told["duplicate_of"]})
    return touched


# --- the inverse of each action


def _restore(declined: Event, claim_id: int, by: Person) -> None:
    """Back to the state before, at most research, with the people who worked on it."""
    apply(claim_id, "restore", by=by)
    _give_roles_back(declined.details.get("roles", {}), claim_id, by)


def _give_roles_back(roles: Mapping[str, str], claim_id: int, by: Person) -> None:
    for role, ref in roles.items():
        person = Person.objects.filter(pk=ref.removeprefix("person/"), is_active=True).first()
        try:
            apply(claim_id, "hand_over", by=by, role=role, person=person)
        except Refused:  # somebody who may not hold it any more: the role waits, and the record says why
            continue


def _unmerge(merged: Event, claim_id: int, by: Person) -> None:
    """The claims that pointed here before point here again."""
    moved = merged.details["moved"]
    _restore(merged, claim_id, by)
    Claim.objects.filter(pk__in=moved, duplicate_of=merged.details["target"]).update(duplicate_of=claim_id)


def _close_again(restored: Event, claim_id: int, by: Person) -> None:
    body = restored.details
    if body["from"] == Claim.Status.DECLINED:
        reason = _("Restored by mistake.")
        apply(claim_id, "decline", by=by, decline_reason=body["decline_reason"], reason=reason)
    elif body["from"] == Claim.Status.DUPLICATE:
        apply(claim_id, "merge", by=by, target=body["duplicate_of"])
    else:
        raise Refused(_("What was archived is not put away again by undo."), "archived")


def _unaccept(accepted: Event, claim_id: int, by: Person) -> None:
    """Back to where it was triaged: the inbox, or watched until the date it had."""
    was_watched, date = accepted.details["from"] == Claim.Status.WATCHING, accepted.details.get("look_again")
    apply(claim_id, "unaccept", by=by, look_again=parse_datetime(date) if was_watched and date else None)


def _accept_again(sent_back: Event, claim_id: int, by: Person) -> None:
    apply(claim_id, "accept", by=by)
    _give_roles_back(sent_back.details["roles"], claim_id, by)


def _unassign(assigned: Event, claim_id: int, by: Person) -> None:
    due = assigned.details["due_before"]
    apply(claim_id, "unassign", by=by, due=parse_datetime(due) if due else None)


def _arrange_back(arranged: Event, claim_id: int, by: Person) -> None:
    before: dict[str, Any] = arranged.details["before"]
    topics = before.pop("topics", None)
    if before.get("due_at"):
        before["due_at"] = parse_datetime(before["due_at"])
    found = None if topics is None else list(Topic.objects.filter(slug__in=topics))
    edit.arrange_claim(claim_id, by=by, topics=found, **before)


def _write_back(edited: Event, claim_id: int, by: Person) -> None:
    """The statement and what explains it, as they were; a verdict is not put back by a press."""
    before: dict[str, Any] = edited.details["before"]
    if not set(before) <= set(edit.PLAIN_FIELDS):
        raise Refused(_("A verdict is not put back by undo: write it again."), "verdict")
    seen = {name: edit.digest(value) for name, value in edited.details["after"].items()}
    edit.edit_claim(claim_id, by=by, fields=before, seen=seen)


def _judge_back(judged: Event, claim_id: int, by: Person) -> None:
    item = Evidence.objects.get(claim=claim_id, number=judged.details["number"])  # there: nothing happened since
    edit_parts.edit_evidence(item.pk, by=by, **judged.details["before"])


def _reopen(resolved: Event, claim_id: int, by: Person) -> None:
    comment_id = resolved.details["comment"]
    later = Event.objects.filter(chain=resolved.chain, seq__gt=resolved.seq, action__in=comments.ACTIONS)
    if any(event.details.get("comment") == comment_id for event in later):
        raise Refused(_("It was changed in the meantime, so nothing was undone."), "changed")
    comments.reopen_comment(comment_id, by=by)


INVERSES: dict[str, Undo] = {
    "decline": _restore,
    "merge": _unmerge,
    "restore": _close_again,
    "watch": lambda event, claim_id, by: apply(claim_id, "wake", by=by),
    "accept": _unaccept,
    "unaccept": _accept_again,
    "assign": _unassign,
    "arrange": _arrange_back,
    "edit": _write_back,
    "edit_evidence": _judge_back,
    "remove_appearance": lambda event, claim_id, by: put_back.put_back_appearance(event, claim_id, by=by),
    "remove_evidence": lambda event, claim_id, by: put_back.put_back_evidence(event, claim_id, by=by),
    "remove_quote": lambda event, claim_id, by: put_back.put_back_quote(event, claim_id, by=by),
    "resolve_comment": _reopen,
}
