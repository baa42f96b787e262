"""What readers search in: the words and the verdict of a public version, taken from its frozen page."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION claims_public_words(page text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('english', concat_ws(' ', said->>'statement', said->>'headline', said->>'summary',
        said->>'rationale', (SELECT string_agg(claimant->>'name', ' ')
            FROM jsonb_array_elements(COALESCE(said->'claimants', '[]')) AS claimant)))
    FROM (SELECT page::jsonb AS said) AS read
$$;
CREATE FUNCTION claims_public_rating(page text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(page::jsonb #>> '{rating,code}', '')
$$;
CREATE FUNCTION claims_public_language(page text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(split_part(COALESCE(page::jsonb ->> 'language', ''), '-', 1))
$$;
CREATE INDEX fact_check_words ON claims_factcheck USING gin (claims_public_words(page)) WHERE kind = 'published';
CREATE INDEX fact_check_rating ON claims_factcheck (claims_public_rating(page), id DESC) WHERE kind = 'published';
"""

REVERSE = """
DROP INDEX fact_check_rating;
DROP INDEX fact_check_words;
DROP FUNCTION claims_public_language(text);
DROP FUNCTION claims_public_rating(text);
DROP FUNCTION claims_public_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_jobs_have_lanes")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
