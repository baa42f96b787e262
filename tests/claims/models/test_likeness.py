"""Copies taken before near texts were found by other numbers are compared with those taken since."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from claims.models import Snapshot
from claims.workflow.independence import simhash
from tests.factories import SnapshotFactory

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
    with pytest.raises(IntegrityError):
        Snapshot.objects.filter(pk=unknown.pk).update(likeness=5)
