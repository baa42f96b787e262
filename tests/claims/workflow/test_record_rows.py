"""Rows of the record that the owner of the database changed, removed or added with triggers off."""

import pytest
from django.db import connection
from django.db.models import Max

from claims.models import Approval, Event, FactCheck, Reading, Revision, Snapshot
from claims.models.event import canonical, sha256
from claims.publishing import publish as publishing
from claims.workflow.record import erase_event, verify
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def claim(people):
    """A published claim with every kind of row, made by real steps; nothing is wrong with it."""
    claim = desk.approved(people)
    publishing.publish(claim.pk, by=people.editor)
    assert verify().problems == ()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
    return claim


def told():
    return [str(problem) for problem in verify().problems]


def step(claim, action):
    return Event.objects.filter(chain=claim.chain, action=action).aggregate(seq=Max("seq"))["seq"]


def test_a_changed_text_of_a_revision_is_found(claim):
    revision = claim.revisions.get()
    Revision.objects.update(body=revision.body.replace("Twelve", "Thirty"))
    assert told()[0] == f"{claim.chain}: the text of revision 1 was changed"


def test_a_changed_text_is_found_though_its_hash_was_changed_with_it(claim):
    body = claim.revisions.get().body.replace("Twelve", "Thirty")
    Revision.objects.update(body=body, content_sha256=sha256(body))
    assert told()[0] == f"{claim.chain}, event {step(claim, 'submit')}: the revision it names was changed"


@pytest.mark.parametrize(
    ("model", "action", "kind", "change"),
    [
        (Revision, "submit", "revision", {"origin": "import"}),
        (Reading, "submit", "reading", {"informed": True}),
        (Reading, "submit", "reading", {"reason": "Another reason."}),
        (Approval, "approve", "approval", {"policy": "two"}),
        (FactCheck, "publish", "fact-check", {"page": canonical({"verdict": "another"})}),
        (FactCheck, "publish", "fact-check", {"slug": "another-address"}),
    ],
)
def test_a_changed_row_is_named_by_its_event(claim, model, action, kind, change):
    model.objects.update(**change)
    assert told()[0] == f"{claim.chain}, event {step(claim, action)}: the {kind} it names was changed"


def test_a_changed_approver_is_found(claim, people):
    Approval.objects.update(approver=people.other_editor)
    assert told() == [f"{claim.chain}, event {step(claim, 'approve')}: the approval it names was changed"]


def test_a_changed_second_verdict_is_found(claim, people):
    Reading.objects.filter(kind="cross").update(by=people.author)
    assert told() == [f"{claim.chain}, event {step(claim, 'cross_check')}: the reading it names was changed"]


@pytest.mark.parametrize(
    ("model", "action", "kind"),
    [
        (Revision, "submit", "revision"),
        (Reading, "submit", "reading"),
        (Approval, "approve", "approval"),
        (FactCheck, "publish", "fact-check"),
    ],
)
def test_a_removed_row_is_named_by_its_event(claim, model, action, kind):
    model.objects.all()._raw_delete("default")
    assert f"{claim.chain}, event {step(claim, action)}: the {kind} it names is gone" in told()


def test_a_row_moved_to_another_claim_is_gone_from_its_own(claim, people):
    other = desk.in_review(people)
    Reading.objects.filter(claim=claim, kind="first").update(claim=other)
    assert told() == [
        f"{claim.chain}, event {step(claim, 'submit')}: the reading it names is gone",
        f"{other.chain}: no event tells of reading {Reading.objects.filter(claim=other).earliest('pk').pk}",
    ]


def test_a_row_no_event_tells_of_is_found(claim, people):
    first = Reading.objects.get(kind="first")
    first.pk = None
    first.save(force_insert=True)
    assert told() == [f"{claim.chain}: no event tells of reading {first.pk}"]


def test_where_words_were_erased_nobody_can_say_that_a_row_was_never_told_of(claim, people):
    erase_event(Event.objects.get(chain=claim.chain, action="submit"), by=people.editor, reason="asked for")
    assert told() == []


def test_a_changed_copy_of_a_source_is_found(claim):
    snapshot = Snapshot.objects.earliest("pk")
    Snapshot.objects.filter(pk=snapshot.pk).update(body_text="Nothing of the kind.")
    assert told() == [f"{snapshot.resource.chain}: the text of snapshot {snapshot.pk} was changed"]


def test_a_copy_changed_with_its_hash_is_found(claim):
    snapshot = Snapshot.objects.earliest("pk")
    Snapshot.objects.filter(pk=snapshot.pk).update(body_text="Nothing.", body_text_sha256=sha256("Nothing."))
    assert told() == [
        f"{snapshot.resource.chain}: no event tells of snapshot {snapshot.pk}",
        f"{snapshot.resource.chain}, event 1: the copy it tells of is gone",
    ]


def test_many_rows_are_read_in_portions(claim, monkeypatch):
    monkeypatch.setattr("claims.workflow.record_rows.AT_ONCE", 1)
    assert told() == []
