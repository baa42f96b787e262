"""The desk itself (one row), its saved views and what each person has been told and has read."""

from contextlib import suppress
from datetime import UTC, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_supported_language_variant, ngettext
from django.utils.translation import gettext_lazy as _

LIMIT_DAYS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30)


def monday_to_friday() -> list[int]:
    return [1, 2, 3, 4, 5]


def limit_choices() -> list[tuple[str, str]]:
    """How long something may take, in words: hours of work up to a day, then working days."""
    hours = [(f"{n}h", ngettext("%(n)d working hour", "%(n)d working hours", n) % {"n": n}) for n in (1, 2, 3, 4, 6, 8)]
    days = [(f"{n}d", ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}) for n in LIMIT_DAYS]
    return [("", str(_("no limit"))), *hours, *days]


def days_choices() -> list[tuple[str, str]]:
    days = [(f"{n}d", ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in LIMIT_DAYS]
    return [("", str(_("never"))), *days]


def limit_field(label: Any, default: str) -> "models.CharField[str, str]":
    """How long something may take: ``4h`` hours of work, ``2d`` working days; empty: as long as it takes."""
    return models.CharField(label, max_length=4, blank=True, default=default, choices=limit_choices)


class DeskManager(models.Manager["Desk"]):
    def current(self) -> "Desk":
        """The one desk of this installation, made with its defaults when none was set up yet."""
        found, made = self.get_or_create(pk=1)
        if made:
            found.refresh_from_db()  # its defaults as values of their types
        return found

    def get_by_natural_key(self) -> "Desk":
        return self.get(pk=1)


LIMITS = (
    "triage_limit", "research_limit", "reply_limit", "cross_check_limit", "review_limit", "publication_limit",
    "remind_before", "ask_after",
)  # fmt: skip


class Desk(models.Model):
    class Policy(models.TextChoices):
        THREE = "three", _("Three people: author, cross-checker and approver differ")
        TWO = "two", _("Two people: the cross-checker may approve when an editor")

    name = models.CharField(_("name"), max_length=120, default="Fact-check desk")
    publisher_url = models.URLField(_("publisher address"), blank=True)
    logo_url = models.URLField(_("logo address"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=12,
        default="en",
        help_text=_(
            'As "en" or "de": of public pages, feeds and e-mails. Where this software is not translated into it,'
            " what it says itself is English."
        ),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    day_starts = models.TimeField(_("working day starts"), default="09:00")
    day_ends = models.TimeField(_("working day ends"), default="18:00")
    working_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("working days"), default=monday_to_friday
    )  # 1: Monday ... 7: Sunday
    triage_limit = limit_field(_("triage: from the inbox to somebody's hands"), "2d")
    research_limit = limit_field(_("research"), "5d")
    reply_limit = limit_field(_("right of reply: time to answer"), "2d")
    cross_check_limit = limit_field(_("cross-check"), "2d")
    review_limit = limit_field(_("review"), "1d")
    publication_limit = limit_field(_("publication, once approved"), "1d")
    remind_before = limit_field(_("remind whoever must act, before something is due"), "4h")
    ask_after = models.CharField(
        _("ask whoever holds a claim whether he is still on it, after"),
        max_length=4, blank=True, default="6d", choices=days_choices,
    )  # fmt: skip
    review_policy = models.CharField(_("review policy"), max_length=10, choices=Policy.choices, default=Policy.THREE)
    cross_check_may_be_waived = models.BooleanField(_("the cross-check may be waived"), default=True)
    methodology = models.TextField(_("methodology"), blank=True)
    corrections_contact = models.CharField(_("where readers report an error"), max_length=200, blank=True)
    is_demo = models.BooleanField(_("demonstration newsroom"), default=False)

    objects: ClassVar[DeskManager] = DeskManager()

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desk")
        constraints = [
            models.CheckConstraint(name="desk_is_one", condition=Q(pk=1)),
            models.CheckConstraint(
                name="desk_has_working_days",
                condition=Q(working_days__len__gt=0, working_days__contained_by=[1, 2, 3, 4, 5, 6, 7]),
            ),
            *(
                models.CheckConstraint(
                    name=f"desk_{name}_is_a_time", condition=Q(**{f"{name}__regex": r"^([1-9][0-9]?[hd])?$"})
                )
                for name in LIMITS
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[()]:
        return ()

    @property
    def zone(self) -> tzinfo:
        return zone(self.time_zone)

    @property
    def spoken(self) -> str:
        return spoken(self.language)


def spoken(*wished: str) -> str:
    """The code of the first of these languages in which the software can speak; English when it can in none."""
    for code in filter(None, wished):
        with suppress(LookupError):
            return get_supported_language_variant(code)
    return settings.LANGUAGE_CODE


def zone(name: str) -> tzinfo:
    """A time zone by name; UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


class SavedViewManager(models.Manager["SavedView"]):
    def get_by_natural_key(self, owner: str | None, name: str) -> "SavedView":
        return self.get(owner__username=owner, name=name)


class SavedView(models.Model):
    """A named set of queue filters: a person's own, or the desk's when nobody owns it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, help_text=_("The part of the queue's address after the question mark."))
    position = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[SavedViewManager] = SavedViewManager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(name="saved_view_once", fields=["owner", "name"], nulls_distinct=False)]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str | None, str]:
        return (self.owner.username if self.owner else None, self.name)

    natural_key.dependencies = ["claims.person"]  # type: ignore[attr-defined]


class Notification(models.Model):
    """One event told to one person; never twice for the same event."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey("claims.Event", on_delete=models.PROTECT)
    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, null=True)
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    in_app = models.BooleanField(default=True, help_text=_("Shown under the bell; else it only goes by e-mail."))
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text=_("When what it asks for was done, by whomever."))

    class Meta:
        constraints = [models.UniqueConstraint(name="notification_once", fields=["person", "event"])]
        indexes = [
            models.Index(
                name="notification_unread", fields=["person", "-id"], condition=Q(read_at__isnull=True, in_app=True)
            ),
            models.Index(name="notification_newest", fields=["person", "-id"]),
        ]

    def __str__(self) -> str:
        return self.text


class ReadMark(models.Model):
    """What a person last saw of a claim: how far in its record, and what it said to him then.

    ``content`` is what a revision holds, less what the blind review kept from this person at that moment.  The
    ``base_…`` fields are the end of the visit before this one: what "since you last looked" compares with.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE)
    seq = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)
    content = models.TextField(blank=True)
    base_seq = models.PositiveBigIntegerField(null=True)
    base_at = models.DateTimeField(null=True)
    base_content = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="read_mark_once", fields=["person", "claim"]),
            models.CheckConstraint(
                name="read_mark_base_all_or_nothing",
                condition=Q(base_seq__isnull=True, base_at__isnull=True, base_content="")
                | (Q(base_seq__isnull=False, base_at__isnull=False) & ~Q(base_content="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} read {self.claim_id} up to {self.seq}"
