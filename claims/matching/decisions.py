"""What was found beside a claim or a candidate, and what a person said about it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.jobs import JobRun
from claims.matching.rank import Ranked, is_shared_across
from claims.matching.retrieve import keep_index, nearest, searchables
from claims.models import Article, Candidate, Claim, Event, Match, Person

KEPT = 10  # matches written for one claim or candidate
FLOOR = 0.15  # a score below this is not worth a look
LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The query side of a match: a claim or a candidate, exactly one."""

    text: str
    language: str
    claim: int | None = None
    candidate: int | None = None
    cluster: frozenset[int] = frozenset()


def find_matches(job: JobRun, *, claim: int | None = None, candidate: int | None = None) -> Callable[[], None]:
    """Job: look for claims that say the same as a claim or a candidate. What a person decided before stays."""
    job.progress(_("reading the words"), 0, 2)
    asked = ask_claim(claim) if claim is not None else ask_candidate(candidate or 0)
    if asked is None:
        return nothing
    keep_index()
    job.progress(_("comparing"), 1, 2)
    found = nearest(asked.text, LOOKED_AT, exclude=asked.cluster, language=asked.language)
    best = mains(found)[:KEPT]
    return lambda: keep(asked, best)


def find_article_matches(job: JobRun, *, article: int) -> Callable[[], None]:
    """Job: look for known claims beside every open candidate of an article."""
    keep_index()
    waiting = list(
        Candidate.objects.filter(article=article, state="open").order_by("-score").values_list("pk", flat=True)
    )
    found: list[tuple[Asked, list[Ranked]]] = []
    for done, pk in enumerate(waiting):
        job.progress(_("comparing sentences with the desk's claims"), done, len(waiting))
        asked = ask_candidate(pk)
        if asked is not None:
            best = mains(nearest(asked.text, LOOKED_AT, exclude=asked.cluster, language=asked.language))
            found.append((asked, best[:KEPT]))

    def keep_all() -> None:
        for asked, best in found:
            keep(asked, best)

    return keep_all


def nothing() -> None:
    """No effects."""


def ask_claim(pk: int) -> Asked | None:
    """Return a claim as a query; its whole cluster is kept out of the answer."""
    for one in searchables([pk]):
        main = Claim.objects.values_list("duplicate_of", flat=True).get(pk=pk) or pk
        members = Claim.objects.filter(duplicate_of=main).values_list("pk", flat=True)
        return Asked(one.text, one.language, claim=pk, cluster=frozenset([pk, main, *members]))
    return None


def ask_candidate(pk: int) -> Asked | None:
    found = Candidate.objects.filter(pk=pk).values_list("text", "article__language").first()
    return Asked(found[0], found[1] or "en", candidate=pk) if found else None


def mains(found: Iterable[Ranked], wanted: Collection[int] = ()) -> list[Ranked]:
    """Return the matches worth a look, each cluster once, under its main claim.

    Args:
        wanted: these are worth a look however little they have in common.
    """
    worth = [
        one for one in found if one.label or one.score >= FLOOR or one.id in wanted or is_shared_across(one.reasons)
    ]
    main_of = dict(
        Claim.objects.filter(pk__in=[one.id for one in worth], duplicate_of__isnull=False).values_list(
            "pk", "duplicate_of"
        )
    )
    first: dict[int, Ranked] = {}
    for one in worth:
        main = main_of.get(int(one.id), int(one.id))
        first.setdefault(main, Ranked(main, one.score, one.label, one.reasons))
    return list(first.values())


def keep(asked: Asked, best: list[Ranked]) -> None:
    """Write the matches; those no longer found go, unless a person has decided them."""
    if (
        not Claim.objects.filter(pk=asked.claim or 0).exists()
        and not Candidate.objects.filter(pk=asked.candidate or 0).exists()
    ):
        return
    mine = Match.objects.filter(claim=asked.claim, candidate=asked.candidate)
    mine.filter(decision="").exclude(target__in=[one.id for one in best]).delete()
    Match.objects.bulk_create(
        [
            Match(
                claim_id=asked.claim,
                candidate_id=asked.candidate,
                target_id=one.id,
                score=one.score,
                label=one.label,
                reasons=one.reasons,
                found_at=timezone.now(),
            )
            for one in best
        ],
        update_conflicts=True,
        unique_fields=["claim", "candidate", "target"],
        update_fields=["score", "label", "reasons", "found_at"],
    )


@transaction.atomic
def decide_match(match_id: int, decision: str, *, by: Person) -> Match:
    """Say what a match is: "same", "related", "different", or "" to take a decision back.

    "Same" merges nothing: an editor merges by the workflow's own step.

    Raises:
        UserFacingError: not a decision, not this person's to take, or the match is gone.
    """
    if decision not in Match.Decision.values:
        raise UserFacingError(_("Say whether it is the same claim, a related one or another."), "unknown_decision")
    if not by.can_research:
        raise UserFacingError(_("Only checkers and editors decide whether two claims are the same."), "not_allowed")
    match = Match.objects.select_for_update().filter(pk=match_id).first()
    if match is None:
        raise UserFacingError(_("This match is no longer there: the claim was compared again."), "gone")
    before, match.decision = match.decision, decision
    if before == decision:
        return match
    match.decided_by, match.decided_at = (by, timezone.now()) if decision else (None, None)
    match.save(update_fields=["decision", "decided_by", "decided_at"])
    Event.objects.append(
        subject_of(match),
        "decide_match",
        by=by,
        body={"candidate": match.candidate_id, "target": match.target_id, "before": before, "after": decision},
    )
    return match


def subject_of(match: Match) -> Claim | Article:
    """Return whose record tells of the decision: the claim, or the article the candidate stands in."""
    if match.claim is not None:
        return match.claim
    return Article.objects.get(candidates=match.candidate_id)
