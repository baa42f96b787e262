"""Take one step of the workflow: lock, check, move, record, enqueue.  The only writer of ``Claim.status``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import StepRefused
from claims.language import say
from claims.models import Claim, Event, Person, Refusal
from claims.workflow import stages, steps
from claims.workflow.attempt import Attempt, Missing
from claims.workflow.guards import missing
from claims.workflow.readable import isolate
from claims.workflow.transitions import TRANSITIONS, Transition

JUST_NOW = timedelta(hours=1)  # so old the page may be whose step comes too late

# A publishing effect: runs after the guards and the move, before the Event; gives back what the Event must say.
Effect = Callable[[Attempt], Mapping[str, Any]]


class Refused(StepRefused):
    """A step that may not be taken; ``missing`` lists what would make it possible."""

    def __init__(self, sentence: str, code: str, found: list[Missing] | None = None) -> None:
        super().__init__(sentence, code)
        self.missing = found or []


def apply(
    claim_id: int,
    action: str,
    *,
    by: Person | None,
    seen: str = "",
    reason: str = "",
    effect: Effect | None = None,
    **data: Any,
) -> Claim:
    """Take one step of the workflow, in one transaction with its Event and its jobs.

    Args:
        action: a key of ``TRANSITIONS``.
        by: the person; ``None`` for the system.
        seen: ``content_sha256`` of what the person decided on, where the step asks for it.
        reason: why, where the step asks for it.
        effect: only publishing passes one, and only for the steps whose row says so.
        data: what else the step needs: ``person``, ``due``, ``rating``, ``target`` (see ``Transition.needs``).

    Raises:
        Refused: in words that say what is missing; the attempt is kept as a ``Refusal``.
    """
    with attempting(claim_id, action, by):
        return _step(Attempt(_lock(claim_id, action, data), action, by, seen, reason, data), effect)


def _lock(claim_id: int, action: str, data: Mapping[str, Any]) -> Claim:
    wanted = wanted_for(claim_id, action, data)
    rows = _locked_cluster(wanted) if action == "merge" else Claim.objects.locked().filter(wanted).in_bulk()
    if claim_id not in rows:
        raise Refused(_("This claim does not exist."), "no_claim")
    claim: Claim = rows[claim_id]
    return claim


def _locked_cluster(wanted: Q) -> dict[int, Claim]:
    """Claims locked lowest id first, also one that was merged into them while they were waited for: then begun anew."""
    unlocked = transaction.savepoint()
    rows: dict[int, Claim] = Claim.objects.locked().filter(wanted).in_bulk()
    while Claim.objects.filter(wanted).exclude(pk__in=rows).exists():
        transaction.savepoint_rollback(unlocked)
        rows = Claim.objects.locked().filter(wanted).in_bulk()
    transaction.savepoint_commit(unlocked)
    return rows


def wanted_for(claim_id: int, action: str, data: Mapping[str, Any]) -> Q:
    """The claims a step locks: its own, and with a merge the other one and the members of its cluster too."""
    wanted = Q(pk=claim_id)
    if action == "merge" and data.get("target"):
        wanted |= Q(pk=int(data["target"])) | Q(duplicate_of=claim_id)
    return wanted


def _step(attempt: Attempt, effect: Effect | None) -> Claim:
    step = TRANSITIONS[attempt.action]
    check(attempt, step)
    if step.effect != (effect is not None):
        raise ValueError(f"{attempt.action}: a publishing effect is {'needed' if step.effect else 'not allowed'}")
    claim, before = attempt.claim, attempt.claim.status
    done = steps.STEPS.get(attempt.action, steps.nothing_else)(attempt)
    target = done.target or (step.targets[0] if step.targets else before)
    _move(attempt, before, target)
    body = {"from": before, "to": target, "reason": attempt.reason, **done.body}
    if effect:
        body |= effect(attempt)
    save_step(claim)
    event = Event.objects.append(claim, attempt.action, by=attempt.by, body=body)
    follow = [(kind, {"claim": claim.pk, **args}) for kind, args in done.jobs]
    jobs.enqueue_all([*follow, ("notify", {"key": f"event/{event.pk}", "event": event.pk})])
    return claim


def check(attempt: Attempt, step: Transition) -> None:
    """Refuse the step when the state, the person or a guard does not allow it.

    Raises:
        Refused: with everything that is missing, not only the first.
    """
    claim, label = attempt.claim, say(step.label) or _("a step of the desk itself")
    if claim.status not in step.sources:
        words = _("“%(step)s” cannot be done from “%(state)s”.")
        sentence = words % {"step": label, "state": claim.get_status_display()}
        raise Refused(" ".join(filter(None, [sentence, _who_was_quicker(attempt)])), "state")
    if step.public is not None and claim.is_public != step.public:
        words = _("Its check is public: withhold or retract it instead.") if claim.is_public else _("It is not public.")
        raise Refused(words, "public")
    if (attempt.by is not None and not attempt.by.is_active) or not attempt.standing.may(step):
        raise Refused(_("You may not do this: “%(step)s” is not yours to take here.") % {"step": label}, "person")
    found = missing(attempt, step.guards)
    if found:
        raise Refused(" ".join(item.sentence for item in found), "guard", found)


def _who_was_quicker(attempt: Attempt) -> str:
    """Who brought the claim to where it is, and when, if that was just now: the page of the step may be older."""
    claim, by = attempt.claim, attempt.by
    if by is None or timezone.now() - claim.status_since > JUST_NOW:
        return ""
    moved = Event.objects.filter(chain=claim.chain, action__in=TRANSITIONS, at__gte=claim.status_since)
    event = moved.order_by("seq").first()
    if event is None:
        return ""
    kind, _slash, pk = event.actor_ref.partition("/")
    person = Person.objects.filter(pk=pk).first() if kind == "person" else None
    told = {"step": say(TRANSITIONS[event.action].label), "who": isolate(str(person))}
    told["when"] = date_format(timezone.localtime(event.at), "TIME_FORMAT")
    if person is None:
        return _("The desk itself moved it on at %(when)s.") % told
    words = _("You did “%(step)s” at %(when)s.") if person == by else _("%(who)s did “%(step)s” at %(when)s.")
    return words % told


def _move(attempt: Attempt, before: str, target: str) -> None:
    if target == before:
        return
    claim = attempt.claim
    claim.status = target
    claim.status_since = timezone.now()
    claim.stage_due_at = stages.due_in(claim, claim.status_since, lambda: attempt.desk)
    if before == Claim.Status.APPROVED:
        claim.publish_at = None


def save_step(claim: Claim) -> None:
    """Write a claim whose status moved; names the claim to the trigger that guards it, for this one statement."""
    claim.version += 1
    claim.updated_at = timezone.now()
    fields = [field for field in claim._meta.concrete_fields if field.name in steps.WRITTEN]
    values = [field.get_db_prep_save(getattr(claim, field.attname), connection) for field in fields]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            # The subquery is evaluated once, before the row is found; RETURNING after it was written.
            f"UPDATE claims_claim SET {columns}"  # noqa: S608  # names of our own columns
            " WHERE id = (SELECT set_config('factcheck.step', %s, true)::bigint)"
            " RETURNING set_config('factcheck.step', '', true)",
            [*values, str(claim.pk)],
        )


@contextmanager
def attempting(claim_id: int, action: str, by: Person | None) -> Iterator[None]:
    """One transaction for what somebody tries on a claim; when it is refused, nothing of it stays but the refusal.

    What is kept is said in the words of ``claims.workflow``.  Around another attempt it is the outer one that is kept.
    """
    try:
        with transaction.atomic():
            yield
    except Refused as refusal:
        keep_refusal(claim_id, action, by, str(refusal))
        raise


def keep_refusal(claim_id: int, action: str, by: Person | None, sentence: str) -> None:
    """The attempt belongs to the record even though nothing changed: its own transaction."""
    if by is not None and Claim.objects.filter(pk=claim_id).exists():
        Refusal.objects.create(claim_id=claim_id, person=by, action=action, reason=sentence)


def possible_steps(
    claim: Claim, by: Person, attempt: Attempt | None = None, known: Mapping[str, list[Missing]] | None = None
) -> dict[str, list[Missing]]:
    """The steps this person may take on this claim now, each with what it still misses.

    Guards that wait for what the person is about to enter (a reason, a verdict, a date) are not asked here.

    Args:
        known: what guards found, by name, where the caller knows it from what he has read already.
    """
    attempt, known = attempt or Attempt(claim, "", by), known or {}
    found = {}
    for action, step in TRANSITIONS.items():
        if claim.status not in step.sources or step.by_system_only or not attempt.standing.may(step):
            continue
        if step.public is not None and claim.is_public != step.public:
            continue
        asked = [name for name in step.guards if name not in steps.ASKED_IN_THE_FORM]
        found[action] = [
            item for name in asked for item in (known[name] if name in known else missing(attempt, (name,)))
        ]
    return found
