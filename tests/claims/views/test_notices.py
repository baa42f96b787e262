import pytest
from django.urls import reverse

from claims.models import Assignment, Desk, Event, NoticePreference, Notification
from claims.notifications import choices
from claims.notifications.choices import Wish
from claims.views.notices import PLACES
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

LIST, CHOICES = "/notices/", "/profile/notices/"


def tell(person, text="It is public now.", claim=None, kind="publish", **fields):
    claim = claim or ClaimFactory()
    event = Event.objects.append(claim, kind, by=None)
    return Notification.objects.create(person=person, event=event, claim=claim, kind=kind, text=text, **fields)


@pytest.fixture
def checker(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def body_of(client, address=LIST, **asked):
    return client.get(address, asked).content.decode()


@pytest.mark.parametrize("address", [LIST, CHOICES, "/my-day/"])
def test_they_are_for_people_who_signed_in(client, address):
    assert client.get(address).status_code == 302


def test_person_sees_his_own_notices_unread_first_then_newest(client, checker):
    tell(checker, "First.")
    tell(checker, "Second.")
    tell(PersonFactory(), "For another.")
    read = tell(checker, "Read, newest.")
    client.post(reverse("claims:notice-read", args=[read.pk]))

    body = body_of(client)

    assert body.index("Second.") < body.index("First.") < body.index("Read, newest.")
    assert "For another." not in body
    assert "2 unread notices" in body


def test_notice_of_a_claim_that_became_confidential_is_left_out(client, checker):
    tell(checker, "Told before.", ClaimFactory(confidential=True))

    assert "Told before." not in body_of(client)


def test_what_goes_by_mail_only_is_neither_listed_nor_counted(client, checker):
    tell(checker, "By mail.", in_app=False)

    body = body_of(client)

    assert "By mail." not in body
    assert "0 unread notices" in body


@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("unread", {"Public.", "Yours."}),
        ("yours", {"Yours.", "Read."}),
        ("public", {"Public."}),
        ("dates", set()),
        ("nonsense", {"Public.", "Yours.", "Read."}),
    ],
)
def test_list_is_filtered_by_what_it_is_about(client, checker, show, seen):
    tell(checker, "Public.")
    tell(checker, "Yours.", kind="assign")
    read = tell(checker, "Read.", kind="mention")
    client.post(reverse("claims:notice-read", args=[read.pk]))

    body = body_of(client, show=show)

    assert {text for text in ("Public.", "Yours.", "Read.") if text in body} == seen


def test_reading_all_leaves_none_unread(client, checker):
    tell(checker)

    client.post(reverse("claims:notice-read-all"))

    assert not Notification.objects.filter(read_at__isnull=True).exists()
    assert "0 unread notices" in body_of(client)


def test_reading_all_takes_only_what_the_page_held(client, checker):
    yours = tell(checker, kind="assign")
    public = tell(checker)
    later = tell(checker, kind="assign")
    others = tell(PersonFactory(), kind="assign")

    response = client.post(reverse("claims:notice-read-all"), {"show": "yours", "upto": public.pk})

    unread = set(Notification.objects.filter(read_at__isnull=True).values_list("pk", flat=True))
    assert unread == {public.pk, later.pk, others.pk}
    assert yours.pk not in unread
    assert response["Location"] == "/notices/?show=yours"


def test_one_is_marked_read_without_leaving_the_list(client, checker):
    row = tell(checker)

    response = client.post(reverse("claims:notice-read", args=[row.pk]), {"show": "unread"})

    row.refresh_from_db()
    assert row.read_at is not None
    assert response["Location"] == "/notices/?show=unread"


