from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0023_stored_copies_are_checked")]

    operations = [
        migrations.AddField("readmark", "content", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("readmark", "base_seq", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("readmark", "base_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "readmark", "base_content", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddConstraint(
            "readmark",
            models.CheckConstraint(
                name="read_mark_base_all_or_nothing",
                condition=models.Q(base_seq__isnull=True, base_at__isnull=True, base_content="")
                | (models.Q(base_seq__isnull=False, base_at__isnull=False) & ~models.Q(base_content="")),
            ),
        ),
    ]
