import pytest

from claims.models import Claimant, Event
from claims.workflow import claimants
from claims.workflow.apply import Refused
from claims.workflow.claimants import fold, name_claimant
from tests.claims.workflow import desk
from tests.factories import ClaimantFactory


@pytest.mark.parametrize(
    ("one", "other"),
    [("Harbour Office", "harbour  office"), ("São Tomé port", "Sao Tome Port"), ("A.B. Shipping", "A B Shipping")],
)
def test_two_spellings_of_one_name_are_one(one, other):
    assert fold(one) == fold(other)


def test_other_names_stay_apart():
    assert fold("Harbour Office") != fold("Harbour Offices")


@pytest.mark.django_db
def test_a_name_nobody_has_yet_is_made_and_the_desks_record_says_by_whom():
    people = desk.hire()
    row = name_claimant("  Pilots’   union ", by=people.author, kind="organisation")

    assert (row.name, row.kind, row.slug) == ("Pilots’ union", "organisation", "pilots-union")
    told = Event.objects.get(chain="desk", action="add_setting")
    assert (told.actor_ref, told.details["name"]) == (people.author.ref, "Pilots’ union")


@pytest.mark.django_db
def test_a_known_name_is_found_however_it_is_spelt():
    known = ClaimantFactory(name="Harbour office")

    assert name_claimant("HARBOUR-OFFICE", by=None) == known
    assert Claimant.objects.count() == 1


@pytest.mark.django_db
def test_two_names_that_make_one_address_get_two():
    first = name_claimant("Port (north)", by=None)
    second = name_claimant("Port north II", by=None)
    Claimant.objects.filter(pk=second.pk).update(slug="port-west")
    third = name_claimant("Port west", by=None, kind="nobody")

    assert {first.slug, third.slug} == {"port-north", "port-west-2"}
    assert third.kind == "person"
    assert name_claimant("東", by=None).slug == "claimant"


@pytest.mark.django_db
def test_the_faster_of_two_makes_it_and_the_other_takes_it(monkeypatch):
    made = ClaimantFactory(name="Harbour office", slug="harbour-office")
    monkeypatch.setattr(claimants, "known_claimant", lambda name: None)

    assert name_claimant("Harbour office", by=None) == made


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "...", "x" * 161])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(Refused, match="Give the name"):
        name_claimant(name, by=None)
    assert not Claimant.objects.exists()
