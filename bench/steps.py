"""The steps of the review: SQL statements, server CPU and rate, with 2 and with 200 pieces of evidence.

Statements are all that goes to the server from BEGIN to COMMIT, both and savepoints included.  CPU is that of this
process; the rate is one worker's, all five steps counted.
"""

import statistics
import sys
import time

from _house import house, report

GOALS = {"submit": "<= 18", "approve": "<= 14", "publish": "<= 20"}
STEPS = ("submit", "pass", "cross_check", "approve", "publish")
SMALL, LARGE = 2, 200
ROUNDS = 15


def _far_apart(number):
    """A likeness like no other: texts that share nothing are all compared with one another."""
    import random

    return random.Random(number).getrandbits(64) - 2**63


class Desk:
    """Four people, a scale, and claims that are ready to be submitted."""

    def __init__(self):
        from claims.models import Person, Rating, RatingScale

        scale = RatingScale.objects.create(slug="bench", name="Bench", is_current=True)
        self.rating = Rating.objects.create(
            scale=scale, code="true", label="True", definition="As it says.", family="true", value=5
        )
        self.author, self.second = (
            Person.objects.create_user(f"checker-{n}", name=f"Checker {n}", role="checker") for n in (1, 2)
        )
        self.contributor = Person.objects.create_user("contributor-1", name="Contributor 1", role="contributor")
        self.editor = Person.objects.create_user("editor-1", name="Editor 1", role="editor")

    def ready(self, evidence):
        from datetime import timedelta

        from django.utils import timezone

        from claims.models import QuoteCheck, RubricQuestion
        from claims.workflow import edit, edit_parts, edit_review
        from claims.workflow.apply import apply

        claim = edit.create_claim(by=self.contributor, statement="Twelve ships came on Monday.")
        marks = {question.code: 2 for question in RubricQuestion.objects.current()}
        edit_review.answer_rubric(claim.pk, by=self.editor, answers=marks)
        apply(claim.pk, "accept", by=self.editor)
        apply(claim.pk, "assign", by=self.editor, person=self.author, due=timezone.now() + timedelta(days=2))
        for number, snapshot in enumerate(self.copies(evidence)):
            row = edit_parts.add_evidence(claim.pk, by=self.author, resource=snapshot.resource, stance="supports")
            if number % 2:
                quote = edit_parts.add_quote(
                    row.pk, by=self.author, snapshot=snapshot, exact="twelve ships", prefix="counted ", suffix=" on",
                    start=27,
                )  # fmt: skip
                QuoteCheck.objects.create(quote=quote, state="unchanged")  # publication wants a look
        claim.refresh_from_db()
        fields = {"rating": self.rating, "rationale": "Two counts agree [1].", "confidence": "high"}
        edit.edit_claim(claim.pk, by=self.author, fields=fields, seen=edit.digests(claim))
        return claim.pk

    def copies(self, count):
        """Captured copies of as many sources; claims share them."""
        import hashlib

        from django.db import transaction

        from claims.models import Blob, Event, Resource, Snapshot

        text = "The harbour master counted twelve ships on Monday. None of them was late."
        digest = hashlib.sha256(text.encode()).hexdigest()
        for number in range(count):
            file = hashlib.sha256(f"{number} {text}".encode()).hexdigest()  # one file would be one origin
            blob, _made = Blob.objects.get_or_create(sha256=file, defaults={"kind": "body", "size": 73, "key": file})
            url = f"https://source-{number}.example.org/"
            resource, made = Resource.objects.get_or_create(url=url, defaults={"title": f"Report {number}"})
            if made:
                with transaction.atomic():
                    Snapshot.objects.create(
                        resource=resource, kind="fetched", body=blob, sha256=file, extractor="bodytext/1",
                        body_text=text, body_text_sha256=digest, likeness=_far_apart(number),
                    )  # fmt: skip
                    said = {"sha256": file, "text_sha256": digest}
                    Event.objects.append(resource, "capture", by=None, body=said)
            yield Snapshot.objects.get(resource=resource)

    def take(self, step, pk):
        from claims.models import Claim
        from claims.publishing import publish as publishing
        from claims.workflow.apply import apply
        from claims.workflow.revisions import read_content

        if step == "submit":
            return lambda: apply(pk, "submit", by=self.author)
        if step == "pass":
            return lambda: apply(pk, "pass", by=None)
        if step == "cross_check":
            given = {"rating": self.rating, "reason": "Counted too."}
            return lambda: apply(pk, "cross_check", by=self.second, **given)
        if step == "approve":
            seen = read_content(Claim.objects.get(pk=pk)).content_sha256
            return lambda: apply(pk, "approve", by=self.editor, seen=seen)
        return lambda: publishing.publish(pk, by=self.editor)


def statements_of(work):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        work()
    said = [query["sql"] for query in found.captured_queries]
    if "-v" in sys.argv:
        print(*(f"  {number:2} {sql[:230]}" for number, sql in enumerate(said, 1)), sep="\n")
    return len(said)


def measure(desk, evidence, rounds=ROUNDS):
    """For each step: statements, and CPU and wall clock of the steps in milliseconds (medians)."""
    counted, cpu, wall = {}, {step: [] for step in STEPS}, {step: [] for step in STEPS}
    for number in range(rounds + 2):
        pk = desk.ready(evidence)
        for step in STEPS:
            work = desk.take(step, pk)
            if number == 1:  # the first warms up
                if "-v" in sys.argv:
                    print(step, evidence)
                counted[step] = statements_of(work)
                continue
            began, began_cpu = time.perf_counter(), time.process_time()
            work()
            cpu[step].append((time.process_time() - began_cpu) * 1000)
            wall[step].append((time.perf_counter() - began) * 1000)
    middle = statistics.median
    return counted, {s: middle(cpu[s][1:]) for s in STEPS}, {s: middle(wall[s][1:]) for s in STEPS}


def main():
    with house():
        desk = Desk()
        few, many = measure(desk, SMALL), measure(desk, LARGE, rounds=3)
    rows = []
    for step in STEPS:
        goal = GOALS.get(step, "")
        rows.append((f"{step}: statements with {SMALL} pieces of evidence", few[0][step], goal))
        rows.append((f"{step}: statements with {LARGE} pieces of evidence", many[0][step], "the same"))
        rows.append((f"{step}: server CPU in ms with {SMALL}", few[1][step], "<= 15" if goal else ""))
        rows.append((f"{step}: server CPU in ms with {LARGE}", many[1][step], "<= 15" if goal else ""))
    rows.append(("transitions a second, one process, 2 pieces", len(STEPS) * 1000 / sum(few[2].values()), ""))
    report("steps", rows)


if __name__ == "__main__":
    main()
