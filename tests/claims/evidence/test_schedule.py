"""When sources are looked at again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from claims.evidence import capture, schedule
from claims.models import Claim, Job, Quote, QuoteCheck, Resource
from tests.claims.workflow import desk
from tests.factories import EvidenceFactory, ResourceFactory, SnapshotFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    """A captured source that a live claim rests on."""
    snapshot = SnapshotFactory(resource=ResourceFactory(url="http://harbour.example.org/1", host="harbour.example.org"))
    EvidenceFactory(resource=snapshot.resource)
    return snapshot.resource


def days_to_go(resource):
    resource.refresh_from_db()
    return (resource.look_again_at - timezone.now()) / timedelta(days=1)


def due(**fields):
    Resource.objects.update(look_again_at=timezone.now() - timedelta(minutes=1), **fields)


def test_looks_become_rarer_and_never_come_all_on_one_day(source):
    waits = []
    for _look in range(6):
        schedule.after_look(source)
        waits.append(days_to_go(source))

    for wait, days in zip(waits, (1, 3, 7, 30, 90, 90), strict=True):
        assert 0.9 * days - 0.01 <= wait <= 1.1 * days
    assert waits[4] != waits[5]


def test_a_copy_asked_for_by_hand_leaves_the_schedule_where_it_was(source):
    schedule.after_look(source, is_due=False)
    assert (source.looks, round(days_to_go(source))) == (1, 1)  # the first copy begins it

    schedule.after_look(source)
    due_at = source.look_again_at
    for _press in range(4):
        schedule.after_look(source, is_due=False)
        source.refresh_from_db()
        assert (source.looks, source.look_again_at <= due_at, days_to_go(source) > 2.6) == (2, True, True)


@pytest.mark.parametrize("days", [-1, 30])
def test_a_copy_by_hand_brings_back_a_source_that_was_silent_or_is_late(source, days):
    source.looks, source.misses, source.look_again_at = 2, 5, timezone.now() + timedelta(days=days)

    schedule.after_look(source, is_due=False)

    source.refresh_from_db()
    assert (source.looks, source.misses, round(days_to_go(source))) == (2, 0, 3)


@pytest.mark.parametrize("days", [None, 0.5, 80])
def test_after_a_finding_looks_come_days_apart_again(source, days):
    source.looks, source.look_again_at = 9, days and timezone.now() + timedelta(days=days)
    source.save(update_fields=["looks", "look_again_at"])

    schedule.begin_anew(source)

    assert abs(days_to_go(source) - min(days or 1, 1)) < 0.01
    schedule.after_look(source)
    assert round(days_to_go(source)) == 3


def test_a_due_look_is_asked_for_once(source):
    due()

    assert schedule.plan() == 1
    assert schedule.plan() == 0

    job = Job.objects.get(kind="capture")
    assert (job.key, job.args, job.priority, job.lane) == (
        source.chain,
        {"resource": source.pk},
        9,
        "harbour.example.org",
    )


def test_sources_of_one_website_come_one_after_the_other(source, settings):
    settings.CAPTURE_GAP_SECONDS = 2.0
    for number in range(2, 4):
        EvidenceFactory(resource=ResourceFactory(url=f"http://harbour.example.org/{number}", host=source.host))
    EvidenceFactory(resource=ResourceFactory(url="http://quay.example.org/", host="quay.example.org"))
    due()

    assert schedule.plan() == 4

    times = sorted(Job.objects.filter(lane=source.host).values_list("run_after", flat=True))
    assert [round((at - times[0]).total_seconds()) for at in times] == [0, 2, 4]
    assert Job.objects.get(lane="quay.example.org").run_after == times[0]


def test_what_waited_longest_is_asked_for_first(source):
    hours = {source.pk: 1}
    for late in (5, 3):
        resource = ResourceFactory(url=f"http://harbour.example.org/{late}", host=source.host)
        EvidenceFactory(resource=resource)
        hours[resource.pk] = late
    for pk, late in hours.items():
        Resource.objects.filter(pk=pk).update(look_again_at=timezone.now() - timedelta(hours=late))

    assert schedule.plan(limit=2) == 2

    asked = Job.objects.filter(kind="capture").order_by("run_after").values_list("args", flat=True)
    assert [hours[args["resource"]] for args in asked] == [5, 3]
    assert schedule.plan() == 1


@pytest.mark.django_db(transaction=True)
def test_a_source_that_is_being_captured_is_planned_by_the_next_tick(source):
    due()
    with transaction.atomic():
        capture.locked(source.pk)
        with ThreadPoolExecutor(1) as another:
            assert another.submit(plan_apart).result(timeout=60) == 0

    assert schedule.plan() == 1


def plan_apart():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return schedule.plan()
    finally:
        connection.close()


def test_what_no_live_claim_rests_on_is_left_alone(source):
    Claim.objects.update(status="inbox")
    EvidenceFactory(resource=ResourceFactory(url="http://quay.example.org/"))  # of another claim
    due()
    quiet = ResourceFactory(url="http://nobody.example.org/", look_again_at=timezone.now())

    assert schedule.plan() == 2
    assert 89 < days_to_go(quiet) < 91


def test_a_look_that_failed_is_tried_later_and_later_and_says_unverifiable(source):
    quote = Quote.objects.create(
        evidence=source.evidence.get(), snapshot=source.snapshots.get(), exact="twelve", start=0, end=6
    )

    waits = []
    for _miss in range(7):
        capture.give_up(claim_id=None, sentence="The site answered 503.", resource=source.pk)
        waits.append(round(days_to_go(source)))

    assert waits == [1, 2, 4, 8, 16, 30, 30]
    check = QuoteCheck.objects.filter(quote=quote).first()
    assert (check.state, check.problem, check.snapshot) == ("unverifiable", "The site answered 503.", None)
    schedule.after_look(Resource.objects.get(pk=source.pk))
    source.refresh_from_db()
    assert source.misses == 0


def test_a_source_that_was_never_captured_is_left_to_the_editor():
    resource = ResourceFactory(url="http://harbour.example.org/1")

    capture.give_up(claim_id=None, sentence="There is no such page.", resource=resource.pk)

    resource.refresh_from_db()
    assert (resource.misses, resource.look_again_at) == (0, None)


@pytest.mark.parametrize(("hours", "looked_at"), [(1, True), (5, False)])
def test_sources_are_looked_at_in_the_hours_before_a_publication(hours, looked_at):
    people = desk.hire()
    claim = desk.approved(people)
    Job.objects.all().delete()
    QuoteCheck.objects.all().delete()
    source = claim.evidence.get(quotes__isnull=False).resource
    Claim.objects.filter(pk=claim.pk).update(publish_at=timezone.now() + timedelta(hours=hours))

    schedule.plan()

    assert list(Job.objects.filter(kind="capture").values_list("key", flat=True)) == [source.chain] * looked_at


@pytest.mark.parametrize(
    ("state", "hours", "looked_at"), [("unchanged", 19, False), ("unverifiable", 19, True), ("unverifiable", 1, False)]
)
def test_before_a_publication_a_look_that_could_not_tell_is_made_again_but_not_every_minute(state, hours, looked_at):
    claim = desk.approved(desk.hire())
    Job.objects.all().delete()
    QuoteCheck.objects.all().delete()
    check = QuoteCheck.objects.create(quote=Quote.objects.get(), state=state)
    QuoteCheck.objects.filter(pk=check.pk).update(at=timezone.now() - timedelta(hours=hours))
    Claim.objects.filter(pk=claim.pk).update(publish_at=timezone.now() + timedelta(hours=1))

    schedule.plan()

    assert Job.objects.filter(kind="capture").exists() is looked_at
