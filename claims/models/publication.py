"""What the public was shown, version by version, and what was put right."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class FactCheckQuerySet(models.QuerySet["FactCheck"]):
    def current(self) -> Self:
        """Versions no later one replaced; unlike ``newest`` it keeps any order and reads just its page."""
        later = FactCheck.objects.filter(claim=OuterRef("claim"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))

    def in_force(self) -> Self:
        """What readers may be told of today: current, and neither withheld nor retracted."""
        return self.current().filter(kind=FactCheck.Kind.PUBLISHED)

    def about(self, words: str) -> Self:
        """Those whose statement, headline, summary, rationale or claimants hold the words, as in a web search."""
        found = Func(F("page"), function="claims_public_words", output_field=SearchVectorField())
        return self.alias(words=found).filter(words=SearchQuery(words, config="english", search_type="websearch"))

    def rated(self, code: str) -> Self:
        """Those that say this verdict to readers; what is being worked on does not count."""
        rating = Func(F("page"), function="claims_public_rating", output_field=models.TextField())
        return self.alias(rating_code=rating).filter(rating_code=code)

    def in_language(self, code: str) -> Self:
        """Those written in a language, whatever its region: ``en`` finds ``en-GB``."""
        language = Func(F("page"), function="claims_public_language", output_field=models.TextField())
        return self.alias(language=language).filter(language=code)

    def newest(self) -> Self:
        """Only the newest version of each claim: what its public address shows today."""
        return self.order_by("claim_id", "-number").distinct("claim_id")


class FactCheck(models.Model):
    """One frozen public version of a claim's check.  The newest of a claim is what its address shows.

    Withholding, lifting and retracting write a version too: nothing public is ever overwritten.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        WITHHELD = "withheld", _("Temporarily withdrawn")
        RETRACTED = "retracted", _("Retracted")

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="fact_checks")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    revision = models.ForeignKey("claims.Revision", on_delete=models.PROTECT, related_name="fact_checks")
    slug = models.SlugField(max_length=120)
    reason = models.TextField(blank=True, help_text=_("Shown to the reader when withheld or retracted."))
    page = models.TextField(help_text=_("Everything the public page shows, as canonical JSON."))
    jsonld = models.TextField(blank=True)
    first_published_at = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = FactCheckQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(name="fact_check_number_once", fields=["claim", "number"]),
            models.CheckConstraint(
                name="fact_check_says_why_not_public", condition=Q(kind="published") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(name="fact_check_newest", fields=["-at", "-id"]),
            models.Index(name="fact_check_first", fields=["first_published_at"], condition=Q(number=1)),
        ]

    def __str__(self) -> str:
        return f"{self.slug}, version {self.number}"


class Correction(models.Model):
    """A public change after publication, typed and dated."""

    class Kind(models.TextChoices):
        CLARIFICATION = "clarification", _("Clarification")
        CORRECTION = "correction", _("Correction")
        UPDATE = "update", _("Update")
        RETRACTION = "retraction", _("Retraction")

    # What a new version may be; a retraction is none, it takes two editors and the step of that name.
    OF_A_VERSION = (Kind.CLARIFICATION, Kind.CORRECTION, Kind.UPDATE)

    fact_check = models.OneToOneField(FactCheck, on_delete=models.PROTECT, related_name="correction")
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(name="correction_says_what", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
