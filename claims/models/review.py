"""Who works on a claim, who judged it, who approved it, and what was asked and answered on the way."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Assignment(models.Model):
    """A person in one role on one claim; ended, never deleted.  Without a person: waiting for one."""

    class Role(models.TextChoices):
        CHECKER = "checker", _("Checker")
        CROSS_CHECKER = "cross_checker", _("Cross-checker")
        EDITOR = "editor", _("Editor")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=14, choices=Role.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offers",
        help_text=_("Whom its holder asked to take this part over; it changes hands when he accepts."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assignment_one_open_per_role", fields=["claim", "role"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="assignment_is_offered_by_its_holder_to_another",
                condition=Q(offered_to__isnull=True)
                | (Q(person__isnull=False, ended_at__isnull=True) & ~Q(offered_to=models.F("person"))),
            ),
        ]
        indexes = [models.Index(name="assignment_open", fields=["person", "claim"], condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.person or '-'}: {self.role} of claim {self.claim_id}"


class Reading(models.Model):
    """A verdict somebody gave on one material, or the reason to do without a second one.  Never changed."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First verdict")
        CROSS = "cross", _("Cross-check")
        DECISION = "decision", _("Decision")
        WAIVER = "waiver", _("Cross-check waived")

    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="readings")
    revision = models.ForeignKey("claims.Revision", on_delete=models.PROTECT, related_name="readings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="readings")
    rating = models.ForeignKey("claims.Rating", on_delete=models.PROTECT, null=True, related_name="+")
    confidence = models.CharField(max_length=10, blank=True)
    reason = models.TextField(blank=True)
    material_sha256 = models.CharField(max_length=64)
    informed = models.BooleanField(default=False, help_text=_("The first verdict was public when it was given."))
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["claim", "id"]
        constraints = [
            models.UniqueConstraint(name="reading_and_reader", fields=["id", "by"]),
            models.CheckConstraint(
                name="reading_gives_verdict_or_waives",
                condition=(Q(kind="waiver", rating__isnull=True) & ~Q(reason=""))
                | (~Q(kind="waiver") & Q(rating__isnull=False)),
            ),
            models.CheckConstraint(name="reading_decision_says_why", condition=~Q(kind="decision") | ~Q(reason="")),
        ]
        indexes = [models.Index(name="reading_waiver", fields=["at"], condition=Q(kind="waiver"))]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by} on claim {self.claim_id}"


class Disclosure(models.Model):
    """Somebody asked to see an unpublished verdict, and can no longer cross-check it blind."""

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="disclosures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="disclosure_once", fields=["claim", "person"])]

    def __str__(self) -> str:
        return f"{self.person} saw the verdict of claim {self.claim_id}"


class Approval(models.Model):
    """One editor's approval of one exact text.  Four eyes are held here by constraints and a trigger."""

    revision = models.OneToOneField("claims.Revision", on_delete=models.PROTECT, related_name="approval")
    content_sha256 = models.CharField(max_length=64)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    cross_check = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="+")
    cross_checker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Reading, on_delete=models.PROTECT, null=True, related_name="+")
    policy = models.CharField(max_length=10)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_keeps_policy",
                condition=Q(policy="two") | (Q(policy="three") & ~Q(approver=models.F("cross_checker"))),
            )
        ]

    def __str__(self) -> str:
        return f"{self.approver} approved {self.revision}"


class ChecklistItemManager(models.Manager["ChecklistItem"]):
    def get_by_natural_key(self, code: str, version: int) -> "ChecklistItem":
        return self.get(code=code, version=version)

    def current(self) -> models.QuerySet["ChecklistItem"]:
        """The questions asked today, in order."""
        return self.filter(is_active=True).order_by("position", "pk")


