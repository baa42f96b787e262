"""What the claim page knows: read once, in a fixed number of statements however much hangs on the claim."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, JSONField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from claims.models import (
    Appearance,
    Assignment,
    ChecklistAnswer,
    ChecklistItem,
    Citation,
    Claim,
    Claimant,
    ClaimRelation,
    Comment,
    ContactLog,
    Desk,
    Disclosure,
    Event,
    Evidence,
    FactCheck,
    Job,
    Person,
    Rating,
    Reading,
    Recusal,
    Reminder,
    Revision,
    RubricAnswer,
    RubricQuestion,
    Topic,
)
from claims.models.claim import ClaimQuerySet
from claims.views.access import visible_claims
from claims.views.capture_line import captures_of, passed_over, read_captures
from claims.workflow.attempt import Attempt
from claims.workflow.preflight_list import Item, counted_evidence, make_list, shared_origins
from claims.workflow.revisions import EDITS, evidence_rows
from claims.workflow.standing import Standing

MOST_CLAIMANTS = 1000
MOST_NAMES = 3  # of those who make a related claim
SENT_BACK = ("fail", "return", "cross_check", "recall", "void")
REVIEWED_FROM = {"preflight", "in_cross_check", "in_review", "approved", "published", "changes_requested", "retracted"}


@dataclass
class ClaimPage:
    """One person's look at one claim."""

    claim: Claim
    person: Person
    standing: Standing
    desk: Desk
    now: datetime
    appearances: list[Appearance]
    evidence: list[Evidence]
    captures: dict[int, Job]
    people: list[Person]
    contacts: list[ContactLog]
    ratings: list[Rating]
    readings: list[Reading]

    @property
    def values(self) -> Any:
        """What was read beside the claim's own fields (see ``with_page_values``)."""
        return self.claim

    @property
    def would_become_author(self) -> bool:
        """An editor who may approve it as it stands: not any more, once he changed what it says."""
        return self.claim.status == Claim.Status.IN_REVIEW and self.standing.may_edit and not self.standing.is_author

    @property
    def sees_verdict(self) -> bool:
        return self.standing.sees_verdict

    @property
    def days_on_it(self) -> int | None:
        """For how many days he has held the claim, when the clock asks whether he is still on it."""
        since = [
            parse_datetime(row["since"])
            for row in self.values.asked
            if (row["kind"], row["person"]) == ("still_on_it", self.person.pk) and self.standing.is_holder
        ]
        return (self.now - since[0]).days if since and since[0] else None

    @property
    def second_read_due(self) -> bool:
        return any(row["kind"] == "second_read" for row in self.values.asked)

    @property
    def may_read_again(self) -> bool:
        return self.person.can_research and self.sees_verdict and not self.standing.is_author

    @cached_property
    def person_by_id(self) -> dict[int, Person]:
        return {person.pk: person for person in self.people}

    @cached_property
    def one_origin(self) -> list[list[Evidence]]:
        """Pieces for or against that rest on one origin, several to a group: each group counts once."""
        return shared_origins(self.evidence)

    @property
    def counted(self) -> int:
        """How many pieces speak for or against the claim."""
        return len(counted_evidence(self.evidence))

    @property
    def independent(self) -> int:
        """How many of them are left when what rests on one origin counts once."""
        return self.counted - sum(len(group) - 1 for group in self.one_origin)

    @cached_property
    def preflight(self) -> list[Item]:
        """The preflight list as it stands now.

        Who must not see the verdict yet is not told what depends on it: neither that there is one, nor whether it
        needs evidence, nor what its rationale cites.
        """
        items = make_list(
            self.claim,
            self.evidence,
            questions=self.values.checklist,
            loose=self.values.loose_citations,
            logged=bool(self.contacts),
            awaited=[(row.pk, row.asked, row.deadline) for row in self.awaited],
            told=self.values.told,
        )
        return [item for item in items if self.sees_verdict or not item.tells]

    @cached_property
    def awaited(self) -> list[ContactLog]:
        """Questions put to somebody that are still open."""
        return [row for row in self.contacts if not (row.answer or row.no_wait_reason) and row.deadline > self.now]

    @cached_property
    def second_verdict(self) -> Reading | None:
        """The newest cross-check, waiver or decision on the material that was frozen last."""
        revision = self.values.revision
        material = revision["material_sha256"] if revision else ""
        fit = [row for row in self.readings if row.kind != "first" and row.material_sha256 == material]
        fit = [row for row in fit if row.by_id not in self.standing.authors]
        return fit[-1] if fit else None

    @cached_property
    def attempt(self) -> Attempt:
        """What the guards ask, answered from what was read already."""
        attempt = Attempt(self.claim, "", self.person)
        attempt.standing = self.standing
        attempt.evidence = self.evidence
        attempt.desk = self.desk
        attempt.second_verdict = self.second_verdict
        return attempt


