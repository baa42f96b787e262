"""Import and export in the panel: administrators only, nothing hidden, tried before it is written."""

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.models import Claim, Event, ImportFile
from tests.claims.transfer.desks import problems, table, take
from tests.factories import ClaimFactory, EvidenceFactory, RatingFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db
ONE = {"external_id": "x-1", "statement": "The quay is new."}
LIST, ADD = "admin:claims_importfile_changelist", "admin:claims_importfile_add"


@pytest.fixture
def administrator(client, people, monkeypatch, tmp_path):
    monkeypatch.setattr(ImportFile._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    client.force_login(people.administrator)
    return people.administrator


def bring(client, text, name="claims.csv", **data):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(reverse(ADD), {"file": file, "format": "", **data})


def body(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_a_file_is_tried_shown_and_written(client, administrator):
    ClaimFactory(external_id="x-2", statement="Before.")
    text = table(ONE, {"external_id": "x-2", "statement": "After."})

    answer = bring(client, text)
    page = answer.url
    assert "This page looks again by itself." in client.get(page).content.decode()
    work_off()
    shown = client.get(page).content.decode()
    assert "1 new, 1 changed, 0 unchanged." in shown
    assert "<td>statement</td>" in shown
    assert "Before." not in shown
    assert not Claim.objects.filter(external_id="x-1").exists()
    known = Claim.objects.get(external_id="x-2")
    assert f'<a href="/claims/{known.pk}/">C-{known.pk}</a> <bdi>After.</bdi> <code><bdi>x-2</bdi></code>' in shown
    assert "<td><bdi>The quay is new.</bdi> <code><bdi>x-1</bdi></code>" in shown

    row = ImportFile.objects.get()
    assert client.post(reverse("admin:claims_importfile_write", args=[row.pk])).url == page
    work_off()

    shown = client.get(page).content.decode()
    assert "What came of it" in shown
    assert "1 created, 1 changed, 0 unchanged." in shown
    new = Claim.objects.get(external_id="x-1")
    assert new.statement == "The quay is new."
    assert f'<a href="/claims/{new.pk}/">C-{new.pk}</a> <bdi>The quay is new.</bdi>' in shown


def test_what_is_refused_is_listed_by_row_and_column_and_cannot_be_written(client, administrator):
    page = bring(client, table(ONE | {"priority": "0"})).url
    work_off()

    shown = client.get(page).content.decode()

    assert "<td>2</td><td>priority</td><td><bdi>“0” is no number from 1 to 9.</bdi></td>" in shown
    assert "Tried: there is nothing to write" in shown
    assert "waits for your word" not in shown
    assert "<bdi>The quay is new.</bdi> <code><bdi>x-1</bdi></code>" in shown  # no claim yet, hence no link
    listed = client.get(reverse(LIST)).content.decode()
    assert "Tried: there is nothing to write" in listed
    assert listed.count("waits for your word") == 1  # the filter beside the list


def test_of_a_confidential_claim_a_report_tells_only_what_the_file_says(client, administrator):
    claim = ClaimFactory(external_id="x-1", statement="A secret ship.", confidential=True)
    page = bring(client, table({"external_id": "x-1", "context": "Harbour"})).url
    work_off()

    shown = client.get(page).content.decode()
    assert "this claim cannot be changed by an import from here" in shown
    assert "A secret ship" not in shown
    assert f"/claims/{claim.pk}/" not in shown


def test_a_report_shortens_a_statement_and_shows_those_of_a_batch_that_is_held_back(client, administrator):
    known = ClaimFactory(external_id="x-2", statement="Before. " * 20)
    refused = {"external_id": "x-3", "statement": "Nine.", "priority": "0"}
    page = bring(client, table(ONE, {"external_id": "x-2", "context": "Harbour"}, refused)).url
    work_off()

    shown = client.get(page).content.decode()
    first_words = f"{('Before. ' * 20)[:79].rstrip()}…"
    assert f'<a href="/claims/{known.pk}/">C-{known.pk}</a> <bdi>{first_words}</bdi> <code>' in shown
    assert "<td><bdi>The quay is new.</bdi> <code><bdi>x-1</bdi></code>" in shown
    assert shown.count("<td>held back</td>") == 2


def test_a_press_that_comes_too_late_says_so(client, administrator):
    row = ImportFile.objects.create(
        name="a.csv",
        format="csv",
        sha256="x",
        state="discarded",
        ended_at="2026-01-01T00:00Z",
        created_by=administrator,
    )

    answer = client.post(reverse("admin:claims_importfile_write", args=[row.pk]), follow=True)

    assert "This file is not waiting for your word: it is “Given up”." in answer.content.decode()


def test_a_file_can_be_thrown_away_and_only_by_a_press(client, administrator):
    bring(client, table(ONE))
    work_off()
    row = ImportFile.objects.get()
    address = reverse("admin:claims_importfile_discard", args=[row.pk])

    client.get(address)
    row.refresh_from_db()
    assert row.state == "tried"
    client.post(address)
    row.refresh_from_db()
    assert row.state == "discarded"


def test_a_file_nobody_can_read_is_refused_at_once(client, administrator):
    for name, said in (("claims.xlsx", "save it as “CSV UTF-8”"), ("claims.pdf", "choose one")):
        answer = bring(client, "x", name=name)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)

    answer = bring(client, "", name="claims.csv", format="csv")
    assert (answer.status_code, "is empty" in answer.content.decode()) == (422, True)
    assert not ImportFile.objects.exists()


def test_the_csv_to_begin_with_is_taken_in_as_it_is(client, administrator):
    text = body(client.get(reverse("admin:claims_importfile_template")))

    counts, told = take(text)

    assert (counts, problems(told)) == ({"created": 1}, [])


@pytest.mark.parametrize("form", ["csv", "jsonl", "claimreview"])
def test_no_export_of_a_browser_holds_what_the_desk_hides(client, administrator, form):
    claim = ClaimFactory(external_id="x-1", rationale="Hidden words.", rating=RatingFactory(code="false"))
    EvidenceFactory(claim=claim, withheld=True, withheld_reason="Why.", resource__url="https://secret.example.org/")
    ClaimFactory(external_id="x-2", statement="A confidential one.", confidential=True)

    text = body(client.get(reverse("admin:claims_importfile_export", args=[form])))

    assert (claim.statement in text) == (form != "claimreview")
    for hidden in ("Hidden words", "plain/false", "secret.example.org", "A confidential one"):
        assert hidden not in text
    event = Event.objects.get(chain="desk", action="export_claims")
    assert (event.actor_ref, event.details["format"]) == (administrator.ref, form)
    assert "1 confidential claims" in event.details["left_out"]


def test_an_unknown_format_leads_back(client, administrator):
    assert client.get(reverse("admin:claims_importfile_export", args=["xlsx"])).url == reverse(LIST)


def test_the_list_offers_all_of_it(client, administrator):
    shown = client.get(reverse(LIST)).content.decode()

    for name, args in (("add", []), ("template", []), ("export", ["csv"]), ("export", ["claimreview"])):
        assert reverse(f"admin:claims_importfile_{name}", args=args) in shown


@pytest.mark.parametrize("role", ["auditor", "editor", "contributor"])
def test_nobody_else_is_let_in(client, people, role):
    client.force_login(getattr(people, role))
    row = ImportFile.objects.create(name="secret.csv", format="csv", sha256="x", created_by=people.administrator)

    for name, args in (
        ("changelist", []), ("add", []), ("change", [row.pk]), ("template", []), ("export", ["csv"]),
        ("write", [row.pk]), ("discard", [row.pk]),
    ):  # fmt: skip
        address = reverse(f"admin:claims_importfile_{name}", args=args)
        assert client.get(address).status_code in {302, 403}
        assert client.post(address).status_code in {302, 403}
    row.refresh_from_db()
    assert row.state == "waiting"
    assert "secret.csv" not in client.get(reverse("admin:index"), follow=True).content.decode()
