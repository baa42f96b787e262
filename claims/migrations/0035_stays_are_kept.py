"""How long a claim stood in a stage is kept when it leaves it; what was left before is read from the record of steps."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION claims_keep_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_stay (claim_id, stage, next_stage, began_at, left_at)
    VALUES (NEW.id, OLD.status, NEW.status, OLD.status_since, NEW.status_since);
    RETURN NULL;
END $$;

CREATE TRIGGER claim_stay_is_kept AFTER UPDATE OF status ON claims_claim FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION claims_keep_stay();
"""
NO_TRIGGER = """
DROP TRIGGER claim_stay_is_kept ON claims_claim;
DROP FUNCTION claims_keep_stay();
"""
# Each step that moved a claim, and the one before it.  A step whose words were erased tells no stage.
PAST = """
INSERT INTO claims_stay (claim_id, stage, next_stage, began_at, left_at)
SELECT claim.id, moved.source, moved.target, coalesce(moved.came, claim.created_at), moved.at
FROM (
    SELECT chain, at, source, target, lag(at) OVER (PARTITION BY chain ORDER BY seq) AS came
    FROM (
        SELECT chain, seq, at, body::jsonb ->> 'from' AS source, body::jsonb ->> 'to' AS target
        FROM claims_event
        WHERE chain LIKE 'claim/%' AND body LIKE '%"from":%' AND body LIKE '%"to":%' AND action IN (
            'accept', 'approve', 'archive', 'assign', 'cross_check', 'decline', 'fail', 'merge', 'pass', 'publish',
            'recall', 'reopen', 'request_reply', 'restore', 'resume', 'retract', 'return', 'stand', 'submit',
            'unaccept', 'unassign', 'void', 'waive_cross_check', 'wake', 'watch'
        )
    ) AS step
    WHERE source <> target
) AS moved
JOIN claims_claim AS claim ON moved.chain = 'claim/' || claim.id
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0034_people_choose_a_language")]
    operations = [
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(max_length=20)),
                ("next_stage", models.CharField(max_length=20)),
                ("began_at", models.DateTimeField()),
                ("left_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="claims.claim",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["left_at"], include=("stage", "next_stage", "claim", "began_at"), name="stay_left"
                    ),
                    models.Index(fields=["claim"], name="stay_of_claim"),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
        migrations.RunSQL(PAST, migrations.RunSQL.noop),
        migrations.RemoveIndex("event", "event_move"),  # served the charts
    ]