def read_page(claim_id: int, person: Person, desk: Desk) -> ClaimPage:
    """Read a claim for its page; nine statements, eleven once it was submitted.

    Raises:
        Http404: there is none, or it is confidential and not for this person.
    """
    claim = with_page_values(visible_claims(person), claim_id, person).filter(pk=claim_id).first()
    if claim is None:
        raise Http404
    asked = read_captures(claim_id)
    evidence = read_evidence(claim_id)
    return ClaimPage(
        claim=claim,
        person=person,
        standing=_standing(claim, person),
        desk=desk,
        now=timezone.now(),
        appearances=list(
            Appearance.objects.filter(claim=claim).select_related("claimant", "article__publisher").order_by("number")
        ),
        evidence=evidence,
        captures=captures_of(evidence, asked),
        people=list(Person.objects.order_by("name", "pk")),
        contacts=list(ContactLog.objects.filter(claim=claim).order_by("asked_at", "pk")),
        ratings=_ratings(claim),
        readings=_readings(claim),
    )


def _standing(claim: Claim, person: Person) -> Standing:
    """How the person stands to the claim, told what was read with it."""
    read: Any = claim
    found = Standing(claim, person)
    found.authors = {int(ref.removeprefix("person/")) for ref in read.author_refs if ref.startswith("person/")}
    found.roles = {row["role"]: row["person"] for row in read.roles}
    found.offers = {row["role"]: f"person/{row['person']}" for row in read.roles if row["offered_to"] == person.pk}
    found.has_read, found.has_seen, found.recused = read.has_read, read.has_seen, read.is_recused
    return found


# --- beside the claim's own row


def with_page_values(claims: ClaimQuerySet, claim_id: int, person: Person) -> ClaimQuerySet:
    """Add, in the claim's own statement, the small lists its page shows."""
    chain = Event.objects.filter(chain=f"claim/{claim_id}")
    public_at = chain.filter(action="publish").order_by("-seq").values("seq")[:1]
    wrote = chain.filter(action__in=EDITS, seq__gt=Coalesce(Subquery(public_at), 0)).order_by()
    sent_back = chain.filter(action__in=SENT_BACK).order_by("-seq")
    of_claim = Q(claim=OuterRef("pk"))
    newest = Revision.objects.filter(claim=claim_id).order_by("-number")
    comments = Comment.objects.filter(of_claim, parent=None)
    values: dict[str, Any] = {
        "author_refs": ArraySubquery(wrote.values("actor_ref").distinct()),
        "roles": ArraySubquery(
            Assignment.objects.filter(of_claim, ended_at=None).values(
                row=JSONObject(role="role", person="person", offered_to="offered_to")
            )
        ),
        "has_read": Exists(Reading.objects.filter(of_claim, by=person, kind="cross")),
        "has_seen": Exists(Disclosure.objects.filter(of_claim, person=person)),
        "is_recused": Exists(
            Recusal.objects.filter(Q(topic__claims=claim_id) | Q(claimant__appearances__claim=claim_id), person=person)
        ),
        "revision": Subquery(
            newest.values(
                row=JSONObject(number="number", content_sha256="content_sha256", material_sha256="material_sha256")
            )[:1]
        ),
        "sent_back": Subquery(
            sent_back.values(row=JSONObject(at="at", by="actor_ref", action="action", body="body"))[:1]
        ),
        "rubric": ArraySubquery(_rubric()),
        "checklist": ArraySubquery(_checklist()),
        "told": _told(claim_id),
        "loose_citations": ArraySubquery(
            Citation.objects.filter(of_claim, evidence=None).order_by("number").values("number")
        ),
        "asked": ArraySubquery(_asked(claim_id)),
        "comment_count": _count(comments),
        "open_comments": _count(comments.filter(resolved_at=None)),
        "topic_names": ArraySubquery(_topics(claim_id)),
        "related_to": ArraySubquery(_relations("target", "source", person)),
        "related_from": ArraySubquery(_relations("source", "target", person)),
        "cluster": ArraySubquery(_cluster(claim_id, person)),
        "all_topics": ArraySubquery(_named(Topic.objects.visible_to(person))),
        "all_claimants": ArraySubquery(_named(Claimant.objects.visible_to(person))[:MOST_CLAIMANTS]),
    }
    return claims.select_related("rating", "duplicate_of", "retraction_proposed_by").annotate(**values)


def _named(rows: QuerySet[Any]) -> QuerySet[Any]:
    """What a form offers: number and name, by name."""
    return rows.order_by("name").values(row=JSONObject(pk="pk", name="name"))


