"""A rating that a verdict used keeps its words and its number; it is retired and replaced instead."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_keep_used_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.code, NEW.label, NEW.definition, NEW.value, NEW.family, NEW.scale_id)
        IS DISTINCT FROM (OLD.code, OLD.label, OLD.definition, OLD.value, OLD.family, OLD.scale_id)
        AND EXISTS (SELECT FROM claims_reading WHERE rating_id = OLD.id)
    THEN
        RAISE EXCEPTION 'rating "%" is in use: retire it and add another', OLD.label
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rating_in_use_stays BEFORE UPDATE ON claims_rating
    FOR EACH ROW EXECUTE FUNCTION claims_keep_used_rating();

CREATE SEQUENCE claims_job_token;
"""

REVERSE = """
DROP SEQUENCE claims_job_token;
DROP TRIGGER rating_in_use_stays ON claims_rating;
DROP FUNCTION claims_keep_used_rating();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0007_public_is_approved")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
