"""A source that hides is no proof and no comfort: after three looks a person is asked to go and see."""

import pytest

from claims.evidence import schedule
from claims.models import Event, Notification
from claims.workflow.apply import apply
from tests.claims.evidence.test_watch import AFTER, BEFORE, SENTENCE, look, people, quote  # noqa: F401
from tests.claims.workflow.desk import reload
from tests.work import work_off


def misses(quote, count):  # noqa: F811
    for _number in range(count):
        schedule.after_miss(quote.snapshot.resource_id, "The site did not answer.")


def events():
    return Event.objects.filter(action="source_silent")


@pytest.mark.parametrize(("count", "told"), [(2, 0), (3, 1), (7, 1)])
def test_the_third_look_in_a_row_that_could_not_tell_is_told_once(quote, count, told):  # noqa: F811
    misses(quote, count)

    assert events().count() == told


def test_pages_that_say_they_are_not_there_count_like_sites_that_do_not_answer(quote):  # noqa: F811
    for number in range(3):
        assert look(quote, f"Nothing here, visitor {number}.", title="Page not found").state == "unverifiable"

    assert events().get().details["problem"].startswith("The page says that it is not there")


def test_after_a_look_that_could_tell_it_begins_anew(quote):  # noqa: F811
    misses(quote, 2)
    look(quote, BEFORE + SENTENCE + AFTER)
    misses(quote, 2)
    assert not events().exists()
    misses(quote, 1)
    assert events().count() == 1
    look(quote, BEFORE + SENTENCE + AFTER + " More.")
    misses(quote, 3)
    assert events().count() == 2


def test_the_editors_are_told_of_the_claim(people, quote):  # noqa: F811
    misses(quote, 3)
    work_off()

    notices = Notification.objects.filter(kind="source_silent")
    assert {row.person for row in notices} >= {people.editor, people.other_editor}
    assert {row.claim_id for row in notices} == {quote.evidence.claim_id}
    assert quote.evidence.claim.statement in notices[0].text


def test_of_a_claim_that_is_closed_nobody_is_told(people, quote):  # noqa: F811
    claim = reload(quote.evidence.claim)
    apply(claim.pk, "decline", by=people.editor, decline_reason="out_of_scope", reason="Not ours.")

    misses(quote, 3)

    assert not events().exists()
