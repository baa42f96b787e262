"""``manage.py export_claims``: what goes into a file, who may read it, and what is left out aloud."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.management.commands import export_claims
from claims.models import Claim
from tests.factories import ClaimFactory, EvidenceFactory, RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    rating = RatingFactory(code="false")
    open_one = ClaimFactory(external_id="x-1", statement="Open.", rating=rating, rationale="Because.", title="Wrong")
    EvidenceFactory(claim=open_one, number=1, resource__url="https://open.example.org/")
    secret = {"withheld": True, "withheld_reason": "A life is at stake."}
    EvidenceFactory(claim=open_one, number=2, resource__url="https://secret.example.org/", **secret)
    ClaimFactory(external_id="x-2", statement="Confidential.", confidential=True)


def export(*args, **options):
    out, err = StringIO(), StringIO()
    call_command("export_claims", *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_nothing_hidden_is_in_it_and_what_is_left_out_is_said(desk):
    out, err = export(format="jsonl")

    (row,) = [json.loads(line) for line in out.splitlines()]
    assert row["statement"] == "Open."
    assert [item["evidence_url"] for item in row["evidence"]] == ["https://open.example.org/"]
    assert not {"rating", "rationale", "title"} & set(row)
    assert err == (
        "Left out: 1 verdicts of claims that are not public; 1 sources that readers are not told of;"
        " 1 confidential claims.\n"
    )


@pytest.mark.parametrize("form", ["csv", "jsonl", "claimreview"])
def test_no_format_holds_anything_hidden(desk, form):
    out, _err = export(format=form)

    for hidden in ("Because.", "plain/false", "Wrong", "secret.example.org", "A life", "Confidential."):
        assert hidden not in out


def test_what_is_hidden_is_told_when_it_is_asked_for(desk, tmp_path):
    path = tmp_path / "all.jsonl"

    _out, err = export(out=path, with_verdicts=True, with_confidential=True)

    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["statement"] for row in rows] == ["Open.", "Confidential."]
    assert (rows[0]["rating"], rows[0]["rationale"]) == ("plain/false", "Because.")
    assert [item["evidence_url"] for item in rows[0]["evidence"]] == [
        "https://open.example.org/", "https://secret.example.org/",
    ]  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert err == ""


def test_an_ordinary_export_may_be_read_by_others(desk, tmp_path):
    path = tmp_path / "open.csv"

    export(out=path)

    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    assert path.read_text(encoding="utf-8-sig").startswith("external_id,mark,statement,")


def test_a_file_that_cannot_be_finished_leaves_the_one_before(desk, tmp_path, monkeypatch):
    path = tmp_path / "all.csv"
    path.write_text("the one before")

    def fails(*args):
        yield "half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_claims, "export", fails)

    with pytest.raises(CommandError, match=r"all.csv cannot be written: No space left on device."):
        export(out=path)
    assert path.read_text() == "the one before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        export(out=tmp_path / "nowhere" / "a.csv")


@pytest.mark.django_db(transaction=True)
def test_an_export_is_of_one_moment(tmp_path, monkeypatch):
    ClaimFactory(external_id="x-1", statement="Before.")
    monkeypatch.setattr(export_claims, "left_out", lambda form, reach: [])
    seen = []

    def two_looks(form, reach):
        from threading import Thread

        from django.db import connection

        def change():
            Claim.objects.update(statement="After.")
            connection.close()

        seen.append(Claim.objects.get().statement)
        thread = Thread(target=change)
        thread.start()
        thread.join()
        seen.append(Claim.objects.get().statement)
        yield ""

    monkeypatch.setattr(export_claims, "export", two_looks)

    export(out=tmp_path / "a.csv")

    assert seen == ["Before.", "Before."]
    assert Claim.objects.get().statement == "After."
