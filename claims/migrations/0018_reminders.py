"""What somebody was reminded of: one row for each thing, claim and due date."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

KINDS = [
    ("due_soon", "Due soon"),
    ("overdue", "Overdue"),
    ("still_on_it", "Still on it?"),
    ("reply_due_soon", "An answer is due soon"),
    ("reply_overdue", "No answer came"),
    ("cross_checker_wanted", "Needs a cross-checker"),
    ("second_read", "Second read due"),
    ("withheld_too_long", "Withheld for too long"),
]


class Migration(migrations.Migration):
    dependencies = [("claims", "0017_desk_keeps_hours")]
    operations = [
        migrations.CreateModel(
            "Reminder",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=24)),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=Now())),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="claims.claim"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["claim", "at", "id"],
                "constraints": [models.UniqueConstraint(fields=("claim", "kind", "due_at"), name="reminder_once")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)), fields=["claim"], name="reminder_open"
                    )
                ],
            },
        ),
    ]
