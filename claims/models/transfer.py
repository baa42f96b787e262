"""A file of claims that an administrator brought: tried first, written when he says so."""

from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def shared_storage() -> Storage:
    """Where every host of the desk finds a file: its job runs on any of them."""
    return storages["evidence"]


class ImportFile(models.Model):
    """One upload.  Its bytes are thrown away when it was written or given up; what came of it stays."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        JSONL = "jsonl", _("JSON Lines")
        CLAIMREVIEW = "claimreview", _("ClaimReview (JSON)")

    class State(models.TextChoices):
        WAITING = "waiting", _("Being tried")
        TRIED = "tried", _("Tried: waits for your word")
        WRITING = "writing", _("Being written")
        WRITTEN = "written", _("Written")
        FAILED = "failed", _("Could not be read")
        DISCARDED = "discarded", _("Given up")

    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="imports/", storage=shared_storage, blank=True)  # empty: thrown away
    format = models.CharField(_("format"), max_length=12, choices=Format.choices)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    trial = models.JSONField(default=dict, blank=True)  # what would come of it: see claims.transfer.load.Outcome
    outcome = models.JSONField(default=dict, blank=True)  # what came of it
    problem = models.CharField(_("problem"), max_length=400, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("brought"), db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports and exports")
        constraints = [
            models.CheckConstraint(
                name="import_ended_all_or_nothing",
                condition=Q(state__in=["written", "failed", "discarded"], ended_at__isnull=False, file="")
                | Q(state__in=["waiting", "tried", "writing"], ended_at__isnull=True),
            ),
            models.CheckConstraint(name="import_failed_says_why", condition=~Q(state="failed") | ~Q(problem="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_be_written(self) -> bool:
        """It was tried, and something would come of it."""
        counts = self.trial.get("counts", {})
        return self.state == self.State.TRIED and bool(counts.get("created") or counts.get("changed"))

    @property
    def state_in_words(self) -> str:
        is_idle = self.state == self.State.TRIED and not self.may_be_written
        return gettext("Tried: there is nothing to write") if is_idle else self.get_state_display()

    @property
    def shown(self) -> dict[str, Any]:
        """What came of it, or before that what would."""
        found: dict[str, Any] = self.outcome or self.trial
        return found
