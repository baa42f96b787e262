from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the table may be large, and its jobs go on meanwhile

    dependencies = [("claims", "0042_parts_are_offered")]

    operations = [
        AddIndexConcurrently("job", models.Index(fields=["kind", "key", "-id"], name="job_about")),
    ]
