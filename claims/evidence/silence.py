"""Tell the editors when the passages of a source could not be checked several times in a row.

One failed look means nothing: a site is down, or lets no machine in.  But whoever alters his page may also close it to
machines, so after ``SILENT_AFTER`` looks in a row a person is asked to open it himself.
"""

from claims import jobs
from claims.models import Claim, Event, Notification, Quote, QuoteCheck, Resource

SILENT_AFTER = 3  # looks in a row


def tell_of_silence(resource: Resource) -> None:
    """Say in the record, and so to the editors, that a source could not be verified for the third time in a row.

    Once for each live claim, and again only after a look that could verify it.  Call it in the transaction that wrote
    the looks.
    """
    told = set[int]()
    quotes = Quote.objects.filter(evidence__resource=resource, evidence__claim__status__in=Claim.LIVE)
    for quote in quotes.select_related("evidence").order_by("pk"):
        looks = list(quote.checks.order_by("-at", "-id").values("state", "problem")[: SILENT_AFTER + 1])
        if quote.evidence.claim_id in told or not _just_fell_silent([look["state"] for look in looks]):
            continue
        told.add(quote.evidence.claim_id)
        body = {"quote": quote.pk, "evidence": quote.evidence_id, "problem": looks[0]["problem"]}
        event = Event.objects.append(resource, "source_silent", by=None, body=body)
        jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)


def settle_notices(resource: Resource) -> None:
    """What people were told of a source may be done: the passage stands again, or the source could be read."""
    told = Notification.objects.filter(claim__evidence__resource=resource, kind__startswith="source_", settled_at=None)
    claims = told.order_by("claim").values_list("claim", flat=True).distinct()
    jobs.enqueue_all([("settle", {"key": f"claim/{pk}", "claim": pk}) for pk in claims])


def _just_fell_silent(states: list[str]) -> bool:
    """Whether the newest looks, and no more than those, could not tell; newest first."""
    newest, before = states[:SILENT_AFTER], states[SILENT_AFTER:]
    unread = QuoteCheck.State.UNVERIFIABLE
    return newest == [unread] * SILENT_AFTER and before != [unread]
