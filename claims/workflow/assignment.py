"""Who gets it: least loaded among those who may, never an author, never somebody recused."""

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from claims.models import Assignment, Claim, Disclosure, Person, Recusal, Revision


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
    """Active checkers and editors who neither wrote this nor saw its verdict nor are recused, least loaded first."""
    barred = [
        revision.author_rows.values_list("person_id", flat=True) if revision else [],
        Disclosure.objects.filter(claim=claim).values_list("person_id", flat=True),
        Recusal.objects.filter(Q(topic__claims=claim) | Q(claimant__appearances__claim=claim)).values_list(
            "person_id", flat=True
        ),
        Assignment.objects.filter(
            claim=claim, role=Assignment.Role.CHECKER, ended_at__isnull=True, person__isnull=False
        ).values_list("person_id", flat=True),
    ]
    load = Count(
        "assignments", filter=Q(assignments__ended_at__isnull=True, assignments__claim__status__in=Claim.WORKING)
    )
    people = Person.objects.eligible(Person.Role.CHECKER, Person.Role.EDITOR)
    people = people.exclude(pk__in={pk for ids in barred for pk in ids})
    # Checkers first: an editor who cross-checks can no longer approve under the policy of three.
    return list(people.annotate(load=load).order_by("role", "load", "pk"))
