"""At commit, what a claim says of its public state is what its newest public version says, and that one was approved."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_check_public() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claim_row claims_claim%ROWTYPE;
    newest claims_factcheck%ROWTYPE;
BEGIN
    IF TG_TABLE_NAME = 'claims_factcheck' THEN
        SELECT * INTO claim_row FROM claims_claim WHERE id = NEW.claim_id;
    ELSE
        SELECT * INTO claim_row FROM claims_claim WHERE id = NEW.id;
    END IF;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO newest FROM claims_factcheck WHERE claim_id = claim_row.id ORDER BY number DESC LIMIT 1;
    IF claim_row.public_state <> COALESCE(newest.kind, '') THEN
        RAISE EXCEPTION 'claim %: public state "%" but its newest public version is "%"',
            claim_row.id, claim_row.public_state, COALESCE(newest.kind, 'none')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF newest.kind IN ('published', 'withheld')
        AND NOT EXISTS (SELECT FROM claims_approval WHERE revision_id = newest.revision_id) THEN
        RAISE EXCEPTION 'claim %: its public version rests on revision % which nobody approved',
            claim_row.id, newest.revision_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF claim_row.status = 'published' AND claim_row.public_state NOT IN ('published', 'withheld') THEN
        RAISE EXCEPTION 'claim %: published without a fact-check in force', claim_row.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER claim_public_is_approved AFTER INSERT OR UPDATE OF status, public_state ON claims_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_check_public();
CREATE CONSTRAINT TRIGGER fact_check_is_approved AFTER INSERT ON claims_factcheck
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_check_public();
"""

REVERSE = """
DROP TRIGGER claim_public_is_approved ON claims_claim;
DROP TRIGGER fact_check_is_approved ON claims_factcheck;
DROP FUNCTION claims_check_public();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_four_eyes")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
