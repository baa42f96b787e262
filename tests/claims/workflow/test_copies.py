"""The texts kept of copies: whether they say what was captured."""

import hashlib

import pytest

from claims.models import Event, Job, Snapshot
from claims.workflow.copies import check_texts
from tests.factories import EvidenceFactory, SnapshotFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cited", [True, False])
def test_a_changed_text_is_on_record_and_told_where_a_claim_cites_its_source(cited):
    copy = SnapshotFactory(body_text="999 ships.", body_text_sha256="a" * 64)
    if cited:
        EvidenceFactory(resource=copy.resource)
    check_texts(Snapshot.objects.all())

    assert Snapshot.objects.get(pk=copy.pk).text_changed
    event = Event.objects.get(chain=copy.resource.chain, action="copy_damaged")
    assert Job.objects.filter(kind="notify", key=f"event/{event.pk}").exists() == cited


def test_a_text_that_says_what_was_captured_leaves_no_trace():
    copy = SnapshotFactory(body_text="12 ships.", body_text_sha256=hashlib.sha256(b"12 ships.").hexdigest())
    check_texts(Snapshot.objects.all())

    assert not Snapshot.objects.get(pk=copy.pk).text_changed
    assert not Event.objects.filter(action__in=["copy_damaged", "copy_mended"]).exists()
