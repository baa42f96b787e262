"""Only claims.workflow.apply moves a claim: it names the claim in ``factcheck.step`` first (house rule 2)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status, NEW.public_state) IS DISTINCT FROM (OLD.status, OLD.public_state)
        AND current_setting('factcheck.step', true) IS DISTINCT FROM NEW.id::text
    THEN
        RAISE EXCEPTION 'claim %: its status changes only through a step of the workflow', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER claim_status_by_workflow BEFORE UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_guard_status();
"""

REVERSE = """
DROP TRIGGER claim_status_by_workflow ON claims_claim;
DROP FUNCTION claims_guard_status();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_records_are_append_only")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
