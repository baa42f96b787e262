"""Whatever changes a claim's content, by whatever way, raises its content_version (house rules 3 and 8)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_bump_own_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.statement, NEW.context, NEW.language, NEW.title, NEW.summary, NEW.body, NEW.rating_id, NEW.rationale, NEW.confidence, NEW.evidence_exception, NEW.correction_kind, NEW.correction_text)
        IS DISTINCT FROM
       (OLD.statement, OLD.context, OLD.language, OLD.title, OLD.summary, OLD.body, OLD.rating_id, OLD.rationale, OLD.confidence, OLD.evidence_exception, OLD.correction_kind, OLD.correction_text)
    THEN
        NEW.content_version := OLD.content_version + 1;
    ELSE
        -- A row saved whole carries what it read; the two counters only ever rise.
        NEW.content_version := GREATEST(NEW.content_version, OLD.content_version);
    END IF;
    NEW.recorded_version := GREATEST(NEW.recorded_version, OLD.recorded_version);
    RETURN NEW;
END $$;

CREATE TRIGGER claim_content BEFORE UPDATE ON claims_claim
    FOR EACH ROW EXECUTE FUNCTION claims_bump_own_content();

-- One function for the tables that hang on a claim; the second argument says how a row names its claim.
CREATE FUNCTION claims_bump_claim_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'claim' THEN
        UPDATE claims_claim SET content_version = content_version + 1
            WHERE id IN (SELECT claim_id FROM touched);
    ELSE
        UPDATE claims_claim SET content_version = content_version + 1
            WHERE id IN (SELECT e.claim_id FROM touched t JOIN claims_evidence e ON e.id = t.evidence_id);
    END IF;
    RETURN NULL;
END $$;

-- An update that says the same again (loaddata twice) touches nothing.
CREATE FUNCTION claims_bump_claim_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'claim' THEN
        UPDATE claims_claim SET content_version = content_version + 1 WHERE id IN (
            SELECT n.claim_id FROM touched n JOIN was o ON o.id = n.id WHERE o IS DISTINCT FROM n
            UNION SELECT o.claim_id FROM touched n JOIN was o ON o.id = n.id WHERE o IS DISTINCT FROM n);
    ELSE
        UPDATE claims_claim SET content_version = content_version + 1 WHERE id IN (
            SELECT e.claim_id FROM touched n JOIN was o ON o.id = n.id AND o IS DISTINCT FROM n
                JOIN claims_evidence e ON e.id IN (n.evidence_id, o.evidence_id));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER appearance_content_added AFTER INSERT ON claims_appearance REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER appearance_content_removed AFTER DELETE ON claims_appearance REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER appearance_content_changed AFTER UPDATE ON claims_appearance REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('claim');

CREATE TRIGGER evidence_content_added AFTER INSERT ON claims_evidence REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER evidence_content_removed AFTER DELETE ON claims_evidence REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER evidence_content_changed AFTER UPDATE ON claims_evidence REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('claim');

CREATE TRIGGER citation_content_added AFTER INSERT ON claims_citation REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER citation_content_removed AFTER DELETE ON claims_citation REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER citation_content_changed AFTER UPDATE ON claims_citation REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('claim');

CREATE TRIGGER contactlog_content_added AFTER INSERT ON claims_contactlog REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER contactlog_content_removed AFTER DELETE ON claims_contactlog REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER contactlog_content_changed AFTER UPDATE ON claims_contactlog REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('claim');

CREATE TRIGGER checklistanswer_content_added AFTER INSERT ON claims_checklistanswer REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER checklistanswer_content_removed AFTER DELETE ON claims_checklistanswer REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('claim');
CREATE TRIGGER checklistanswer_content_changed AFTER UPDATE ON claims_checklistanswer REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('claim');

CREATE TRIGGER quote_content_added AFTER INSERT ON claims_quote REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('evidence');
CREATE TRIGGER quote_content_removed AFTER DELETE ON claims_quote REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('evidence');
CREATE TRIGGER quote_content_changed AFTER UPDATE ON claims_quote REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('evidence');

CREATE TRIGGER waiver_content_added AFTER INSERT ON claims_waiver REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('evidence');
CREATE TRIGGER waiver_content_removed AFTER DELETE ON claims_waiver REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content('evidence');
CREATE TRIGGER waiver_content_changed AFTER UPDATE ON claims_waiver REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_bump_claim_content_changed('evidence');
"""

REVERSE = """
DROP TRIGGER appearance_content_added ON claims_appearance;
DROP TRIGGER appearance_content_removed ON claims_appearance;
DROP TRIGGER appearance_content_changed ON claims_appearance;
DROP TRIGGER evidence_content_added ON claims_evidence;
DROP TRIGGER evidence_content_removed ON claims_evidence;
DROP TRIGGER evidence_content_changed ON claims_evidence;
DROP TRIGGER citation_content_added ON claims_citation;
DROP TRIGGER citation_content_removed ON claims_citation;
DROP TRIGGER citation_content_changed ON claims_citation;
DROP TRIGGER contactlog_content_added ON claims_contactlog;
DROP TRIGGER contactlog_content_removed ON claims_contactlog;
DROP TRIGGER contactlog_content_changed ON claims_contactlog;
DROP TRIGGER checklistanswer_content_added ON claims_checklistanswer;
DROP TRIGGER checklistanswer_content_removed ON claims_checklistanswer;
DROP TRIGGER checklistanswer_content_changed ON claims_checklistanswer;
DROP TRIGGER quote_content_added ON claims_quote;
DROP TRIGGER quote_content_removed ON claims_quote;
DROP TRIGGER quote_content_changed ON claims_quote;
DROP TRIGGER waiver_content_added ON claims_waiver;
DROP TRIGGER waiver_content_removed ON claims_waiver;
DROP TRIGGER waiver_content_changed ON claims_waiver;
DROP TRIGGER claim_content ON claims_claim;
DROP FUNCTION claims_bump_own_content();
DROP FUNCTION claims_bump_claim_content();
DROP FUNCTION claims_bump_claim_content_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_status_moves_by_workflow")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
