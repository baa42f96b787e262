"""What stands behind a verdict: evidence with its grade, the passages relied on, and what became of them."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.source import EvidenceKind, Resource, Snapshot


class Reliability(models.TextChoices):
    """Admiralty scale, the source."""

    A = "A", _("Completely reliable")
    B = "B", _("Usually reliable")
    C = "C", _("Fairly reliable")
    D = "D", _("Not usually reliable")
    E = "E", _("Unreliable")
    F = "F", _("Reliability cannot be judged")


class Credibility(models.IntegerChoices):
    """Admiralty scale, the information."""

    CONFIRMED = 1, _("Confirmed by other sources")
    PROBABLE = 2, _("Probably true")
    POSSIBLE = 3, _("Possibly true")
    DOUBTFUL = 4, _("Doubtful")
    IMPROBABLE = 5, _("Improbable")
    UNKNOWN = 6, _("Truth cannot be judged")


class EvidenceManager(models.Manager["Evidence"]):
    def get_by_natural_key(self, claim: str, number: int) -> "Evidence":
        return self.get(claim__external_id=claim, number=number)


class Evidence(models.Model):
    """A source used for one claim: which way it points, how good it is, which passage carries it."""

    class Stance(models.TextChoices):
        SUPPORTS = "supports", _("Supports")
        REFUTES = "refutes", _("Refutes")
        CONTEXT = "context", _("Context")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="evidence")
    number = models.PositiveSmallIntegerField(help_text=_("The figure by which the rationale cites it."))
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="evidence")
    stance = models.CharField(_("stance"), max_length=10, choices=Stance.choices, default=Stance.CONTEXT)
    kind = models.CharField(_("type"), max_length=12, choices=EvidenceKind.choices, default=EvidenceKind.NEWS)
    origin = models.CharField(
        _("origin"), max_length=120, blank=True, help_text=_("Two pieces of one origin are not independent.")
    )
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, default=Reliability.F)
    credibility = models.PositiveSmallIntegerField(
        _("credibility"), choices=Credibility.choices, default=Credibility.UNKNOWN
    )
    grade_reason = models.CharField(_("why this grade"), max_length=300, blank=True)
    note = models.TextField(_("what it shows, in the desk's words"), blank=True)
    pinned = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="pinned_by")
    withheld = models.BooleanField(_("withheld from the public"), default=False)
    withheld_reason = models.CharField(_("why it is withheld"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(db_default=Now())

    # Set only by ``workflow.revisions.evidence_rows``, which reads all of a claim's at once.
    passages: "list[Quote]"
    exceptions: "list[Waiver]"
    copy_unreadable: bool
    copy_damaged: bool
    copy_at_hand: bool
    # Set only by ``views.capture_line.passed_over``.
    passed_over: dict[str, Any] | None

    objects: ClassVar[EvidenceManager] = EvidenceManager()

    class Meta:
        verbose_name_plural = _("evidence")
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(name="evidence_number_once", fields=["claim", "number"]),
            models.UniqueConstraint(name="evidence_source_once", fields=["claim", "resource"]),
            models.CheckConstraint(
                name="evidence_withheld_says_why",
                condition=Q(withheld=False, withheld_reason="") | (Q(withheld=True) & ~Q(withheld_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.resource}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.claim.external_id, self.number)

    natural_key.dependencies = ["claims.claim", "claims.resource"]  # type: ignore[attr-defined]


class Waiver(models.Model):
    """A stated reason to go on without a capture, or without a fresh look at a quote."""

    class Kind(models.TextChoices):
        CAPTURE = "capture", _("No captured copy")
        QUOTE_CHECK = "quote_check", _("Passage not checked again")

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="waivers")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="waiver_once", fields=["evidence", "kind"]),
            models.CheckConstraint(name="waiver_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason


class CitationManager(models.Manager["Citation"]):
    def get_by_natural_key(self, claim: str, number: int) -> "Citation":
        return self.get(claim__external_id=claim, number=number)


class Citation(models.Model):
    """A figure in the rationale or the body, and the evidence it points to; none when it points to nothing."""

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="citations")
    number = models.PositiveSmallIntegerField()
    evidence = models.ForeignKey(Evidence, on_delete=models.SET_NULL, null=True, blank=True, related_name="citations")

    objects: ClassVar[CitationManager] = CitationManager()

    class Meta:
        ordering = ["claim", "number"]
        constraints = [models.UniqueConstraint(name="citation_once", fields=["claim", "number"])]

    def __str__(self) -> str:
        return f"[{self.number}]"

    def natural_key(self) -> tuple[str | None, int]:
        return (self.claim.external_id, self.number)

    natural_key.dependencies = ["claims.claim", "claims.evidence"]  # type: ignore[attr-defined]


class Quote(models.Model):
    """The passage relied on: its words, what stands around them, and where they stood in which snapshot."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="quotes")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="quotes")
    exact = models.TextField()
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    start = models.PositiveIntegerField(help_text=_("In code points of the snapshot's body text."))
    end = models.PositiveIntegerField()
    page = models.PositiveIntegerField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    # Set only by ``workflow.revisions.evidence_rows``: the newest look at it.
    state: str | None
    looked_at: datetime | None
    problem: str | None

    class Meta:
        ordering = ["evidence", "start", "id"]
        constraints = [
            models.CheckConstraint(name="quote_span", condition=Q(end__gt=models.F("start"))),
            models.UniqueConstraint(name="quote_once", fields=["evidence", "snapshot", "start", "end"]),
        ]

    def __str__(self) -> str:
        return self.exact


class QuoteCheck(models.Model):
    """One look at whether a passage still stands in its source."""

    class State(models.TextChoices):
        UNCHANGED = "unchanged", _("Unchanged")
        MOVED = "moved", _("Moved")
        ALTERED = "altered", _("Altered")
        GONE = "gone", _("Gone")
        UNVERIFIABLE = "unverifiable", _("Unverifiable")

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="checks")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices)
    score = models.FloatField(null=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    difference = models.JSONField(default=list, blank=True)
    flags = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["quote", "-at", "-id"]
        indexes = [models.Index(name="quote_check_newest", fields=["quote", "-at", "-id"])]

    def __str__(self) -> str:
        return f"{self.state} on {self.at}"


class SourceAlert(models.Model):
    """A quote altered or gone, waiting for a person."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="alerts")
    check_row = models.ForeignKey(QuoteCheck, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a second look, a day or more later, found the same.")
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="source_alert_one_open", fields=["quote"], condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="source_alert_closed_all_or_nothing",
                condition=Q(closed_at__isnull=True, resolution="") | (Q(closed_at__isnull=False) & ~Q(resolution="")),
            ),
        ]

    def __str__(self) -> str:
        return f"alert on quote {self.quote_id}"
