"""Nothing loaded says of itself that it is recorded; a decision stands for the people behind it; a page shows its own claim."""

from django.db import migrations

FORWARD = """
-- Fires after claim_content (by name).  A fixture made elsewhere carries counters of elsewhere: they must not hide it
-- from adoption (house rule 8), so no statement that adds or changes content can raise recorded_version.
CREATE FUNCTION claims_keep_recorded_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.recorded_version := 0;
    ELSIF NEW.content_version <> OLD.content_version THEN
        NEW.recorded_version := OLD.recorded_version;
    ELSE
        NEW.recorded_version := LEAST(NEW.recorded_version, NEW.content_version);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER claim_content_recorded BEFORE INSERT OR UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_keep_recorded_version();

CREATE FUNCTION claims_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decision_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM claims_reading d JOIN claims_revision v ON v.id = NEW.revision_id
        WHERE d.id = NEW.decision_id AND d.kind = 'decision' AND d.claim_id = v.claim_id
            AND d.material_sha256 = v.material_sha256
            AND NOT EXISTS (SELECT FROM claims_revisionauthor a WHERE a.revision_id = v.id AND a.person_id = d.by_id))
    THEN
        RAISE EXCEPTION 'the decision does not stand for revision %', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- A decision for the second verdict makes another material: the approval rests on the decision then, and who had
    -- given that verdict is its cross-checker all the same.
    IF NEW.policy = 'three' AND EXISTS (
        SELECT FROM claims_reading d JOIN claims_revision v ON v.id = d.revision_id
            JOIN claims_revision before ON before.claim_id = v.claim_id AND before.number = v.number - 1
            JOIN claims_reading given ON given.claim_id = d.claim_id AND given.kind = 'cross' AND given.id < d.id
                AND given.material_sha256 = before.material_sha256
        WHERE d.id = NEW.cross_check_id AND d.kind = 'decision' AND given.by_id = NEW.approver_id)
    THEN
        RAISE EXCEPTION 'the approver of revision % gave the verdict that was decided for', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approval_decision_stands BEFORE INSERT ON claims_approval
    FOR EACH ROW EXECUTE FUNCTION claims_check_decision();

CREATE FUNCTION claims_check_page_of_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM claims_revision WHERE id = NEW.revision_id AND claim_id = NEW.claim_id) THEN
        RAISE EXCEPTION 'claim %: its public version rests on a revision of another claim', NEW.claim_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER fact_check_of_its_claim BEFORE INSERT ON claims_factcheck
    FOR EACH ROW EXECUTE FUNCTION claims_check_page_of_claim();
"""

REVERSE = """
DROP TRIGGER fact_check_of_its_claim ON claims_factcheck;
DROP FUNCTION claims_check_page_of_claim();
DROP TRIGGER approval_decision_stands ON claims_approval;
DROP FUNCTION claims_check_decision();
DROP TRIGGER claim_content_recorded ON claims_claim;
DROP FUNCTION claims_keep_recorded_version();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0011_evidence_has_no_plural")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
