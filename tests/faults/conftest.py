import sys
import tempfile
from pathlib import Path

import pytest
from django.db import connection

from claims.jobs.catalogue import KINDS, PERIODIC
from tests.faults import house as houses
from tests.faults.kinds import EFFECTS, register


@pytest.fixture
def effects(transactional_db):
    """The table in which the tests' jobs leave their effects."""
    known = dict(KINDS), dict(PERIODIC)
    register()
    with connection.cursor() as cursor:
        cursor.execute(EFFECTS)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE fault_effect")
    for registry, before in zip((KINDS, PERIODIC), known, strict=True):
        registry.clear()
        registry.update(before)


@pytest.fixture
def build(effects, process_env, run_dir, request):
    """Makes houses of real processes, and takes them down after the test, before its database is emptied."""
    built = []

    def make(**options):
        folder = Path(tempfile.mkdtemp(dir=run_dir))
        house = houses.House(process_env, folder, **options)
        built.append(house)
        house.open_broker()
        return house

    yield make
    for house in built:
        sys.stdout.write(house.story())
        house.close()
