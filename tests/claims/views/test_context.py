import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
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


def test_the_number_beside_background_work_is_the_one_its_page_tells(rf, client):
    for number, (state, attempts) in enumerate(
        [("queued", 0), ("queued", 2), ("running", 1), ("failed", 3), ("failed", 3), ("done", 1), ("cancelled", 1)]
    ):
        leased = {"token": 1, "lease_until": timezone.now()} if state == "running" else {}
        fields = {"kind": "capture", "queue": "capture", "state": state, "attempts": attempts}
        Job.objects.create(key=str(number), **fields, **leased)
    person = PersonFactory()
    client.force_login(person)
    page = client.get("/jobs/")

    assert asked(rf, person)["jobs_in_trouble"]() == page.context["counts"]["trouble"] == 3
    assert len(client.get("/jobs/?state=trouble").context["rows"]) == 3
    assert "3 in trouble" in page.content.decode()
    assert asked(rf)["jobs_in_trouble"]() == 0


def test_nobody_has_no_notices(rf):
    assert asked(rf)["unread_notices"]() == 0
    assert asked(rf, PersonFactory())["unread_notices"]() == 0


def time_zone_of(request):
    return context.local_manner(lambda request: HttpResponse(timezone.get_current_timezone_name()))(
        request
    ).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "the_desks", "shown"),
    [("Asia/Seoul", "UTC", "Asia/Seoul"), ("", "Europe/Kyiv", "Europe/Kyiv"), ("Nowhere/Land", "UTC", "UTC")],
)
def test_dates_are_in_the_time_zone_of_the_person_else_of_the_desk(rf, mine, the_desks, shown):
    Desk.objects.update_or_create(pk=1, defaults={"time_zone": the_desks})
    request = rf.get("/claims/")
    request.user, request.COOKIES["sessionid"] = PersonFactory(time_zone=mine), "one"

    assert time_zone_of(request) == shown


def test_the_public_reads_universal_time(rf):
    request = rf.get("/fact-checks/")
    request.user = AnonymousUser()

    assert time_zone_of(request) == "UTC"
