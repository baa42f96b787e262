"""Saved views: one's own and the desk's, kept, renamed, shared and forgotten."""

import pytest
from django.urls import reverse

from claims.models import SavedView
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

QUEUE = "/claims/"


@pytest.fixture
def editor(client):
    person = PersonFactory(role="editor", name="Desk Editor")
    client.force_login(person)
    return person


def post(client, view, /, *args, **data):
    return client.post(reverse(f"claims:{view}", args=args), data, follow=True)


def told(response):
    return [str(message) for message in response.context["messages"]]


def listed(client, address=QUEUE):
    return [(view.name, view.count, view.is_desks) for view in client.get(address).context["rail"].saved]


def test_a_saved_view_is_its_owners_and_the_desks_are_everybodys(client, editor):
    SavedView.objects.create(name="Urgent ones", query="worth=high")
    SavedView.objects.create(name="Somebody's own", query="worth=low", owner=PersonFactory())
    ClaimFactory(worth="high")
    kept = post(client, "view-save", name="  My   view ", query="worth=high&sort=newest&nonsense=1")

    assert told(kept) == ["Saved: My view."]
    assert kept.redirect_chain[-1][0] == f"{QUEUE}?worth=high&sort=newest"
    assert listed(client) == [("My view", "1", False), ("Urgent ones", "1", True)]


def test_what_is_said_of_a_view_keeps_its_name_apart(client, editor):
    (saved,) = told(post(client, "view-save", name="תצוגה 7", query="worth=high"))
    view = SavedView.objects.get()
    (renamed,) = told(post(client, "view-rename", view.pk, name="מבט 8"))
    (shared,) = told(post(client, "view-share", view.pk, shared="1"))
    (forgotten,) = told(post(client, "view-remove", view.pk))

    assert saved == "Saved: \u2068תצוגה 7\u2069."
    assert [words.partition("\u2068")[2] for words in (renamed, shared, forgotten)] == ["מבט 8\u2069."] * 3


def test_the_name_of_a_saved_view_is_the_heading_of_its_page(client, editor):
    SavedView.objects.create(name="Urgent <ones>", query="worth=high")
    ClaimFactory(worth="high")

    assert "Urgent &lt;ones&gt;</h1>" in client.get(QUEUE, {"worth": "high"}).content.decode()
    assert "All open</h1>" in client.get(QUEUE).content.decode()


def test_a_view_saved_again_under_its_name_holds_the_new_filters(client, editor):
    post(client, "view-save", name="Mine", query="worth=high")
    post(client, "view-save", name="Mine", query="worth=low")

    assert [(view.owner, view.query) for view in SavedView.objects.all()] == [(editor, "worth=low")]


def test_an_editor_saves_a_view_for_the_desk_and_nobody_else_does(client, editor):
    said = told(post(client, "view-save", name="For all", query="worth=high", shared="1"))
    checker = PersonFactory(role="checker")
    client.force_login(checker)
    post(client, "view-save", name="For me", query="worth=low", shared="1")

    assert said == ["Saved for the desk: For all."]
    assert {(view.name, view.owner) for view in SavedView.objects.all()} == {("For all", None), ("For me", checker)}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"name": " \x00", "query": "worth=high"}, "Give the view a name."),
        ({"name": "Long", "query": "&".join(f"topic=topic-{n}" for n in range(60))}, "These are too many filters"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(client, editor, given, refusal):
    assert told(post(client, "view-save", **given))[0].startswith(refusal)
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_by_its_owner_unless_the_name_is_taken(client, editor):
    view = SavedView.objects.create(name="Mine", query="worth=high", owner=editor)
    SavedView.objects.create(name="Taken", query="worth=low", owner=editor)

    assert told(post(client, "view-rename", view.pk, name="Urgent")) == ["Renamed: Urgent."]
    taken = "There is a view of this name already; choose another name."
    assert told(post(client, "view-rename", view.pk, name="Taken")) == [taken]
    assert told(post(client, "view-rename", view.pk, name="")) == ["Give the view a name."]
    view.refresh_from_db()
    assert (view.name, view.query) == ("Urgent", "worth=high")


def test_an_editor_shares_a_view_with_the_desk_and_takes_it_back(client, editor):
    view = SavedView.objects.create(name="Mine", query="worth=high", owner=editor)

    assert told(post(client, "view-share", view.pk, shared="1")) == ["Everybody on the desk sees it now: Mine."]
    client.force_login(PersonFactory(role="contributor"))
    assert listed(client) == [("Mine", "0", True)]
    client.force_login(editor)
    assert told(post(client, "view-share", view.pk)) == ["Only you see it now: Mine."]
    client.force_login(PersonFactory(role="contributor"))
    assert listed(client) == []


def test_a_view_is_not_shared_over_one_of_the_desk(client, editor):
    view = SavedView.objects.create(name="Same", query="worth=high", owner=editor)
    SavedView.objects.create(name="Same", query="worth=low")
    page = post(client, "view-share", view.pk, shared="1")

    assert told(page) == ["There is a view of this name already; choose another name."]
    assert SavedView.objects.get(pk=view.pk).owner == editor


def test_views_of_others_cannot_be_touched_and_those_of_the_desk_by_editors_only(client, editor):
    others = SavedView.objects.create(name="Other", query="worth=high", owner=PersonFactory())
    desks = SavedView.objects.create(name="Desk", query="worth=high")
    for name in ("view-rename", "view-share", "view-remove"):
        assert post(client, name, others.pk, name="New").status_code == 404
    checker = PersonFactory(role="checker")
    own = SavedView.objects.create(name="Own", query="worth=high", owner=checker)
    client.force_login(checker)
    for name in ("view-rename", "view-share", "view-remove"):
        assert post(client, name, desks.pk, name="New").status_code == 404
    assert post(client, "view-share", own.pk, shared="1").status_code == 404

    assert set(SavedView.objects.values_list("name", "owner")) == {
        ("Other", others.owner_id), ("Desk", None), ("Own", checker.pk),
    }  # fmt: skip


def test_a_view_is_forgotten_and_its_filters_stay_on_the_page(client, editor):
    mine = SavedView.objects.create(name="Mine", query="worth=high", owner=editor)
    desks = SavedView.objects.create(name="Desk", query="worth=low")
    page = post(client, "view-remove", mine.pk)

    assert told(page) == ["Forgotten: Mine."]
    assert page.redirect_chain[-1][0] == f"{QUEUE}?worth=high"
    assert list(SavedView.objects.all()) == [desks]
    post(client, "view-remove", desks.pk)
    assert not SavedView.objects.exists()


def test_what_one_may_do_with_a_view_is_offered_beside_its_name(client, editor):
    SavedView.objects.create(name="Desk", query="worth=low")
    own = PersonFactory(role="checker")
    SavedView.objects.create(name="Own", query="worth=high", owner=own)
    offers = {}
    for person, query in ((editor, "low"), (own, "low"), (own, "high")):
        client.force_login(person)
        page = client.get(QUEUE, {"worth": query}).content.decode()
        offers[person.role, query] = [word for word in ("/rename/", "/share/", "/remove/") if word in page]

    assert offers == {
        ("editor", "low"): ["/rename/", "/share/", "/remove/"],
        ("checker", "low"): [],
        ("checker", "high"): ["/rename/", "/remove/"],
    }
