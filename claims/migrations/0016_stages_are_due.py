"""Each stage has a due date of its own; what is shown and sorted by is the nearer of it and the editor's."""

from django.db import migrations, models
from django.db.models.functions import Least

NOT_CLOSED = ~models.Q(status__in=["published", "declined", "duplicate", "retracted", "archived"])


class Migration(migrations.Migration):
    dependencies = [("claims", "0015_drafts")]
    operations = [
        migrations.AddField(
            "claim",
            "stage_due_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="this stage is due"),
        ),
        migrations.AddField(
            "claim",
            "next_due_at",
            models.GeneratedField(
                db_persist=True,
                expression=Least("due_at", "stage_due_at"),
                output_field=models.DateTimeField(null=True),
            ),
        ),
        migrations.RemoveIndex("claim", "claim_queue"),
        migrations.RemoveIndex("claim", "claim_open"),
        migrations.RemoveIndex("claim", "claim_due"),
        migrations.AddIndex(
            "claim", models.Index(fields=["status", "priority", "next_due_at", "id"], name="claim_queue")
        ),
        migrations.AddIndex(
            "claim",
            models.Index(condition=NOT_CLOSED, fields=["priority", "next_due_at", "id"], name="claim_open"),
        ),
        migrations.AddIndex(
            "claim", models.Index(condition=NOT_CLOSED, fields=["next_due_at", "id"], name="claim_open_due")
        ),
        migrations.AddIndex(
            "claim",
            models.Index(
                condition=models.Q(("next_due_at__isnull", False)), fields=["next_due_at", "id"], name="claim_due"
            ),
        ),
    ]
