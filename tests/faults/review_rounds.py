"""One round of each race of the review, and what must be true after it; used by the tests and by ``bench/``."""

import json
import random
import time
from dataclasses import dataclass, field

from claims.errors import StaleEdit, UserFacingError
from claims.models import Approval, Claim, FactCheck
from claims.publishing import publish as publishing
from claims.workflow import edit
from claims.workflow.apply import apply
from claims.workflow.conflicts import read_conflicts
from claims.workflow.merge import is_settled
from tests.claims.workflow import desk
from tests.factories import PersonFactory
from tests.faults.racers import Racers


@dataclass
class Tally:
    """What went wrong, one line for each; empty when nothing did."""

    rounds: int = 0
    wrong: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def note(self, what):
        self.seen[what] = self.seen.get(what, 0) + 1

    def check(self, holds, sentence):
        if not holds:
            self.wrong.append(f"round {self.rounds}: {sentence}")


# --- two saves at once


def save_pairs(claim, people, rounds, *, until_wrong=False):
    """Two people who have the same page open save at the same moment; the loser then saves a text of both.

    Begins with a claim whose author is ``people.author``.
    """
    tally = Tally()
    with Racers(2) as racers:
        while tally.rounds < rounds and not (until_wrong and tally.wrong):
            tally.rounds += 1
            _save_pair(racers, claim, people.author, tally)
    return tally


def _save_pair(racers, claim, by, tally):
    seen = edit.digests(desk.reload(claim))
    texts = [f"Office {who}{tally.rounds} counted {who}{tally.rounds}0 ships [1]." for who in "ab"]
    outcomes = racers.at_once(
        *[lambda text=text: edit.edit_claim(claim.pk, by=by, fields={"rationale": text}, seen=seen) for text in texts]
    )
    stands = desk.reload(claim).rationale
    won = [text for text, came in zip(texts, outcomes, strict=True) if isinstance(came, Claim)]
    lost = [(text, came) for text, came in zip(texts, outcomes, strict=True) if isinstance(came, StaleEdit)]
    tally.check(won == [stands], f"{len(won)} winners, and the claim says {stands!r}")
    tally.check(len(won) + len(lost) == len(texts), f"a save ended otherwise: {outcomes}")
    for text, stale in lost:
        tally.check(stale.conflicts == {"rationale": (stands, text)}, f"the loser got back {stale.conflicts}")
        _resolve(claim, by, stale, seen, (stands, text), tally)


def _resolve(claim, by, stale, seen, texts, tally):
    """As the page of a conflict offers it: both versions side by side, then a text that holds both."""
    (conflict,) = read_conflicts(desk.reload(claim), stale, seen)
    merged = conflict.merged
    tally.check(conflict.base is not None, "the record does not hold what both began with")
    tally.check(not is_settled(merged.text), "two versions of the same words were merged unseen")
    both = merged.text.replace("⟧⟦", " ").replace("⟦", "").replace("⟧", "")
    _write(claim, by, both)
    stands = desk.reload(claim).rationale
    for text in texts:
        tally.check(all(word in stands for word in text.split()), f"words of {text!r} are not in {stands!r}")


def _write(claim, by, text):
    edit.edit_claim(claim.pk, by=by, fields={"rationale": text}, seen=edit.digests(desk.reload(claim)))


# --- approve x approve x edit x publish


@dataclass
class Reviewers(desk.People):
    writing_editor: object = None
    publisher: object = None


def hire():
    more = {"writing_editor": PersonFactory(role="editor"), "publisher": PersonFactory(role="editor")}
    return Reviewers(**vars(desk.hire()), **more)


def late(operation, most):
    """By up to so many seconds, so that it falls before, into and after what the others do."""

    def wait():
        time.sleep(random.uniform(0, most))
        return operation()

    return wait


def review_rounds(claim, people, rounds, *, until_wrong=False):
    """Two editors approve, a third edits, a fourth publishes, all at the same moment; then what is public is read.

    Begins with a claim in review.
    """
    tally = Tally()
    approved = set()  # contents that somebody approved who had exactly them before his eyes
    with Racers(4) as racers:
        while tally.rounds < rounds and not (until_wrong and tally.wrong):
            tally.rounds += 1
            _review_round(racers, claim, people, approved, tally)
            claim = _back_to_review(claim, people, tally)
    return tally


def _review_round(racers, claim, people, approved, tally):
    page = desk.seen(claim)
    seen = edit.digests(desk.reload(claim))
    words = f"Counted by two offices, look {tally.rounds}."
    outcomes = racers.at_once(
        lambda: apply(claim.pk, "approve", by=people.editor, seen=page),
        lambda: apply(claim.pk, "approve", by=people.other_editor, seen=page),
        late(lambda: edit.edit_claim(claim.pk, by=people.writing_editor, fields={"summary": words}, seen=seen), 0.02),
        late(lambda: publishing.publish(claim.pk, by=people.publisher), 0.04),
    )
    for name, came in zip(("approve", "approve", "edit", "publish"), outcomes, strict=True):
        tally.check(not isinstance(came, Exception) or isinstance(came, UserFacingError), f"{name}: {came!r}")
        tally.note(f"{name} {'refused' if isinstance(came, Exception) else 'done'}")
    kept = sum(not isinstance(came, Exception) for came in outcomes[:2])
    tally.check(kept <= 1, "two approvals of one text were kept")
    if kept:
        approved.add(page)
    check_public(claim, approved, tally)


def check_public(claim, approved, tally):
    """What readers are shown now is a text somebody approved who had exactly it before his eyes."""
    shown = FactCheck.objects.filter(claim=claim).select_related("revision").order_by("-number").first()
    if shown is None or not desk.reload(claim).is_public:
        return
    tally.note("public")
    revision, page = shown.revision, json.loads(shown.page)
    tally.check(revision.content_sha256 in approved, "a text nobody approved is public")
    tally.check(Approval.objects.filter(revision=revision).exists(), "no approval belongs to the public version")
    tally.check(
        json.loads(revision.body)["summary"] in json.dumps(page, ensure_ascii=False), "the page says other words"
    )


def _back_to_review(claim, people, tally):
    """Through real steps, so that the next round begins where this one did."""
    claim = desk.reload(claim)
    if claim.status == "approved":
        apply(claim.pk, "return", by=people.editor, reason="Once more.")
    elif claim.status == "published":
        apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.")
        fields = {"correction_kind": "clarification", "correction_text": f"Said more clearly, look {tally.rounds}."}
        seen = edit.digests(desk.reload(claim))
        edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=seen)
    claim = desk.reload(claim)
    if claim.status != "in_review":
        apply(claim.pk, "submit", by=people.author)
        claim = apply(claim.pk, "pass", by=None)
    return claim
