"""A name written from right to left does not turn the sentence around it."""

import pytest

from claims.models import Event
from claims.workflow import people as staff
from claims.workflow.apply import Refused, apply
from claims.workflow.preflight_list import replies_settled
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, PersonFactory

pytestmark = pytest.mark.django_db

NAME = "שלום 12"
APART = f"\u2068{NAME}\u2069"


def refusal_of(action, claim, **given):
    with pytest.raises(Refused) as caught:
        apply(claim.pk, action, **given)
    return str(caught.value)


def test_guards_keep_apart_whom_they_name(people):
    claim = desk.in_cross_check(people)
    recused, no_editor = (PersonFactory(role="checker", name=NAME) for _ in range(2))
    claimant = AppearanceFactory(claim=claim, claimant=ClaimantFactory(name=NAME)).claimant
    staff.recuse(recused, by=recused, claimant=claimant)
    given = {"by": people.editor, "role": "cross_checker"}

    assert refusal_of("hand_over", claim, person=recused, **given).startswith(f"{APART} is recused")
    given["role"] = "editor"
    assert refusal_of("hand_over", claim, person=no_editor, **given).startswith(f"{APART} is not an editor")
    people.author.name = NAME
    people.author.save()
    given["role"] = "cross_checker"
    assert refusal_of("hand_over", claim, person=people.author, **given).startswith(f"{APART} wrote or has seen")


def test_the_reason_of_a_released_part_keeps_person_and_claimant_apart(people):
    claim = desk.in_research(people)
    claimant = AppearanceFactory(claim=claim, claimant=ClaimantFactory(name=NAME)).claimant
    people.author.name = NAME
    people.author.save()

    staff.recuse(people.author, by=people.author, claimant=claimant)

    said = Event.objects.get(chain=claim.chain, action="release").details
    assert said["reason"] == f"{APART} is recused from {APART}."


def test_an_awaited_reply_keeps_who_was_asked_apart():
    (item,) = replies_settled([(1, NAME, desk.soon())])

    assert f"A reply of {APART} is awaited" in item.sentence
