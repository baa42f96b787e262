"""People come, change and leave; whatever the administrator changes on the desk itself goes on its record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import StepRefused
from claims.models import Assignment, Claim, Claimant, Desk, Event, Person, Recusal, Topic
from claims.models.claim import ClaimQuerySet
from claims.workflow import assignment
from claims.workflow.readable import isolate

DESK_CHAIN = "desk"


@transaction.atomic
def record_setting(
    row: Model, action: str, *, by: Person | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Say on the desk's chain who changed which row of the desk's settings, and what it said before and after."""
    body = {"table": row._meta.model_name, "row": row.pk, "name": str(row), "before": before, "after": after}
    Event.objects.append(DESK_CHAIN, action, by=by, body=body)


@transaction.atomic
def set_time_zone(person: Person, name: str) -> None:
    """Show somebody's times in a zone of his own; ``""``: in that of the desk."""
    before = {"time_zone": person.time_zone}
    if before["time_zone"] != name:
        Person.objects.filter(pk=person.pk).update(time_zone=name)
        record_setting(person, "change_setting", by=person, before=before, after={"time_zone": name})


@transaction.atomic
def set_language(person: Person, code: str) -> None:
    """Show somebody the pages in a language of his own; ``""``: in the one his browser asks for."""
    before = {"language": person.language}
    if before["language"] != code:
        Person.objects.filter(pk=person.pk).update(language=code)
        record_setting(person, "change_setting", by=person, before=before, after={"language": code})


@transaction.atomic
def release_roles(person: Person, *, by: Person | None, reason: str = "") -> int:
    """Give the open roles of somebody who leaves back to nobody, each with an Event on its claim.

    Returns:
        how many roles wait for somebody now.
    """
    return len(_release(Q(), person, by=by, reason=reason))


def _release(parts: Q, person: Person, *, by: Person | None, reason: str) -> list[Assignment]:
    """Of some parts, give back what the person holds and take back what he was asked to take over.

    The claims are locked before anything is written; what he held is read again under their locks.
    """
    held = Assignment.objects.filter(parts, person=person, ended_at__isnull=True)
    asked = Assignment.objects.filter(parts, offered_to=person)
    claims = list(Claim.objects.locked().filter(pk__in=(held | asked).values("claim")))
    return _give_back(claims, held, asked, by=by, reason=reason)


def _give_back(
    claims: Iterable[Claim], held: QuerySet[Assignment], asked: QuerySet[Assignment], *, by: Person | None, reason: str
) -> list[Assignment]:
    """End on locked claims the roles that are held and the offers that are open; each role with an Event."""
    of = {claim.pk: claim for claim in claims}
    rows = list(held.filter(claim__in=of).order_by("claim_id", "pk"))
    changed = {row.claim_id for row in rows} | set(asked.filter(claim__in=of).values_list("claim_id", flat=True))
    asked.filter(claim__in=of).update(offered_to=None)
    for row in rows:
        before = assignment.give(of[row.claim_id], row.role, None, by=by)
        body = {"role": row.role, "person": before, "before": before, "reason": reason}
        event = Event.objects.append(of[row.claim_id], "release", by=by, body=body)
        jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
    Claim.objects.filter(pk__in=changed).update(version=F("version") + 1)
    return rows


def left_over() -> ClaimQuerySet:
    """Claims on which somebody who is gone has a part: it was given while he left, or SQL closed his account."""
    gone = Person.objects.filter(is_active=False)
    parts = Assignment.objects.filter(claim=OuterRef("pk"), ended_at__isnull=True)
    claims: ClaimQuerySet = Claim.objects.filter(Exists(parts.filter(Q(person__in=gone) | Q(offered_to__in=gone))))
    return claims


def release_left_over(claim: Claim) -> None:
    """Give the parts of those who are gone back to nobody, on a claim that is locked."""
    gone, parts = Person.objects.filter(is_active=False), Assignment.objects.filter(ended_at__isnull=True)
    _give_back([claim], parts.filter(person__in=gone), parts.filter(offered_to__in=gone), by=None, reason="")


@transaction.atomic
def let_go(person: Person, *, by: Person, reason: str = "") -> int:
    """Close somebody's account: he can no longer sign in, and his open roles wait for others.

    Returns:
        how many roles wait for somebody now.

    Raises:
        StepRefused: it is one's own account.
    """
    if person == by:
        raise StepRefused(_("Nobody closes his own account: ask another administrator."), "person")
    if not person.is_active:
        return 0
    person.is_active = False
    person.save(update_fields=["is_active"])
    # Claims are locked before heads of chains, here as everywhere.
    released = release_roles(person, by=by, reason=reason)
    after = {"is_active": False} | ({"reason": reason} if reason else {})
    record_setting(person, "let_go", by=by, before={"is_active": True}, after=after)
    return released


