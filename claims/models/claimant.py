from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _


class ClaimantQuerySet(models.QuerySet["Claimant"]):
    def visible_to(self, person: Any) -> Self:
        """Leave out whom nobody names but confidential claims that this person may not see: a name tells of its claim."""
        if person.role == "editor":
            return self
        hidden = apps.get_model("claims", "Claim").objects.hidden_from(person).values("pk")
        said = apps.get_model("claims", "Appearance").objects.order_by()
        elsewhere = said.filter(claimant=OuterRef("pk")).exclude(claim__in=hidden)
        return self.exclude(Q(pk__in=said.filter(claim__in=hidden).values("claimant")) & ~Exists(elsewhere))


class ClaimantManager(models.Manager.from_queryset(ClaimantQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> "Claimant":
        found: Claimant = self.get(slug=slug)
        return found


class Claimant(models.Model):
    """A person or body that makes claims."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        GOVERNMENT = "government", _("Government")
        ORGANISATION = "organisation", _("Organisation")
        OUTLET = "outlet", _("News outlet")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.PERSON)
    position = models.CharField(_("position"), max_length=160, blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166 code, two letters."))
    wikidata = models.CharField(max_length=20, blank=True)

    objects: ClassVar[ClaimantManager] = ClaimantManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
