"""The desk's working days, and how long each stage may take."""

import django.contrib.postgres.fields
from django.db import migrations, models

import claims.models.desk

LIMITS = [
    ("triage_limit", "triage: from the inbox to somebody's hands", "2d"),
    ("research_limit", "research", "5d"),
    ("reply_limit", "right of reply: time to answer", "2d"),
    ("cross_check_limit", "cross-check", "2d"),
    ("review_limit", "review", "1d"),
    ("publication_limit", "publication, once approved", "1d"),
    ("remind_before", "remind whoever must act, before something is due", "4h"),
    ("ask_after", "ask whoever holds a claim whether he is still on it, after", "6d"),
]
WORKING_DAYS = models.Q(("working_days__contained_by", [1, 2, 3, 4, 5, 6, 7]), ("working_days__len__gt", 0))


class Migration(migrations.Migration):
    dependencies = [("claims", "0016_stages_are_due")]
    operations = [
        migrations.AddField(
            "desk",
            "working_days",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                default=claims.models.desk.monday_to_friday,
                size=None,
                verbose_name="working days",
            ),
        ),
        migrations.AddConstraint("desk", models.CheckConstraint(condition=WORKING_DAYS, name="desk_has_working_days")),
        *(
            migrations.AddField(
                "desk", name, models.CharField(blank=True, default=default, max_length=4, verbose_name=label)
            )
            for name, label, default in LIMITS
        ),
        *(
            migrations.AddConstraint(
                "desk",
                models.CheckConstraint(
                    condition=models.Q((f"{name}__regex", "^([1-9][0-9]?[hd])?$")), name=f"desk_{name}_is_a_time"
                ),
            )
            for name, _label, _default in LIMITS
        ),
    ]
