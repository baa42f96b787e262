"""What people answer and ask on a claim: rubric, checklist, right of reply, and asking to see the verdict."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import (
    ChecklistAnswer,
    ChecklistItem,
    Claim,
    Disclosure,
    Event,
    Person,
    RubricAnswer,
    RubricQuestion,
)
from claims.workflow.apply import Refused, attempting
from claims.workflow.edit import changing, merge
from claims.workflow.standing import standing

QUESTION = "q-"  # before the code of a question, where it stands beside other fields
LOW_WORTH, HIGH_WORTH = 3 / 8, 6 / 8


def answer_rubric(
    claim_id: int,
    *,
    by: Person,
    answers: Mapping[str, int],
    reason: str | None = None,
    seen: Mapping[str, str] | None = None,
) -> Claim:
    """Judge whether a claim is worth checking.  The worth follows from the answers.

    Args:
        answers: code of a question asked today -> 0 (no), 1 (partly) or 2 (yes); the others stay as they are.
        reason: in words why it is worth checking; ``None``: it stays as it is.
        seen: ``q-`` and the code, or ``reason`` -> the ``digest`` of what the person had before his eyes; ``None``: it
            does not matter.

    Raises:
        StaleEdit: somebody gave another answer in the meantime; nothing is written.
        Refused: a question is not asked today, an answer is none, or the person does not research.
    """
    with attempting(claim_id, "answer_rubric", by):
        claim: Claim | None = Claim.objects.locked().filter(pk=claim_id).first()
        if claim is None or not by.can_research:
            raise Refused(_("A checker or an editor answers the rubric."), "person")
        asked = {question.code: question for question in RubricQuestion.objects.current()}
        if set(answers) - set(asked) or set(answers.values()) - set(RubricAnswer.Answer.values):
            raise Refused(_("The rubric has changed since this page was opened: answer it as it stands."), "rubric")
        if seen is not None and not _meets(claim, answers, reason, seen):
            return claim
        for code, answer in answers.items():
            RubricAnswer.objects.update_or_create(claim=claim, question=asked[code], defaults={"answer": answer})
        claim.worth = worth_of(claim)
        body: dict[str, Any] = {"after": dict(answers), "worth": claim.worth}
        if reason is not None and reason != claim.worth_reason:
            claim.worth_reason = body["reason"] = reason
        claim.save(update_fields=["worth", "worth_reason", "updated_at"])
        Event.objects.append(claim, "answer_rubric", by=by, body=body)
    return claim


def _meets(claim: Claim, answers: Mapping[str, int], reason: str | None, seen: Mapping[str, str]) -> bool:
    """Whether anything changes; raises where somebody else changed the same."""
    asked = RubricQuestion.objects.current()
    rows = RubricAnswer.objects.filter(claim=claim, question__in=asked).values_list("question__code", "answer")
    given = {code: RubricAnswer.Answer(answer) for code, answer in rows}
    stands: dict[str, Any] = {f"{QUESTION}{code}": given.get(code) for code in answers}
    sent: dict[str, Any] = {f"{QUESTION}{code}": RubricAnswer.Answer(answer) for code, answer in answers.items()}
    if reason is not None:
        stands["reason"], sent["reason"] = claim.worth_reason, reason
    return bool(merge(SimpleNamespace(**stands), sent, seen))


def worth_of(claim: Claim) -> str:
    """``high``, ``medium`` or ``low`` from the answers to today's questions; empty while one of them is open.

    Each counts 0 to 2; three eighths of what could be had, or a "no" to a decisive question, is low, six are high.
    """
    asked = RubricQuestion.objects.filter(is_active=True)
    given = RubricAnswer.objects.filter(claim=claim, question__in=asked).values_list("answer", "question__decisive")
    if not given or len(given) < asked.count():
        return ""
    share = sum(answer for answer, _decisive in given) / (len(given) * RubricAnswer.Answer.YES)
    if (RubricAnswer.Answer.NO, True) in given or share <= LOW_WORTH:
        return Claim.Worth.LOW
    return Claim.Worth.HIGH if share >= HIGH_WORTH else Claim.Worth.MEDIUM


def answer_checklist(claim_id: int, *, by: Person, item: ChecklistItem, answer: str, note: str = "") -> None:
    """Answer one question of the checklist; an answer to an older wording stays beside it.

    Raises:
        Refused: it is no answer, the question is not asked any more, or a "no" to a required one says not why.
    """
    note = note.strip()
    if answer not in ChecklistAnswer.Answer.values:
        raise Refused(_("Answer yes, no or does not apply."), "answer")
    if not item.is_active:
        raise Refused(_("This question is worded anew: answer it as it stands now."), "answer")
    if item.required and answer == ChecklistAnswer.Answer.NO and not note:
        raise Refused(_("A “no” to a required question needs a note that says why; the approver reads it."), "note")
    with changing(claim_id, "answer_checklist", by=by) as change:
        old = ChecklistAnswer.objects.filter(claim=change.claim, item=item).first()
        if old is not None and (old.answer, old.note) == (answer, note):
            change.nothing = True
            return
        ChecklistAnswer.objects.update_or_create(
            claim=change.claim, item=item, defaults={"answer": answer, "note": note, "by": by, "at": timezone.now()}
        )
        change.body |= {"item": item.code, "question": item.text, "before": old.answer if old else "", "after": answer}
        if note:
            change.body["note"] = note


def show_verdict(claim_id: int, *, by: Person) -> Claim:
    """Let somebody see an unpublished verdict; recorded, and the end of his eligibility to cross-check it.

    Raises:
        Refused: there is none, or he is the one who is to give the second.
    """
    with attempting(claim_id, "show_verdict", by):
        claim: Claim = Claim.objects.locked().get(pk=claim_id)
        held: Any = standing(claim, by)
        if held.roles.get("cross_checker") == by.pk and not held.sees_verdict:
            raise Refused(
                _("You are its cross-checker: give your own verdict first, or hand the cross-check over."), "blind"
            )
        if not (held.sees_verdict or claim.has_verdict):
            raise Refused(_("There is no verdict to show yet."), "verdict")
        if not held.sees_verdict:
            Disclosure.objects.get_or_create(claim=claim, person=by)
            Event.objects.append(claim, "show_verdict", by=by)
        return claim
