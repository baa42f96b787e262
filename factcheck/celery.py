"""The Celery application: one task, ``claims.work``, rung by queue name.  Settings: ``CELERY_*``."""

from celery import Celery

FAST_QUEUES = ("critical", "default")
SLOW_QUEUES = ("match", "capture", "bulk")

app = Celery("factcheck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["claims"])