@transaction.atomic
def follow_role(person: Person, *, by: Person | None) -> int:
    """Give back the open parts of claims that somebody's role does not allow any more, and what was offered to him.

    Returns:
        how many parts wait for somebody now.
    """
    unfit = Q(role=Assignment.Role.EDITOR) if person.can_research else Q()
    if person.is_editor:
        return 0
    sentence = _("The role of %(name)s on the desk changed: %(role)s.")
    told = {"name": isolate(str(person)), "role": person.get_role_display()}
    return len(_release(unfit, person, by=by, reason=sentence % told))


# --- recusal


@transaction.atomic
def recuse(
    person: Person, *, by: Person, claimant: Claimant | None = None, topic: Topic | None = None, reason: str = ""
) -> tuple[Recusal, list[int]]:
    """Declare that a person must not work on a claimant or a topic: oneself, or an administrator for others.

    Returns:
        the recusal, and the ids of the claims whose roles wait for somebody else now.

    Raises:
        StepRefused: neither or both are named, it is declared already, or it is not his to declare.
    """
    _check_may_declare(person, by)
    if (claimant is None) == (topic is None):
        raise StepRefused(_("Choose one claimant or one topic."), "recusal")
    made, is_new = Recusal.objects.get_or_create(
        person=person, claimant=claimant, topic=topic, defaults={"reason": reason.strip()}
    )
    if not is_new:
        raise StepRefused(_("This is declared already."), "recusal")
    released = follow_recusal(made, by=by)
    record_setting(made, "recuse", by=by, before={}, after={"person": person.ref, "reason": made.reason})
    return made, released


def follow_recusal(recusal: Recusal, *, by: Person | None) -> list[int]:
    """Give back the roles the recused person holds on what it names; the ids of those claims."""
    about = Q(topics=recusal.topic_id) if recusal.topic_id else Q(appearances__claimant=recusal.claimant_id)
    concerned = Claim.objects.filter(about, status__in=Claim.OPEN)
    sentence = _("%(name)s is recused from %(what)s.") % {
        "name": isolate(str(recusal.person)),
        "what": isolate(str(recusal.topic or recusal.claimant)),
    }
    return sorted({row.claim_id for row in _release(Q(claim__in=concerned), recusal.person, by=by, reason=sentence)})


@transaction.atomic
def withdraw_recusal(recusal: Recusal, *, by: Person) -> None:
    """Take a recusal back; roles that were given back stay with who has them now.

    Raises:
        StepRefused: it is not his to withdraw.
    """
    _check_may_declare(recusal.person, by)
    before = {"person": recusal.person.ref, "reason": recusal.reason}
    record_setting(recusal, "withdraw_recusal", by=by, before=before, after={})
    recusal.delete()


def _check_may_declare(person: Person, by: Person) -> None:
    if by != person and by.role != Person.Role.ADMINISTRATOR:
        raise StepRefused(_("A recusal is declared by the person himself, or by an administrator."), "person")


# --- who is on what


@dataclass(frozen=True)
class Staff:
    """Active people by what they may do.

    Attributes:
        researchers: checkers and editors.
        needed: how many of them the review policy wants to be different people.
    """

    researchers: int
    editors: int
    administrators: int
    needed: int

    @property
    def can_publish(self) -> bool:
        """Whether the active people can satisfy the review policy at all."""
        return self.editors > 0 and self.researchers >= self.needed


def count_staff() -> Staff:
    """Who is there, against what the desk's review policy needs."""
    roles = Person.objects.filter(is_active=True).order_by().values("role").annotate(n=Count("pk"))
    of = dict(roles.values_list("role", "n"))
    editors, checkers = of.get(Person.Role.EDITOR, 0), of.get(Person.Role.CHECKER, 0)
    needed = 3 if Desk.objects.current().review_policy == Desk.Policy.THREE else 2
    return Staff(editors + checkers, editors, of.get(Person.Role.ADMINISTRATOR, 0), needed)


def working_people() -> QuerySet[Person]:
    """Active people who check or edit, with ``load``: their open roles on claims that are worked on; busiest first."""
    people = Person.objects.eligible(Person.Role.CHECKER, Person.Role.EDITOR)
    return people.annotate(load=assignment.LOAD).order_by("-load", "name", "pk")


def open_roles(people: Iterable[Person], viewer: Person) -> QuerySet[Assignment]:
    """The open roles of people on open claims the viewer may know of, the earliest due first."""
    return (
        Assignment.objects.filter(person__in=list(people), ended_at__isnull=True)
        .filter(claim__in=Claim.objects.visible_to(viewer), claim__status__in=Claim.OPEN)
        .select_related("claim", "offered_to")
        .order_by("claim__next_due_at", "claim_id", "pk")
    )
