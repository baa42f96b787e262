"""What is submitted is what stood on the page of who submits it."""

import re

import pytest
from django.urls import reverse

from claims.models import Revision
from claims.workflow import comments, edit, edit_parts
from claims.workflow.apply import Refused, apply
from claims.workflow.attempt import mark_of_draft
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

SEEN = re.compile(r'name="seen" value="(\w+)"')


@pytest.fixture
def claim(people):
    return desk.ready(people)


def mark(claim):
    return mark_of_draft(desk.reload(claim), claim.evidence.all())


def test_a_draft_that_was_seen_is_submitted(people, claim):
    assert apply(claim.pk, "submit", by=people.author, seen=mark(claim)).status == "preflight"


def test_a_draft_somebody_changed_since_is_not(people, claim):
    changes = [
        lambda: edit.edit_claim(
            claim.pk,
            by=people.editor,
            fields={"statement": "Eleven ships came."},
            seen=edit.digests(desk.reload(claim)),
        ),
        lambda: edit_parts.edit_evidence(claim.evidence.get(number=1).pk, by=people.editor, stance="refutes"),
        lambda: edit_parts.remove_evidence(claim.evidence.get(number=1).pk, by=people.editor),
    ]
    for change in changes:
        before = mark(claim)
        change()
        with pytest.raises(Refused, match="has changed since this page was opened"):
            apply(claim.pk, "submit", by=people.author, seen=before)

    assert desk.reload(claim).status == "in_research"
    assert not Revision.objects.exists()


def test_what_readers_never_see_of_the_draft_does_not_stand_in_the_way(people, claim):
    before = mark(claim)
    comments.add_comment(claim.pk, by=people.editor, text="Who counted?")
    edit.arrange_claim(claim.pk, by=people.editor, priority=2)

    assert apply(claim.pk, "submit", by=people.author, seen=before).status == "preflight"


def test_an_old_form_does_not_submit_what_came_back(people, claim):
    before = mark(claim)
    apply(claim.pk, "submit", by=people.author, seen=before)
    apply(claim.pk, "recall", by=people.author, reason="A word is missing.")

    with pytest.raises(Refused, match="has changed since this page was opened"):
        apply(claim.pk, "submit", by=people.author, seen=before)


def test_a_refused_form_stands_on_the_page_as_it_is_now_and_goes_through(client, people, claim):
    client.force_login(people.author)
    address = reverse("claims:claim-step", args=[claim.pk, "submit"])
    old = SEEN.search(client.get(f"/claims/{claim.pk}/").content.decode())[1]
    edit_parts.edit_evidence(claim.evidence.get(number=1).pk, by=people.editor, stance="context")

    refused = client.post(address, {"seen": old})
    assert refused.status_code == 422
    assert desk.reload(claim).status == "in_research"

    now = SEEN.search(refused.content.decode())[1]
    assert client.post(address, {"seen": now}).status_code == 302
    assert desk.reload(claim).status == "preflight"
