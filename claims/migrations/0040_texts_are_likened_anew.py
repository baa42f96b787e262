"""The numbers by which near texts are found are made in another way: those of the copies already there are made anew."""

from django.db import migrations

from claims.workflow.independence import simhash

CHUNK = 200


def liken(apps, schema_editor):
    """No copy is changed: ``likeness`` is worked out from its text, and the guard of copies sleeps for nothing else."""
    copies = apps.get_model("claims", "Snapshot").objects.filter(likeness__isnull=False)
    schema_editor.execute("ALTER TABLE claims_snapshot DISABLE TRIGGER snapshot_append_only")
    for number, text in copies.values_list("pk", "main_text").iterator(CHUNK):
        copies.filter(pk=number).update(likeness=simhash(text))
    schema_editor.execute("ALTER TABLE claims_snapshot ENABLE TRIGGER snapshot_append_only")


class Migration(migrations.Migration):
    dependencies = [("claims", "0039_articles_come_as_files")]
    operations = [migrations.RunPython(liken, migrations.RunPython.noop)]
