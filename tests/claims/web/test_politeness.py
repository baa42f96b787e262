"""One visitor at a time, with pauses, as robots.txt wishes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from claims import jobs
from claims.errors import FetchFailed, FetchRefused, NotYet
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Host, Job
from claims.web import politeness
from tests.factories import PersonFactory, ResourceFactory
from tests.outside import site as outside

pytestmark = pytest.mark.django_db
PAGE = outside.html("Twelve ships came.")
site = outside.site  # one whose pages a test writes


@pytest.fixture
def unhurried(settings):
    settings.CAPTURE_GAP_SECONDS = 20.0  # longer than a slow machine takes from one visit to the next


def a_while_passes():
    Host.objects.update(next_at=timezone.now())


def capture(resource):
    jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
    run(ledger.lease("capture"))
    return Job.objects.filter(kind="capture", key=resource.chain).latest("id")


def test_the_second_visit_waits_for_its_turn_without_counting_as_a_try(site, unhurried):
    first, second = (ResourceFactory(url=site.put(f"/{n}", PAGE), host="harbour.example.org") for n in (1, 2))
    assert capture(first).state == "done"

    job = capture(second)

    assert (job.state, job.attempts, job.last_error) == ("queued", 0, "")
    assert job.step == "waiting for its turn at harbour.example.org"
    assert timedelta() < job.run_after - timezone.now() <= timedelta(seconds=20)
    assert "/2" not in site.asked
    a_while_passes()
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    run(ledger.lease("capture"))
    assert second.snapshots.count() == 1


def test_another_website_does_not_wait(site, unhurried):
    politeness.take_turn("http://harbour.example.org/1")
    politeness.take_turn("http://quay.example.org/1")
    with pytest.raises(NotYet):
        politeness.take_turn("http://HARBOUR.example.org/2")


def test_robots_are_read_once_a_day(site):
    url = site.put("/1", PAGE)
    for _again in range(3):
        politeness.take_turn(url)
    assert site.asked == ["/robots.txt"]

    Host.objects.update(robots_read_at=timezone.now() - timedelta(hours=25))
    politeness.take_turn(url)
    assert site.asked == ["/robots.txt"] * 2


def test_a_longer_pause_is_granted_up_to_half_a_minute(site, unhurried):
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 25\n", content_type="text/plain")
    politeness.take_turn(site.put("/1", PAGE))
    assert timedelta(seconds=20) < Host.objects.get().next_at - timezone.now() <= timedelta(seconds=25)

    Host.objects.update(robots="User-agent: *\nCrawl-delay: 86400\n", next_at=timezone.now())
    politeness.take_turn(site.put("/1", PAGE))
    assert Host.objects.get().next_at - timezone.now() <= timedelta(seconds=30)


@pytest.mark.parametrize(
    ("robots", "status", "verdict"),
    [
        ("User-agent: *\nDisallow: /1\n", 200, "disallowed"),
        ("User-agent: *\nDisallow: /2\n", 200, "allowed"),
        ("User-agent: *\nDisallow: /1\n", 404, "allowed"),
        ("User-agent: *\nDisallow: /1\n", 503, "unknown"),
        ("http://127.0.0.1/robots.txt", 302, "unknown"),
        ("http://harbour.example.org/robots.txt", 302, "unknown"),
        ("User-agent: *\nDisallow: /1\n" + "#" * 10_000_000, 200, "unknown"),
        ("User-agent: *\nDisallow: /1\n" + "#" * 400_000, 200, "disallowed"),
        ("Disallow: /1\n" * 10 + "User-agent: *\nDisallow: /" + "*a" * 1000 + "b", 200, "allowed"),
        (b"\xff\xfe\x00Disallow", 200, "allowed"),
    ],
)
def test_what_robots_say_is_kept_with_the_copy(site, robots, status, verdict):
    site.put("/robots.txt", robots, status=status, content_type="text/plain")
    resource = ResourceFactory(url=site.put("/1", PAGE))

    capture(resource)

    assert resource.snapshots.get().robots == verdict


def test_robots_are_obeyed_where_the_desk_says_so(site, settings):
    settings.CAPTURE_ROBOTS = "respect"
    site.put("/robots.txt", "User-agent: FactCheckDesk\nDisallow: /\n", content_type="text/plain")

    with pytest.raises(FetchRefused, match="not read by machines") as refused:
        politeness.take_turn(site.put("/1", PAGE))
    assert refused.value.code == "robots"


@pytest.mark.parametrize(("robots", "status"), [("", 503), ("http://127.0.0.1/", 302), ("#" * 10_000_000, 200)])
def test_where_robots_are_obeyed_a_page_waits_until_they_can_be_read(site, settings, robots, status):
    settings.CAPTURE_ROBOTS = "respect"
    site.put("/robots.txt", robots, status=status)
    url = site.put("/1", PAGE)

    with pytest.raises(FetchFailed, match="could not be found out") as failed:
        politeness.take_turn(url)
    assert failed.value.code == "robots_unread"

    site.put("/robots.txt", "User-agent: *\nDisallow: /2\n")
    a_while_passes()
    assert politeness.take_turn(url) == "allowed"


def test_what_robots_last_said_holds_while_they_cannot_be_read(site):
    site.put("/robots.txt", "User-agent: *\nDisallow: /1\n")
    url = site.put("/1", PAGE)
    politeness.take_turn(url)
    Host.objects.update(robots_read_at=timezone.now() - timedelta(hours=25))
    site.put("/robots.txt", "", status=503)

    assert politeness.take_turn(url) == "disallowed"


def test_a_job_that_waits_for_its_turn_can_be_stopped(site, unhurried):
    politeness.take_turn("http://harbour.example.org/0")
    resource = ResourceFactory(url=site.put("/1", PAGE))
    jobs.enqueue("capture", key=resource.chain, resource=resource.pk)
    leased = ledger.lease("capture")
    Job.objects.update(cancel_requested_by=PersonFactory())
    ledger.postpone(leased, timezone.now(), "waiting")

    assert Job.objects.get().state == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_at_once_one_is_let_in(site, unhurried):
    Host.objects.create(name="harbour.example.org", robots_read_at=timezone.now())
    together, let_in = threading.Barrier(8), []

    def come():
        together.wait()
        try:
            let_in.append(politeness.take_turn("http://harbour.example.org/1"))
        except NotYet:
            pass
        finally:
            connection.close()

    crowd = [threading.Thread(target=come) for _number in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert let_in == ["allowed"]
