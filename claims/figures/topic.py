"""One topic as it is told: its claims, who said what of them and when, and which contradict one another."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.figures.disputes import Dispute, Saying, Voice, find_disputes, find_voices
from claims.models import Appearance, Claim, ClaimRelation, FactCheck, Person, Topic
from claims.models.claim import ClaimQuerySet
from claims.workflow.sight import PUBLIC, verdicts_seen_by

MOST_CLAIMS = 200
MOST_SAYINGS = 2000
CONTRADICTS = ClaimRelation.Kind.CONTRADICTS


@dataclass
class Said:
    """A claim of the topic as its page shows it.

    Attributes:
        number: by which the page's drawings call it.
        shown: its rating, when this person may see it.
        published: the day its check was first public; ``None``: it is not.
        is_of_topic: else it is here because it contradicts one that is.
    """

    claim: Claim
    number: int
    shown: Any
    published: date | None
    is_of_topic: bool


@dataclass
class Told:
    """A topic: claims in the order of their numbers, disputes, the rest, and everything said."""

    topic: Topic
    claims: dict[int, Said]
    disputes: list[Dispute]
    rest: Dispute
    sayings: list[Saying]
    appearances: dict[int, Appearance]
    relations: list[ClaimRelation]
    hidden: int = 0
    voices: dict[int, list[Voice]] = field(default_factory=dict)

    def voices_of(self, dispute: Dispute) -> list[Voice]:
        return find_voices(dispute, self.sayings)

    @property
    def contradicting(self) -> list[tuple[int, int]]:
        return [(row.source_id, row.target_id) for row in self.relations if row.kind == CONTRADICTS]


def told_claims(person: Person) -> ClaimQuerySet:
    """Claims a topic tells of: those the person may know of, and that were not put aside."""
    found: ClaimQuerySet = Claim.objects.visible_to(person).exclude(status__in=["declined", "duplicate", "archived"])
    return found


def read_topic(topic: Topic, person: Person) -> Told:
    """All that a topic's page tells this person; five statements."""
    known = told_claims(person)
    own = known.filter(topics=topic)
    against = Q(relations__kind=CONTRADICTS, relations__target__in=own.values("pk")) | Q(
        relations_to__kind=CONTRADICTS, relations_to__source__in=own.values("pk")
    )
    wanted = Q(pk__in=own.values("pk")) | Q(pk__in=known.filter(against).values("pk"))
    of_topic = Topic.claims.through.objects.filter(topic=topic, claim=OuterRef("pk"))
    claims: list[Any] = list(
        known.filter(wanted)
        .annotate(is_of_topic=Exists(of_topic))
        .select_related("rating")
        .order_by("pk")[: MOST_CLAIMS + 1]
    )
    kept = claims[:MOST_CLAIMS]
    ids = [claim.pk for claim in kept]
    relations = list(ClaimRelation.objects.filter(source__in=ids, target__in=ids).order_by("source", "target", "kind"))
    disputes = find_disputes(ids, [(row.source_id, row.target_id) for row in relations if row.kind == CONTRADICTS])
    rest = Dispute([pk for pk in ids if not any(pk in dispute.claims for dispute in disputes)])
    appearances = _appearances(ids)
    for dispute in disputes:
        _most_asserted_first(dispute, appearances)
    return Told(
        topic=topic,
        claims=_numbered(kept, [*disputes, rest], person),
        disputes=disputes,
        rest=rest,
        sayings=[_saying(row) for row in appearances],
        appearances={row.pk: row for row in appearances},
        relations=relations,
        hidden=len(claims) - len(kept),
    )


def _most_asserted_first(dispute: Dispute, appearances: Sequence[Appearance]) -> None:
    """Within each side the claim that most people stand for leads."""
    asserted = Counter(row.claim_id for row in appearances if row.position == Appearance.Position.ASSERTS)
    for side in (dispute.left, dispute.right):
        side.sort(key=lambda pk: (-asserted[pk], pk))


def _numbered(claims: Sequence[Any], groups: Sequence[Dispute], person: Person) -> dict[int, Said]:
    """The claims by id, numbered in the order in which the page shows them."""
    rows = {claim.pk: claim for claim in claims}
    seen = set(verdicts_seen_by(Claim.objects.filter(pk__in=rows), person).values_list("pk", flat=True))
    first = FactCheck.objects.filter(claim__in=rows, number=1).values_list("claim", "first_published_at")
    published = {pk: timezone.localtime(at).date() for pk, at in first if rows[pk].public_state in PUBLIC}
    order = [pk for group in groups for pk in group.claims]
    return {
        pk: Said(rows[pk], n, rows[pk].rating if pk in seen else None, published.get(pk), rows[pk].is_of_topic)
        for n, pk in enumerate(order, start=1)
    }


def _appearances(ids: Sequence[int]) -> list[Appearance]:
    rows = Appearance.objects.filter(claim__in=ids).select_related("claimant", "article__publisher")
    return list(rows.order_by("claim", "number")[:MOST_SAYINGS])


def _saying(row: Appearance) -> Saying:
    where = row.article.publisher if row.article and row.article.publisher else None
    name = str(row.claimant or where or _("somebody not named"))
    return Saying(row.claim_id, name, row.position, row.said_on, row.pk)


def list_topics(person: Person) -> Any:
    """Topics with ``told``: how many claims they tell of, and ``disputed``: how many of those are contradicted."""
    known = told_claims(person)
    ours = Q(claims__in=known.values("pk"))
    pairs = ClaimRelation.objects.filter(kind=CONTRADICTS, source__in=known.values("pk"), target__in=known.values("pk"))
    contradicted = Q(claims__in=pairs.values("source")) | Q(claims__in=pairs.values("target"))
    return (
        Topic.objects.annotate(
            told=Count("claims", filter=ours, distinct=True),
            disputed=Count("claims", filter=ours & contradicted, distinct=True),
        )
        .filter(told__gt=0)
        .order_by("-disputed", "-told", "name")
    )
