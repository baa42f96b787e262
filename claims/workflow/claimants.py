"""Who makes claims: found by name, or made new by whoever adds where a claim was made."""

import unicodedata

from django.utils.text import slugify
from django.utils.translation import gettext as _

from claims.models import Claimant, Person
from claims.workflow.apply import Refused
from claims.workflow.people import record_setting

LONGEST_NAME = 160


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
    known = known_claimant(name)
    if known is not None:
        return known
    values = {"name": name, "kind": kind if kind in Claimant.Kind.values else Claimant.Kind.PERSON}
    slug = slugify(name)[:70] or "claimant"
    number, made = 1, False
    while not made:
        row, made = Claimant.objects.get_or_create(slug=slug if number == 1 else f"{slug}-{number}", defaults=values)
        if not made and fold(row.name) == fold(name):
            return row  # somebody else was faster
        number += 1
    if by is not None:
        record_setting(row, "add_setting", by=by, before={}, after=values)
    return row
