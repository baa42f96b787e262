"""How long claims stood in each stage: what the charts of the desk add up."""

from django.db import models


class Stay(models.Model):
    """One stretch of time in one stage, written by a trigger when a claim leaves it.

    The record of steps says the same (see the migration, which reads it from there); this table is narrow, so that the
    charts need not open a year of events.
    """

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="+", db_index=False)
    stage = models.CharField(max_length=20)
    next_stage = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    left_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="stay_left", fields=["left_at"], include=["stage", "next_stage", "claim", "began_at"]),
            models.Index(name="stay_of_claim", fields=["claim"]),
        ]

    def __str__(self) -> str:
        return f"claim {self.claim_id} in {self.stage} until {self.left_at}"
