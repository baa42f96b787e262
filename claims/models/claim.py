"""The claim, what it said at each frozen moment, and how claims stand to one another."""

from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Least, Now
from django.utils.translation import gettext_lazy as _


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, person: Any) -> Self:
        """Leave out what no claims are about but confidential ones that this person may not see."""
        if person.role == "editor":
            return self
        hidden = Claim.objects.hidden_from(person).values("pk")
        told = Claim.topics.through.objects
        elsewhere = told.filter(topic=OuterRef("pk")).exclude(claim__in=hidden)
        return self.exclude(Q(pk__in=told.filter(claim__in=hidden).values("topic")) & ~Exists(elsewhere))


class TopicManager(models.Manager.from_queryset(TopicQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> "Topic":
        found: Topic = self.get(slug=slug)
        return found


class Topic(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)

    objects: ClassVar[TopicManager] = TopicManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def locked(self) -> Self:
        """Claims locked until the transaction ends, lowest id first: the aggregate's one lock.

        Never with ``select_related`` on it: after a wait PostgreSQL reads the locked row anew, but not what was joined
        to it, so a rating given meanwhile would read as none.
        """
        return self.select_for_update(of=("self",)).order_by("pk")

    def live(self) -> Self:
        """Claims in inbox, watching, accepted, working or published."""
        return self.filter(status__in=Claim.LIVE)

    def working(self) -> Self:
        return self.filter(status__in=Claim.WORKING)

    def open(self) -> Self:
        """Claims that still need somebody: live and not published."""
        return self.filter(status__in=Claim.OPEN)

    def overdue(self) -> Self:
        """Late at this moment: open ones past their due date, and public pages withheld for too long."""
        return self.live().filter(next_due_at__lt=Now())

    def held_by(self, person: Any) -> Self:
        """Claims on which the person has an open role."""
        from_roles = Q(assignments__person=person, assignments__ended_at__isnull=True)
        return self.filter(Exists(Claim.objects.filter(from_roles, pk=OuterRef("pk"))))

    def unassigned(self) -> Self:
        held = Q(assignments__person__isnull=False, assignments__ended_at__isnull=True)
        return self.open().exclude(Exists(Claim.objects.filter(held, pk=OuterRef("pk"))))

    def visible_to(self, person: Any) -> Self:
        """Leave out confidential claims the person neither works on nor edits."""
        if person.role == "editor":
            return self
        return self.filter(Q(confidential=False) | Q(created_by=person) | _has_part(person))

    def hidden_from(self, person: Any) -> Self:
        """The others: confidential claims the person neither works on nor edits.

        They are few. What belongs to claims and is counted by the ten thousand leaves them out far faster than it
        finds each of its claims among those that may be seen.
        """
        if person.role == "editor":
            return self.none()
        return self.filter(confidential=True).exclude(created_by=person).exclude(_has_part(person))


def _has_part(person: Any) -> Exists:
    """Whether the person has an open role in the claim of the row."""
    assignments = apps.get_model("claims", "Assignment").objects
    return Exists(assignments.filter(claim=OuterRef("pk"), person=person, ended_at=None))


class ClaimManager(models.Manager.from_queryset(ClaimQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, external_id: str) -> "Claim":
        found: Claim = self.get(external_id=external_id)
        return found


class Claim(models.Model):
    """One checkable assertion, stated affirmatively, and where its check stands."""

    class Status(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        WATCHING = "watching", _("Watching")
        ACCEPTED = "accepted", _("Accepted")
        IN_RESEARCH = "in_research", _("In research")
        AWAITING_REPLY = "awaiting_reply", _("Awaiting reply")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        PREFLIGHT = "preflight", _("Preflight")
        IN_CROSS_CHECK = "in_cross_check", _("In cross-check")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        DECLINED = "declined", _("Declined")
        DUPLICATE = "duplicate", _("Duplicate")
        RETRACTED = "retracted", _("Retracted")
        ARCHIVED = "archived", _("Archived")

    WORKING = (
        "in_research",
        "awaiting_reply",
        "changes_requested",
        "preflight",
        "in_cross_check",
        "in_review",
        "approved",
    )
    OPEN = ("inbox", "watching", "accepted", *WORKING)
    LIVE = (*OPEN, "published")

    class Kind(models.TextChoices):
        PAST = "past", _("Fact about the past")
        PRESENT = "present", _("Fact about the present")
        QUOTE = "quote", _("What somebody said")
        FORECAST = "forecast", _("Forecast")
        OPINION = "opinion", _("Opinion or motive")

    class Confidence(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    class Worth(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    class PublicState(models.TextChoices):
        NONE = "", _("Not public")
        PUBLISHED = "published", _("Public")
        WITHHELD = "withheld", _("Withheld")
        RETRACTED = "retracted", _("Retracted")

    class DeclineReason(models.TextChoices):
        NOT_CHECKABLE = "not_checkable", _("Not checkable")
        NOT_SIGNIFICANT = "not_significant", _("Not significant enough")
        NOT_SPREAD = "not_spread", _("Hardly spread")
        NO_EVIDENCE = "no_evidence", _("No evidence can be had")
        OUT_OF_SCOPE = "out_of_scope", _("Outside what this desk checks")
        ALREADY_CHECKED = "already_checked", _("Checked well elsewhere")
        OTHER = "other", _("Another reason")

    # What the claim is.
    external_id = models.CharField(max_length=120, unique=True, null=True, blank=True)  # null: none given
    statement = models.CharField(_("statement"), max_length=500)
    context = models.TextField(_("context"), blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.PAST)
    topics = models.ManyToManyField(Topic, blank=True, related_name="claims")
    no_appearance_reason = models.CharField(_("why there is no appearance"), max_length=300, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)

    # What the desk finds.
    rating = models.ForeignKey("claims.Rating", on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    rationale = models.TextField(_("rationale"), blank=True)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence.choices, blank=True)
    evidence_exception = models.TextField(_("why less evidence is enough"), blank=True)
    title = models.CharField(_("headline"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("body"), blank=True)
    correction_kind = models.CharField(_("kind of change since it was public"), max_length=20, blank=True)
    correction_text = models.TextField(_("what changed, in words for the reader"), blank=True)

    # Where it stands.  Written by claims.workflow.apply alone; a trigger holds it.
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.INBOX)
    status_before = models.CharField(max_length=20, choices=Status.choices, blank=True)
    status_since = models.DateTimeField(db_default=Now())
    worth = models.CharField(_("check-worthiness"), max_length=10, choices=Worth.choices, blank=True)
    worth_reason = models.CharField(_("why it is worth checking"), max_length=300, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("1 is most urgent, 9 least."))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)  # of the whole claim, set by an editor
    stage_due_at = models.DateTimeField(
        _("this stage is due"), null=True, blank=True, editable=False
    )  # set by entering
    next_due_at = models.GeneratedField(
        expression=Least("due_at", "stage_due_at"), output_field=models.DateTimeField(null=True), db_persist=True
    )  # whichever comes first; what is shown, sorted by and reminded of
    look_again_at = models.DateTimeField(_("look again"), null=True, blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason.choices, blank=True)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    is_main = models.GeneratedField(
        expression=Q(duplicate_of__isnull=True),  # type: ignore[arg-type]  # stubs do not know that Q compiles
        output_field=models.BooleanField(),
        db_persist=True,
    )
    must_be_main = models.GeneratedField(
        expression=models.Case(models.When(duplicate_of__isnull=False, then=True)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    # What the public sees of it; the deferred trigger compares it with the newest FactCheck.
    slug = models.SlugField(max_length=120, unique=True, null=True, blank=True)  # null: never published
    public_state = models.CharField(max_length=10, choices=PublicState.choices, blank=True)
    public_note = models.CharField(_("public note"), max_length=300, blank=True)
    retraction_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retraction_reason = models.TextField(blank=True)

    # Two people at once, and rows that came by no operation.
    version = models.PositiveIntegerField(default=1)
    content_version = models.PositiveBigIntegerField(default=1)
    recorded_version = models.PositiveBigIntegerField(default=0)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="created_claims"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[ClaimManager] = ClaimManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="claim_main_key", fields=["id", "is_main"]),
            models.CheckConstraint(name="claim_not_its_own_duplicate", condition=~Q(duplicate_of=models.F("id"))),
            models.CheckConstraint(
                name="claim_duplicate_has_a_main",
                condition=~Q(status="duplicate") | Q(duplicate_of__isnull=False),
            ),
            models.CheckConstraint(name="claim_priority_range", condition=Q(priority__range=(1, 9))),
            models.CheckConstraint(
                name="claim_published_is_public", condition=~Q(status="published") | ~Q(public_state="")
            ),
            models.CheckConstraint(
                name="claim_decline_says_why", condition=~Q(status="declined") | ~Q(decline_reason="")
            ),
            models.CheckConstraint(
                name="claim_public_has_address", condition=Q(public_state="") | Q(slug__isnull=False)
            ),
        ]
        indexes = [
            # Equality first, then the exact order of the queue: keyset paging reads just its page.
            models.Index(name="claim_queue", fields=["status", "priority", "next_due_at", "id"]),
            models.Index(
                name="claim_open",
                fields=["priority", "next_due_at", "id"],
                condition=~Q(status__in=["published", "declined", "duplicate", "retracted", "archived"]),
            ),
            models.Index(
                name="claim_open_due",
                fields=["next_due_at", "id"],
                condition=~Q(status__in=["published", "declined", "duplicate", "retracted", "archived"]),
            ),
            models.Index(name="claim_due", fields=["next_due_at", "id"], condition=Q(next_due_at__isnull=False)),
            models.Index(name="claim_newest", fields=["-id", "status"]),
            models.Index(name="claim_created", fields=["created_at"]),
            models.Index(
                name="claim_unrecorded",
                fields=["id"],
                condition=Q(content_version__gt=models.F("recorded_version")),
            ),
        ]

    def __str__(self) -> str:
        return self.statement

    def natural_key(self) -> tuple[str | None]:
        return (self.external_id,)

    natural_key.dependencies = ["claims.rating", "claims.person", "claims.topic"]  # type: ignore[attr-defined]

    @property
    def chain(self) -> str:
        """The name of this claim's chain of events."""
        return f"claim/{self.pk}"

    @property
    def is_public(self) -> bool:
        """A fact-check of it is in force, or temporarily withheld."""
        return self.public_state in {self.PublicState.PUBLISHED, self.PublicState.WITHHELD}

    @property
    def has_verdict(self) -> bool:
        """Something is written of what the blind review hides."""
        words = (self.rationale, self.confidence, self.evidence_exception, self.title, self.summary, self.body)
        return self.rating_id is not None or any(words)


class Revision(models.Model):
    """What a claim said at one frozen moment, in canonical JSON; never changed."""

    class Origin(models.TextChoices):
        SUBMIT = "submit", _("Submitted")
        EDIT = "edit", _("Edited in review")
        ADOPTED = "adopted", _("Changed outside the application")
        IMPORT = "import", _("Imported")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    format = models.PositiveSmallIntegerField(default=1)
    body = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    material_sha256 = models.CharField(max_length=64)
    content_version = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["claim", "number"]
        constraints = [models.UniqueConstraint(name="revision_number_once", fields=["claim", "number"])]

    def __str__(self) -> str:
        return f"claim {self.claim_id}, revision {self.number}"


class RevisionAuthor(models.Model):
    """Somebody who changed what a revision says since the claim was last public."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="author_rows")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="revision_author_once", fields=["revision", "person"])]

    def __str__(self) -> str:
        return f"{self.person} wrote {self.revision}"


class ClaimRelationManager(models.Manager["ClaimRelation"]):
    def get_by_natural_key(self, source: str, target: str, kind: str) -> "ClaimRelation":
        return self.get(source__external_id=source, target__external_id=target, kind=kind)


class ClaimRelation(models.Model):
    """How one claim stands to another; repeats and contradicts read the same both ways."""

    class Kind(models.TextChoices):
        REPEATS = "repeats", _("repeats")
        CONTRADICTS = "contradicts", _("contradicts")
        ELABORATES = "elaborates", _("elaborates")
        SUPPORTS = "supports", _("supports")
        CONTEXT = "context", _("gives context to")
        SUPERSEDED = "superseded", _("is superseded by")

    source = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="relations")
    target = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="relations_to")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[ClaimRelationManager] = ClaimRelationManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="relation_once", fields=["source", "target", "kind"]),
            models.CheckConstraint(name="relation_between_two", condition=~Q(source=models.F("target"))),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"

    def natural_key(self) -> tuple[str | None, str | None, str]:
        return (self.source.external_id, self.target.external_id, self.kind)

    natural_key.dependencies = ["claims.claim"]  # type: ignore[attr-defined]
