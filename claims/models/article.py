"""Where claims were made: publishers, articles, appearances; and the sentences that may hold a claim."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PublisherManager(models.Manager["Publisher"]):
    def get_by_natural_key(self, slug: str) -> "Publisher":
        return self.get(slug=slug)


class Publisher(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    domain = models.CharField(_("domain"), max_length=120, blank=True)
    reliability = models.CharField(max_length=1, blank=True)
    reliability_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[PublisherManager] = PublisherManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class ArticleManager(models.Manager["Article"]):
    def get_by_natural_key(self, external_id: str) -> "Article":
        return self.get(external_id=external_id)


class Article(models.Model):
    """A text in which claims were found.  Its text stays on the desk; it is never shown to the public."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Being read")
        READY = "ready", _("Read")
        FAILED = "failed", _("Could not be read")

    external_id = models.CharField(max_length=120, unique=True, null=True, blank=True)  # null: none given
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, null=True, blank=True, related_name="articles")
    title = models.CharField(_("title"), max_length=300)
    is_title_guessed = models.BooleanField(db_default=False)  # the first line of its text, which nobody looked at yet
    url = models.URLField(_("address"), max_length=2000, blank=True)
    published_on = models.DateField(_("date"), null=True, blank=True)
    date_basis = models.CharField(_("where the date comes from"), max_length=300, blank=True)
    language = models.CharField(max_length=12, blank=True)
    author = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=400, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ArticleManager] = ArticleManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The same text is read once; a double click or a second paste finds the first.
            models.UniqueConstraint(name="article_text_once", fields=["text_sha256"], condition=~Q(text_sha256="")),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str | None]:
        return (self.external_id,)

    natural_key.dependencies = ["claims.publisher", "claims.person"]  # type: ignore[attr-defined]

    @property
    def chain(self) -> str:
        return f"article/{self.pk}"


class ArticleFile(models.Model):
    """The file an article was handed in as; its bytes are kept until its text is read."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, unique=True)  # the same file is read once
    data = models.BinaryField()  # empty once it was read

    def __str__(self) -> str:
        return self.name


class AppearanceManager(models.Manager["Appearance"]):
    def get_by_natural_key(self, claim: str, number: int) -> "Appearance":
        return self.get(claim__external_id=claim, number=number)


class Appearance(models.Model):
    """One place a claim was made: by whom, where, in which words, taking which position."""

    class Position(models.TextChoices):
        ASSERTS = "asserts", _("asserts")
        DENIES = "denies", _("denies")
        REPORTS = "reports", _("reports")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="appearances")
    number = models.PositiveSmallIntegerField()
    claimant = models.ForeignKey(
        "claims.Claimant", on_delete=models.PROTECT, null=True, blank=True, related_name="appearances"
    )
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="appearances")
    url = models.URLField(_("address"), max_length=2000, blank=True)
    verbatim = models.TextField(_("the words as said"), blank=True)
    position = models.CharField(_("position"), max_length=10, choices=Position.choices, default=Position.ASSERTS)
    said_on = models.DateField(_("date"), null=True, blank=True)
    date_basis = models.CharField(_("where the date comes from"), max_length=300, blank=True)
    place = models.CharField(_("place in the text"), max_length=200, blank=True)
    is_first = models.BooleanField(_("first known appearance"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[AppearanceManager] = AppearanceManager()

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(name="appearance_number_once", fields=["claim", "number"]),
            models.UniqueConstraint(name="appearance_one_first", fields=["claim"], condition=Q(is_first=True)),
        ]

    def __str__(self) -> str:
        return f"{self.claimant or self.article or self.url} {self.position}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.claim.external_id, self.number)

    natural_key.dependencies = ["claims.claim", "claims.claimant", "claims.article"]  # type: ignore[attr-defined]


class Candidate(models.Model):
    """A sentence of an article that may hold a claim, until somebody decides."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted as a claim")
        ADDED = "added", _("Added to a claim")
        DISMISSED = "dismissed", _("Dismissed")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveIntegerField()
    paragraph = models.PositiveIntegerField(default=1)
    text = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    speaker = models.CharField(max_length=160, blank=True)
    score = models.FloatField(help_text=_("Check-worthiness, 0 to 1."))
    reasons = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    claim = models.ForeignKey(
        "claims.Claim", on_delete=models.PROTECT, null=True, blank=True, related_name="candidates"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["article", "number"]
        constraints = [
            models.UniqueConstraint(name="candidate_number_once", fields=["article", "number"]),
            models.CheckConstraint(name="candidate_span", condition=Q(end__gt=models.F("start"))),
            models.CheckConstraint(
                name="candidate_decided_all_or_nothing",
                condition=Q(state="open", decided_by=None, decided_at=None, claim=None)
                | Q(state="dismissed", decided_at__isnull=False, claim=None)
                | Q(state__in=["accepted", "added"], decided_at__isnull=False, claim__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RubricQuestionManager(models.Manager["RubricQuestion"]):
    def get_by_natural_key(self, code: str, version: int) -> "RubricQuestion":
        return self.get(code=code, version=version)

    def current(self) -> models.QuerySet["RubricQuestion"]:
        """The questions asked today, in order."""
        return self.filter(is_active=True).order_by("position", "pk")


class RubricQuestion(models.Model):
    """One question of the check-worthiness rubric.  Another wording is another version."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    text = models.CharField(_("question"), max_length=300)
    decisive = models.BooleanField(
        _("decisive"), default=False, help_text=_("Answered “no”, the claim is of low worth whatever the others say.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("asked today"), default=True)

    objects: ClassVar[RubricQuestionManager] = RubricQuestionManager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="rubric_question_version_once", fields=["code", "version"]),
            models.UniqueConstraint(name="rubric_question_one_active", fields=["code"], condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.text

    def natural_key(self) -> tuple[str, int]:
        return (self.code, self.version)


class RubricAnswerManager(models.Manager["RubricAnswer"]):
    def get_by_natural_key(self, claim: str, code: str, version: int) -> "RubricAnswer":
        return self.get(claim__external_id=claim, question__code=code, question__version=version)


class RubricAnswer(models.Model):
    """One answer of the check-worthiness rubric, to the question as it was worded then."""

    class Answer(models.IntegerChoices):
        NO = 0, _("No")
        PARTLY = 1, _("Partly")
        YES = 2, _("Yes")

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, related_name="rubric_answers")
    question = models.ForeignKey(RubricQuestion, on_delete=models.PROTECT, related_name="answers")
    answer = models.PositiveSmallIntegerField(choices=Answer.choices)
    reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[RubricAnswerManager] = RubricAnswerManager()

    class Meta:
        constraints = [models.UniqueConstraint(name="rubric_answer_once", fields=["claim", "question"])]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.claim.external_id, *self.question.natural_key())

    natural_key.dependencies = ["claims.claim", "claims.rubricquestion"]  # type: ignore[attr-defined]
