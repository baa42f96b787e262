"""Decide on a sentence of an article: a new claim, one more appearance of a known one, or nothing."""

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.intake.speakers import is_proper, kind_of
from claims.language import midway
from claims.models import Appearance, Candidate, Claim, Claimant, Event, Person, Topic
from claims.workflow import edit, edit_appearances
from claims.workflow.apply import apply
from claims.workflow.claimants import fold, known_claimant
from claims.workflow.readable import clean, isolate
from claims.workflow.transitions import EDITABLE, LIVE

PLACE = "paragraph %(number)d"  # kept in English, read in the reader's language: the filter ``said_place``
AS_ACCEPTED = ("create", "add_appearance")  # what the record of a claim holds that was just accepted from an article


class Said(TypedDict, total=False):
    """Who says a sentence, somebody known or the name and kind of somebody new, and whether he asserts it."""

    claimant: Claimant | None
    new_claimant: str
    claimant_kind: str
    position: str


@transaction.atomic
def accept(
    candidate_id: int,
    *,
    by: Person,
    statement: str,
    topics: Iterable[Topic] = (),
    **said: Unpack[Said],
) -> Claim:
    """Make a claim of a candidate; the sentence becomes its first appearance, in the words as said.

    Raises:
        UserFacingError: somebody decided on it before, there is no statement, or what should be a name is none.
    """
    candidate = _open_candidate(candidate_id)
    claim = edit.create_claim(by=by, statement=statement, topics=topics, language=candidate.article.language or "en")
    _add_appearance(claim.pk, candidate, by, said)
    _decide(candidate, Candidate.State.ACCEPTED, by, claim)
    return claim


@transaction.atomic
def add_to_claim(candidate_id: int, claim_id: int, *, by: Person, **said: Unpack[Said]) -> Claim:
    """Keep a candidate as one more appearance of a claim.

    A claim that is being read or is public is not changed: the sentence becomes a duplicate that points at it, whose
    appearances its page reads too.

    Raises:
        UserFacingError: somebody decided on it before, the claim is closed or none this person may see, or only an
            editor could do this.
    """
    candidate = _open_candidate(candidate_id)
    target = _target(claim_id, by)
    if target.status not in LIVE:
        raise UserFacingError(
            _("That claim is closed: accept the sentence as a new one, or restore the claim first."), "closed"
        )
    if target.status in EDITABLE:
        _add_appearance(target.pk, candidate, by, said)
        claim = target
    else:
        if not by.is_editor:
            raise UserFacingError(
                _("That claim is being reviewed or is public: an editor must add this appearance."), "person"
            )
        claim = edit.create_claim(
            by=by, statement=target.statement, language=target.language, confidential=target.confidential
        )
        _add_appearance(claim.pk, candidate, by, said)
        apply(claim.pk, "merge", by=by, target=target.pk)
    _decide(candidate, Candidate.State.ADDED, by, claim)
    return target


def _target(claim_id: int, by: Person) -> Claim:
    """The claim, or the main claim of its cluster; one a person may not see does not exist for that person."""
    visible = Claim.objects.visible_to(by)
    found: Claim | None = visible.filter(pk=claim_id).first()
    if found is not None and found.duplicate_of_id is not None:
        found = visible.filter(pk=found.duplicate_of_id).first()
    if found is None:
        raise UserFacingError(_("There is no claim with this number."), "no_claim")
    return found


@transaction.atomic
def dismiss(candidate_id: int, *, by: Person) -> Candidate:
    """Say that a candidate holds no claim worth keeping; ``put_back`` undoes it."""
    if not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not decide on candidates."), "person")
    return _decide(_open_candidate(candidate_id), Candidate.State.DISMISSED, by, None)


@transaction.atomic
def put_back(candidate_id: int, *, by: Person) -> Candidate:
    """Take a decision back: the candidate is open again.

    The claim it was accepted as is declined, the appearance it was kept as is removed; both stay in the record.

    Raises:
        UserFacingError: it is open, or something else happened to its claim since.
    """
    if not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not decide on candidates."), "person")
    candidate = Candidate.objects.select_for_update().filter(pk=candidate_id).first()
    if candidate is None or candidate.state == Candidate.State.OPEN:
        raise UserFacingError(_("Only a decided sentence can be put back."), "state")
    if candidate.state == Candidate.State.ACCEPTED:
        _decline_untouched(candidate, by)
    if candidate.state == Candidate.State.ADDED:
        _remove_its_appearance(candidate, by)
    body = {"candidate": candidate.number, "claim": candidate.claim_id}
    candidate.state, candidate.decided_by, candidate.decided_at = Candidate.State.OPEN, None, None
    candidate.claim = None
    candidate.save(update_fields=["state", "claim", "decided_by", "decided_at"])
    Event.objects.append(candidate.article, "put_back_candidate", by=by, body=body)
    return candidate


