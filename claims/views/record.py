"""A claim's record: a part of its page that loads by itself, and a page for who has no script."""

from itertools import chain

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from claims.models import Event, Person, Refusal
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.live import is_part, read_id
from claims.views.record_words import Entry, entry_of_event, entry_of_refusal
from claims.workflow.standing import standing

PER_PAGE = 40


@signed_in
@require_safe
def claim_record(request: DeskRequest, claim_id: int) -> HttpResponse:
    """What happened to a claim, newest first, with what was refused; older ones by the number of the event."""
    claim = get_object_or_404(visible_claims(request.user).select_related("rating"), pk=claim_id)
    before = read_id(request.GET.get("before", ""))
    events = Event.objects.filter(chain=claim.chain).order_by("-seq")
    refusals = Refusal.objects.filter(claim=claim)
    if before:
        events = events.filter(seq__lt=before)
        refusals = refusals.filter(at__lt=Event.objects.filter(chain=claim.chain, seq=before).values("at"))
    found = list(events[: PER_PAGE + 1])
    has_older = len(found) > PER_PAGE
    if has_older:
        refusals = refusals.filter(at__gte=found[PER_PAGE - 1].at)
    sees = standing(claim, request.user).sees_verdict
    context = {
        "claim": claim,
        "entries": _entries(found[:PER_PAGE], list(refusals[:PER_PAGE]), sees_verdict=sees),
        "older": found[PER_PAGE - 1].seq if has_older else None,
        "count": found[0].seq if found else 0,
        "is_first": not before,
    }
    part = "#record" if is_part(request, "record") else ""
    return render(request, f"claims/claim_record.html{part}", context)


def _entries(events: list[Event], refusals: list[Refusal], *, sees_verdict: bool) -> list[Entry]:
    named = {event.actor_ref for event in events} | {str(event.details.get("person", "")) for event in events}
    ids = {int(ref.removeprefix("person/")) for ref in named if ref.startswith("person/")}
    ids |= {refusal.person_id for refusal in refusals if refusal.person_id}
    names = {person.ref: str(person) for person in Person.objects.filter(pk__in=ids)}
    told = chain(
        (entry_of_event(event, names, sees_verdict=sees_verdict) for event in events),
        (entry_of_refusal(refusal, names, sees_verdict=sees_verdict) for refusal in refusals),
    )
    return sorted(told, key=lambda entry: entry.at, reverse=True)


urlpatterns = [
    path("claims/<int:claim_id>/record/", claim_record, name="claim-record"),
]
