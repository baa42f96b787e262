from django.db import migrations, models

import claims.models.transfer


class Migration(migrations.Migration):
    dependencies = [("claims", "0043_job_about")]

    operations = [
        migrations.AlterField(
            "importfile",
            "file",
            models.FileField(blank=True, storage=claims.models.transfer.shared_storage, upload_to="imports/"),
        ),
    ]
