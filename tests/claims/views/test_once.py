"""Every form takes effect once, whatever is pressed, sent again or replayed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from claims import urls
from claims.models import Claim, Comment, Evidence, Press, SavedView
from claims.models.press import forget_old
from claims.views import once
from tests.claims.workflow import desk
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
# Signing in and out, and what says that something was read: twice is the same as once, and it may be said again.
TWICE_IS_ONCE = re.compile(
    r'{% url "(account_|claims:(notice-open|notice-read|claim-seen|draft-drop))|{{ logout_url }}'
)


@pytest.fixture
def author(client, people):
    client.force_login(people.author)
    return people.author


def posting_forms():
    for path in sorted(TEMPLATES.rglob("*.html")):
        source = re.sub(r"\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.DOTALL)
        for form in FORM.findall(source):
            opening = form[: form.index(">")]
            if 'method="post"' in opening and not TWICE_IS_ONCE.search(opening):
                yield f"{path.relative_to(TEMPLATES)}: {opening[:80]}", form


def test_every_posting_form_of_every_template_is_marked():
    forms = list(posting_forms())

    assert len(forms) > 30
    assert [where for where, form in forms if '{% include "includes/once.html" %}' not in form] == []


def addresses():
    """Every address of the desk, with 1 for each number in it."""
    for pattern in urls.urlpatterns:
        numbers = dict.fromkeys(pattern.pattern.converters, 1)
        slugs = {
            name for name, converter in pattern.pattern.converters.items() if type(converter).__name__ != "IntConverter"
        }
        fixed = set(pattern.default_args)
        given = {name: "accept" if name in slugs else 1 for name in numbers if name not in fixed}
        yield reverse(f"claims:{pattern.name}", kwargs=given)


@pytest.mark.thorough
@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_no_address_carries_out_a_form_that_was_sent_already(client, author, address):
    sent = RequestFactory().post(address, {"once": "a", "text": "Hm."})
    sent.user = author
    Press.objects.create(mark=once.mark_of(sent), ended=True, answer="/where/it/led/")

    answer = client.post(address, {"once": "a", "text": "Hm."})

    assert (answer.status_code, answer.url) == (302, "/where/it/led/")


def test_a_form_sent_again_says_so_in_one_sentence_and_leads_where_it_led(client, author):
    data = {
        "statement": "Nine ships.",
        "kind": "past",
        "language": "en",
        "position": "asserts",
        "url": "https://a.org/",
    }

    first = client.post(reverse("claims:claim-new"), data | {"once": "x"})
    again = client.post(reverse("claims:claim-new"), data | {"once": "x"}, follow=True)

    claim = Claim.objects.get()
    assert first.url == again.redirect_chain[0][0] == reverse("claims:claim-detail", args=[claim.pk])
    assert [str(message) for message in again.context["messages"]] == ["This was sent twice; it was done once."]


def test_another_page_another_text_and_another_person_are_other_presses(client, people):
    claim = desk.in_research(people)
    address = reverse("claims:comment-add", args=[claim.pk])
    for person, mark, text in [
        (people.author, "a", "Hm."),
        (people.author, "a", "Hm."),
        (people.author, "b", "Hm."),
        (people.author, "a", "Ah."),
        (people.editor, "a", "Hm."),
    ]:
        client.force_login(person)
        client.post(address, {"once": mark, "text": text})

    said = Comment.objects.order_by("pk").values_list("by", "text")
    me = people.author.pk
    assert list(said) == [(me, "Hm."), (me, "Hm."), (me, "Ah."), (people.editor.pk, "Hm.")]


def test_a_new_mask_on_the_csrf_token_does_not_make_another_press():
    request = RequestFactory().post("/", {})
    marks = set()
    for token in ("aaa", "bbb"):
        request.POST = QueryDict(f"once=x&text=Hm&csrfmiddlewaretoken={token}")
        request.user = type("Someone", (), {"pk": 1})()
        marks.add(once.mark_of(request))

    assert len(marks) == 1


def test_a_form_that_was_refused_may_be_sent_again_as_it_was(client, people):
    claim = desk.in_review(people)
    client.force_login(people.editor)
    address = reverse("claims:claim-step", args=[claim.pk, "approve"])
    comment = Comment.objects.create(claim=claim, by=people.author, text="Who counted?")
    client.post(reverse("claims:verdict-show", args=[claim.pk]))
    data = {"once": "x", "seen": desk.seen(claim)}

    assert client.post(address, data).status_code == 422
    comment.resolved_at, comment.resolved_by = timezone.now(), people.editor
    comment.save()

    assert client.post(address, data).status_code == 302
    assert desk.reload(claim).status == "approved"


def test_the_same_file_sent_twice_is_kept_once_and_another_file_too(client, people):
    claim = desk.in_research(people)
    client.force_login(people.author)

    def upload(text):
        file = SimpleUploadedFile("count.txt", text, "text/plain")
        data = {"once": "x", "file": file, "title": "Count", "stance": "supports", "kind": "news"}
        return client.post(reverse("claims:evidence-upload", args=[claim.pk]), data)

    first, again, other = upload(b"Twelve ships came."), upload(b"Twelve ships came."), upload(b"Eleven ships came.")

    assert first.url == again.url != other.url
    assert Evidence.objects.filter(claim=claim).count() == 2


def test_a_part_of_a_page_that_was_answered_already_stays_as_it_is(client, people):
    claim = desk.in_research(people)
    client.force_login(people.author)
    sent = RequestFactory().post(f"/claims/{claim.pk}/rubric/", {"once": "x"})
    sent.user = people.author
    Press.objects.create(mark=once.mark_of(sent), ended=True)

    answer = client.post(f"/claims/{claim.pk}/rubric/", {"once": "x"}, headers={"HX-Request": "true"})
    whole = client.post(f"/claims/{claim.pk}/rubric/", {"once": "x"}, headers={"Referer": "http://testserver/desk/"})
    strange = client.post(f"/claims/{claim.pk}/rubric/", {"once": "x"}, headers={"Referer": "https://evil.example/"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert whole.url == "http://testserver/desk/"
    assert strange.url == "/"


def test_a_press_cut_off_by_a_crash_is_taken_up_after_a_minute_and_not_before(client, author):
    data = {"name": "Mine", "query": "view=mine", "once": "x"}
    sent = RequestFactory().post(reverse("claims:view-save"), data)
    sent.user = author
    press = Press.objects.create(mark=once.mark_of(sent))

    assert not Press.objects.take(press.mark)
    Press.objects.update(at=timezone.now() - timedelta(seconds=61))
    client.post(reverse("claims:view-save"), data)

    assert SavedView.objects.filter(owner=author, name="Mine").count() == 1
    assert Press.objects.get().ended


def test_who_waits_too_long_for_the_first_press_is_not_carried_out(client, author, monkeypatch):
    monkeypatch.setattr(once, "PATIENCE", 0.1)
    data = {"name": "Mine", "query": "view=mine", "once": "x"}
    sent = RequestFactory().post(reverse("claims:view-save"), data)
    sent.user = author
    Press.objects.create(mark=once.mark_of(sent))

    assert client.post(reverse("claims:view-save"), data).status_code == 302
    assert not SavedView.objects.filter(name="Mine").exists()


def test_forms_sent_days_ago_are_forgotten(client, author):
    Press.objects.create(mark="old", at=timezone.now() - timedelta(days=3))
    Press.objects.create(mark="new", at=timezone.now() - timedelta(days=1))

    assert forget_old() == 1
    assert str(Press.objects.get()) == "new"


def test_a_stranger_s_form_is_no_press(client):
    claim = ClaimFactory()
    answer = client.post(reverse("claims:comment-add", args=[claim.pk]), {"once": "x", "text": "Hm."})

    assert answer.url.startswith(reverse("account_login"))
    assert not Press.objects.exists()
