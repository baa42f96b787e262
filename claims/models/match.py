"""Finding the same claim again: what is searched, how rare each word is, and what was found."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ClaimText(models.Model):
    """The stems of one claim, kept beside the claim so that imports need not wait for them."""

    claim = models.OneToOneField("claims.Claim", on_delete=models.CASCADE, primary_key=True, related_name="text")
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    stems = ArrayField(models.TextField())
    length = models.PositiveIntegerField()
    content_version = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [GinIndex(name="claim_text_stems", fields=["stems"])]

    def __str__(self) -> str:
        return f"text of claim {self.claim_id}"


class TermStat(models.Model):
    """In how many claims a stem occurs; refreshed by the clock."""

    term = models.TextField(primary_key=True)
    df = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.term}: {self.df}"


class Match(models.Model):
    """A claim or a candidate beside a claim that may say the same."""

    class Decision(models.TextChoices):
        NONE = "", _("Undecided")
        SAME = "same", _("The same claim")
        RELATED = "related", _("Related")
        DIFFERENT = "different", _("Another claim")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, null=True, related_name="matches")
    candidate = models.ForeignKey("claims.Candidate", on_delete=models.CASCADE, null=True, related_name="matches")
    target = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="matched_by")
    score = models.FloatField(help_text=_("0 to 1; not a probability."))
    label = models.CharField(max_length=10, blank=True)
    reasons = models.JSONField(default=dict, blank=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = _("matches")
        ordering = ["-score", "id"]
        constraints = [
            models.CheckConstraint(
                name="match_of_claim_or_candidate",
                condition=Q(claim__isnull=True, candidate__isnull=False)
                | Q(claim__isnull=False, candidate__isnull=True),
            ),
            models.CheckConstraint(
                name="match_decided_all_or_nothing",
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
            ),
            models.UniqueConstraint(name="match_once", fields=["claim", "candidate", "target"], nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id or self.candidate_id} ~ {self.target_id}: {self.score:.2f}"
