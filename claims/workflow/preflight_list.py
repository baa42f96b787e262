"""The preflight list: what must hold before anybody reads a claim a second time, and again when it is approved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.models import ChecklistAnswer, Claim, Correction, Evidence, EvidenceKind
from claims.workflow import independence
from claims.workflow.attempt import Missing
from claims.workflow.evidence_facts import EvidenceFacts, Piece, read_evidence
from claims.workflow.facts import Facts, read_facts
from claims.workflow.readable import isolate
from claims.workflow.sources import goes_without_look, is_untold

ENOUGH_ORIGINS = 2
CLAIMANT_ASKED = "reply"  # the code of that question in the checklist a desk begins with

P = TypeVar("P", Evidence, EvidenceFacts, Piece)


@dataclass(frozen=True)
class Item:
    """One line of the list: what is asked, and what is missing of it (nothing: it is met).

    Attributes:
        tells: the line says something of a verdict that is kept from those who must not know it yet.
    """

    title: str
    missing: list[Missing]
    tells: bool = False


def read_list(claim: Claim, rows: Sequence[Piece] | None = None, facts: Facts | None = None) -> list[Item]:
    """Every line of the list with what it misses; two statements whatever the number of rows.

    Args:
        rows: the claim's evidence where the caller has it already.
        facts: the claim's facts likewise; nothing is read with both.
    """
    evidence = read_evidence(claim) if rows is None else rows
    facts = facts or read_facts(claim)
    loose = [number for number, evidence in facts.citations if evidence is None]
    return make_list(
        claim, evidence,
        questions=facts.questions, loose=loose, logged=facts.logged, awaited=facts.awaited, told=facts.told,
    )  # fmt: skip


def make_list(
    claim: Claim,
    evidence: Sequence[Piece],
    *,
    questions: Sequence[Mapping[str, Any]],
    loose: Iterable[int],
    logged: bool,
    awaited: Iterable[tuple[int, str, datetime]],
    told: list[str] | None,
) -> list[Item]:
    """The list from what was read before; asks the database nothing.

    Args:
        evidence: of ``read_evidence`` or ``evidence_rows``.
        questions: what the checklist asks today (see ``Facts``).
        loose: citations that point to no evidence.
        logged: whether the log says of anybody that he was asked.
        awaited: questions put to somebody that are still open (see ``Facts``).
        told: the change told with the newest public version; ``None``: it never was public.
    """
    items = [
        Item(_("Verdict and rationale"), verdict_given(claim), tells=True),
        Item(_("Enough independent evidence"), evidence_is_enough(claim, evidence), tells=True),
        Item(_("Every source captured"), captures_done(evidence)),
        Item(_("Every passage found in its source, or a reason to go without a look"), quotes_found(evidence)),
        Item(_("Checklist answered"), checklist_answered(questions)),
        Item(_("Replies in, or a reason not to wait"), [*asked_in_log(questions, logged), *replies_settled(awaited)]),
        Item(_("Every citation resolves"), citations_resolve(loose), tells=True),
    ]
    if told is not None:
        items.append(Item(_("Kind of change since it was public"), change_typed(claim, told), tells=True))
    return items


def verdict_given(claim: Claim) -> list[Missing]:
    found = []
    if claim.rating_id is None:
        found.append(Missing(_("Give a verdict."), "verdict-rating"))
    if not claim.rationale.strip():
        found.append(Missing(_("Write the rationale."), "verdict-rationale"))
    return found


def evidence_is_enough(claim: Claim, evidence: Iterable[Piece]) -> list[Missing]:
    """Two pieces of different origin, or one authentic primary document quoted, or a stated exception."""
    if (claim.rating is not None and not claim.rating.needs_evidence) or claim.evidence_exception.strip():
        return []
    counted = counted_evidence(evidence)
    origins = independence.independent_groups(_piece(item) for item in counted)
    proven = any(e.kind == EvidenceKind.PRIMARY and e.reliability == "A" and e.passages for e in counted)
    shared = [", ".join(map(str, group)) for group in origins if len(group) > 1]
    sentence = _(
        "Two supporting or refuting pieces of different origin are needed, or one quoted primary document of grade A, "
        "or a stated exception; there are %(count)d."
    ) % {"count": len(origins)}
    if shared:
        sentence += " " + _("One origin counts once: evidence %(groups)s.") % {"groups": "; ".join(shared)}
    return [] if len(origins) >= ENOUGH_ORIGINS or proven else [Missing(sentence, "evidence")]


def counted_evidence(evidence: Iterable[P]) -> list[P]:
    """The pieces that speak for or against the claim; a note of the desk is none."""
    return [e for e in evidence if e.stance in {"supports", "refutes"} and e.kind != EvidenceKind.DESK_NOTE]


def ungraded(evidence: Iterable[Evidence]) -> list[int]:
    """Numbers of the pieces nobody has graded: F6 is what a new one has, and with a reason it is a grade like any other."""
    return [
        item.number
        for item in evidence
        if (item.reliability, item.credibility) == ("F", 6)
        and not item.grade_reason
        and item.kind != EvidenceKind.DESK_NOTE
    ]


def shared_origins(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """Counted pieces that are one and the same, several to a group."""
    rows = {item.number: item for item in counted_evidence(evidence)}
    groups = independence.independent_groups(_piece(item) for item in rows.values())
    return [[rows[number] for number in group] for group in groups if len(group) > 1]


def _piece(item: Piece) -> independence.Piece:
    copy = item.pinned
    known = {item.resource.url or f"upload/{item.resource_id}"}
    if copy is not None:
        known |= {copy.final_url, copy.canonical_url}
    likeness, sha256 = (copy.likeness, copy.sha256) if copy else (None, "")
    return independence.Piece(item.number, item.origin.strip(), frozenset(known - {""}), likeness, sha256)


def captures_done(evidence: Iterable[Piece]) -> list[Missing]:
    """Each piece has a captured copy it rests on, and one that can be read, or a stated reason to do without."""
    return [
        Missing(_lacking(item) % {"number": item.number}, f"e{item.number}")
        for item in evidence
        if lacks_copy(item) and not any(waiver.kind == "capture" for waiver in item.exceptions)
    ]


def _lacking(item: Piece) -> str:
    if item.copy_damaged:
        return _(
            "The stored copy of evidence %(number)d is damaged or lost, or its text was changed: "
            "capture it again, rest it on another copy, upload one, or waive it with a reason."
        )
    if item.pinned is not None:
        return _("The copy of evidence %(number)d could not be read: upload another, or waive it with a reason.")
    if item.copy_at_hand:
        return _(
            "Evidence %(number)d rests on none of its copies: "
            "rest it on one, upload another, or waive it with a reason."
        )
    return _("Evidence %(number)d has no captured copy: capture it, upload one, or waive it with a reason.")


def lacks_copy(item: Piece) -> bool:
    """Whether a piece rests on no copy, or on one that could not be read or is damaged or lost."""
    return item.pinned is None or item.copy_unreadable or item.copy_damaged


def quotes_found(evidence: Iterable[Piece]) -> list[Missing]:
    """No passage is known to have left its source, and of none the newest look could not tell, unless that is waived."""
    return [
        Missing(sentence, f"e{item.number}") for item in evidence for sentence in dict.fromkeys(_passages_missing(item))
    ]


def _passages_missing(item: Piece) -> Iterator[str]:
    left = _("A passage of evidence %(number)d is no longer in its source.")
    untold = _(
        "The last look at the source of evidence %(number)d could not tell whether its passage still stands (%(why)s): "
        "capture it again, upload a copy of today, or go without a look, with a reason."
    )
    for quote in item.passages:
        if quote.state in {"altered", "gone"}:
            yield left % {"number": item.number}
        elif is_untold(quote.state) and not goes_without_look(item):
            yield untold % {"number": item.number, "why": (quote.problem or "").rstrip(".")}


def checklist_answered(questions: Iterable[Mapping[str, Any]]) -> list[Missing]:
    """Each required question as it is worded today has an answer, and a "no" says why."""
    required = [(asked, _open_question(asked)) for asked in questions if asked["required"]]
    return [
        Missing(sentence % {"question": asked["text"]}, f"checklist-{asked['pk']}")
        for asked, sentence in required
        if sentence
    ]


def _open_question(asked: Mapping[str, Any]) -> str:
    if not asked["answer"] and asked["reworded"]:
        return _("Checklist, worded anew since it was answered: %(question)s")
    if not asked["answer"]:
        return _("Checklist: %(question)s")
    if asked["answer"] == ChecklistAnswer.Answer.NO and not asked["note"].strip():
        return _("Checklist, answered “no” without saying why: %(question)s")
    return ""


def asked_in_log(questions: Iterable[Mapping[str, Any]], logged: bool) -> list[Missing]:
    """A "yes" to whether the claimant was asked is borne out by the log, or a note says why it stands nowhere there."""
    sentence = _(
        "The checklist says that the claimant was asked, but nobody stands under “Right of reply”: log whom you asked, "
        "or say in a note to that answer why it stands nowhere."
    )
    return [Missing(sentence, f"checklist-{row['pk']}") for row in questions if not logged and is_unlogged(row)]


def is_unlogged(asked: Mapping[str, Any]) -> bool:
    """Whether a question is answered so that the log has to bear it out, and no note says why it does not."""
    says_yes = asked["code"] == CLAIMANT_ASKED and asked["answer"] == ChecklistAnswer.Answer.YES
    return says_yes and not asked["note"].strip()


def replies_settled(awaited: Iterable[tuple[int, str, datetime]]) -> list[Missing]:
    """Nobody is passed over whose answer may still come, or it is said why."""
    sentence = _("A reply of %(who)s is awaited until %(when)s: note the answer, or say why you do not wait.")
    return [
        Missing(
            sentence % {"who": isolate(who), "when": date_format(timezone.localtime(until), "DATETIME_FORMAT")},
            f"contact-{pk}",
        )
        for pk, who, until in awaited
    ]


def citations_resolve(loose: Iterable[int]) -> list[Missing]:
    return [
        Missing(_("[%(number)d] points to no evidence.") % {"number": number}, "verdict-rationale") for number in loose
    ]


def change_typed(claim: Claim, told: list[str]) -> list[Missing]:
    """Readers are told what changed since the version they know, and of what kind the change is."""
    if claim.correction_kind not in Correction.OF_A_VERSION:
        return [Missing(_("It was public before: say what kind of change this is."), "verdict-correction_kind")]
    if not claim.correction_text.strip() or [claim.correction_kind, claim.correction_text] == told:
        return [Missing(_("Say in words for the reader what changed this time."), "verdict-correction_text")]
    return []
