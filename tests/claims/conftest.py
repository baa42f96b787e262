import pytest

from tests.claims.workflow import desk


@pytest.fixture
def people(db):
    """One person of each role, and a second editor."""
    return desk.hire()
