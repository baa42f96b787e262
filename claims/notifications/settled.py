"""Notices whose matter is done: what they ask for has happened, whoever did it.

A notice that asks for something belongs to the stage of the claim in which it was told: once the claim left it, it is
settled.  A few ask for something that has a mark of its own, and are settled when that mark is gone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Exists, F, JSONField, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Now, NullIf
from django.utils import timezone

from claims.jobs import JobRun
from claims.models import (
    Assignment,
    Blob,
    Claim,
    Comment,
    Notification,
    Quote,
    QuoteCheck,
    Reminder,
    Snapshot,
    SourceAlert,
    Waiver,
)

OF_THE_STAGE = frozenset(
    {"assign", "return", "fail", "resume", "cross_check_wanted", "cross_checker_wanted", "review_wanted", "due_soon",
     "publish_refused", "wake"}
)  # fmt: skip
QUESTIONS = frozenset({"still_on_it", "second_read"})  # kinds of ``Reminder`` that stay open until they are answered
TALK = frozenset({"comment", "mention"})
SOURCE_CHANGED = frozenset({"source_changed", "source_change_confirmed"})
OF_SOURCES = SOURCE_CHANGED | {"source_silent"}


def settle_notices(job: JobRun, *, claim: int) -> Callable[[], None]:
    """Job: ``settle`` after something was done of which nobody is told."""
    return partial(_settle, claim)


def _settle(claim_id: int) -> None:
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is not None:
        settle(claim)


def settle(claim: Claim) -> int:
    """Mark the notices of a claim whose matter is done; read or not, they wait for nobody any more.  One statement.

    It asks how the claim stands and not what happened last, so the order in which jobs run makes no difference.

    Returns:
        how many are settled now that were not before.
    """
    of_claim = Notification.objects.filter(claim=claim, settled_at__isnull=True)
    said = Cast(NullIf("event__body", Value("")), JSONField())  # empty where it was erased
    of_claim = of_claim.alias(**{f"its_{key}": KeyTextTransform(key, said) for key in ("comment", "quote", "blob")})
    open_ones = of_claim.filter(_is_done(claim) | _is_done_about_sources(claim) | _is_talked_over(claim))
    return open_ones.update(settled_at=Now(), read_at=Coalesce("read_at", Now()))


def _is_done(claim: Claim) -> Q:
    held = Assignment.objects.filter(claim=claim, ended_at__isnull=True)
    taken = held.filter(role=Assignment.Role.CROSS_CHECKER, person__isnull=False)
    asked = Reminder.objects.filter(claim=claim, kind=OuterRef("kind"), closed_at__isnull=True)
    done = Q(kind__in=OF_THE_STAGE, event__at__lt=claim.status_since)
    done |= Q(Exists(taken), kind="cross_checker_wanted")
    done |= Q(Exists(taken.exclude(person=OuterRef("person"))), kind="cross_check_wanted")
    done |= Q(~Exists(held.filter(offered_to=OuterRef("person"))), kind="offer")
    done |= Q(~Exists(asked), kind__in=QUESTIONS)
    return done | Q(kind__in=_of_no_concern_now(claim))


def _is_talked_over(claim: Claim) -> Q:
    """The thread is resolved or the comment taken back; for who answered in it, his answer is enough."""
    meant = _with_pk(Comment, "its_comment").filter(claim=claim)
    settled = meant.filter(Q(resolved_at__isnull=False) | Q(parent__resolved_at__isnull=False))
    answered = meant.filter(
        Q(replies__by=OuterRef("person"), replies__pk__gt=F("pk"))
        | Q(parent__replies__by=OuterRef("person"), parent__replies__pk__gt=F("pk"))
    )
    return Q(Exists(settled) | Exists(answered), kind__in=TALK)


def _is_done_about_sources(claim: Claim) -> Q:
    """No alert is open on the passage any more, a look could read its source again, the stored copy is whole."""
    alerts = _with_pk(SourceAlert, "its_quote", "quote").filter(quote__evidence__claim=claim, closed_at__isnull=True)
    newest = QuoteCheck.objects.filter(quote=OuterRef("pk")).order_by("-at", "-id").values("state")[:1]
    waived = Waiver.objects.filter(evidence=OuterRef("evidence"), kind=Waiver.Kind.QUOTE_CHECK)
    silent = _with_pk(Quote, "its_quote").alias(newest=Subquery(newest)).filter(evidence__claim=claim)
    silent = silent.filter(~Exists(waived), newest=QuoteCheck.State.UNVERIFIABLE)
    damaged = Blob.objects.filter(pk=OuterRef("its_blob")).exclude(damage="")
    changed = Snapshot.objects.filter(body=OuterRef("its_blob"), text_changed=True)
    done = Q(~Exists(alerts), kind__in=SOURCE_CHANGED)
    return done | Q(~Exists(silent), kind="source_silent") | Q(~Exists(damaged) & ~Exists(changed), kind="copy_damaged")


def _with_pk(model: type[Model], named: str, column: str = "pk") -> QuerySet[Any]:
    """The row whose id the event of a notice names; compared as text, since another event may keep other things there."""
    rows: QuerySet[Any] = model._default_manager.alias(ref=Cast(column, TextField())).filter(ref=OuterRef(named))
    return rows


def _of_no_concern_now(claim: Claim) -> list[str]:
    """Kinds that the claim's own row says are done."""
    due = claim.next_due_at
    done = {
        "overdue": due is None or due > timezone.now(),
        "withheld_too_long": claim.public_state != Claim.PublicState.WITHHELD,
        "propose_retraction": claim.retraction_proposed_by_id is None,
    }
    of_sources = OF_SOURCES if claim.status not in Claim.LIVE else ()
    return [*of_sources, *(kind for kind, is_done in done.items() if is_done)]
