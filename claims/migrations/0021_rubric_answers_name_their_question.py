"""A desk that is at work keeps the four questions it was asked so far, and its answers to them."""

from django.db import migrations

# An empty database gets none here: its questions come with the newsroom, or with what an empty desk begins with.
FORWARD = """
INSERT INTO claims_rubricquestion (code, version, text, decisive, position, is_active)
SELECT asked.code, 1, asked.text, asked.code = 'verifiable', asked.position, true
FROM (VALUES ('verifiable', 'Can it be verified?', 1), ('significant', 'Does it matter?', 2),
             ('spread', 'Is it widely spread?', 3), ('harmful', 'Could it do harm?', 4)) AS asked (code, text, position)
WHERE EXISTS (SELECT FROM claims_checklistitem) OR EXISTS (SELECT FROM claims_rubricanswer);
UPDATE claims_rubricanswer a SET question_id = q.id FROM claims_rubricquestion q WHERE q.code = a.code;
"""
REVERSE = """
DELETE FROM claims_rubricanswer a USING claims_rubricquestion q
    WHERE q.id = a.question_id AND (q.version > 1 OR q.code NOT IN ('verifiable', 'significant', 'spread', 'harmful'));
UPDATE claims_rubricanswer a SET code = q.code, question_id = NULL
    FROM claims_rubricquestion q WHERE q.id = a.question_id;
DELETE FROM claims_rubricquestion;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0020_rubric_questions")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
