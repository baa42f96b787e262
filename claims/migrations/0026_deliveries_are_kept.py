"""What was sent is never sent as new, no delivery loses its aim, and no attempt is changed."""

from django.db import migrations

# A mail goes waiting -> sending -> sent; from "sending" it returns to "waiting" only when the server certainly did not
# take it.  A webhook may be called again with the same id, so only its aim is held.
FORWARD = """
CREATE FUNCTION claims_guard_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'deliveries are kept: rows are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.channel, NEW.person_id, NEW.webhook_id, NEW.event_id, NEW.day, NEW.key, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.channel, OLD.person_id, OLD.webhook_id, OLD.event_id, OLD.day, OLD.key, OLD.created_at)
    THEN
        RAISE EXCEPTION 'deliveries are kept: what one is for never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.channel <> 'webhook' AND NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('waiting', 'sending'), ('waiting', 'skipped'), ('waiting', 'given_up'),
        ('sending', 'sent'), ('sending', 'waiting'), ('sending', 'unknown'), ('sending', 'given_up'),
        ('given_up', 'sending'), ('given_up', 'skipped'), ('unknown', 'sent'))
    THEN
        RAISE EXCEPTION 'a mail goes out once: it cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER delivery_goes_out_once BEFORE UPDATE OR DELETE ON claims_delivery
    FOR EACH ROW EXECUTE FUNCTION claims_guard_delivery();
CREATE TRIGGER delivery_never_emptied BEFORE TRUNCATE ON claims_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();

CREATE TRIGGER deliveryattempt_append_only BEFORE UPDATE OR DELETE ON claims_deliveryattempt
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change();
CREATE TRIGGER deliveryattempt_never_emptied BEFORE TRUNCATE ON claims_deliveryattempt
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_truncate();
"""

REVERSE = """
DROP TRIGGER deliveryattempt_never_emptied ON claims_deliveryattempt;
DROP TRIGGER deliveryattempt_append_only ON claims_deliveryattempt;
DROP TRIGGER delivery_never_emptied ON claims_delivery;
DROP TRIGGER delivery_goes_out_once ON claims_delivery;
DROP FUNCTION claims_guard_delivery();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0025_deliveries")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
