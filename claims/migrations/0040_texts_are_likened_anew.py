"""The numbers by which near texts are found are made in another way: those of the copies already there are made anew.

They are made by ``simhash`` as it is today: a test binds its numbers, and whoever changes them writes a migration like this.
One text is read at a time, and the table is locked only while a chunk of numbers is written.  Interrupted, it leaves the guard
of copies on and can be run again.
"""

from django.db import migrations, transaction

from claims.workflow.independence import simhash

CHUNK = 200


def liken(apps, schema_editor):
    """No copy is changed: ``likeness`` is worked out from its text, and the guard of copies sleeps for nothing else."""
    copies = apps.get_model("claims", "Snapshot").objects.filter(likeness__isnull=False).order_by("pk")
    last = 0
    while chunk := list(copies.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        numbers = {pk: simhash(copies.values_list("main_text", flat=True).get(pk=pk)) for pk in chunk}
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute("ALTER TABLE claims_snapshot DISABLE TRIGGER snapshot_append_only")
            for pk, number in numbers.items():
                copies.filter(pk=pk).update(likeness=number)
            schema_editor.execute("ALTER TABLE claims_snapshot ENABLE TRIGGER snapshot_append_only")
        last = chunk[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("claims", "0039_articles_come_as_files")]
    operations = [migrations.RunPython(liken, migrations.RunPython.noop)]
