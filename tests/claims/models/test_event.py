"""A chain of events grows one link at a time, whoever writes."""

import threading

import pytest
from django.db import connection, transaction

from claims.models import ChainHead, Event
from claims.models.event import GENESIS, hash_event
from claims.workflow.record import verify

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*operations):
    barrier = threading.Barrier(len(operations))

    def run(operation):
        connection.ensure_connection()
        barrier.wait(timeout=60)
        try:
            with transaction.atomic():
                operation()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[operation]) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


def append(number):
    return lambda: Event.objects.append("desk", "test", by=None, body={"number": number, "words": "“Ja”, sagte er | é"})


def test_the_database_hashes_a_link_as_python_does():
    with transaction.atomic():
        first, second = append(1)(), append(2)()

    assert (first.seq, first.prev, second.seq, second.prev) == (1, GENESIS, 2, first.hash)
    for event in Event.objects.all():
        assert event.hash == hash_event(
            event.prev, "desk", event.seq, event.at, "system", "test", event.format, event.body_sha256
        )


def test_events_written_at_once_stand_one_after_the_other_also_the_first():
    at_once(*(append(number) for number in range(8)))

    assert list(Event.objects.order_by("pk").values_list("seq", flat=True)) == list(range(1, 9))
    assert ChainHead.objects.get(pk="desk").seq == 8
    assert verify().problems == ()


def test_an_event_waits_for_one_that_is_not_committed_and_follows_it():
    with transaction.atomic():
        append(1)()
    with transaction.atomic():
        append(2)()
        late = threading.Thread(target=at_once, args=[append(3)])
        late.start()
        late.join(timeout=1)
        assert late.is_alive()
    late.join(timeout=30)

    assert [event.details["number"] for event in Event.objects.order_by("seq")] == [1, 2, 3]


def test_an_event_of_a_change_that_is_taken_back_leaves_no_trace():
    with transaction.atomic():
        append(1)()
    with transaction.atomic():
        append(2)()
        transaction.set_rollback(True)
    with transaction.atomic():
        append(3)()

    assert list(Event.objects.values_list("seq", flat=True)) == [1, 2]
    assert verify().problems == ()
