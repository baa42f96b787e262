"""One running job for each lane (a host), deaths of workers counted apart, and a second run when asked for meanwhile."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_ratings_in_use_stay")]
    operations = [
        migrations.AddField(
            "job",
            "deaths",
            models.PositiveSmallIntegerField(default=0, help_text="Attempts whose worker died."),
        ),
        migrations.AddField(
            "job",
            "lane",
            models.CharField(blank=True, help_text="One running job for each lane, as a host.", max_length=255),
        ),
        migrations.AddField(
            "job",
            "again",
            models.BooleanField(default=False, help_text="Asked for anew while it ran: runs once more."),
        ),
        migrations.AddConstraint(
            "job",
            models.UniqueConstraint(
                name="job_one_in_lane", fields=["lane"], condition=Q(state="running") & ~Q(lane="")
            ),
        ),
    ]
