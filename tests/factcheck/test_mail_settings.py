"""Which mail server is used: read from the environment once, in one line or under Django's own names."""

import os
import subprocess
import sys

import pytest

SAY = "from factcheck import settings as s; print(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, "console  25 False False"),
        ({"EMAIL_URL": "console:"}, "console  25 False False"),
        ({"EMAIL_URL": "smtp://desk:secret@mail.example.org:587/?tls=True"}, "smtp mail.example.org 587 True False"),
        ({"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": "465", "EMAIL_USE_SSL": "1"}, "smtp mail.example.org 465 False True"),
        ({"EMAIL_URL": "smtp://a.example.org:25", "EMAIL_HOST": "b.example.org"}, "smtp a.example.org 25 False False"),
    ],
)  # fmt: skip
def test_mail_server_is_the_one_the_environment_names(given, read, settings):
    env = {name: value for name, value in os.environ.items() if not name.startswith("EMAIL_")}
    env |= {"VAR_DIR": str(settings.VAR_DIR), "DJANGO_SETTINGS_MODULE": "factcheck.settings"} | given

    said = subprocess.run([sys.executable, "-c", SAY], env=env, capture_output=True, text=True, check=True).stdout

    assert said.strip() == read
