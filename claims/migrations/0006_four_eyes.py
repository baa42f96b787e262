"""The author never approves; a cross-checker is who the reading says he is (house rule 5)."""

from django.db import migrations

FORWARD = """
ALTER TABLE claims_approval
    ADD CONSTRAINT approval_cross_checker_read_it FOREIGN KEY (cross_check_id, cross_checker_id)
    REFERENCES claims_reading (id, by_id);

CREATE FUNCTION claims_refuse_own_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claims_revisionauthor
               WHERE revision_id = NEW.revision_id AND person_id IN (NEW.approver_id, NEW.cross_checker_id)) THEN
        RAISE EXCEPTION 'an author of revision % can neither approve nor cross-check it', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM claims_revision
                   WHERE id = NEW.revision_id AND content_sha256 = NEW.content_sha256) THEN
        RAISE EXCEPTION 'the approval of revision % names another text', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM claims_reading r JOIN claims_revision v ON v.id = NEW.revision_id
                   WHERE r.id = NEW.cross_check_id AND r.claim_id = v.claim_id
                     AND r.material_sha256 = v.material_sha256 AND r.kind IN ('cross', 'waiver', 'decision')) THEN
        RAISE EXCEPTION 'the cross-check does not stand for the material of revision %', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approval_not_by_author BEFORE INSERT ON claims_approval
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_own_work();

CREATE FUNCTION claims_refuse_late_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claims_approval WHERE revision_id = NEW.revision_id) THEN
        RAISE EXCEPTION 'revision % is approved: its authors are settled', NEW.revision_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER revision_authors_settled BEFORE INSERT ON claims_revisionauthor
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_late_author();
"""

REVERSE = """
DROP TRIGGER revision_authors_settled ON claims_revisionauthor;
DROP FUNCTION claims_refuse_late_author();
DROP TRIGGER approval_not_by_author ON claims_approval;
DROP FUNCTION claims_refuse_own_work();
ALTER TABLE claims_approval DROP CONSTRAINT approval_cross_checker_read_it;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_content_version_follows")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
