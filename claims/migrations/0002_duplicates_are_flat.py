"""A duplicate points at a main claim, never at another duplicate (house rule 13)."""

from django.db import migrations

FORWARD = """
ALTER TABLE claims_claim
    ADD CONSTRAINT claim_duplicate_of_a_main FOREIGN KEY (duplicate_of_id, must_be_main)
    REFERENCES claims_claim (id, is_main) DEFERRABLE INITIALLY DEFERRED;
"""

REVERSE = """
ALTER TABLE claims_claim DROP CONSTRAINT claim_duplicate_of_a_main;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