@pytest.mark.parametrize("name", ["notice-open", "notice-read"])
def test_notice_of_somebody_else_cannot_be_opened(client, checker, name):
    row = tell(PersonFactory())

    assert client.post(reverse(f"claims:{name}", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


@pytest.mark.parametrize(
    ("kind", "place"),
    [("comment", "#comments"), ("source_changed", "#evidence"), ("publish", ""), ("return", "#your-move")],
)
def test_opening_a_notice_leads_to_the_place_it_is_about(client, checker, kind, place):
    row = tell(checker, kind=kind)

    response = client.post(reverse("claims:notice-open", args=[row.pk]))

    assert response["Location"] == reverse("claims:claim-detail", args=[row.claim_id]) + place


AT_THE_TOP = {
    "unassign", "take_over", "turn_down", "release", "wake", "resume", "pass", "cross_check", "waive_cross_check", "decide",
    "void", "approve", "publish_refused", "reopen", "withhold", "lift", "propose_retraction", "retract", "publish", "stand",
    "schedule", "recall", "decline", "merge",
}  # fmt: skip


def test_every_kind_of_notice_leads_to_a_part_of_the_page_or_says_that_it_is_about_the_whole():
    assert {*PLACES, *AT_THE_TOP} == set(choices.KINDS)
    assert not AT_THE_TOP & set(PLACES)


def test_opening_a_notice_without_a_claim_leads_back_to_the_list(client, checker):
    row = tell(checker)
    Notification.objects.filter(pk=row.pk).update(claim=None)

    response = client.post(reverse("claims:notice-open", args=[row.pk]))

    row.refresh_from_db()
    assert response["Location"] == reverse("claims:notice-list")
    assert row.read_at is not None


def test_notices_go_on_page_by_page_across_the_border_of_read_and_unread(client, checker):
    claim = ClaimFactory()
    rows = [tell(checker, f"Number {number:03}.", claim) for number in range(120)]
    Notification.objects.filter(pk__in=[row.pk for row in rows[:60]]).update(read_at=rows[0].created_at)
    asked, seen = "?", []
    for _page in range(4):
        body = client.get(LIST + asked).content.decode()
        listed = body[body.index("<ol") : body.index("</ol>")]
        seen += [number for number in range(120) if f'dir="auto">Number {number:03}.' in listed]
        following = body.partition('rel="next" href="')[2].partition('"')[0]
        if not following:
            break
        asked = following

    assert sorted(seen) == list(range(120))
    assert set(seen[:50]) == set(range(70, 120))  # the newest unread
    assert "First page" in body


@pytest.mark.parametrize("after", ["", "x", "u", "u0", "r99999999999999999999", "u-1", "'"])
def test_a_place_that_is_none_is_the_beginning(client, checker, after):
    tell(checker, "Here.")

    assert "Here." in body_of(client, after=after)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Nothing to tell you yet."),
        ({"after": "u1"}, "There is nothing older."),
        ({"show": "unread"}, "You have read everything."),
        ({"show": "dates"}, "Nothing of this kind yet."),
    ],
)
def test_empty_list_says_so(client, checker, asked, says):
    assert says in body_of(client, **asked)


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_however_long(client, checker, count, django_assert_num_queries):
    Desk.objects.current()
    for number in range(count):
        tell(checker, f"Number {number}.")

    with django_assert_num_queries(5):  # session, person, notices, name of the desk, jobs and unread
        client.get(LIST)


# --- what a person wants to be told


def form(**changes):
    sent = {"my_day": "on"}
    for kind in choices.kinds_sent():
        wish = choices.default_of(kind)
        sent[f"mail-{kind}"] = "now" if wish.email else "morning" if wish.digest else "no"
        sent |= {f"app-{kind}": "on"} if wish.in_app else {}
    return {name: value for name, value in (sent | changes).items() if value is not None}


def test_choices_show_what_holds_now(client, checker):
    choices.save_wishes(checker, {"assign": Wish(in_app=False, digest=True)})

    body = body_of(client, CHOICES)

    row = body[body.index('name="app-assign"') : body.index('name="app-assign"') + 700]
    assert " checked" not in row[: row.index("<select")]
    assert '<option value="morning" selected>' in row
    assert "No e-mail address is kept for you" in body


def test_choices_are_kept_for_the_person_who_made_them(client, checker):
    response = client.post(CHOICES, form(**{"mail-publish": "now", "app-assign": None, "my_day": None}))

    assert response["Location"] == CHOICES
    assert choices.wish_of(checker, "publish") == Wish(email=True)
    assert choices.wish_of(checker, "assign") == Wish(in_app=False, email=True)
    assert not choices.wish_of(checker, choices.MY_DAY).email
    assert NoticePreference.objects.count() == 3
    assert "Your choices are kept." in body_of(client, CHOICES)


@pytest.mark.parametrize("change", [{"mail-publish": None}, {"mail-publish": "always"}])
def test_a_form_that_is_not_whole_changes_nothing(client, checker, change):
    response = client.post(CHOICES, form(**{"mail-assign": "no"} | change))

    assert response.status_code == 422
    assert "nothing was changed" in response.content.decode()
    assert not NoticePreference.objects.exists()


def test_one_press_takes_back_to_what_the_desk_suggests(client, checker):
    client.post(CHOICES, form(**{"mail-publish": "now", "my_day": None}))

    client.post(CHOICES, {"reset": "1"})

    assert not NoticePreference.objects.exists()


# --- the day as a page


def test_my_day_shows_what_is_asked_of_me(client, checker):
    claim = ClaimFactory(status="in_research", due_at="2020-01-01T00:00Z", statement="Long overdue.")
    Assignment.objects.create(claim=claim, person=checker, role="checker")
    tell(checker, "An editor asks for changes.", claim)

    body = body_of(client, "/my-day/")

    assert 'id="overdue"' in body
    assert "Long overdue." in body
    assert "An editor asks for changes." in body


def test_an_empty_day_says_so(client, checker):
    assert "Nothing is asked of you today." in body_of(client, "/my-day/")


@pytest.mark.parametrize("count", [1, 3])
def test_my_day_costs_the_same_however_full(client, checker, count, django_assert_num_queries):
    Desk.objects.current()
    for number in range(count):
        claim = ClaimFactory(status="in_research", due_at="2020-01-01T00:00Z")
        Assignment.objects.create(claim=claim, person=checker, role="checker")
        tell(checker, f"Number {number}.", claim)

    with django_assert_num_queries(8):  # session, person, four lists, name of the desk, jobs and unread
        client.get("/my-day/")
