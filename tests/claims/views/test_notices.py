import pytest
from django.urls import reverse

from claims.models import Desk, Event, Notification
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db


def tell(person, text="It is public now.", claim=None):
    claim = claim or ClaimFactory()
    event = Event.objects.append(claim, "publish", by=None)
    return Notification.objects.create(person=person, event=event, claim=claim, kind="publish", text=text)


@pytest.fixture
def checker(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def test_notices_are_for_people_who_signed_in(client):
    assert client.get(reverse("claims:notice-list")).status_code == 302


def test_person_sees_his_own_notices_newest_first(client, checker):
    tell(checker, "First.")
    tell(checker, "Second.")
    tell(PersonFactory(), "For another.")

    body = client.get(reverse("claims:notice-list")).content.decode()

    assert body.index("Second.") < body.index("First.")
    assert "For another." not in body
    assert "2 unread notices" in body


def test_notice_of_a_claim_that_became_confidential_is_left_out(client, checker):
    tell(checker, "Told before.", ClaimFactory(confidential=True))

    assert "Told before." not in client.get(reverse("claims:notice-list")).content.decode()


def test_reading_all_leaves_none_unread(client, checker):
    tell(checker)

    client.post(reverse("claims:notice-read-all"))

    assert not Notification.objects.filter(read_at__isnull=True).exists()
    assert "0 unread notices" in client.get(reverse("claims:notice-list")).content.decode()


def test_notice_of_somebody_else_cannot_be_opened(client, checker):
    row = tell(PersonFactory())

    assert client.post(reverse("claims:notice-open", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_opening_a_notice_without_a_claim_leads_back_to_the_list(client, checker):
    row = tell(checker)
    Notification.objects.filter(pk=row.pk).update(claim=None)

    response = client.post(reverse("claims:notice-open", args=[row.pk]))

    row.refresh_from_db()
    assert response["Location"] == reverse("claims:notice-list")
    assert row.read_at is not None


def test_notices_go_on_page_by_page(client, checker):
    claim = ClaimFactory()
    rows = [tell(checker, f"Number {number}.", claim) for number in range(51)]

    body = client.get(reverse("claims:notice-list")).content.decode()
    older = client.get(reverse("claims:notice-list"), {"before": rows[1].pk}).content.decode()

    assert f'href="?before={rows[1].pk}"' in body
    assert "Number 0." not in body
    assert "Number 0." in older


@pytest.mark.parametrize(
    ("asked", "says"), [({}, "Nothing to tell you yet."), ({"before": "1"}, "There is nothing older.")]
)
def test_empty_list_says_so(client, checker, asked, says):
    assert says in client.get(reverse("claims:notice-list"), asked).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_however_long(client, checker, count, django_assert_num_queries):
    Desk.objects.current()
    for number in range(count):
        tell(checker, f"Number {number}.")

    with django_assert_num_queries(6):  # session, person, notices, name of the desk, jobs, unread
        client.get(reverse("claims:notice-list"))
