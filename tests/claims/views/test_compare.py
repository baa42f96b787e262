"""The versions of a claim and the difference between two: found by the address, whole, and blind where it must be."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Claim, Event, Revision
from claims.workflow import edit, edit_parts, edit_review, looks
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, ResourceFactory

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 16
PLANTED = {
    "rationale": "Planted rationale [2].", "title": "Planted title", "summary": "Planted summary.",
    "body": "Planted body.", "evidence_exception": "Planted exception.",
}  # fmt: skip


def write(claim, by, **fields):
    edit.edit_claim(claim.pk, by=by, fields=fields, seen=edit.digests(desk.reload(claim)))


def compare(client, person, claim, query=""):
    client.force_login(person)
    return client.get(reverse("claims:claim-compare", args=[claim.pk]) + query)


def versions(client, person, claim, query=""):
    client.force_login(person)
    return client.get(reverse("claims:revision-list", args=[claim.pk]) + query)


def told(response):
    return {row.label: row.words for row in response.context["rows"]}


def twice_frozen(people):
    """A claim submitted, recalled, rewritten and submitted again."""
    claim = desk.in_preflight(people)
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    write(claim, people.author, rationale="Three counts agree [1].", statement="Ten ships came on Monday.")
    edit_parts.edit_evidence(claim.evidence.get(number=1).pk, by=people.author, stance="refutes", reliability="A")
    edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(title="The <log>"))
    edit_review.answer_checklist(claim.pk, by=people.author, item=ChecklistItemFactory(text="When?"), answer="yes")
    apply(claim.pk, "submit", by=people.author)
    return claim


def test_two_versions_are_compared_text_by_word_and_lists_by_item(client, people):
    claim = twice_frozen(people)
    page = compare(client, people.author, claim, "?from=1&to=2")
    rows = {row.name: row for row in page.context["rows"]}
    evidence = [
        (item.name, item.op, {line.label: line.words for line in item.lines}) for item in rows["evidence"].items
    ]

    assert list(rows) == ["statement", "rationale", "evidence", "checklist"]
    assert rows["statement"].words == [("delete", "Twelve"), ("insert", "Ten"), ("equal", " ships came on Monday.")]
    assert evidence[0] == ("Evidence 1", "changed", {
        "Stance": [("delete", "Supports"), ("insert", "Refutes")], "Grade": [("delete", "F6"), ("insert", "A6")],
    })  # fmt: skip
    assert evidence[1][:2] == ("Evidence 3", "added")
    assert [item.name for item in rows["checklist"].items] == ["When?"]
    assert "<del>Twelve</del><ins>Ten</ins> ships came on Monday." in page.content.decode()
    assert "The &lt;log&gt;" in page.content.decode()


def test_any_version_is_compared_with_what_stands_there_now(client, people):
    claim = desk.in_preflight(people)
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    write(claim, people.author, context="At dawn.")

    assert told(compare(client, people.author, claim, "?from=1")) == {"Context": [("insert", "At dawn.")]}
    assert told(compare(client, people.author, claim)) == {"Context": [("insert", "At dawn.")]}
    assert told(compare(client, people.author, claim, "?from=now&to=1")) == {"Context": [("delete", "At dawn.")]}


def test_the_public_version_is_compared_with_what_stands_there_now(client, people):
    claim = desk.published(people)
    apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.")
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    write(claim, people.author, summary="Ten ships.")
    page = compare(client, people.auditor, claim)

    assert told(page) == {"Summary": [("insert", "Ten ships.")]}
    assert page.context["asked"] == ("public", "now")
    assert ("public", "the public version") in page.context["offered"]


def test_what_was_never_frozen_can_be_compared_with_nothing_yet(client, people):
    page = compare(client, people.editor, desk.in_research(people))

    assert page.context["rows"] == []
    assert "The two say the same." in page.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=99", "This claim has no such version; choose one of the list."),
        ("from=1&to=x", "This claim has no such version; choose one of the list."),
        ("from=%00", "This claim has no such version; choose one of the list."),
        ("from=public", "No version of this claim is public."),
        ("from=seen", "You have not looked at this claim before, so there is nothing to compare with."),
    ],
)
def test_a_version_there_is_not_is_refused_in_one_sentence(client, people, query, sentence):
    claim = desk.in_preflight(people)
    page = compare(client, people.author, claim, f"?{query}")

    assert page.status_code == 404
    assert page.context["problem"] == sentence
    assert page.content.decode().count(sentence) == 1


def test_a_long_text_is_cut_where_it_stays_and_shown_whole_when_asked(client, people):
    claim = desk.in_research(people)
    words = " ".join(f"word{n}" for n in range(400))
    write(claim, people.author, context=words)
    client.force_login(people.author)
    looks.keep_look(desk.reload(claim), person=people.author, seq=looks.newest_seq(claim), has_read=True)
    write(claim, people.author, context=words.replace("word200", "another"))
    cut = compare(client, people.author, claim, "?from=seen&to=now").content.decode()
    whole = compare(client, people.author, claim, "?from=seen&to=now&whole=1").content.decode()

    assert ("word5 " in cut, "[… 188 words that stay …]" in cut, "<del>word200</del><ins>another</ins>" in cut) == (
        False, True, True,
    )  # fmt: skip
    assert "word5 " in whole


# --- the list


def test_the_list_says_when_why_and_by_whom_each_was_frozen_and_what_changed(client, people):
    claim = twice_frozen(people)
    page = versions(client, people.author, claim)
    newest, oldest = page.context["rows"]

    assert (newest.revision.number, newest.before, newest.parts) == (
        2, 1, ["Statement", "Rationale", "Evidence", "Checklist"],
    )  # fmt: skip
    assert (oldest.before, oldest.parts) == (None, [])
    assert {person.name for person in newest.authors} == {people.contributor.name, people.author.name}
    assert "Submitted by" in " ".join(page.content.decode().split())
    assert f"/claims/{claim.pk}/compare/?from=1&amp;to=2" in page.content.decode()


def test_the_list_says_which_version_was_approved_and_made_public(client, people):
    claim = desk.published(people)
    page = versions(client, people.auditor, claim)

    assert f"approved by {people.editor.name}" in page.content.decode()
    assert page.context["rows"][0].was_public is True


def test_a_claim_without_versions_says_when_the_first_is_kept(client, people):
    page = versions(client, people.auditor, desk.in_research(people)).content.decode()

    assert "Nothing was frozen yet" in page


def freeze_many(claim, count):
    first = claim.revisions.get()
    Revision.objects.bulk_create(
        Revision(
            claim=claim, number=number, origin="edit", body=first.body, content_sha256=first.content_sha256,
            material_sha256=first.material_sha256, content_version=1,
        )
        for number in range(2, count + 1)
    )  # fmt: skip


def test_many_versions_are_read_in_pages_each_once(client, people):
    claim = desk.in_preflight(people)
    freeze_many(claim, 45)
    found, query = [], ""
    while query is not None:
        context = versions(client, people.author, claim, query).context
        found += [row.revision.number for row in context["rows"]]
        query = f"?before={context['older']}" if context["older"] else None

    assert found == list(range(45, 0, -1))
    assert "Nothing older." in versions(client, people.author, claim, "?before=1").content.decode()


@pytest.mark.parametrize("name", ["author", "auditor"])
def test_the_pages_cost_the_same_for_little_and_for_much(client, people, name):
    claim = desk.in_preflight(people)
    costs = []
    for count in (1, 40):
        if count > 1:
            freeze_many(claim, count)
        for address in ("claim-compare", "revision-list"):
            client.force_login(getattr(people, name))
            with CaptureQueriesContext(connection) as statements:
                client.get(reverse(f"claims:{address}", args=[claim.pk]))
            costs.append(len(statements))

    assert costs[:2] == costs[2:]
    assert max(costs) <= MOST_STATEMENTS


# --- blind


def planted(people):
    """Two versions of a claim that is still blind; all that changed in between is in the verdict's own words."""
    claim = desk.in_preflight(people, code="true")
    apply(claim.pk, "recall", by=people.author, reason="Not yet.")
    desk.write_verdict(claim, people.author, code="false")
    write(claim, people.author, **PLANTED, confidence="low")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    return claim


