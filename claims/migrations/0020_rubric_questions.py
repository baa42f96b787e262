"""The questions of the rubric become rows, as those of the checklist are: worded by the administrator, versioned."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0019_comments_are_withdrawn_and_forms_sent_once")]
    operations = [
        migrations.CreateModel(
            name="RubricQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("text", models.CharField(max_length=300, verbose_name="question")),
                (
                    "decisive",
                    models.BooleanField(
                        default=False,
                        help_text="Answered “no”, the claim is of low worth whatever the others say.",
                        verbose_name="decisive",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="asked today")),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="rubric_question_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)), fields=("code",), name="rubric_question_one_active"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint("rubricanswer", "rubric_answer_once"),
        migrations.RenameField("rubricanswer", "question", "code"),
        migrations.AlterField("rubricanswer", "code", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField(
            "rubricanswer",
            "question",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="claims.rubricquestion",
            ),
        ),
    ]
