"""Who makes claims: found by name, or made new by whoever adds where a claim was made."""

import unicodedata
from typing import TypeVar

from django.utils.text import slugify
from django.utils.translation import gettext as _

from claims.models import Claimant, Person, Publisher, Topic
from claims.workflow.apply import Refused
from claims.workflow.people import record_setting

LONGEST_NAME = 160
ROOM_FOR_A_NUMBER = 10  # letters of a slug
Row = TypeVar("Row", Claimant, Topic, Publisher)


def fold(name: str) -> str:
    """A name without accents, case, punctuation and double spaces: what two spellings of one name have in common."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(" " if not char.isalnum() else char for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())


def known_claimant(name: str) -> Claimant | None:
    """Somebody of this name, however it is spelt; the oldest where there are several."""
    folded = fold(name)
    rows = Claimant.objects.order_by("pk").values_list("pk", "name")
    found = next((pk for pk, known in rows if fold(known) == folded), None)
    return Claimant.objects.get(pk=found) if found else None


def name_claimant(name: str, *, by: Person | None, kind: str = "") -> Claimant:
    """Give the claimant of this name, made new where nobody of the name is known; the desk's record says by whom.

    Raises:
        Refused: it is no name, or too long for one.
    """
    name = " ".join(name.split())
    if not fold(name) or len(name) > LONGEST_NAME:
        raise Refused(_("Give the name of who made the claim, in at most 160 characters."), "claimant")
    return known_claimant(name) or add_claimant(name, by=by, kind=kind)


def add_claimant(name: str, *, by: Person | None, kind: str = "") -> Claimant:
    """Add a claimant under a name that the caller knows to be new; the desk's record says by whom."""
    values = {"name": name, "kind": kind if kind in Claimant.Kind.values else Claimant.Kind.PERSON}
    return make_named(Claimant, name, values, by=by)


def make_named(model: type[Row], name: str, values: dict[str, str], *, by: Person | None) -> Row:
    """Make a claimant, a topic or a publisher under the next free slug; of two who make the same at once both get one row."""
    most = model._meta.get_field("slug").max_length or 0
    slug = slugify(name)[: most - ROOM_FOR_A_NUMBER] or model._meta.model_name or ""
    number, made = 1, False
    row: Row
    while not made:
        row, made = model.objects.get_or_create(slug=slug if number == 1 else f"{slug}-{number}", defaults=values)
        if not made and fold(row.name) == fold(name):
            return row  # somebody else was faster
        number += 1
    if by is not None:
        record_setting(row, "add_setting", by=by, before={}, after=values)
    return row