def _asked(claim_id: int) -> QuerySet[Any]:
    """What the clock has asked and nobody answered, and since when its checker has had the claim."""
    held = Assignment.objects.filter(claim=claim_id, role="checker", ended_at=None).values("assigned_at")[:1]
    asked = Reminder.objects.filter(claim=claim_id, closed_at=None).alias(since=Subquery(held)).order_by("pk")
    return asked.values(row=JSONObject(kind="kind", person="person", since="since"))


def _count(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().values("claim").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _checklist() -> QuerySet[Any]:
    given = ChecklistAnswer.objects.filter(item=OuterRef("pk"), claim=OuterRef(OuterRef("pk")))
    older = ChecklistAnswer.objects.filter(item__code=OuterRef("code"), item__version__lt=OuterRef("version"))
    return (
        ChecklistItem.objects.current()
        .alias(
            given=Coalesce(Subquery(given.values("answer")), Value("")),
            said=Coalesce(Subquery(given.values("note")), Value("")),
            older=Exists(older.filter(claim=OuterRef(OuterRef("pk")))),
        )
        .values(
            row=JSONObject(
                pk="pk", code="code", text="text", required="required", answer="given", note="said", reworded="older"
            )
        )
    )


def _told(claim_id: int) -> Subquery:
    """Kind and text of the change told with the newest public version; null when it never was public."""
    newest = FactCheck.objects.filter(claim=claim_id).order_by("-number")
    said = newest.annotate(said=KeyTransform("correction", Cast("revision__body", JSONField())))
    return Subquery(said.values("said")[:1])


def _rubric() -> QuerySet[Any]:
    answer = RubricAnswer.objects.filter(question=OuterRef("pk"), claim=OuterRef(OuterRef("pk"))).values("answer")
    return (
        RubricQuestion.objects.current()
        .alias(given=Subquery(answer))
        .values(row=JSONObject(code="code", text="text", answer="given"))
    )


def _topics(claim_id: int) -> QuerySet[Any]:
    return (
        Claim.topics.through.objects.filter(claim=claim_id)
        .order_by("topic__name")
        .values(row=JSONObject(slug="topic__slug", name="topic__name", pk="topic"))
    )


def _relations(other: str, this: str, person: Person) -> QuerySet[Any]:
    """Relations to claims this person may know of; a verdict comes along only where it is public."""
    found = ClaimRelation.objects.filter(**{this: OuterRef("pk")})
    if not person.is_editor and person.role != Person.Role.ADMINISTRATOR:
        found = found.filter(**{f"{other}__confidential": False})
    fields = {name: f"{other}__{name}" for name in ("pk", "statement", "status", "public_state")}
    rating = {f"rating_{name}": f"{other}__rating__{name}" for name in ("code", "label", "family")}
    said = Appearance.objects.filter(claim=OuterRef(other), claimant__isnull=False).exclude(position="reports")
    who = ArraySubquery(said.order_by("claimant__name").values("claimant__name").distinct()[:MOST_NAMES])
    return found.order_by("kind", "pk").values(row=JSONObject(kind="kind", note="note", who=who, **fields, **rating))


def _cluster(claim_id: int, person: Person) -> QuerySet[Any]:
    """The other claims that say the same: the main one and its duplicates."""
    main = Claim.objects.filter(pk=claim_id).values(main=Coalesce("duplicate_of", "pk"))
    found = visible_claims(person).filter(Q(pk__in=main) | Q(duplicate_of__in=main)).exclude(pk=claim_id)
    row = JSONObject(pk="pk", statement="statement", status="status", is_main="is_main")
    return found.order_by("-is_main", "pk").values(row=row)


# --- what hangs on it


def read_evidence(claim_id: int, **narrow: Any) -> list[Evidence]:
    """The claim's ``evidence_rows``, each with how many threads there are on it, and the copy it does not rest on."""
    rows = evidence_rows(claim_id).filter(**narrow)
    rows = rows.annotate(passed_over=passed_over())  # type: ignore[no-redef]  # named by the model
    return list(rows.annotate(talk=_talk(), open_talk=_talk(resolved_at=None)))


def _talk(**narrow: Any) -> Any:
    """How many threads there are on a piece of evidence; what was taken back is not counted."""
    threads = Comment.objects.filter(evidence=OuterRef("pk"), parent=None, withdrawn_at=None, **narrow).order_by()
    return Coalesce(Subquery(threads.values("evidence").annotate(n=Count("pk")).values("n")), 0)


def _ratings(claim: Claim) -> list[Rating]:
    """What a verdict may be given from today, and what this claim has, even when it was retired since."""
    offered = Q(scale__is_current=True, is_retired=False) | Q(pk=claim.rating_id)
    return list(Rating.objects.filter(offered).select_related("scale").order_by("position", "pk"))


def _readings(claim: Claim) -> list[Reading]:
    if claim.status not in REVIEWED_FROM and not claim.is_public:
        return []
    return list(Reading.objects.filter(claim=claim).select_related("by", "rating").order_by("pk"))
