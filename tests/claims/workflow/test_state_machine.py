"""A newsroom that does anything it can think of, against a real PostgreSQL: no way leads to a forbidden state.

``STATE_MACHINE_EXAMPLES=200`` looks longer, each time elsewhere; without it the same few examples run every time.
"""

import json
import os
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from claims.errors import UserFacingError
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import (
    Approval,
    Claim,
    Comment,
    ContactLog,
    Desk,
    Event,
    Evidence,
    FactCheck,
    Job,
    Notification,
    Person,
    Reading,
)
from claims.publishing import publish as publishing
from claims.workflow import (
    adopt,
    comments,
    deadlines,
    edit,
    edit_parts,
    edit_review,
    record,
    replies,
    revisions,
)
from claims.workflow import people as staff
from claims.workflow.apply import apply, possible_steps
from claims.workflow.standing import standing
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import PersonFactory, RatingFactory

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", "0"))
CREW = ("contributor", "checker", "checker", "checker", "editor", "editor", "editor", "administrator", "auditor")
PLANTED = ("quorvex", "belmantine", "zandrup")  # words of verdicts; no other text of the newsroom has them
RATINGS = ("quorvex-true", "belmantine-false", "zandrup-open")
VERDICT_TEXTS = ("", "So says quorvex.", "So says belmantine.", "So says zandrup [1].")
PLAIN_TEXTS = ("", "In May.", "In the harbour.")
PUBLISHED_BY = {
    "publish": publishing.publish,
    "withhold": publishing.withhold,
    "lift": publishing.lift,
    "retract": publishing.retract,
}
MOVES_TO_PUBLICATION = 30
MOST_AWAY = 2

anyone = st.integers(0, len(CREW) - 1)
either = st.integers(0, 1)