@pytest.mark.parametrize("query", ["?from=1&to=2", "?from=1&to=now", "?from=now&to=1", ""])
def test_no_word_of_a_blind_verdict_is_in_a_comparison(client, people, query):
    claim = planted(people)
    shown = {}
    for name in ("author", "cross_checker", "editor", "auditor", "administrator"):
        page = compare(client, getattr(people, name), claim, query).content.decode()
        shown[name] = {
            word for word in ("Planted", "False", "Confidence", "Rationale", "Rating", "Citations") if word in page
        }

    assert shown.pop("author") == (
        {"Planted", "False", "Confidence", "Rationale", "Rating", "Citations"} if query not in {""} else set()
    )
    assert set(map(frozenset, shown.values())) == {frozenset()}


def test_the_list_of_versions_tells_a_blind_reader_neither_what_changed_in_the_verdict_nor_a_hash_of_it(client, people):
    claim = planted(people)
    revision = claim.revisions.latest("number")
    blind = versions(client, people.cross_checker, claim)
    author = versions(client, people.author, claim)

    assert [row.parts for row in blind.context["rows"]] == [[], []]
    assert revision.content_sha256 not in blind.content.decode()
    assert revision.content_sha256 in author.content.decode()
    assert "Rating" in author.context["rows"][0].parts


def test_who_asks_to_see_the_verdict_compares_all_of_it(client, people):
    claim = planted(people)
    edit_review.show_verdict(claim.pk, by=people.editor)

    assert "Rationale" in told(compare(client, people.editor, claim, "?from=1&to=2"))


def test_a_confidential_claim_has_no_versions_for_others(client, people):
    claim = desk.in_preflight(people)
    Claim.objects.filter(pk=claim.pk).update(confidential=True)
    found = {
        name: compare(client, getattr(people, name), claim).status_code for name in ("author", "editor", "auditor")
    }

    assert found == {"author": 200, "editor": 200, "auditor": 404}
    assert versions(client, people.auditor, claim).status_code == 404
    assert Event.objects.filter(chain=claim.chain).exists()


def test_what_somebody_saw_last_is_offered_once_there_is_something(client, people):
    claim = desk.in_preflight(people)
    first = versions(client, people.author, claim).content.decode()
    looks.keep_look(desk.reload(claim), person=people.author, seq=looks.newest_seq(claim), has_read=True)
    second = versions(client, people.author, claim).content.decode()

    assert ("from=seen" in first, "from=seen" in second) == (False, True)
