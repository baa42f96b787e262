"""Copies taken before near texts were found by other numbers are compared with those taken since."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from claims.models import Snapshot
from claims.workflow.independence import simhash
from tests.factories import SnapshotFactory

BEFORE = "0039_articles_come_as_files"
TEXT = "Ships came to the harbour of Norland on a Monday in spring. " * 5


@pytest.mark.django_db(transaction=True)
def test_interrupted_it_leaves_the_copies_guarded_and_is_finished_by_another_run(monkeypatch):
    migration = import_module("claims.migrations.0040_texts_are_likened_anew")
    texts = [TEXT, "No more.", TEXT + "And left."]
    copies = [SnapshotFactory(main_text=text, likeness=n) for n, text in enumerate(texts)]
    unknown = SnapshotFactory(main_text=TEXT, likeness=None)

    def numbers():
        return list(Snapshot.objects.order_by("pk").values_list("likeness", flat=True))

    def liken():
        with connection.schema_editor(atomic=False) as editor:
            migration.liken(apps, editor)

    monkeypatch.setattr(migration, "CHUNK", 1)
    with monkeypatch.context() as patched:
        patched.setattr(migration, "simhash", lambda text: 77 if text == TEXT else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            liken()
    assert numbers() == [77, 1, 2, None]
    for copy in (copies[0], unknown):
        with pytest.raises(IntegrityError):
            Snapshot.objects.filter(pk=copy.pk).update(likeness=5)

    liken()
    assert numbers() == [*map(simhash, texts), None]


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
