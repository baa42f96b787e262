"""What claims are about: found by name, or made new by whoever adds a claim."""

from django.utils.translation import gettext as _

from claims.models import Person, Topic
from claims.workflow.apply import Refused
from claims.workflow.claimants import fold, make_named

LONGEST_NAME = 80


def name_topic(name: str, *, by: Person) -> Topic:
    """Give the topic of this name, made new where none has the name, however it is spelt; the desk's record says by whom.

    Raises:
        Refused: it is no name, or too long for one.
    """
    name = " ".join(name.split())
    folded = fold(name)
    if not folded or len(name) > LONGEST_NAME:
        raise Refused(_("Give the name of the topic, in at most 80 characters."), "topic")
    known = next((topic for topic in Topic.objects.order_by("pk") if fold(topic.name) == folded), None)
    return known or make_named(Topic, name, {"name": name}, by=by)
