import pytest

from claims.views import queue_rail
from tests.outside.site import site  # noqa: F401


@pytest.fixture(autouse=True)
def numbers_counted_for_every_page(monkeypatch):
    """On a busy machine any count takes long; here none is long enough to be shown again."""
    monkeypatch.setattr(queue_rail, "QUICK", 600.0)
    monkeypatch.setattr(queue_rail, "_kept", {})
