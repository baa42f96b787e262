"""Forms as they were sent: the same one sent again does nothing again."""

from datetime import timedelta
from typing import ClassVar

from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=2)  # how long a form that was sent once stays known
ABANDONED = timedelta(seconds=60)  # a press that has not ended by then was cut off by a crash


class PressManager(models.Manager["Press"]):
    def take(self, mark: str) -> bool:
        """Take the mark of a form, so that only one request does what it asks for.

        Returns:
            true for the first request that brings it, and for a later one when the first was cut off by a crash.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claims_press (mark, at, ended) VALUES (%s, now(), false)"
                " ON CONFLICT (mark) DO UPDATE SET at = now()"
                " WHERE NOT claims_press.ended AND claims_press.at < now() - %s::interval RETURNING mark",
                [mark, str(ABANDONED)],
            )
            return cursor.fetchone() is not None


class Press(models.Model):
    """One form as one person sent it from one page, known by a hash of all that was sent."""

    mark = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(db_default=Now())
    ended = models.BooleanField(default=False)
    answer = models.CharField(max_length=2000, db_default="", help_text=_("The address the first press led to."))

    objects: ClassVar[PressManager] = PressManager()

    class Meta:
        verbose_name_plural = "presses"
        indexes = [models.Index(name="press_at", fields=["at"])]

    def __str__(self) -> str:
        return self.mark


def forget_old() -> int:
    """Periodic: forget the forms nobody can still mean to send.  Returns how many."""
    return Press.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
