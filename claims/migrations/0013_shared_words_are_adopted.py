"""What claims share (sources, claimants, articles) is part of what they say: a change of its words is adopted too."""

from django.db import migrations

# Only claims that stand frozen before readers of the desk: the others read the new words when they are submitted, and
# a capture, which fills in a title only while no frozen claim cites the source, never waits for a claim.
FORWARD = """
CREATE FUNCTION claims_bump_shared_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE claims_claim SET content_version = content_version + 1
    WHERE status IN ('preflight', 'in_cross_check', 'in_review', 'approved') AND id IN (
        SELECT claim_id FROM claims_evidence WHERE TG_TABLE_NAME = 'claims_resource' AND resource_id = NEW.id
        UNION SELECT claim_id FROM claims_appearance WHERE TG_TABLE_NAME = 'claims_claimant' AND claimant_id = NEW.id
        UNION SELECT claim_id FROM claims_appearance WHERE TG_TABLE_NAME = 'claims_article' AND article_id = NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER resource_content_changed AFTER UPDATE ON claims_resource FOR EACH ROW
    WHEN ((OLD.url, OLD.title) IS DISTINCT FROM (NEW.url, NEW.title))
    EXECUTE FUNCTION claims_bump_shared_content();
CREATE TRIGGER claimant_content_changed AFTER UPDATE ON claims_claimant FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION claims_bump_shared_content();
CREATE TRIGGER article_content_changed AFTER UPDATE ON claims_article FOR EACH ROW
    WHEN ((OLD.url, OLD.title) IS DISTINCT FROM (NEW.url, NEW.title))
    EXECUTE FUNCTION claims_bump_shared_content();
"""

REVERSE = """
DROP TRIGGER article_content_changed ON claims_article;
DROP TRIGGER claimant_content_changed ON claims_claimant;
DROP TRIGGER resource_content_changed ON claims_resource;
DROP FUNCTION claims_bump_shared_content();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0012_what_is_recorded_and_decided")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
