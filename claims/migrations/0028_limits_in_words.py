"""The desk's limits are chosen in words; the clock finds waived cross-checks without reading every verdict."""

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


class Migration(migrations.Migration):
    dependencies = [("claims", "0027_sources_are_watched")]
    operations = [
        *(
            migrations.AlterField(
                "desk",
                name,
                models.CharField(
                    blank=True,
                    choices=claims.models.desk.days_choices
                    if name == "ask_after"
                    else claims.models.desk.limit_choices,
                    default=default,
                    max_length=4,
                    verbose_name=label,
                ),
            )
            for name, label, default in LIMITS
        ),
        migrations.AddIndex(
            "reading",
            models.Index(condition=models.Q(("kind", "waiver")), fields=["at"], name="reading_waiver"),
        ),
    ]
