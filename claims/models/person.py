"""The people of the desk.  ``Person`` is the project's user model."""

import re
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PersonManager(UserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)

    def eligible(self, *roles: str) -> models.QuerySet["Person"]:
        """Active people of the given roles, by name."""
        return self.filter(is_active=True, role__in=roles).order_by("name", "pk")


class Person(AbstractUser):
    class Role(models.TextChoices):
        CONTRIBUTOR = "contributor", _("Contributor")
        CHECKER = "checker", _("Checker")
        EDITOR = "editor", _("Editor")
        ADMINISTRATOR = "administrator", _("Administrator")
        AUDITOR = "auditor", _("Auditor")

    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=120, help_text=_("As it appears on the desk and in the record."))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CONTRIBUTOR)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    language = models.CharField(
        _("language"), max_length=12, blank=True, help_text=_("Of the pages; empty: as the browser says.")
    )

    REQUIRED_FIELDS = ["email", "name"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def ref(self) -> str:
        """How the record names this person: ``person/<id>``."""
        return f"person/{self.pk}"

    @property
    def initials(self) -> str:
        """Two letters for the small round mark of a person, or two and the number his user name ends in.

        Names of a kind, as Checker One and Contributor One, are told apart by it; the mark's title says the whole name.
        """
        words = (self.name or self.username).replace("-", " ").split()
        number = re.search(r"\d{1,2}$", self.username)
        if number:
            return words[0][:2].capitalize() + number[0]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()

    @property
    def is_editor(self) -> bool:
        return self.role == self.Role.EDITOR

    @property
    def can_research(self) -> bool:
        """Checkers and editors do the work of checking."""
        return self.role in {self.Role.CHECKER, self.Role.EDITOR}

    @property
    def can_contribute(self) -> bool:
        return self.role in {self.Role.CONTRIBUTOR, self.Role.CHECKER, self.Role.EDITOR}


class Recusal(models.Model):
    """A person who must not work on one claimant or one topic."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recusals")
    claimant = models.ForeignKey("claims.Claimant", on_delete=models.CASCADE, null=True, blank=True)
    topic = models.ForeignKey("claims.Topic", on_delete=models.CASCADE, null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recusal_names_claimant_or_topic",
                condition=Q(claimant__isnull=True, topic__isnull=False) | Q(claimant__isnull=False, topic__isnull=True),
            ),
            models.UniqueConstraint(name="recusal_once", fields=["person", "claimant", "topic"], nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.claimant or self.topic}"


class NoticePreference(models.Model):
    """Through which channels a person wants one kind of notice; no row means what ``notifications.choices`` says."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField(default=True)
    email = models.BooleanField(default=False, help_text=_("By e-mail at once."))
    digest = models.BooleanField(default=False, help_text=_("In the e-mail of the morning."))

    class Meta:
        constraints = [
            models.UniqueConstraint(name="notice_preference_once", fields=["person", "kind"]),
            models.CheckConstraint(name="notice_mailed_once", condition=~Q(email=True, digest=True)),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}"
