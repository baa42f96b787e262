"""The Celery application: one task, ``claims.work``, rung by queue name.  Settings: ``CELERY_*``."""

import gc
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django.conf import settings

FAST_QUEUES = ("critical", "default")
SLOW_QUEUES = ("match", "capture", "bulk")

app = Celery("factcheck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["claims"])


@worker_ready.connect
def say_ready(sender: Any, **_: Any) -> None:
    """Tell a supervisor that this pool listens: ``VAR_DIR/run/<pool>.ready``."""
    run_dir = Path(settings.VAR_DIR) / "run"
    if run_dir.is_dir():
        (run_dir / f"{sender.hostname.split('@')[0]}.ready").touch()


@worker_process_init.connect
def keep_what_is_loaded(**_: Any) -> None:
    """What a child of a pool is born with stays for good, and need not be looked through for garbage."""
    gc.freeze()
