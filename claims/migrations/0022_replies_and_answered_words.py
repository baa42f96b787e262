"""Silence and a reason not to wait are kept with a question asked; words that were answered stay as they were."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION claims_keep_answered_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_answered boolean;
BEGIN
    IF TG_TABLE_NAME = 'claims_checklistitem' THEN
        SELECT EXISTS (SELECT FROM claims_checklistanswer WHERE item_id = OLD.id) INTO is_answered;
    ELSE
        SELECT EXISTS (SELECT FROM claims_rubricanswer WHERE question_id = OLD.id) INTO is_answered;
    END IF;
    IF is_answered THEN
        RAISE EXCEPTION 'question "%" was answered: another wording is another version', OLD.text
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER checklistitem_answered_stays BEFORE UPDATE ON claims_checklistitem FOR EACH ROW
    WHEN ((OLD.code, OLD.version, OLD.text) IS DISTINCT FROM (NEW.code, NEW.version, NEW.text))
    EXECUTE FUNCTION claims_keep_answered_words();
CREATE TRIGGER rubricquestion_answered_stays BEFORE UPDATE ON claims_rubricquestion FOR EACH ROW
    WHEN ((OLD.code, OLD.version, OLD.text) IS DISTINCT FROM (NEW.code, NEW.version, NEW.text))
    EXECUTE FUNCTION claims_keep_answered_words();
"""
REVERSE = """
DROP TRIGGER rubricquestion_answered_stays ON claims_rubricquestion;
DROP TRIGGER checklistitem_answered_stays ON claims_checklistitem;
DROP FUNCTION claims_keep_answered_words();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0021_rubric_answers_name_their_question")]
    operations = [
        migrations.RemoveField("rubricanswer", "code"),
        migrations.AlterField(
            "rubricanswer",
            "question",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="claims.rubricquestion"
            ),
        ),
        migrations.AddConstraint(
            "rubricanswer", models.UniqueConstraint(fields=("claim", "question"), name="rubric_answer_once")
        ),
        migrations.AddField(
            "contactlog",
            "silence_noted_at",
            models.DateTimeField(blank=True, null=True, verbose_name="silence noted at"),
        ),
        migrations.AddField(
            "contactlog",
            "no_wait_reason",
            models.CharField(blank=True, max_length=300, verbose_name="why the desk does not wait"),
        ),
        migrations.AddIndex(
            "contactlog",
            models.Index(
                condition=models.Q(("answer", ""), ("silence_noted_at__isnull", True)),
                fields=["deadline"],
                name="contact_awaited",
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
