"""What leaves the desk: e-mails and calls to other programs, each once for one event, with every attempt kept."""

import secrets
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MOST_ANSWER = 500  # characters kept of what the other side answered


class Webhook(models.Model):
    """An address that is called when something happens to a claim.

    Its signing secret stands nowhere: it is computed from this installation's key and ``salt``, so that neither a list,
    an export nor a copy of the database tells it.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("told of"))
    is_active = models.BooleanField(_("active"), default=True)
    salt = models.CharField(max_length=64, default=partial(secrets.token_hex, 32), editable=False)
    secret_version = models.PositiveIntegerField(_("secret number"), default=1, editable=False)
    secret_shown_at = models.DateTimeField(_("secret shown"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One e-mail to one person or one call to one address; its unique row is written before anything is sent."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        DIGEST = "digest", _("My day, by e-mail")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being handed over")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        GIVEN_UP = "given_up", _("Given up")
        SKIPPED = "skipped", _("Not sent")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, null=True, related_name="deliveries")
    event = models.ForeignKey("claims.Event", on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("day"), null=True)
    key = models.CharField(
        _("id"), max_length=60, unique=True, help_text=_("Message-ID or webhook-id: the same at every attempt.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    said = models.CharField(_("why"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("made"), db_default=Now())
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                name="delivery_once", fields=["channel", "person", "webhook", "event", "day"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="delivery_has_one_aim",
                condition=Q(channel="mail", person__isnull=False, webhook=None, event__isnull=False, day=None)
                | Q(channel="digest", person__isnull=False, webhook=None, event=None, day__isnull=False)
                | Q(channel="webhook", person=None, webhook__isnull=False, event__isnull=False, day=None),
            ),
        ]
        indexes = [models.Index(name="delivery_newest", fields=["-id", "channel"])]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}: {self.state}"


class DeliveryAttempt(models.Model):
    """One try at one delivery, and what the other side answered.  Never changed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True, help_text=_("The code of the answer; empty: there was none."))
    answer = models.CharField(max_length=MOST_ANSWER, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["delivery", "number"]
        constraints = [models.UniqueConstraint(name="delivery_attempt_once", fields=["delivery", "number"])]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}: {self.status or self.error}"