def _decline_untouched(candidate: Candidate, by: Person) -> None:
    """Decline the claim a candidate was accepted as, while its record holds nothing but how it came."""
    if not by.is_editor:
        words = _(
            "Only an editor takes a new claim back: C-%(number)d waits in the inbox, where an editor can decline it."
        )
        raise UserFacingError(words % {"number": candidate.claim_id}, "person")
    claim = Claim.objects.locked().get(pk=candidate.claim_id)
    happened = Event.objects.filter(chain=claim.chain).order_by("seq").values_list("action", flat=True)
    if tuple(happened[:3]) != AS_ACCEPTED:
        words = _("C-%(number)d was worked on in the meantime, so it stays: decline it on its own page.")
        raise UserFacingError(words % {"number": claim.pk}, "changed")
    apply(claim.pk, "decline", by=by, decline_reason="other", reason=_("Taken back in intake."))


def _remove_its_appearance(candidate: Candidate, by: Person) -> None:
    rows = Appearance.objects.filter(
        claim=candidate.claim_id, article=candidate.article_id, verbatim=clean(candidate.text)
    )
    row = rows.order_by("-number").first()
    if row is None:
        raise UserFacingError(_("Its appearance was changed in the meantime: see the page of the claim."), "changed")
    edit_appearances.remove_appearance(row.pk, by=by)


def _open_candidate(candidate_id: int) -> Candidate:
    candidate = (
        Candidate.objects.select_for_update(of=("self",)).select_related("article").filter(pk=candidate_id).first()
    )
    if candidate is None:
        raise UserFacingError(_("This sentence is no longer there."), "gone")
    if candidate.state != Candidate.State.OPEN:
        who = candidate.decided_by.name if candidate.decided_by else _("the system")
        raise UserFacingError(
            _("%(who)s decided on this sentence already: %(state)s.")
            % {"who": isolate(who), "state": midway(candidate.get_state_display())},
            "decided",
        )
    return candidate


def _add_appearance(claim_id: int, candidate: Candidate, by: Person, said: Said) -> None:
    article = candidate.article
    who: Said = {"claimant": None, "position": "asserts", **said}
    edit_appearances.add_appearance(
        claim_id,
        by=by,
        article=article,
        url=article.url,
        verbatim=clean(candidate.text),
        **who,
        said_on=article.published_on,
        date_basis=_("date of the article") if article.published_on else "",
        place=PLACE % {"number": candidate.paragraph},
    )


def _decide(candidate: Candidate, state: Candidate.State, by: Person, claim: Claim | None) -> Candidate:
    candidate.state, candidate.claim = state, claim
    candidate.decided_by, candidate.decided_at = by, timezone.now()
    candidate.save(update_fields=["state", "claim", "decided_by", "decided_at"])
    body: dict[str, Any] = {"candidate": candidate.number, "state": state, "claim": claim.pk if claim else None}
    Event.objects.append(candidate.article, "decide_candidate", by=by, body=body)
    return candidate


def suggest_speaker(candidate: Candidate, person: Person | None = None) -> Said:
    """Whom the article names as the speaker of a sentence: somebody known, else a new name and its kind; empty when in doubt.

    One word is somebody known when it is part of one person's name only, and nobody's when it is part of several; a word
    for many, as "officials", names nobody.

    Args:
        person: who reads it; those he may not know of are nobody known.
    """
    speaker = " ".join(candidate.speaker.split())
    folded = fold(speaker)
    if not folded:
        return {}
    known_to_him = Claimant.objects.visible_to(person) if person else Claimant.objects.all()
    if (known := known_claimant(speaker)) is not None and known_to_him.filter(pk=known.pk).exists():
        return {"claimant": known}
    if not is_proper(speaker):
        return {}
    people = known_to_him.filter(kind=Claimant.Kind.PERSON)
    partly = [pk for pk, name in people.values_list("pk", "name") if folded in fold(name).split()]
    if partly:
        return {"claimant": Claimant.objects.get(pk=partly[0])} if len(partly) == 1 else {}
    return {"new_claimant": speaker, "claimant_kind": kind_of(speaker)}
