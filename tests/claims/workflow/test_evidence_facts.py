"""A step reads the evidence in one statement, and reads the same as the page does with the models."""

from datetime import UTC, date, datetime

import pytest

from claims.models import Evidence, Publisher, Quote, QuoteCheck, Resource, Snapshot
from claims.publishing import page
from claims.workflow import edit_parts, preflight_list, revisions, sources
from claims.workflow.evidence_facts import EvidenceFacts, read_evidence
from tests.claims.workflow import desk
from tests.factories import ResourceFactory, SnapshotFactory

pytestmark = pytest.mark.django_db

WORDS = "Größe “zwölf” \u202bשלום\u202c 漢字 \U0001f6a2 \\ \" ' % {x} | \t end"
MOMENT = datetime(2024, 3, 31, 1, 30, 0, 120, tzinfo=UTC)


@pytest.fixture
def claim(people):
    """One claim with a piece of every kind a step can meet."""
    claim = desk.in_research(people)
    desk.add_proof(claim, people.author, count=3)
    first, second, third = claim.evidence.order_by("number")
    Evidence.objects.filter(pk=first.pk).update(
        origin=" wire ", note=WORDS, kind="primary", reliability="A", credibility=1, stance="refutes"
    )
    Evidence.objects.filter(pk=second.pk).update(withheld=True, withheld_reason=WORDS)
    publisher = Publisher.objects.create(name=WORDS)
    Resource.objects.filter(pk=first.resource_id).update(
        publisher=publisher, title=WORDS, published_on=date(2024, 2, 29)
    )
    Resource.objects.filter(pk=second.resource_id).update(url=None, title="Upload")
    edit_parts.add_quote(
        first.pk, by=people.author, snapshot=first.pinned, exact="counted", prefix="", suffix=" twelve", start=19
    )
    Quote.objects.filter(evidence=first).update(added_at=MOMENT)
    quote = third.quotes.get()
    quote.checks.all().delete()
    again = edit_parts.add_quote(
        third.pk, by=people.author, snapshot=third.pinned, exact="counted", prefix="", suffix=" twelve", start=19
    )
    for state, seconds in (("gone", 0), ("altered", 2), ("unchanged", 1)):
        copy = SnapshotFactory(resource=third.resource)
        QuoteCheck.objects.create(quote=quote, snapshot=copy, state=state, at=MOMENT.replace(second=seconds))
    QuoteCheck.objects.create(quote=again, snapshot=copy, state="moved", at=MOMENT)
    for _ in range(2):
        bare = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    edit_parts.waive(bare.pk, "capture", by=people.author, reason=WORDS)
    edit_parts.waive(third.pk, "quote_check", by=people.author, reason="Looked at by hand.")
    for problem, text, mime in (("Locked.", "", "application/pdf"), ("", "", "text/html"), ("Seen.", "", "image/png")):
        copy = SnapshotFactory(problem=problem, body_text=text, mime=mime, likeness=-(2**62) - 1)
        row = edit_parts.add_evidence(claim.pk, by=people.author, resource=copy.resource, stance="supports")
        Evidence.objects.filter(pk=row.pk).update(pinned=copy)
    return desk.reload(claim)


def both(claim):
    return read_evidence(claim), list(revisions.evidence_rows(claim))


def test_one_statement_reads_what_the_models_say_whoever_asks(claim):
    plain, rows = both(claim)

    assert len(plain) == len(rows) == 8
    assert [preflight_list._piece(one) for one in plain] == [preflight_list._piece(one) for one in rows]
    assert page._evidence_rows(plain) == page._evidence_rows(rows)
    assert [preflight_list.lacks_copy(one) for one in plain] == [preflight_list.lacks_copy(one) for one in rows]
    assert sum(one.copy_unreadable for one in plain) == 1
    for asked in (preflight_list.captures_done, preflight_list.quotes_found, sources.looks_missing):
        assert asked(plain) == asked(rows) != []


def test_the_hashes_of_a_claim_do_not_hang_on_how_its_evidence_was_read(claim):
    plain, rows = both(claim)

    assert revisions.read_content(claim, plain).body == revisions.read_content(claim, rows).body
    assert WORDS in revisions.read_content(claim, plain).values["evidence"][0]["note"]


def test_looks_and_moments_are_to_the_microsecond_as_they_were_written(claim):
    plain, rows = both(claim)
    seen = [[(q.state, q.looked_at, q.added_at, q.problem) for q in one.passages] for one in plain]

    assert seen == [[(q.state, q.looked_at, q.added_at, q.problem) for q in one.passages] for one in rows]
    assert [state for state, *_at in seen[2]] == ["moved", "altered"]
    assert seen[2][1][1] == MOMENT.replace(second=2)
    assert {one.pinned.captured_at for one in plain if one.pinned} == set(
        Snapshot.objects.filter(pinned_by__claim=claim).values_list("captured_at", flat=True)
    )


def test_what_an_approval_asks_to_look_at_again_is_named_alike(claim):
    plain, rows = both(claim)

    assert sources.looks_wanted(claim, plain) == sources.looks_wanted(claim, rows)
    assert [one.resource.chain for one in plain] == [one.resource.chain for one in rows]


@pytest.mark.parametrize("count", [0, 2, 40])
def test_it_is_one_statement_however_much_there_is(people, count, django_assert_num_queries):
    claim = desk.in_research(people)
    for _ in range(count):
        edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())

    with django_assert_num_queries(1):
        found = read_evidence(claim)

    assert len(found) == count
    assert all(isinstance(one, EvidenceFacts) for one in found)