class Newsroom(RuleBasedStateMachine):
    """What it keeps beside the tables is its own account of who wrote and who saw what."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.travelled = None
        self.wrote, self.wrote_since, self.saw, self.was_public = {}, {}, set(), set()
        self.told = self.looked_at = 0
        self.claims = []

    def teardown(self):
        try:
            self.bring_all_to_publication()
            assert record.verify().problems == ()
        finally:
            if self.travelled:
                self.travelled.stop()
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    @initialize(
        moves=st.tuples(st.integers(0, 8), st.integers(0, 8)),
        rating=st.integers(0, len(RATINGS) - 1),
        writes=st.sampled_from([1, 6]),
    )
    def open_the_desk(self, moves, rating, writes):
        """People, and two claims on their way, written by a checker or an editor: each so many moves along."""
        self.people = [PersonFactory(role=role) for role in CREW]
        self.ratings = [RatingFactory(code=code, needs_evidence="open" not in code) for code in RATINGS]
        self.copies = [desk.captured() for _ in range(3)]
        contributor, _author, second, _checker, editor, approver, *_others = self.people
        for statement, count in zip(("Twelve ships came.", "Nine ships came."), moves, strict=True):
            pk = edit.create_claim(by=contributor, statement=statement).pk
            self.claims.append(pk)
            self.wrote[pk], self.wrote_since[pk] = {contributor.pk}, {contributor.pk}
            for _move in range(count):
                if self.claim(pk).status != "published":
                    self.bring_onward(
                        self.claim(pk), self.people[writes], second, editor, approver, self.ratings[rating]
                    )

    # --- what people do

    def attempt(self, claim, person, operation):
        """Let a person do something; a refusal is no fault.  Whoever changed what the claim says wrote it."""
        before = self.content(claim)
        with suppress(UserFacingError):
            done = operation()
            if self.content(claim) != before:
                self.wrote[claim].add(person.pk)
                self.wrote_since[claim].add(person.pk)
            return done
        return None

    def content(self, pk):
        return revisions.read_content(Claim.objects.get(pk=pk)).content_sha256

    @rule(which=either, who=anyone, data=st.data())
    def take_a_step_the_page_offers(self, which, who, data):
        pk, person = self.claims[which], self.people[who]
        offered = possible_steps(Claim.objects.get(pk=pk), person)
        if offered:
            self.take(pk, person, data.draw(st.sampled_from(sorted(offered))), data)

    @rule(which=either, who=anyone, action=st.sampled_from(sorted(TRANSITIONS)), data=st.data())
    def try_any_step(self, which, who, action, data):
        self.take(self.claims[which], self.people[who], action, data)

    @rule(which=either, who=anyone, data=st.data())
    def carry_the_work_on(self, which, who, data):
        """The step a newsroom would take next, so that examples come as far as publication and back."""
        claim, person = Claim.objects.get(pk=self.claims[which]), self.people[who]
        onward = {
            "inbox": "accept", "watching": "accept", "accepted": "assign", "in_research": "submit",
            "changes_requested": "submit", "awaiting_reply": "resume", "in_cross_check": "cross_check",
            "in_review": "approve", "approved": "publish", "published": "reopen", "retracted": "reopen",
            "declined": "restore", "duplicate": "restore", "archived": "restore",
        }  # fmt: skip
        if claim.status == "preflight":
            self.let_the_workers_work()
            return
        if claim.status in {"in_research", "changes_requested"}:
            person = self.holder(claim) or person
            self.write_what_is_asked(claim, person, data.draw(st.sampled_from(self.ratings)))
        action = onward[claim.status]
        able = [one for one in self.people if one.is_active and possible_steps(claim, one).get(action) == []]
        self.take(claim.pk, data.draw(st.sampled_from(able)) if able else person, action, data)

    def holder(self, claim):
        return Person.objects.filter(assignments__claim=claim, assignments__role="checker",
                                     assignments__ended_at=None).first()  # fmt: skip

    def write_what_is_asked(self, claim, person, rating):
        fields = {"rating": rating, "rationale": "So says quorvex.", "evidence_exception": "No more can be had."}
        fields |= {"correction_kind": "update", "correction_text": f"Looked at again, {claim.version}."}
        self.attempt(
            claim.pk, person, lambda: edit.edit_claim(claim.pk, by=person, fields=fields, seen=edit.digests(claim))
        )

    def take(self, pk, person, action, data):
        given = self.what_the_form_gives(pk, action, data)
        saw_before, public_before = (pk, person.pk) in self.saw, pk in self.was_public
        if action in PUBLISHED_BY:
            given = {name: given[name] for name in ("reason",) if action != "publish"}
            done = self.attempt(pk, person, lambda: PUBLISHED_BY[action](pk, by=person, **given))
        else:
            done = self.attempt(pk, person, lambda: apply(pk, action, by=person, **given))
        if done is None:
            return
        if action in {"approve", "decide", "waive_cross_check", "cross_check"}:
            assert person.pk not in self.authors(pk), f"{action} by one of its authors"
        if action == "cross_check" and not public_before:
            assert not saw_before, "cross-checked by somebody who had seen the verdict"
        if action == "approve":
            self.check_four_eyes(pk, person)
        if action == "publish":
            self.wrote_since[pk] = set()
            self.was_public.add(pk)

    def authors(self, pk):
        return (self.wrote_since if Claim.objects.get(pk=pk).is_public else self.wrote)[pk]

    def what_the_form_gives(self, pk, action, data):
        given = {"reason": "Because.", "seen": ""}
        needs = set(TRANSITIONS[action].needs)
        if action == "approve":
            given["seen"] = self.content(pk)
            given["notes"] = desk.noted(Claim.objects.get(pk=pk))
        if "target" in needs:
            given["target"] = data.draw(st.sampled_from(self.claims))
        if "person" in needs:
            given["person"] = data.draw(st.sampled_from(self.people))
        if "role" in needs:
            given["role"] = data.draw(st.sampled_from(["checker", "cross_checker", "editor"]))
        if "rating" in needs:
            given["rating"] = data.draw(st.sampled_from(self.ratings))
        if "decline_reason" in needs:
            given["decline_reason"] = "other"
        moments = {"due", "look_again", "publish_at"} & needs
        return given | {name: timezone.now() + timedelta(hours=30) for name in moments}

    @rule(which=either, who=anyone, field=st.sampled_from(["rationale", "title", "summary", "body"]),
          text=st.sampled_from(VERDICT_TEXTS))  # fmt: skip
    def write_of_the_verdict(self, which, who, field, text):
        self.write(which, who, {field: text})

    @rule(which=either, who=anyone, field=st.sampled_from(["context", "statement"]), text=st.sampled_from(PLAIN_TEXTS))
    def write_plainly(self, which, who, field, text):
        self.write(which, who, {field: text})

    @rule(which=either, who=anyone, rating=st.integers(0, len(RATINGS) - 1))
    def rate(self, which, who, rating):
        self.write(which, who, {"rating": self.ratings[rating]})

    def write(self, which, who, fields):
        claim, person = Claim.objects.get(pk=self.claims[which]), self.people[who]
        seen = edit.digests(claim)
        self.attempt(claim.pk, person, lambda: edit.edit_claim(claim.pk, by=person, fields=fields, seen=seen))

    @rule(which=either, who=anyone, copy=st.integers(0, 2), stance=st.sampled_from(["supports", "refutes", "context"]))
    def add_evidence_with_a_passage(self, which, who, copy, stance):
        pk, person, copy = self.claims[which], self.people[who], self.copies[copy]

        def add():
            row = edit_parts.add_evidence(pk, by=person, resource=copy.resource, stance=stance)
            edit_parts.add_quote(row.pk, by=person, snapshot=copy, exact="twelve ships", prefix="", suffix="", start=27)
            return row

        self.attempt(pk, person, add)

    @rule(which=either, who=anyone, number=st.integers(0, 3), take_away=st.booleans())
    def change_evidence(self, which, who, number, take_away):
        pk, person = self.claims[which], self.people[who]
        rows = list(Evidence.objects.filter(claim=pk).order_by("pk"))
        if rows:
            row = rows[number % len(rows)]
            if take_away:
                self.attempt(pk, person, lambda: edit_parts.remove_evidence(row.pk, by=person))
            else:
                self.attempt(pk, person, lambda: edit_parts.waive(row.pk, "quote_check", by=person, reason="A book."))

    @rule(which=either, who=anyone, settle=st.booleans())
    def comment(self, which, who, settle):
        pk, person = self.claims[which], self.people[who]
        open_ones = Comment.objects.filter(claim=pk, parent=None, resolved_at=None).order_by("pk")
        if settle and open_ones:
            self.attempt(pk, person, lambda: comments.resolve_comment(open_ones[0].pk, by=person))
        elif not settle:
            self.attempt(pk, person, lambda: comments.add_comment(pk, by=person, text="Look at this again."))

    @rule(which=either, who=anyone, answer=st.booleans())
    def ask_or_be_answered(self, which, who, answer):
        pk, person = self.claims[which], self.people[who]
        waiting = ContactLog.objects.filter(claim=pk, answer="").order_by("pk").first()
        if answer and waiting:
            self.attempt(pk, person, lambda: replies.answer_contact(waiting.pk, by=person, answer="It is so."))
        elif not answer:
            asked = {"asked": "The harbour master", "channel": "email", "question": "Is it so?"}
            until = timezone.now() + timedelta(hours=20)
            self.attempt(pk, person, lambda: replies.log_contact(pk, by=person, deadline=until, **asked))

    @rule(which=either, who=anyone)
    def ask_to_see_the_verdict(self, which, who):
        pk, person = self.claims[which], self.people[who]
        # Who has given his second verdict knows the first one by it, and stays its cross-checker in the next round.
        knows = Reading.objects.filter(claim=pk, by=person, kind="cross").exists()
        shown = self.attempt(pk, person, lambda: edit_review.show_verdict(pk, by=person))
        if shown and self.claim(pk).has_verdict and not knows:
            self.saw.add((pk, person.pk))

    @rule(which=either, who=anyone)
    def judge_its_worth(self, which, who):
        self.answer_rubric(self.claims[which], self.people[who])

    def answer_rubric(self, pk, person):
        from claims.models import RubricQuestion

        answers = {question.code: 2 for question in RubricQuestion.objects.current()}
        self.attempt(pk, person, lambda: edit_review.answer_rubric(pk, by=person, answers=answers))

    def claim(self, pk):
        return Claim.objects.get(pk=pk)

    # --- what happens by itself

    @rule()
    def let_the_workers_work(self):
        before = {pk: self.content(pk) for pk in self.claims}
        while job := ledger.lease("critical") or ledger.lease("default"):
            run(job)
            self.check_notices()
        assert {pk: self.content(pk) for pk in self.claims} == before
        failed = Job.objects.filter(last_error__contains="unforeseen").values_list("kind", "last_error")
        assert list(failed) == []

    @rule(hours=st.sampled_from([1, 25, 49]))
    def time_passes(self, hours):
        then = timezone.now() + timedelta(hours=hours)
        if self.travelled:
            self.travelled.stop()
        self.travelled = time_machine.travel(then, tick=True)
        self.travelled.start()
        deadlines.tick()

    @rule(which=either, text=st.sampled_from(PLAIN_TEXTS))
    def somebody_changes_the_database_by_hand(self, which, text):
        Claim.objects.filter(pk=self.claims[which]).update(context=text)
        adopt.adopt_outside_changes()

    @rule(who=anyone)
    def leave_or_come_back(self, who):
        person = self.people[who]
        away = sum(not one.is_active for one in self.people)
        if person.is_active and person.role != "administrator" and away < MOST_AWAY:
            staff.let_go(person, by=self.people[CREW.index("administrator")])
        else:
            person.is_active = True
            person.save(update_fields=["is_active"])
        person.refresh_from_db()

    @rule(policy=st.sampled_from(["two", "three"]), waive=st.booleans())
    def the_desk_changes_its_policy(self, policy, waive):
        Desk.objects.current()
        Desk.objects.update(review_policy=policy, cross_check_may_be_waived=waive)

    # --- what must hold whatever they do

    def check_four_eyes(self, pk, approver):
        """Under the policy of three nobody who gave the second verdict; nobody who wrote it gave one either."""
        approval = Approval.objects.select_related("revision", "cross_check", "decision").latest("pk")
        assert approval.revision.claim_id == pk
        assert approval.cross_checker_id not in self.authors(pk)
        wrote = set(approval.revision.author_rows.values_list("person_id", flat=True))
        assert not wrote & {approver.pk, approval.cross_checker_id}
        if Desk.objects.current().review_policy == "three":
            assert approver.pk != approval.cross_checker_id
        stands = approval.decision or approval.cross_check
        assert stands.material_sha256 == approval.revision.material_sha256
        assert stands.kind == "waiver" or stands.rating_id == self.claim(pk).rating_id

    @invariant()
    def everything_holds(self):
        """Looked at anew whenever the record has grown."""
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if newest == self.looked_at:
            return
        self.looked_at = newest
        self.triggers_of_the_commit_agree()
        for claim in Claim.objects.select_related("rating").filter(pk__in=self.claims):
            self.what_is_public_is_exactly_an_approved_text(claim)
            self.somebody_may_take_a_step(claim)
            self.status_moves_by_rows_of_the_table_only(claim)
            self.who_holds_a_verdict_has_seen_it(claim)

    def triggers_of_the_commit_agree(self):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def what_is_public_is_exactly_an_approved_text(self, claim):
        newest = FactCheck.objects.filter(claim=claim).select_related("revision").order_by("-number").first()
        assert claim.public_state == (newest.kind if newest else "")
        if claim.public_state != "published":
            return
        said, page = json.loads(newest.revision.body), json.loads(newest.page)
        approval = Approval.objects.get(revision=newest.revision)
        assert approval.content_sha256 == newest.revision.content_sha256 == page["content_sha256"]
        told = ("statement", "context", "summary", "body", "rationale")
        assert [page[name] for name in told] == [said[name] for name in told]
        assert page["rating"]["label"] == said["rating"]["label"]

    def somebody_may_take_a_step(self, claim):
        editors = [person for person in self.people if person.is_active and person.is_editor]
        if editors and claim.status != "preflight":
            ways = [missing for person in editors for missing in possible_steps(claim, person).values()]
            assert [] in ways, f"nobody can move a claim that is {claim.status}"

    def status_moves_by_rows_of_the_table_only(self, claim):
        before = "inbox"
        for event in Event.objects.filter(chain=claim.chain, action__in=TRANSITIONS).order_by("seq"):
            step, moved = TRANSITIONS[event.action], event.details
            assert moved["from"] == before
            assert before in step.sources
            assert moved["to"] in (step.targets or (before,))
            before = moved["to"]
        assert claim.status == before

    def who_holds_a_verdict_has_seen_it(self, claim):
        if claim.has_verdict and not claim.is_public and (holder := self.holder(claim)):
            self.saw.add((claim.pk, holder.pk))

    def check_notices(self):
        for notice in Notification.objects.filter(pk__gt=self.told).select_related("claim", "person").order_by("pk"):
            self.told = notice.pk
            if any(word in notice.text.lower() for word in PLANTED):
                assert standing(notice.claim, notice.person).sees_verdict, f"{notice.person} is told: {notice.text}"

    # --- no dead end: a fresh crew brings every claim to publication

    def bring_all_to_publication(self):
        Desk.objects.update(review_policy="three")
        self.people[:0] = crew = [PersonFactory(role=role) for role in ("checker", "checker", "editor", "editor")]
        for pk in self.claims:
            way = []
            while self.claim(pk).status != "published" and len(way) < MOVES_TO_PUBLICATION:
                way.append(self.claim(pk).status)
                self.bring_onward(self.claim(pk), *crew)
            assert self.claim(pk).status == "published", f"no way to publication: {way}"

    def bring_onward(self, claim, author, second, editor, approver, rating=None):
        """The next move of a determined crew; whatever changes in what the claim says is its author's."""
        step, before = getattr(self, f"from_{claim.status}", None), self.content(claim.pk)
        self.rating = rating or self.ratings[0]
        if step:
            step(claim, author, second, editor, approver)
        else:
            simple = {"accepted": "assign", "awaiting_reply": "resume", "retracted": "reopen", "declined": "restore",
                      "duplicate": "restore", "archived": "restore"}  # fmt: skip
            given = {"person": author, "due": desk.soon()} if claim.status == "accepted" else {}
            apply(claim.pk, simple[claim.status], by=editor, reason="Onward.", **given)
        if self.content(claim.pk) != before:
            self.wrote[claim.pk].add(author.pk)
            self.wrote_since[claim.pk].add(author.pk)

    def from_inbox(self, claim, author, second, editor, approver):
        self.answer_rubric(claim.pk, author)
        apply(claim.pk, "accept", by=editor)

    from_watching = from_inbox

    def from_in_research(self, claim, author, second, editor, approver):
        if claim.assignments.filter(role="cross_checker", person=author, ended_at=None).exists():  # chosen by the desk
            apply(claim.pk, "hand_over", by=editor, role="cross_checker", person=second)
        if self.holder(claim) != author:
            apply(claim.pk, "hand_over", by=editor, role="checker", person=author)
        if not claim.statement.strip():
            raise AssertionError("a claim without a statement")
        fields = {"rationale": "So says quorvex.", "title": "", "summary": "", "body": ""}
        fields |= {"rating": self.rating, "evidence_exception": "No more can be had."}
        fields |= {"correction_kind": "update", "correction_text": f"Looked at again, {claim.version}."}
        edit.edit_claim(claim.pk, by=author, fields=fields, seen=edit.digests(claim))
        for row in Evidence.objects.filter(claim=claim).exclude(waivers__kind="quote_check"):
            edit_parts.waive(row.pk, "quote_check", by=author, reason="A book.")
        for row in ContactLog.objects.filter(claim=claim, answer=""):
            replies.answer_contact(row.pk, by=author, answer="It is so.")
        apply(claim.pk, "submit", by=author)

    from_changes_requested = from_in_research

    def from_preflight(self, claim, author, second, editor, approver):
        Job.objects.filter(state="queued").update(run_after=timezone.now() - timedelta(days=999))
        self.let_the_workers_work()
        assert self.claim(claim.pk).status != "preflight"

    def from_in_cross_check(self, claim, author, second, editor, approver):
        if standing(claim, author).is_holder or standing(claim, author).is_author:
            apply(claim.pk, "hand_over", by=editor, role="cross_checker", person=second)
            apply(claim.pk, "cross_check", by=second, rating=claim.rating, reason="Counted too.")
        else:  # somebody else's draft; a reader who is no author may give the second verdict
            apply(claim.pk, "hand_over", by=editor, role="cross_checker", person=author)
            apply(claim.pk, "cross_check", by=author, rating=claim.rating, reason="Counted too.")

    def from_in_review(self, claim, author, second, editor, approver):
        for person in (editor, approver):  # whoever approves reads what he approves, and the comments on it
            edit_review.show_verdict(claim.pk, by=person)
        for comment in Comment.objects.filter(claim=claim, parent=None, resolved_at=None):
            comments.resolve_comment(comment.pk, by=editor)
        missing = possible_steps(claim, approver)["approve"]
        if not missing:
            apply(claim.pk, "approve", by=approver, seen=self.content(claim.pk), notes=desk.noted(claim))
        elif "decide" in possible_steps(claim, editor) and not possible_steps(claim, editor)["decide"]:
            apply(claim.pk, "decide", by=editor, rating=claim.rating, reason="The first is right.")
        else:
            apply(claim.pk, "return", by=editor, reason="Once more.")

    def from_approved(self, claim, author, second, editor, approver):
        if possible_steps(claim, approver)["publish"]:
            apply(claim.pk, "return", by=editor, reason="Once more.")
        else:
            publishing.publish(claim.pk, by=approver)
            self.wrote_since[claim.pk] = set()
            self.was_public.add(claim.pk)


def test_no_way_through_the_newsroom_leads_to_a_forbidden_state():
    run_state_machine_as_test(
        Newsroom,
        settings=settings(
            max_examples=EXAMPLES or 5,
            phases=[Phase.generate],
            stateful_step_count=40,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
