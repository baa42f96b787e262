from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RatingScaleManager(models.Manager["RatingScale"]):
    def get_by_natural_key(self, slug: str) -> "RatingScale":
        return self.get(slug=slug)


class RatingScale(models.Model):
    """A published scale of verdicts."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    is_current = models.BooleanField(default=False)

    objects: ClassVar[RatingScaleManager] = RatingScaleManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_current_scale", fields=["is_current"], condition=Q(is_current=True))
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class RatingManager(models.Manager["Rating"]):
    def get_by_natural_key(self, scale: str, code: str) -> "Rating":
        return self.get(scale__slug=scale, code=code)

    def offered(self) -> models.QuerySet["Rating"]:
        """The ratings a verdict may be given from today, best to worst, those without a number last."""
        return self.filter(scale__is_current=True, is_retired=False).order_by("position")


class Rating(models.Model):
    """One verdict of a scale.  A rating in use is retired and replaced, never edited (a trigger holds it)."""

    class Family(models.TextChoices):
        TRUE = "true", _("On the true side")
        MIXED = "mixed", _("Mixed")
        FALSE = "false", _("False")
        OPEN = "open", _("Open")

    scale = models.ForeignKey(RatingScale, on_delete=models.PROTECT, related_name="ratings")
    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    definition = models.CharField(max_length=300)
    family = models.CharField(max_length=10, choices=Family.choices)
    value = models.SmallIntegerField(null=True, blank=True, help_text=_("Empty: a verdict without a number."))
    needs_evidence = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False)

    objects: ClassVar[RatingManager] = RatingManager()

    class Meta:
        ordering = ["scale", "position"]
        constraints = [models.UniqueConstraint(name="rating_code_once", fields=["scale", "code"])]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[str, str]:
        return (self.scale.slug, self.code)

    natural_key.dependencies = ["claims.ratingscale"]  # type: ignore[attr-defined]
