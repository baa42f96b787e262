"""Events, revisions, snapshots, readings, approvals and public versions are never changed (house rule 6)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% is append-only: rows are never deleted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Saying the same again (loaddata twice) changes nothing and is let through.
    IF OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION '% is append-only: rows are never changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- An event's words can be erased, for a person's right to it; the hashes stay, so the chain still verifies.
CREATE FUNCTION claims_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.body = '' AND NEW.salt = ''
        AND (NEW.id, NEW.chain, NEW.seq, NEW.at, NEW.actor_ref, NEW.action, NEW.format, NEW.body_sha256, NEW.prev, NEW.hash)
          = (OLD.id, OLD.chain, OLD.seq, OLD.at, OLD.actor_ref, OLD.action, OLD.format, OLD.body_sha256, OLD.prev, OLD.hash)
        AND current_setting('factcheck.erase', true) = 'on'
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the record is append-only: events are never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION claims_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('factcheck.flush', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only: it is never emptied', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON claims_event
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_event_change();
CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON claims_event
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE ON claims_revision
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER revision_never_emptied BEFORE TRUNCATE ON claims_revision
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER revisionauthor_append_only BEFORE UPDATE OR DELETE ON claims_revisionauthor
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER revisionauthor_never_emptied BEFORE TRUNCATE ON claims_revisionauthor
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE ON claims_snapshot
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER snapshot_never_emptied BEFORE TRUNCATE ON claims_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER reading_append_only BEFORE UPDATE OR DELETE ON claims_reading
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER reading_never_emptied BEFORE TRUNCATE ON claims_reading
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE ON claims_approval
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER approval_never_emptied BEFORE TRUNCATE ON claims_approval
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER factcheck_append_only BEFORE UPDATE OR DELETE ON claims_factcheck
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER factcheck_never_emptied BEFORE TRUNCATE ON claims_factcheck
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER correction_append_only BEFORE UPDATE OR DELETE ON claims_correction
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER correction_never_emptied BEFORE TRUNCATE ON claims_correction
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();
"""

REVERSE = """
DROP TRIGGER event_append_only ON claims_event;
DROP TRIGGER event_never_emptied ON claims_event;
DROP TRIGGER revision_append_only ON claims_revision;
DROP TRIGGER revision_never_emptied ON claims_revision;
DROP TRIGGER revisionauthor_append_only ON claims_revisionauthor;
DROP TRIGGER revisionauthor_never_emptied ON claims_revisionauthor;
DROP TRIGGER snapshot_append_only ON claims_snapshot;
DROP TRIGGER snapshot_never_emptied ON claims_snapshot;
DROP TRIGGER reading_append_only ON claims_reading;
DROP TRIGGER reading_never_emptied ON claims_reading;
DROP TRIGGER approval_append_only ON claims_approval;
DROP TRIGGER approval_never_emptied ON claims_approval;
DROP TRIGGER factcheck_append_only ON claims_factcheck;
DROP TRIGGER factcheck_never_emptied ON claims_factcheck;
DROP TRIGGER correction_append_only ON claims_correction;
DROP TRIGGER correction_never_emptied ON claims_correction;
DROP FUNCTION claims_refuse_change();
DROP FUNCTION claims_refuse_event_change();
DROP FUNCTION claims_refuse_truncate();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_duplicates_are_flat")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
