import pytest

from claims.models import Event, Topic
from claims.workflow.apply import Refused
from claims.workflow.topics import name_topic
from tests.factories import PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_a_topic_nobody_has_named_yet_is_made_and_the_desks_record_says_by_whom():
    person = PersonFactory(role="contributor")
    made = name_topic("  Harbour   works ", by=person)

    assert (made.name, made.slug) == ("Harbour works", "harbour-works")
    told = Event.objects.get(chain="desk", action="add_setting")
    assert (told.actor_ref, told.details["name"]) == (person.ref, "Harbour works")


def test_a_known_topic_is_found_however_it_is_spelt():
    known = TopicFactory(name="Façade works")

    assert name_topic("facade-WORKS", by=PersonFactory()) == known
    assert Topic.objects.count() == 1


def test_two_topics_that_make_one_address_get_two():
    TopicFactory(name="Something else", slug="port")
    person = PersonFactory()

    assert [name_topic(name, by=person).slug for name in ("Port", "東")] == ["port-2", "topic"]


@pytest.mark.parametrize("name", ["", " . ", "x" * 81])
def test_what_is_no_name_of_a_topic_is_refused(name):
    with pytest.raises(Refused, match="Give the name of the topic"):
        name_topic(name, by=PersonFactory())
    assert not Topic.objects.exists()
