"""The starting newsroom: the fixture, and what people did with it, done by the same operations as on the pages."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from claims.evidence.quotes import mark_quote
from claims.evidence.upload import add_upload, upload_copy
from claims.matching.retrieve import keep_index
from claims.models import (
    Assignment,
    ChecklistItem,
    Claim,
    Evidence,
    EvidenceKind,
    Person,
    Rating,
)
from claims.publishing.publish import publish
from claims.workflow import comments, edit, edit_parts, edit_review, replies
from claims.workflow.adopt import adopt_outside_changes
from claims.workflow.apply import apply
from claims.workflow.revisions import read_content

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "newsroom.json"
BASICS = ("claims.ratingscale", "claims.rating", "claims.checklistitem", "claims.rubricquestion")

NOT_CAPTURED = "No network at installation: the captured copy is still to be made."

# Who researches what that is under way already, and in how many days it is due (negative: overdue).
IN_HAND = {
    "clm-02-isolation": ("checker-1", 3),
    "clm-07-like-article5": ("checker-2", 1),
    "clm-09-f16-delivery": ("checker-2", 2),
    "clm-10-mil-tech": ("checker-1", -1),
    "clm-12-elastic-clause": ("checker-2", 6),
    "clm-13-more-shells": ("checker-1", 4),
    "clm-28-rodong-quote": ("checker-2", 5),
    "clm-29-allies-bound": ("checker-1", 2),
    "clm-32-china-careful": ("checker-2", -2),
    "clm-35-rok-nonlethal": ("editor-1", 7),
    "clm-08-west-breach": ("checker-1", 1),
}
# Accepted, nobody has it yet, and a date is set all the same.
WAITING = {"clm-15-military-support": 2, "clm-33-china-industry": 5, "clm-16-both-deny": -1}

# Taken further by real steps: who researches it, how far it comes, and what the second verdict is where it differs.
WALKS = {
    "clm-01-first-visit": ("checker-1", "cross_check", ""),
    "clm-34-rok-rethink": ("checker-2", "cross_check", ""),
    "clm-24-reliance": ("checker-1", "review", "half-true"),
    "clm-06-aid-clause": ("checker-2", "review", ""),
    "clm-14-missiles-used": ("checker-1", "review", ""),
    "clm-18-russia-backed-sanctions": ("checker-2", "approval", ""),
    "clm-17-no-transfers": ("checker-1", "publication", ""),
    "clm-20-veto": ("checker-2", "publication", ""),
}

# The desk's own notes: never counted as evidence, and there to be read without a network.
NOTES = (
    (
        "clm-29-allies-bound",
        "Dates of the treaty, note of the desk",
        ("treaty-dates-1.txt", "treaty-dates-2.txt"),
        (
            "Both leaders signed the treaty in Pyongyang on 19 June 2024.",
            "The agencies do not agree yet: they give 4 or 5 December 2024.",
        ),
    ),
    (
        "clm-09-f16-delivery",
        "When the first F-16 came, note of the desk",
        ("f16-dates.txt",),
        ("The Ukrainian president confirms the arrival in public.",),
    ),
)

# What was said about a claim on the desk.
COMMENTS = (
    (
        "clm-08-west-breach",
        "editor-1",
        "Which instruments are meant? Look for the full transcript before this comes back.",
    ),
    ("clm-10-mil-tech", "checker-2", "The statement of the next day in Hanoi is stronger; it should come first."),
    ("clm-02-isolation", "editor-2", "We need a measure of “isolated” that we would use for others, too."),
)


class Command(BaseCommand):
    help = "Load the demonstration newsroom.  Does nothing when there is any claim."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--empty",
            action="store_true",
            help="only a scale of ratings, a rubric and a checklist, for a desk of one's own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Claim.objects.exists():
            self.stdout.write("There are claims already: nothing was loaded.")
            return
        if options["empty"]:
            self.load_basics()
            return
        with transaction.atomic():
            call_command("loaddata", "newsroom", verbosity=0)
            Newsroom().open()
            keep_index()  # the first article that comes in is compared with these claims, not with none
        claims, public = Claim.objects.count(), Claim.objects.filter(status="published").count()
        self.stdout.write(f"The demonstration newsroom is open: {claims} claims, {public} of them published.")

    @transaction.atomic
    def load_basics(self) -> None:
        """What no desk can work without, to begin with; the administrator changes it in the panel."""
        rows = [row for row in json.loads(FIXTURE.read_text()) if row["model"] in BASICS]
        for row in serializers.deserialize("python", rows):
            row.save()
        self.stdout.write("A scale of ratings, a rubric and a checklist are loaded.")


class Newsroom:
    """The people and claims of the fixture, and the days that are counted from today."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.people = {person.username: person for person in Person.objects.all()}
        self.editors = (self.people["editor-1"], self.people["editor-2"])
        self.ratings = {rating.code: rating for rating in Rating.objects.offered()}
        self.questions = list(ChecklistItem.objects.current())

    def open(self) -> None:
        self._set_days()
        adopt_outside_changes()
        self.ids = dict(Claim.objects.values_list("external_id", "pk"))
        for name, (holder, days) in IN_HAND.items():
            self._put_in_hand(name, holder, days)
        for name, days in WAITING.items():
            edit.arrange_claim(self.ids[name], by=self.editors[0], due_at=self._in_days(max(days, 1)))
            self._let_pass(self.ids[name], days)
        self._ask_for_a_reply("clm-28-rodong-quote")
        for name, who, text in COMMENTS:
            comments.add_comment(self.ids[name], by=self.people[who], text=text)
        for note in NOTES:
            self._add_note(*note)
        for name, (holder, stage, second) in WALKS.items():
            self._walk(name, self.people[holder], stage, second)

    def _in_days(self, days: int) -> Any:
        return (self.now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)

    def _set_days(self) -> None:
        """A fixture knows no today: the newest claims came in this morning, the oldest three weeks ago."""
        claims = list(Claim.objects.order_by("pk"))
        for place, claim in enumerate(claims):
            claim.created_at = claim.status_since = self.now - timedelta(hours=2 + 14 * place)
            if claim.status == Claim.Status.WATCHING:
                claim.look_again_at = self._in_days(10 + place)
        Claim.objects.bulk_update(claims, ["created_at", "status_since", "look_again_at"])

    def _put_in_hand(self, name: str, holder: str, days: int) -> None:
        pk, editor, person = self.ids[name], self.editors[0], self.people[holder]
        due = self._in_days(max(days, 1))
        if Claim.objects.get(pk=pk).status == Claim.Status.ACCEPTED:
            apply(pk, "assign", by=editor, person=person, due=due)
        else:
            apply(pk, "hand_over", by=editor, role=Assignment.Role.CHECKER, person=person)
            edit.arrange_claim(pk, by=editor, due_at=due)
        self._let_pass(pk, days)

    def _let_pass(self, pk: int, days: int) -> None:
        """A due date that has passed since it was given: nobody can give one in the past."""
        if days < 0:
            Claim.objects.filter(pk=pk).update(due_at=self._in_days(days))

    def _ask_for_a_reply(self, name: str) -> None:
        pk, checker = self.ids[name], self.people[IN_HAND[name][0]]
        replies.log_contact(
            pk,
            by=checker,
            asked="The newspaper that printed the quotation",
            channel="email",
            question="From which text was the quotation taken? The rendering printed two weeks earlier is longer.",
            deadline=self._in_days(4),
            public_line="Demonstration: nobody was asked in fact.",
        )
        apply(pk, "request_reply", by=checker)

    def _add_note(self, name: str, title: str, files: tuple[str, ...], passages: tuple[str, ...]) -> None:
        checker = self.people[IN_HAND[name][0]]
        first, *later = [(file, (_folder() / file).read_bytes()) for file in files]
        evidence = add_upload(
            self.ids[name],
            by=checker,
            name=first[0],
            data=first[1],
            title=title,
            kind=EvidenceKind.DESK_NOTE,
            stance=Evidence.Stance.CONTEXT,
            note="Written by the desk; it is not counted as evidence.",
        )
        assert evidence.pinned is not None  # an upload is its own copy
        for words in passages:
            start = evidence.pinned.body_text.index(words)
            mark_quote(evidence.pk, evidence.pinned.pk, start, start + len(words), by=checker)
        for file, data in later:
            upload_copy(evidence.resource_id, by=checker, name=file, data=data)

    # --- real steps, by different people

    def _walk(self, name: str, checker: Person, stage: str, second: str) -> None:
        pk = self.ids[name]
        self._research(pk, checker)
        apply(pk, "submit", by=checker)
        apply(pk, "pass", by=None)
        if stage == "cross_check":
            return
        self._cross_check(pk, second)
        if second or stage == "review":
            return
        editor, other = self._editors_for(pk)
        apply(pk, "approve", by=editor, seen=read_content(Claim.objects.get(pk=pk)).content_sha256)
        if stage == "publication":
            publish(pk, by=other)

    def _research(self, pk: int, checker: Person) -> None:
        apply(pk, "assign", by=self.editors[0], person=checker, due=self._in_days(3))
        for evidence in Evidence.objects.filter(claim=pk, pinned__isnull=True).order_by("number"):
            edit_parts.waive(evidence.pk, "capture", by=checker, reason=NOT_CAPTURED)
        for item in self.questions:
            edit_review.answer_checklist(pk, by=checker, item=item, answer="yes" if item.required else "n/a")

    def _cross_check(self, pk: int, second: str) -> None:
        """By whoever the assigner chose; his verdict is that of the claim unless another is wanted."""
        reader = Assignment.objects.get(claim=pk, role=Assignment.Role.CROSS_CHECKER, ended_at__isnull=True).person
        rating = self.ratings[second] if second else Claim.objects.select_related("rating").get(pk=pk).rating
        reason = "Read from the sources alone." if not second else "The shares rest on intelligence nobody can check."
        apply(pk, "cross_check", by=reader, rating=rating, reason=reason, confidence="medium" if second else "high")

    def _editors_for(self, pk: int) -> tuple[Person, Person]:
        """Who approves, and who publishes: under the policy of three the cross-checker does not approve."""
        reader = Assignment.objects.get(claim=pk, role=Assignment.Role.CROSS_CHECKER, ended_at__isnull=True).person
        one, two = self.editors
        return (two, one) if reader == one else (one, two)


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / "desk_notes"
