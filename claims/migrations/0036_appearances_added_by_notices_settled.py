"""Whose an appearance is, so that he may withdraw it; and when what a notice asks for was done."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0035_stays_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="appearance",
            name="added_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="settled_at",
            field=models.DateTimeField(help_text="When what it asks for was done, by whomever.", null=True),
        ),
    ]
