"""Write the ends of chains to ``anchors.log``, on every machine that a clock runs on to a file of its own.

``ChainHead.anchored_seq`` says how far a chain stands in some file.  What one clock writes is noted for the others as a
gap of their file, which they fill when their turn comes; so each file alone holds all that is older than its last line.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from claims.models import AnchorGap, AnchorLog, ChainHead
from claims.workflow import anchors

HEADS_PER_LINE = 500
FORGOTTEN = timedelta(days=7)  # a file nobody wrote to for so long gets no gaps noted; it begins with all chains again


@transaction.atomic
def anchor_heads() -> int:
    """Write the ends of all chains that have grown since the last anchor to ``VAR_DIR/anchors.log``.

    Any number of clocks may, one after another.  Returns how many chains were anchored.
    """
    with anchors.locked(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('anchor'))")
        recent = timezone.now() - FORGOTTEN
        name = anchors.name()
        mine = AnchorLog.objects.filter(pk=name, at__gte=recent).first()
        others = list(AnchorLog.objects.filter(at__gte=recent).exclude(pk=name).values_list("pk", flat=True))
        AnchorGap.objects.exclude(log__in=[name, *others]).delete()
        if mine is None:
            AnchorGap.objects.filter(log=name).delete()
            return _write(ChainHead.objects.filter(seq__gt=0), name, others)
        count = _write(ChainHead.objects.filter(seq__gt=F("anchored_seq")), name, others)
        gaps = AnchorGap.objects.filter(log=name).values("chain")
        return count + _write(ChainHead.objects.filter(pk__in=gaps), name, others)


def _write(heads: QuerySet[ChainHead], name: str, others: list[str]) -> int:
    """Write heads in lines of so many, and note how far they stand here and what the other files lack."""
    count, after = 0, ""
    while found := list(heads.filter(pk__gt=after).order_by("pk")[:HEADS_PER_LINE]):
        mac, at = anchors.append({head.pk: (head.seq, head.hash) for head in found})
        grown = [head for head in found if head.seq > head.anchored_seq]
        AnchorGap.objects.bulk_create(
            [AnchorGap(log_id=other, chain=head.pk) for other in others for head in grown], ignore_conflicts=True
        )
        AnchorGap.objects.filter(log=name, chain__in=[head.pk for head in found]).delete()
        _note_anchored(grown)
        count, after = count + len(found), found[-1].pk
    if count:
        known = {"place": anchors.place(), "mac": mac, "at": at}
        AnchorLog.objects.update_or_create(name=anchors.name(), defaults=known)
    return count


def _note_anchored(heads: list[ChainHead]) -> None:
    """A chain that grows at this moment is passed over, for nobody must wait here; it is anchored again next time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH free AS (SELECT h.chain, a.seq FROM claims_chainhead h"
            " JOIN unnest(%s::text[], %s::bigint[]) AS a (chain, seq) ON a.chain = h.chain"
            " WHERE h.anchored_seq < a.seq FOR UPDATE OF h SKIP LOCKED)"
            " UPDATE claims_chainhead h SET anchored_seq = free.seq FROM free WHERE h.chain = free.chain",
            [[head.pk for head in heads], [head.seq for head in heads]],
        )
