"""A small desk for the tests of the workflow: its people, and claims brought to any state by real steps."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from claims.models import Claim, Event, QuoteCheck
from claims.workflow import edit, edit_parts, edit_review
from claims.workflow.apply import apply
from claims.workflow.facts import read_facts
from claims.workflow.notes import mark_of_notes, notes_of
from claims.workflow.revisions import read_content
from tests.factories import PersonFactory, RatingFactory, SnapshotFactory, make_rubric


@dataclass
class People:
    contributor: object
    author: object
    cross_checker: object
    editor: object
    other_editor: object
    administrator: object
    auditor: object


def hire():
    return People(
        contributor=PersonFactory(role="contributor"),
        author=PersonFactory(role="checker"),
        cross_checker=PersonFactory(role="checker"),
        editor=PersonFactory(role="editor"),
        other_editor=PersonFactory(role="editor"),
        administrator=PersonFactory(role="administrator"),
        auditor=PersonFactory(role="auditor"),
    )


def soon(**delta):
    return timezone.now() + timedelta(**(delta or {"days": 2}))


def reload(claim):
    return Claim.objects.select_related("rating").get(pk=claim.pk)


@transaction.atomic
def captured():
    """A copy of a source, and the event that tells of it."""
    snapshot = SnapshotFactory()
    said = {"sha256": snapshot.sha256, "text_sha256": snapshot.body_text_sha256}
    Event.objects.append(snapshot.resource, "capture", by=None, body=said)
    return snapshot


def add_proof(claim, by, count=2):
    """Evidence that satisfies the preflight list: captured, of different origin, one of it quoted."""
    for _ in range(count):
        snapshot = captured()
        evidence = edit_parts.add_evidence(claim.pk, by=by, resource=snapshot.resource, stance="supports")
    quote = edit_parts.add_quote(
        evidence.pk, by=by, snapshot=snapshot, exact="twelve ships", prefix="counted ", suffix=" on", start=27
    )
    look_again(quote)


def look_again(quote, state="unchanged", **fields):
    """A look at its source, a moment ago."""
    return QuoteCheck.objects.create(quote=quote, state=state, **fields)


def write_verdict(claim, by, code="true", rationale="Two counts agree [1]."):
    claim = reload(claim)
    fields = {"rating": RatingFactory(code=code), "rationale": rationale, "confidence": "high"}
    return edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(claim))


def accepted(people):
    make_rubric()
    claim = edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")
    edit_review.answer_rubric(
        claim.pk, by=people.editor, answers={"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    )
    return apply(claim.pk, "accept", by=people.editor)


def in_research(people):
    claim = accepted(people)
    return apply(claim.pk, "assign", by=people.editor, person=people.author, due=soon())


def ready(people, code="true"):
    claim = in_research(people)
    add_proof(claim, people.author)
    write_verdict(claim, people.author, code)
    return reload(claim)


def in_preflight(people, code="true"):
    return apply(ready(people, code).pk, "submit", by=people.author)


def in_cross_check(people, code="true"):
    return apply(in_preflight(people, code).pk, "pass", by=None)


def hand_cross_check_to(claim, person, by):
    return apply(claim.pk, "hand_over", by=by, role="cross_checker", person=person)


def in_review(people, code="true", second="true"):
    claim = in_cross_check(people, code)
    hand_cross_check_to(claim, people.cross_checker, people.editor)
    return apply(
        claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(code=second), reason="Counted too."
    )


def seen(claim):
    return read_content(reload(claim)).content_sha256


def noted(claim):
    """What a page says of the notes to the approver."""
    return mark_of_notes(notes_of(read_facts(reload(claim))))


def approved(people):
    claim = in_review(people)
    return apply(claim.pk, "approve", by=people.editor, seen=seen(claim))


def showing(kind):
    """The least a publishing effect does: the next public version, and the claim's public state to match."""

    def effect(attempt):
        claim, by, reason = attempt.claim, attempt.by, attempt.reason
        newest = claim.fact_checks.order_by("-number").first()
        claim.slug = claim.slug or f"claim-{claim.pk}"
        claim.public_state = kind
        fact_check = claim.fact_checks.create(
            number=newest.number + 1 if newest else 1,
            kind=kind,
            revision=claim.revisions.latest("number") if kind == "published" else newest.revision,
            slug=claim.slug,
            reason=reason if kind != "published" else "",
            page="{}",
            first_published_at=timezone.now(),
            at=timezone.now(),
            by=by,
        )
        return {"fact_check": fact_check.pk}

    return effect


def published(people):
    return apply(approved(people).pk, "publish", by=people.editor, effect=showing("published"))
