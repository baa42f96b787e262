"""A file brought in the panel is tried, then written when somebody says so, and thrown away."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from claims import jobs
from claims.errors import UserFacingError
from claims.jobs import ledger
from claims.jobs.run import run
from claims.models import Claim, Event, ImportFile, Job
from claims.transfer import uploads
from tests.claims.transfer.desks import table
from tests.factories import ClaimFactory, PersonFactory
from tests.work import work_off

pytestmark = pytest.mark.django_db
ONE = {"external_id": "x-1", "statement": "The quay is new."}


@pytest.fixture
def administrator():
    return PersonFactory(role="administrator")


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(ImportFile._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    return tmp_path


def bring(text, by, name="claims.csv", form="csv"):
    row = uploads.bring(SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text), form, by=by)
    work_off()
    row.refresh_from_db()
    return row


def counts(told):
    return {what: number for what, number in told["counts"].items() if number}


def test_it_is_tried_and_nothing_is_written(administrator):
    row = bring(table(ONE, {"external_id": "x-2", "statement": "Two."}), administrator)

    assert (row.state, counts(row.trial)) == ("tried", {"created": 2})
    assert [(line["row"], line["name"], line["what"]) for line in row.trial["lines"]] == [
        (2, "x-1", "created"), (3, "x-2", "created"),
    ]  # fmt: skip
    assert not Claim.objects.exists()
    assert row.file


def test_it_is_written_when_somebody_says_so_and_its_bytes_are_thrown_away(
    administrator, folder, django_capture_on_commit_callbacks
):
    row = bring(table(ONE), administrator)
    (stored,) = (folder / "imports").iterdir()

    uploads.confirm(row.pk, by=administrator)
    with django_capture_on_commit_callbacks(execute=True):
        work_off()

    row.refresh_from_db()
    assert (row.state, counts(row.outcome), row.file.name) == ("written", {"created": 1}, "")
    assert row.ended_at is not None
    assert not stored.exists()
    claim = Claim.objects.get()
    assert claim.created_by == administrator
    assert Event.objects.filter(chain=claim.chain, actor_ref=administrator.ref).count() == 2
    assert list(Event.objects.filter(chain="desk").order_by("seq").values_list("action", flat=True)) == [
        "bring_import", "write_import",
    ]  # fmt: skip


def test_a_file_lies_where_every_host_of_the_desk_finds_it():
    _name, _path, _args, options = ImportFile._meta.get_field("file").deconstruct()

    assert options["storage"]() is storages["evidence"]


def test_a_file_that_is_not_found_ends_in_a_sentence(administrator, folder):
    row = bring(table(ONE), administrator)
    (folder / row.file.name).unlink()
    uploads.confirm(row.pk, by=administrator)

    work_off()

    row.refresh_from_db()
    assert (row.state, row.problem) == (
        "failed", "The file is no longer where files of imports are kept: bring it once more.",
    )  # fmt: skip
    assert not Claim.objects.exists()


def test_refusals_are_kept_by_row_and_column(administrator):
    row = bring(table(ONE | {"priority": "0"}), administrator)

    (line,) = row.trial["lines"]
    assert line["what"] == "refused"
    assert line["problems"][0][:2] == [2, "priority"]


def test_a_confidential_claim_is_not_reached(administrator):
    ClaimFactory(external_id="x-1", confidential=True)

    assert counts(bring(table(ONE), administrator).trial) == {"refused": 1}


def test_a_file_that_cannot_be_read_says_why_and_is_thrown_away(administrator):
    row = bring("colour\nred", administrator)

    assert (row.state, row.file.name) == ("failed", "")
    assert row.problem == "“colour” is no column of an import: take it out of the file, or give it the name of one."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x14\x00\x00\x00", "This is a spreadsheet or a packed file, not text"),
        (b"%PDF-1.7\n\x00", "This is no text: an import reads CSV"),
        (b"ab\x00,c\x1b\nd,e", "“ab\ufffd” is no column of an import"),
    ],
)
def test_a_file_that_is_no_table_ends_in_a_sentence_that_can_be_kept(administrator, data, said):
    row = bring(data, administrator)

    assert row.state == "failed"
    assert row.problem.startswith(said)


def test_what_a_trial_quotes_of_a_file_can_be_kept(administrator):
    row = bring('{"statement": "One.", "a\\u0000": 1}\n{', administrator, form="jsonl")

    assert [problem for line in row.trial["lines"] for problem in line["problems"]] == [
        [1, "a\ufffd", "this key is none of an import.", {}],
        [2, "", "the line is no JSON.", {}],
    ]


def test_it_can_be_thrown_away(administrator):
    row = bring(table(ONE), administrator)

    assert uploads.discard(row.pk, by=administrator).state == "discarded"
    with pytest.raises(UserFacingError, match="This file is not waiting for your word: it is “Given up”"):
        uploads.confirm(row.pk, by=administrator)


@pytest.mark.parametrize(("size", "said"), [(0, "This file is empty."), (uploads.MAX_BYTES + 1, "larger than 50 MB")])
def test_a_file_that_is_empty_or_too_large_is_refused(administrator, size, said):
    upload = SimpleUploadedFile("a.csv", b"x")
    upload.size = size

    with pytest.raises(UserFacingError, match=said):
        uploads.bring(upload, "csv", by=administrator)
    assert not ImportFile.objects.exists()


def test_a_job_that_is_stopped_gives_the_file_up(administrator):
    row = uploads.bring(SimpleUploadedFile("a.csv", table(ONE).encode()), "csv", by=administrator)
    job = Job.objects.get(kind="try_import")

    jobs.cancel(job.pk, administrator)
    work_off()

    row.refresh_from_db()
    assert (row.state, row.file.name) == ("failed", "")
    assert row.problem
    uploads.give_up(file=row.pk, sentence="Again.")
    row.refresh_from_db()
    assert row.problem != "Again."


def test_a_job_that_comes_twice_does_nothing_the_second_time(administrator):
    row = bring(table(ONE), administrator)
    jobs.enqueue("try_import", file=row.pk)
    jobs.enqueue("write_import", file=row.pk)

    work_off()

    row.refresh_from_db()
    assert row.state == "tried"
    assert not Claim.objects.exists()


def test_writing_goes_on_where_it_was(administrator, monkeypatch):
    rows = [{"external_id": f"x-{n}", "statement": f"Number {n}."} for n in range(4)]
    monkeypatch.setattr(uploads.Import, "batch", 2)
    row = bring(table(*rows), administrator)
    uploads.confirm(row.pk, by=administrator)
    job = ledger.lease("bulk")
    told = uploads.Report.add
    monkeypatch.setattr(uploads.Report, "add", lambda self, line: told(self, line) if self.outcome.rows < 4 else 1 / 0)

    run(job)
    assert Claim.objects.count() == 4
    assert Job.objects.get(pk=job.id).cursor["rows"] == 4

    monkeypatch.setattr(uploads.Report, "add", told)
    Job.objects.filter(pk=job.id).update(run_after="2020-01-01T00:00Z")
    work_off()
    row.refresh_from_db()
    assert (row.state, counts(row.outcome)) == ("written", {"created": 4})
    assert row.outcome["rows"] == 4


def test_no_more_lines_are_kept_than_a_page_shows(administrator, monkeypatch):
    monkeypatch.setattr(uploads, "OTHERS_KEPT", 2)
    rows = [{"external_id": f"x-{n}", "statement": f"Number {n}."} for n in range(4)]

    row = bring(table(*rows), administrator)

    assert (counts(row.trial), len(row.trial["lines"])) == ({"created": 4}, 2)


# --- at night


def age(row, days):
    ImportFile.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_a_file_nobody_decided_on_is_given_up_after_two_weeks(
    administrator, folder, django_capture_on_commit_callbacks
):
    old, new = bring(table(ONE), administrator), bring(table(ONE), administrator)
    age(old, 15)
    age(new, 13)

    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.clear_leftovers() == 1

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.file.name, old.problem) == ("discarded", "", "Nobody decided on this file for 14 days.")
    assert new.state == "tried"
    assert [path.name for path in (folder / "imports").iterdir()] == [new.file.name.rpartition("/")[2]]
    assert Event.objects.filter(chain="desk").order_by("-seq").values_list("action", "actor_ref").first() == (
        "discard_import", "system",
    )  # fmt: skip


def test_bytes_that_no_row_tells_of_are_thrown_away_once_they_are_old(administrator, folder):
    kept = bring(table(ONE), administrator)
    for name in ("crashed", "arriving"):
        (folder / "imports" / name).write_bytes(b"x")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in ("crashed", kept.file.name.rpartition("/")[2]):
        os.utime(folder / "imports" / name, (long_ago, long_ago))

    assert uploads.clear_leftovers() == 1

    left = {path.name for path in (folder / "imports").iterdir()}
    assert left == {"arriving", kept.file.name.rpartition("/")[2]}
