"""Who gets it: least loaded among those who may, never an author, never somebody recused."""

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields import BooleanField
from django.db.models.functions import Now

from claims.models import Assignment, Claim, Disclosure, Person, Recusal, Revision, RevisionAuthor
from claims.models.claim import ClaimQuerySet
from claims.workflow.sight import PUBLIC

# What a person has to do: his open roles on claims that are worked on.
LOAD = Count("assignments", filter=Q(assignments__ended_at__isnull=True, assignments__claim__status__in=Claim.WORKING))


def give(claim: Claim, role: str, person: Person | None, *, by: Person | None) -> str:
    """Give one role of a claim to a person, or to nobody; ends who held it.

    Returns:
        the reference of who held it before (``person/3``), or an empty string.
    """
    held = Assignment.objects.filter(claim=claim, role=role, ended_at__isnull=True).select_related("person").first()
    if held is not None:
        _end(claim, Assignment.objects.filter(pk=held.pk))
    Assignment.objects.create(claim=claim, role=role, person=person, assigned_by=by)
    return held.person.ref if held is not None and held.person is not None else ""


def end_all(claim: Claim) -> None:
    _end(claim, Assignment.objects.filter(claim=claim, ended_at__isnull=True))


def _end(claim: Claim, held: QuerySet[Assignment]) -> None:
    """End roles.  A checker was shown the verdict as it stood, so he cannot cross-check it blind any more."""
    if claim.has_verdict and not claim.is_public:
        checkers = held.filter(role=Assignment.Role.CHECKER, person__isnull=False)
        seen = [Disclosure(claim=claim, person_id=pk) for pk in checkers.values_list("person_id", flat=True)]
        Disclosure.objects.bulk_create(seen, ignore_conflicts=True)
    held.update(ended_at=Now(), offered_to=None)


# --- a part that is offered


def offer(claim: Claim, role: str, to: Person | None) -> None:
    """Ask somebody to take over a role; ``None``: nobody is asked any more."""
    Assignment.objects.filter(claim=claim, role=role, ended_at__isnull=True).update(offered_to=to)


def offers_to(claim: Claim, person: Person) -> dict[str, str]:
    """The roles a person is asked to take over: role -> reference of who holds it."""
    asked = Assignment.objects.filter(claim=claim, offered_to=person, ended_at__isnull=True)
    return {role: f"person/{pk}" for role, pk in asked.order_by("role").values_list("role", "person_id")}


# --- who checks, and who checks again


def eligible_checkers(claim: Claim) -> list[Person]:
    """Active checkers and editors who may research a claim, least loaded first: the first is whom the desk proposes."""
    people = Person.objects.eligible(Person.Role.CHECKER, Person.Role.EDITOR).exclude(pk__in=_recused(claim))
    cross_checks = Assignment.objects.filter(claim=claim, role="cross_checker", ended_at=None, person=OuterRef("pk"))
    return list(people.exclude(Exists(cross_checks)).annotate(load=LOAD).order_by("role", "load", "pk"))


def choose_cross_checker(claim: Claim, revision: Revision | None) -> Person | None:
    """Give the cross-check to the least loaded of those eligible; with nobody eligible the role waits, open to all.

    Whoever cross-checked this claim before is kept, as he knows it; those who asked to see the verdict are left out.
    """
    eligible = eligible_cross_checkers(claim, revision)
    before = (
        Assignment.objects.filter(claim=claim, role=Assignment.Role.CROSS_CHECKER, person__isnull=False)
        .order_by("-id")
        .values_list("person_id", flat=True)
        .first()
    )
    chosen = next((person for person in eligible if person.pk == before), eligible[0] if eligible else None)
    give(claim, Assignment.Role.CROSS_CHECKER, chosen, by=None)
    return chosen


def eligible_cross_checkers(claim: Claim, revision: Revision | None) -> list[Person]:
    """Active checkers and editors who neither wrote this nor are recused, least loaded first.

    Of an unpublished claim nobody who saw its verdict; of a public one those who did not ask for it come first.
    """
    authors = revision.author_rows.values_list("person_id", flat=True) if revision else []
    holders = Assignment.objects.filter(claim=claim, role=Assignment.Role.CHECKER, ended_at=None, person__isnull=False)
    barred = {*authors, *holders.values_list("person_id", flat=True), *_recused(claim)}
    seen = Disclosure.objects.filter(claim=claim, person=OuterRef("pk"))
    people = Person.objects.eligible(Person.Role.CHECKER, Person.Role.EDITOR).exclude(pk__in=barred)
    if not claim.is_public:
        people = people.exclude(Exists(seen))
    has_seen = Case(When(Exists(seen), then=True), default=False, output_field=BooleanField())
    # Checkers first: an editor who cross-checks can no longer approve under the policy of three.
    return list(people.annotate(load=LOAD, has_seen=has_seen).order_by("has_seen", "role", "load", "pk"))


def with_somebody_eligible(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Of some claims those for which ``eligible_cross_checkers`` finds somebody; asked of all of them at once."""
    claim, of_claim = OuterRef(OuterRef("pk")), {"person": OuterRef("pk"), "claim": OuterRef(OuterRef("pk"))}
    newest = Revision.objects.filter(claim=OuterRef(OuterRef(OuterRef("pk")))).order_by("-number").values("pk")[:1]
    wrote = RevisionAuthor.objects.filter(person=OuterRef("pk"), revision=Subquery(newest))
    holds = Assignment.objects.filter(**of_claim, role=Assignment.Role.CHECKER, ended_at=None)
    seen = Disclosure.objects.filter(**of_claim).exclude(claim__public_state__in=PUBLIC)
    about = Q(topic__claims=claim) | Q(claimant__appearances__claim=claim)
    recused = Recusal.objects.filter(about, person=OuterRef("pk"))
    people = Person.objects.eligible(Person.Role.CHECKER, Person.Role.EDITOR).order_by()
    fit = people.filter(~Exists(wrote), ~Exists(holds), ~Exists(seen), ~Exists(recused))
    return claims.filter(Exists(fit))


def _recused(claim: Claim) -> set[int]:
    about: Any = Q(topic__claims=claim) | Q(claimant__appearances__claim=claim)
    return set(Recusal.objects.filter(about).values_list("person_id", flat=True))


def waiting_for_cross_checker(claims: ClaimQuerySet | None = None) -> ClaimQuerySet:
    """Claims in cross-check that nobody was eligible for or holds any more; anyone eligible takes one in one press.

    Args:
        claims: the ones to look among; all of them when left out.
    """
    among: ClaimQuerySet = Claim.objects.all() if claims is None else claims
    held = Assignment.objects.filter(
        claim=OuterRef("pk"), role=Assignment.Role.CROSS_CHECKER, ended_at__isnull=True, person__isnull=False
    )
    return among.filter(~Exists(held), status=Claim.Status.IN_CROSS_CHECK)
