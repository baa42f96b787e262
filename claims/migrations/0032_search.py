"""What people search in, and the triggers that say what of it is to be read again."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

import claims.models.search

# Table -> what is marked, the column that names it, and the columns whose change is one of words.
MARKED = [
    ("claim", "claim", "id",
     ["statement", "context", "language", "title", "summary", "body", "rationale", "evidence_exception"]),
    ("appearance", "said", "id", ["claim_id", "verbatim", "said_on"]),
    ("quote", "passage", "id", ["evidence_id", "exact"]),
    ("evidence", "evidence", "id", ["claim_id", "resource_id", "origin", "note"]),
    ("resource", "resource", "id", ["url", "host", "title", "language"]),
    ("snapshot", "copy", "resource_id", ["body_text", "main_text", "title", "language"]),
    ("article", "article", "id", ["title", "author", "text", "language", "published_on"]),
    ("claimant", "claimant", "id", ["name", "position", "organisation"]),
    ("person", "person", "id", ["name", "username"]),
]  # fmt: skip

MARK = """
CREATE FUNCTION claims_search_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO claims_searchdue (kind, object_id) SELECT DISTINCT %L, %I FROM touched', TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END $$;
CREATE FUNCTION claims_search_mark_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_searchdue (kind, object_id) VALUES (TG_ARGV[0], (to_jsonb(NEW) ->> TG_ARGV[1])::bigint);
    RETURN NULL;
END $$;
"""


def marks(table: str, kind: str, named: str, columns: list[str]) -> str:
    """Rows that come and go are marked a statement at a time, for imports bring many; changes one by one, for most
    changes (a status, a date) are none of words and must cost nothing."""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return f"""
CREATE TRIGGER search_added AFTER INSERT ON claims_{table} REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_search_mark('{kind}', '{named}');
CREATE TRIGGER search_removed AFTER DELETE ON claims_{table} REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION claims_search_mark('{kind}', '{named}');
CREATE TRIGGER search_changed AFTER UPDATE ON claims_{table} FOR EACH ROW WHEN ({changed})
    EXECUTE FUNCTION claims_search_mark_row('{kind}', '{named}');
INSERT INTO claims_searchdue (kind, object_id) SELECT DISTINCT '{kind}', {named} FROM claims_{table};
"""  # noqa: S608  # names of our own tables


FORWARD = MARK + "".join(marks(*row) for row in MARKED)
REVERSE = (
    "".join(
        f"DROP TRIGGER search_{event} ON claims_{row[0]};" for row in MARKED for event in ("added", "removed", "changed")
    )
    + "DROP FUNCTION claims_search_mark(); DROP FUNCTION claims_search_mark_row();"
)


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0031_charts_count_by_date'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('object_id', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('claim', 'Claims'), ('said', 'Words as said'), ('verdict', 'Verdicts and their texts'), ('passage', 'Passages'), ('evidence', 'Evidence'), ('copy', 'Captured texts'), ('article', 'Articles'), ('claimant', 'Claimants'), ('person', 'People of the desk')], max_length=10)),
                ('object_id', models.BigIntegerField()),
                ('claim_id', models.BigIntegerField(null=True)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('at', models.DateTimeField(null=True)),
                ('words', claims.models.search.WordsField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'claim')), fastupdate=False, fields=['words'], name='search_words_claim'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'said')), fastupdate=False, fields=['words'], name='search_words_said'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'verdict')), fastupdate=False, fields=['words'], name='search_words_verdict'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'passage')), fastupdate=False, fields=['words'], name='search_words_passage'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'evidence')), fastupdate=False, fields=['words'], name='search_words_evidence'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'copy')), fastupdate=False, fields=['words'], name='search_words_copy'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'article')), fastupdate=False, fields=['words'], name='search_words_article'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'claimant')), fastupdate=False, fields=['words'], name='search_words_claimant'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('kind', 'person')), fastupdate=False, fields=['words'], name='search_words_person')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='search_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.TextField(primary_key=True, serialize=False)),
                ('grams', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['grams'], name='search_word_grams')],
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
