"""Do the texts kept of copies say what was captured?  Passages are quoted from them and looked for in them."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from claims import jobs
from claims.models import Claim, Event, Evidence, Snapshot

# The texts, which may be megabytes, stay where they are.
_CHECK = """
UPDATE claims_snapshot SET text_changed = NOT text_changed
WHERE id = ANY(%s) AND text_changed <> (encode(sha256(convert_to(body_text, 'UTF8')), 'hex') <> body_text_sha256)
RETURNING id
"""


def relied_on(claim: Claim | int) -> QuerySet[Snapshot]:
    """The copies a claim's evidence rests on, and those its passages are quoted from."""
    return Snapshot.objects.filter(Q(pinned_by__claim=claim) | Q(quotes__evidence__claim=claim)).distinct()


@transaction.atomic
def check_texts(copies: QuerySet[Snapshot]) -> None:
    """Compute the hash of each copy's text anew.

    Where it was changed, or is right again, that is written on the copy and into the record of its source, and the
    editors are told.
    """
    wanted = sorted(copies.order_by().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.scrub', 'on', true)")
        cursor.execute(_CHECK, [wanted])
        other = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('factcheck.scrub', '', true)")
    for copy in Snapshot.objects.filter(pk__in=other).select_related("resource").defer("body_text", "main_text"):
        _tell(copy)


def _tell(copy: Snapshot) -> None:
    evidence = Evidence.objects.filter(resource=copy.resource_id).order_by("pk").values_list("pk", flat=True).first()
    body: dict[str, Any] = {"blob": copy.body_id, "kind": "text", "snapshot": copy.pk, "evidence": evidence}
    body["damage"] = "changed" if copy.text_changed else ""
    action = "copy_damaged" if copy.text_changed else "copy_mended"
    event = Event.objects.append(copy.resource, action, by=None, body=body)
    if evidence is not None:
        jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
