"""Sources, the copies kept of what they said, and the websites they lie on; shared by all claims that cite them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    PRIMARY = "primary", _("Primary document")
    STATEMENT = "statement", _("Official statement")
    DATASET = "dataset", _("Dataset")
    RESEARCH = "research", _("Research")
    NEWS = "news", _("News report")
    EXPERT = "expert", _("Expert")
    MEDIA = "media", _("Image or video")
    INTERVIEW = "interview", _("Interview")
    DESK_NOTE = "desk_note", _("Desk note")


class Blob(models.Model):
    """Bytes we keep, by their hash; the bytes themselves lie in the evidence storage."""

    class Kind(models.TextChoices):
        BODY = "body", _("Page body")
        WARC = "warc", _("WARC")
        WACZ = "wacz", _("WACZ")
        UPLOAD = "upload", _("Upload")
        SCREENSHOT = "screenshot", _("Screenshot")
        PDF = "pdf", _("PDF of the page")

    class Damage(models.TextChoices):
        NONE = "", _("Whole")
        MISSING = "missing", _("Missing")
        DAMAGED = "damaged", _("Damaged")

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    size = models.PositiveBigIntegerField()
    key = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True, help_text=_("When its hash was last computed anew."))
    damage = models.CharField(max_length=10, choices=Damage.choices, default=Damage.NONE, blank=True)

    class Meta:
        indexes = [
            models.Index(name="blob_to_check", fields=["checked_at"]),
            models.Index(name="blob_in_trouble", fields=["sha256"], condition=~Q(damage="")),
        ]

    def __str__(self) -> str:
        return self.sha256


class ResourceManager(models.Manager["Resource"]):
    def get_by_natural_key(self, slug: str) -> "Resource":
        return self.get(slug=slug)


class Resource(models.Model):
    """A source: one address (or one uploaded file), shared by every claim that cites it."""

    slug = models.CharField(max_length=120, unique=True, null=True, blank=True)  # null: not from a fixture
    url = models.URLField(_("address"), max_length=2000, unique=True, null=True, blank=True)  # null: an upload
    host = models.CharField(max_length=255, blank=True)
    title = models.CharField(_("title"), max_length=400, blank=True)
    publisher = models.ForeignKey(
        "claims.Publisher", on_delete=models.PROTECT, null=True, blank=True, related_name="resources"
    )
    published_on = models.DateField(_("date"), null=True, blank=True)
    date_basis = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices, default=EvidenceKind.NEWS)
    created_at = models.DateTimeField(db_default=Now())
    looks = models.PositiveSmallIntegerField(default=0, help_text=_("Successful looks since it was first captured."))
    misses = models.PositiveSmallIntegerField(default=0, help_text=_("Failed looks since the last successful one."))
    look_again_at = models.DateTimeField(null=True, blank=True, help_text=_("When the watch looks at it next."))
    archived_url = models.URLField(max_length=2200, blank=True, help_text=_("Its newest known copy elsewhere."))
    archived_at = models.DateTimeField(null=True, blank=True, help_text=_("When that copy was made."))

    objects: ClassVar[ResourceManager] = ResourceManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="resource_has_address_or_title", condition=Q(url__isnull=False) | ~Q(title="")),
            models.CheckConstraint(
                name="resource_archived_all_or_nothing",
                condition=Q(archived_url="", archived_at=None) | (~Q(archived_url="") & Q(archived_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="resource_to_look_at", fields=["look_again_at"], condition=Q(look_again_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.title or self.url or ""

    def natural_key(self) -> tuple[str | None]:
        return (self.slug,)

    natural_key.dependencies = ["claims.publisher"]  # type: ignore[attr-defined]

    @property
    def chain(self) -> str:
        return f"resource/{self.pk}"


class Host(models.Model):
    """How one website is asked: not before ``next_at``, and as its robots.txt wishes."""

    class Robots(models.TextChoices):
        UNKNOWN = "unknown", _("Not known")
        ALLOWED = "allowed", _("Allowed")
        DISALLOWED = "disallowed", _("Not wanted")

    name = models.CharField(max_length=255, primary_key=True)
    next_at = models.DateTimeField(db_default=Now(), help_text=_("The next request may be sent then."))
    robots = models.TextField(blank=True, help_text=_("Its robots.txt; empty when it has none."))
    robots_read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """What a source said at one moment.  Never changed."""

    class Kind(models.TextChoices):
        FETCHED = "fetched", _("Fetched")
        UPLOADED = "uploaded", _("Uploaded copy")
        RENDERED = "rendered", _("As a browser showed it")

    PARTS = ("body", "warc", "wacz", "screenshot", "pdf")  # its stored files

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="snapshots")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    captured_at = models.DateTimeField(db_default=Now())
    captured_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    final_url = models.URLField(max_length=2000, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    mime = models.CharField(max_length=100, blank=True)
    body = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    warc = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    wacz = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    screenshot = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, help_text=_("Of the decoded body."))
    previous_sha256 = models.CharField(max_length=64, blank=True)
    extractor = models.CharField(max_length=40)
    body_text = models.TextField(blank=True)
    body_text_sha256 = models.CharField(max_length=64)
    main_text = models.TextField(blank=True)
    pages = models.JSONField(default=list, blank=True, help_text=_("Where each page of a PDF begins in the text."))
    title = models.CharField(max_length=400, blank=True)
    author = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True)
    date_basis = models.CharField(max_length=120, blank=True)
    canonical_url = models.URLField(max_length=2000, blank=True)
    language = models.CharField(max_length=12, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text=_("Why no text could be read from it."))
    robots = models.CharField(max_length=10, choices=Host.Robots.choices, default=Host.Robots.UNKNOWN)
    instead = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text=_("What it is by its own words, if no page.")
    )
    likeness = models.BigIntegerField(null=True, help_text=_("Simhash of the main text; near texts have near numbers."))
    text_changed = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The text kept here was found not to be the one that was captured."),
    )

    class Meta:
        ordering = ["resource", "-captured_at", "-id"]
        indexes = [models.Index(name="snapshot_newest", fields=["resource", "-captured_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} of resource {self.resource_id}"

    @property
    def damaged_parts(self) -> list[str]:
        """Which of its stored files are damaged or lost, and "text" if that was changed; reads each not read along."""
        kept = {part: getattr(self, part) for part in self.PARTS}
        damaged = [part for part, blob in kept.items() if blob is not None and blob.damage]
        return [*damaged, "text"] if self.text_changed else damaged
