"""Which claim another one repeats: found by its number or address, by words, or because it says nearly the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from claims.forms.fields import read_claim_number
from claims.matching import decisions, retrieve
from claims.matching.rank import Ranked
from claims.models import Claim, Person
from claims.search import index
from claims.search.find import Narrow, ask, find
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.match_words import say_how_near, say_why

MOST = 6
LOOKED_AT = 100
ALL_BUT_THE_SAME = (
    0.6  # score from which nobody overlooks it; the label alone also goes to texts with two rare words in common
)
LONGEST = 500  # letters of what is typed


@dataclass(frozen=True)
class Target:
    """A claim that may be the one, and why it is offered; ``is_named`` when it was named itself."""

    claim: Claim
    label: str = ""
    reasons: tuple[str, ...] = ()
    is_opposite: bool = False
    is_named: bool = False
    is_likely: bool = False


@signed_in
@require_safe
def merge_targets(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The claims offered for what is typed into the field, or, while it is empty, those nearest to the claim itself."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    typed = request.GET.get("target", "").strip()
    context = {"typed": typed, "offered": find_targets(claim, request.user, typed)}
    return render(request, "claims/merge_targets.html", context)


def find_targets(claim: Claim, person: Person, typed: str) -> list[Target]:
    """Live claims this person may see, best first; of a number only the claim that has it."""
    typed = typed.replace("\x00", "").strip()[:LONGEST]
    number = read_claim_number(typed)
    live = visible_claims(person).filter(status__in=Claim.LIVE).exclude(pk=claim.pk)
    if number is not None:
        return [Target(found, is_named=True) for found in live.filter(_main_of(number)).distinct()]
    found = {int(one.id): one for one in _nearest(claim, person, typed)}
    claims = live.filter(duplicate_of=None).in_bulk(list(found))
    return [as_target(claims[pk], one) for pk, one in found.items() if pk in claims][:MOST]


def _main_of(number: int) -> Q:
    """The claim of this number, or the one it repeats itself."""
    return Q(pk=number, duplicate_of=None) | Q(duplicates=number)


def _nearest(claim: Claim, person: Person, typed: str) -> Iterable[Ranked]:
    """Claims near to the words, and those that hold them all; without words those near to the claim itself."""
    asked = decisions.ask_claim(claim.pk)
    if asked is None:
        return []
    retrieve.keep_newest()
    held = _holding(typed, person) if typed else []
    found = retrieve.nearest(typed or asked.text, LOOKED_AT, exclude=asked.cluster, language=asked.language, also=held)
    return decisions.mains(found, wanted=held)


def _holding(typed: str, person: Person) -> list[int]:
    index.catch_up()
    return [hit.pk for hit in find(ask(typed), "claim", person, Narrow(), most=LOOKED_AT).hits]


def as_target(claim: Claim, one: Ranked) -> Target:
    """A claim that was found, with what speaks for it in words."""
    return Target(
        claim,
        label=say_how_near(one.label),
        reasons=tuple(say_why(one.reasons, is_near=bool(one.label), of_claim=True)),
        is_opposite="negation" in one.reasons and bool(one.label),
        is_likely=one.label == "likely" and one.score >= ALL_BUT_THE_SAME,
    )


urlpatterns = [path("claims/<int:claim_id>/merge-targets/", merge_targets, name="merge-targets")]
