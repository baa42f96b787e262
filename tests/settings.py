"""The settings of the tests: a VAR_DIR of their own, no servers from outside, static files without names by hash."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

TEST_VAR_DIR = tempfile.mkdtemp(prefix="factcheck-tests-")
(Path(TEST_VAR_DIR) / "static").mkdir()  # whitenoise warns when it is missing
atexit.register(shutil.rmtree, TEST_VAR_DIR, ignore_errors=True)

for name in (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "BASE_URL",
    "ALLOWED_HOSTS",
    "DEMO",
    "OUTBOUND_ALLOW",
    "EMAIL_URL",
    "EMAIL_HOST",
    "EVIDENCE_S3_BUCKET",
):
    os.environ.pop(name, None)
os.environ |= {
    "VAR_DIR": TEST_VAR_DIR,
    "SECRET_KEY": "only-for-tests-" + "0" * 40,
    "ANCHOR_KEY": "only-for-tests-" + "1" * 40,
    "STATIC_MANIFEST": "0",
    "DEBUG": "0",
}

from factcheck.settings import *  # noqa: E402, F403

CAPTURE_GAP_SECONDS = 0.0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
