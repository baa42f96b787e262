import pytest

from tests.outside.site import site  # noqa: F401


@pytest.fixture
def evidence_folder(settings, tmp_path):
    folder = tmp_path / "evidence"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = settings.STORAGES | {"evidence": backend}
    return folder
