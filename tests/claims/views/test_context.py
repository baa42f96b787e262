import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from claims.models import Desk, Job
from claims.views import context
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def asked(rf, person=None):
    request = rf.get("/")
    request.user = person or AnonymousUser()
    return context.desk(request)


def test_nothing_is_read_until_a_page_asks(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        asked(rf)


def test_name_is_that_of_the_desk(rf):
    Desk.objects.update_or_create(pk=1, defaults={"name": "Harbour desk"})

    assert str(asked(rf)["desk_name"]) == "Harbour desk"


def test_jobs_at_work_are_those_that_run_or_were_given_up(rf):
    for number, state in enumerate(["queued", "running", "failed", "done"]):
        leased = {"token": 1, "lease_until": timezone.now()} if state == "running" else {}
        Job.objects.create(kind="capture", key=str(number), queue="capture", state=state, **leased)

    assert asked(rf, PersonFactory())["jobs_at_work"]() == 2
    assert asked(rf)["jobs_at_work"]() == 0


def test_nobody_has_no_notices(rf):
    assert asked(rf)["unread_notices"]() == 0
    assert asked(rf, PersonFactory())["unread_notices"]() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "the_desks", "shown"),
    [("Asia/Seoul", "UTC", "Asia/Seoul"), ("", "Europe/Kyiv", "Europe/Kyiv"), ("Nowhere/Land", "UTC", "UTC")],
)
def test_dates_are_in_the_time_zone_of_the_person_else_of_the_desk(rf, mine, the_desks, shown):
    Desk.objects.update_or_create(pk=1, defaults={"time_zone": the_desks})
    request = rf.get("/claims/")
    request.user, request.COOKIES["sessionid"] = PersonFactory(time_zone=mine), "one"

    seen = context.local_time(lambda request: timezone.get_current_timezone_name())(request)

    assert seen == shown


def test_the_public_reads_universal_time(rf):
    request = rf.get("/fact-checks/")
    request.user = AnonymousUser()

    assert context.local_time(lambda request: timezone.get_current_timezone_name())(request) == "UTC"
