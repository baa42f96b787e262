"""What somebody is writing and has not saved: kept on the server, and shown to nobody but its writer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """Unsaved text of one person in one form of one claim, written in one window.

    It is no part of the record: it becomes one edit when its writer presses Save, and goes with that.

    Attributes:
        key: chosen by the window that writes; two windows of one person write two drafts.
        version: counts the saves, so that who took a draft up knows whether another window wrote on in it.
        texts: the fields that differ from what the writer had before his eyes.
        seen: the mark of what he had before his eyes, for each of them (see ``workflow.edit.digest``).
    """

    class Part(models.TextChoices):
        STATEMENT = "statement", _("Statement")
        VERDICT = "verdict", _("Verdict")

    MOST_WINDOWS = 20  # drafts one person may have open in one form of one claim

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    part = models.CharField(max_length=12, choices=Part.choices)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    texts = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="draft_one_per_window", fields=["claim", "person", "part", "key"]),
            models.CheckConstraint(name="draft_part_known", condition=models.Q(part__in=["statement", "verdict"])),
        ]

    def __str__(self) -> str:
        return f"draft of {self.person_id} in the {self.part} of claim {self.claim_id}"

    @property
    def mark(self) -> str:
        """Which draft this is and how far it was written when it was taken up."""
        return f"{self.key}.{self.version}"
