"""``manage.py new_newsroom``: one's own desk, beside the demonstration one and never over another."""

import json
from argparse import ArgumentTypeError
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.models import ChecklistItem, Claim, Desk, Person, Rating, RubricQuestion
from claims.workflow.people import count_staff
from factcheck import firstrun
from factcheck.management.commands.new_newsroom import read_person
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
PEOPLE = ["First Last:editor", "First Last:checker", "Other Name:checker", "김:auditor"]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    (tmp_path / "secrets").mkdir()
    return tmp_path


def open_one(*given, **options):
    out = StringIO()
    call_command("new_newsroom", *given, stdout=out, **options)
    return out.getvalue()


def test_ones_own_newsroom_has_its_name_its_people_and_no_claims(folder):
    said = open_one(
        "Harbour desk", "--publisher", "https://harbour.example.org/", "--time-zone", "Europe/Berlin",
        *(word for person in PEOPLE for word in ("--person", person)),
    )  # fmt: skip

    desk = Desk.objects.get()
    assert (desk.name, desk.publisher_url, desk.time_zone, desk.is_demo) == (
        "Harbour desk", "https://harbour.example.org/", "Europe/Berlin", False,
    )  # fmt: skip
    assert list(Person.objects.order_by("pk").values_list("username", "role", "is_staff")) == [
        ("administrator", "administrator", True), ("first-last", "editor", False), ("first-last-2", "checker", False),
        ("other-name", "checker", False), ("person-4", "auditor", True),
    ]  # fmt: skip
    assert f"make run VAR_DIR={folder}" in said
    assert not Claim.objects.exists()
    assert count_staff().can_publish
    for kind in (Rating.objects.offered(), ChecklistItem.objects.current(), RubricQuestion.objects.current()):
        assert kind.exists()


def test_everybody_can_sign_in_with_the_password_that_is_printed(folder):
    said = open_one("Harbour desk", "--person", "First Last:editor")

    known = json.loads((folder / "secrets" / "first-passwords.json").read_text())
    assert set(known) == {"administrator", "first-last"}
    for username, password in known.items():
        assert Person.objects.get(username=username).check_password(password)
        assert password in said


def test_a_newsroom_that_is_there_is_left_alone():
    PersonFactory()
    with pytest.raises(CommandError, match="already: name another folder"):
        open_one("Harbour desk")

    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [(("--time-zone", "Nowhere/Land"), "no time zone"), (("--publisher", "nowhere"), "no web address")],
)
def test_what_is_no_address_or_zone_is_refused_before_anything_is_made(given, why):
    with pytest.raises(CommandError, match=why):
        open_one("Harbour desk", *given)

    assert not Person.objects.exists()


@pytest.mark.parametrize("text", ["First Last", "First Last:boss", ":editor", ""])
def test_a_person_is_a_name_with_a_role(text):
    with pytest.raises(ArgumentTypeError, match="First Last:contributor"):
        read_person(text)
    with pytest.raises(CommandError):
        open_one("Harbour desk", "--person", text)


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_welcome_says_whose_demonstration_this_is_and_how_to_start_ones_own(monkeypatch, is_demo):
    monkeypatch.setattr(firstrun.connections, "close_all", lambda: None)
    Desk.objects.current()
    Desk.objects.update(is_demo=is_demo)
    said = []
    firstrun.welcome(said.append)

    assert ("This is the demonstration newsroom." in "\n".join(said)) is is_demo
    assert ("manage.py new_newsroom" in "\n".join(said)) is is_demo
