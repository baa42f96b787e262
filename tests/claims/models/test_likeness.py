"""Copies taken before near texts were found by other numbers are compared with those taken since."""

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from claims.models import Snapshot
from claims.workflow.independence import simhash
from tests.factories import SnapshotFactory

BEFORE = "0039_articles_come_as_files"
TEXT = "Ships came to the harbour of Norland on a Monday in spring. " * 5


def migrate(name):
    MigrationExecutor(connection).migrate([("claims", name)])


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_old_copies_get_new_numbers_and_stay_as_guarded_as_before():
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("claims")[0][1]
    try:
        migrate(BEFORE)
        long = SnapshotFactory(main_text=TEXT, likeness=12345)
        short = SnapshotFactory(main_text="Ships.", likeness=None)
    finally:
        migrate(newest)

    assert list(Snapshot.objects.filter(pk__in=[long.pk, short.pk]).order_by("pk").values_list("likeness")) == [
        (simhash(TEXT),),
        (None,),
    ]
    with pytest.raises(IntegrityError):
        Snapshot.objects.filter(pk=long.pk).update(likeness=1)
