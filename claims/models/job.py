"""The ledger of background work.  The broker only rings; what is to be done stands here."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=["queued", "running"])

    def due(self) -> Self:
        """Queued and not to be started later."""
        return self.filter(state="queued", run_after__lte=Now())

    def given_up(self) -> Self:
        return self.filter(state="failed")

    def tried_again(self) -> Self:
        """Waiting to be tried again after an error."""
        return self.filter(state="queued", attempts__gt=0)

    def in_trouble(self) -> Self:
        """Given up on, or waiting to be tried again after an error."""
        return self.filter(Q(state="failed") | Q(state="queued", attempts__gt=0))


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Given up")
        CANCELLED = "cancelled", _("Cancelled")

    class Queue(models.TextChoices):
        CRITICAL = "critical", _("Critical")
        DEFAULT = "default", _("Default")
        MATCH = "match", _("Matching")
        CAPTURE = "capture", _("Capture")
        BULK = "bulk", _("Bulk")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text=_("One unfinished job for each kind and key."))
    args = models.JSONField(default=dict, blank=True)
    claim = models.ForeignKey("claims.Claim", on_delete=models.SET_NULL, null=True, related_name="jobs")
    queue = models.CharField(max_length=10, choices=Queue.choices)
    priority = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    run_after = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    deaths = models.PositiveSmallIntegerField(default=0, help_text=_("Attempts whose worker died."))
    lane = models.CharField(max_length=255, blank=True, help_text=_("One running job for each lane, as a host."))
    again = models.BooleanField(default=False, help_text=_("Asked for anew while it ran: runs once more."))
    token = models.BigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.JSONField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="job_one_unfinished", fields=["kind", "key"], condition=Q(state__in=["queued", "running"])
            ),
            models.UniqueConstraint(
                name="job_one_in_lane", fields=["lane"], condition=Q(state="running") & ~Q(lane="")
            ),
            models.CheckConstraint(
                name="job_running_is_leased",
                condition=Q(state="running", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True, lease_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="job_due", fields=["queue", "priority", "run_after", "id"], condition=Q(state="queued")),
            models.Index(name="job_leased", fields=["lease_until"], condition=Q(state="running")),
            models.Index(name="job_of_claim", fields=["claim", "-id"]),
            models.Index(name="job_trouble", fields=["-id"], condition=Q(state="failed")),
            models.Index(name="job_about", fields=["kind", "key", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"

    @property
    def most_attempts(self) -> int:
        """How often it may be tried: an attempt at which the worker died is not counted against it."""
        return self.max_attempts + self.deaths


class PeriodicRunManager(models.Manager["PeriodicRun"]):
    def note(self, name: str, problem: str) -> None:
        """Keep with the newest tick what of it could not be done."""
        newest = self.filter(name=name).order_by("-tick").values("pk")[:1]
        self.filter(pk__in=newest).update(problem=problem)

    def newest(self, names: Iterable[str]) -> list["PeriodicRun"]:
        """The newest tick of each, by an index however many there were; one that never ran is left out."""
        newest = "SELECT * FROM claims_periodicrun run WHERE run.name = wanted.name ORDER BY tick DESC LIMIT 1"
        found = f"SELECT run.* FROM unnest(%s::text[]) AS wanted (name), LATERAL ({newest}) AS run"  # noqa: S608
        return list(self.raw(found, [list(names)]))


class PeriodicRun(models.Model):
    """One tick of periodic work; its unique row makes the tick run once however many clocks there are.

    Attributes:
        problem: what of it could not be done, while the rest was; empty where all went well.
    """

    name = models.CharField(max_length=40)
    tick = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())
    problem = models.TextField(db_default="")

    objects: ClassVar[PeriodicRunManager] = PeriodicRunManager()

    class Meta:
        constraints = [models.UniqueConstraint(name="periodic_run_once", fields=["name", "tick"])]

    def __str__(self) -> str:
        return f"{self.name} at {self.tick}"
