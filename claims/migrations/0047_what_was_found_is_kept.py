"""What was found wrong with a source or a copy of it is not taken back unseen: alerts, looks, damage, changed texts."""

from django.db import migrations, models

# The check of stored copies sets ``factcheck.scrub``: it alone says that something is whole (again).  To find more wrong,
# or to have a thing checked anew, is nobody forbidden.
FORWARD = """
CREATE FUNCTION claims_guard_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.sha256, NEW.kind, NEW.size, NEW.key, NEW.created_at)
        IS DISTINCT FROM (OLD.sha256, OLD.kind, OLD.size, OLD.key, OLD.created_at)
    THEN
        RAISE EXCEPTION 'what is said of stored bytes never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF current_setting('factcheck.scrub', true) IS DISTINCT FROM 'on' AND (
        (OLD.damage <> '' AND NEW.damage IS DISTINCT FROM OLD.damage)
        OR NEW.checked_at > coalesce(OLD.checked_at, '-infinity'))
    THEN
        RAISE EXCEPTION 'only the check of stored copies says that one is whole'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER blob_damage_is_kept BEFORE UPDATE ON claims_blob
    FOR EACH ROW EXECUTE FUNCTION claims_guard_blob();

CREATE FUNCTION claims_guard_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept claims_snapshot;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% is append-only: rows are never deleted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    kept := NEW;
    kept.text_changed := OLD.text_changed;
    IF OLD IS DISTINCT FROM kept THEN
        RAISE EXCEPTION '% is append-only: rows are never changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.text_changed AND NOT NEW.text_changed AND current_setting('factcheck.scrub', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'only the check of stored copies says that one is whole'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER snapshot_append_only ON claims_snapshot;
CREATE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE ON claims_snapshot
    FOR EACH ROW EXECUTE FUNCTION claims_guard_snapshot();

CREATE FUNCTION claims_guard_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM claims_quote WHERE id = OLD.quote_id) THEN
            RAISE EXCEPTION 'an alert goes only with its passage' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF (NEW.id, NEW.quote_id) IS DISTINCT FROM (OLD.id, OLD.quote_id) OR NEW.opened_at > OLD.opened_at
        OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
        OR (OLD.closed_at IS NOT NULL AND OLD IS DISTINCT FROM NEW)
    THEN
        RAISE EXCEPTION 'an alert is only confirmed, and closed once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sourcealert_is_closed_once BEFORE UPDATE ON claims_sourcealert
    FOR EACH ROW EXECUTE FUNCTION claims_guard_alert();
-- At the end of the transaction: whoever takes a passage away takes away what hangs on it first.
CREATE CONSTRAINT TRIGGER sourcealert_goes_with_its_passage AFTER DELETE ON claims_sourcealert
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_guard_alert();
CREATE TRIGGER sourcealert_never_emptied BEFORE TRUNCATE ON claims_sourcealert
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE FUNCTION claims_guard_look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept claims_quotecheck;
BEGIN
    kept := NEW;
    kept.at := OLD.at;
    IF OLD IS DISTINCT FROM kept OR NEW.at > OLD.at THEN
        RAISE EXCEPTION 'what a look found never changes, nor does it become newer'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER quotecheck_is_kept BEFORE UPDATE ON claims_quotecheck
    FOR EACH ROW EXECUTE FUNCTION claims_guard_look();
"""

REVERSE = """
DROP TRIGGER quotecheck_is_kept ON claims_quotecheck;
DROP FUNCTION claims_guard_look();
DROP TRIGGER sourcealert_never_emptied ON claims_sourcealert;
DROP TRIGGER sourcealert_goes_with_its_passage ON claims_sourcealert;
DROP TRIGGER sourcealert_is_closed_once ON claims_sourcealert;
DROP FUNCTION claims_guard_alert();
DROP TRIGGER snapshot_append_only ON claims_snapshot;
CREATE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE ON claims_snapshot
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
DROP FUNCTION claims_guard_snapshot();
DROP TRIGGER blob_damage_is_kept ON claims_blob;
DROP FUNCTION claims_guard_blob();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0046_a_copy_says_what_it_is_instead_of_a_page")]
    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="text_changed",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The text kept here was found not to be the one that was captured.",
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