class ChecklistItem(models.Model):
    """One question of the desk's checklist.  Another wording is another version."""

    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(max_length=300)
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[ChecklistItemManager] = ChecklistItemManager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="checklist_item_version_once", fields=["code", "version"]),
            models.UniqueConstraint(name="checklist_item_one_active", fields=["code"], condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.text

    def natural_key(self) -> tuple[str, int]:
        return (self.code, self.version)


class ChecklistAnswerManager(models.Manager["ChecklistAnswer"]):
    def get_by_natural_key(self, claim: str, code: str, version: int) -> "ChecklistAnswer":
        return self.get(claim__external_id=claim, item__code=code, item__version=version)


class ChecklistAnswer(models.Model):
    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_APPLICABLE = "n/a", _("Does not apply")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="checklist_answers")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=5, choices=Answer.choices)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ChecklistAnswerManager] = ChecklistAnswerManager()

    class Meta:
        constraints = [models.UniqueConstraint(name="checklist_answer_once", fields=["claim", "item"])]

    def __str__(self) -> str:
        return f"{self.item}: {self.answer}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.claim.external_id, *self.item.natural_key())

    natural_key.dependencies = ["claims.claim", "claims.checklistitem"]  # type: ignore[attr-defined]


class ContactLog(models.Model):
    """Right of reply: who was asked what, how, by when, and what came back."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Telephone")
        SOCIAL = "social", _("Social media")
        LETTER = "letter", _("Letter")
        IN_PERSON = "in_person", _("In person")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="contacts")
    asked = models.CharField(_("who was asked"), max_length=160)
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices)
    contact_detail = models.CharField(
        _("address or number"), max_length=200, blank=True, help_text=_("Confidential: never published or exported.")
    )
    question = models.TextField(_("question"))
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    deadline = models.DateTimeField(_("answer by"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    public_line = models.CharField(_("what the reader is told"), max_length=400, blank=True)
    silence_noted_at = models.DateTimeField(_("silence noted at"), null=True, blank=True)
    no_wait_reason = models.CharField(_("why the desk does not wait"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["claim", "asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="contact_answer_all_or_nothing",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
            )
        ]
        indexes = [
            models.Index(
                name="contact_awaited", fields=["deadline"], condition=Q(answer="", silence_noted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked} asked on claim {self.claim_id}"


class Reminder(models.Model):
    """One thing of one claim that came due at one moment, and that somebody was told.  Its row makes it happen once.

    What was said is in the record (an Event of the same kind); this says that it was, and whether it was answered.
    """

    class Kind(models.TextChoices):
        DUE_SOON = "due_soon", _("Due soon")
        OVERDUE = "overdue", _("Overdue")
        STILL_ON_IT = "still_on_it", _("Still on it?")
        REPLY_DUE_SOON = "reply_due_soon", _("An answer is due soon")
        REPLY_OVERDUE = "reply_overdue", _("No answer came")
        CROSS_CHECKER_WANTED = "cross_checker_wanted", _("Needs a cross-checker")
        SECOND_READ = "second_read", _("Second read due")
        WITHHELD = "withheld_too_long", _("Withheld for too long")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    due_at = models.DateTimeField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # whom a question is put to
    at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)  # answered, or overtaken by what happened

    class Meta:
        ordering = ["claim", "at", "id"]
        constraints = [models.UniqueConstraint(name="reminder_once", fields=["claim", "kind", "due_at"])]
        indexes = [models.Index(name="reminder_open", fields=["claim"], condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind} on claim {self.claim_id}"


class Comment(models.Model):
    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="comments")
    evidence = models.ForeignKey(
        "claims.Evidence", on_delete=models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text=_("Taken back by who wrote it, unanswered."))
    # The words of the rationale it is about, as they stood: as much of the verdict as the rationale itself.
    passage = models.TextField(blank=True, db_default="")
    passage_before = models.CharField(max_length=64, blank=True, db_default="")
    passage_after = models.CharField(max_length=64, blank=True, db_default="")
    passage_start = models.PositiveIntegerField(null=True, blank=True, help_text=_("In code points of the rationale."))

    class Meta:
        ordering = ["claim", "at", "id"]
        constraints = [
            models.CheckConstraint(
                name="comment_passage_begins_a_thread_on_the_claim",
                condition=Q(passage="", passage_start__isnull=True)
                | (~Q(passage="") & Q(passage_start__isnull=False, evidence__isnull=True, parent__isnull=True)),
            ),
            models.CheckConstraint(
                name="comment_withdrawn_is_resolved",
                condition=Q(withdrawn_at__isnull=True) | Q(resolved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_resolved_all_or_nothing",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
