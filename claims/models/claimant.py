from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClaimantManager(models.Manager["Claimant"]):
    def get_by_natural_key(self, slug: str) -> "Claimant":
        return self.get(slug=slug)


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
