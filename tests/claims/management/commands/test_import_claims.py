"""``manage.py import_claims``: what it prints, where, and how it ends."""

import io
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.management.commands import import_claims
from claims.models import Claim
from tests.claims.transfer.desks import lines, table
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db
ONE = {"external_id": "x-1", "statement": "The quay is new."}


@pytest.fixture
def run(tmp_path):
    def run(text, *args, name="claims.csv", **options):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, err = StringIO(), StringIO()
        code = 0
        try:
            call_command("import_claims", str(file), *args, stdout=out, stderr=err, **options)
        except SystemExit as end:
            code = end.code
        return code, out.getvalue(), err.getvalue()

    return run


def test_it_says_what_it_did(run):
    assert run(table(ONE)) == (0, "1 created, 0 changed, 0 unchanged.\n", "")
    assert run(table(ONE)) == (0, "0 created, 0 changed, 1 unchanged.\n", "")


def test_a_dry_run_says_that_nothing_was_written(run):
    said = "Nothing was written; it would be: 1 created, 0 changed, 0 unchanged.\n"

    assert run(table(ONE), dry_run=True) == (0, said, "")
    assert not Claim.objects.exists()


def test_refusals_go_to_standard_error_by_row_and_column_and_end_with_1(run):
    code, out, err = run(table(ONE, {"external_id": "x-2", "statement": "Two.", "said_on": "yesterday"}))

    assert code == 1
    assert err == "row 3, said_on: “yesterday” is no day; write it as 2024-06-19.\n"
    assert out == "0 created, 0 changed, 0 unchanged, 1 refused, 1 held back with them.\n"
    assert not Claim.objects.exists()


def test_confidential_claims_are_within_the_reach_of_the_machines_owner(run):
    ClaimFactory(external_id="x-1", confidential=True)

    assert run(table(ONE))[1] == "0 created, 1 changed, 0 unchanged.\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", lines(ONE)),
        (
            "a.json",
            '{"@type": "ClaimReview", "claimReviewed": "The quay is new.", "url": "https://other.example.org/1"}',
        ),
        ("a.tsv", "external_id\tstatement\nx-1\tThe quay is new."),
        ("a.csv", "external_id;statement\r\nx-1;The quay is new.\r\n".encode("utf-16")),
    ],
)
def test_the_format_is_guessed_from_the_ending(run, name, text):
    assert run(text, name=name)[1] == "1 created, 0 changed, 0 unchanged.\n"
    assert Claim.objects.get().statement == "The quay is new."


def test_the_format_can_be_given(run):
    assert run(lines(ONE), name="a.data", format="jsonl")[0] == 0


def test_it_reads_what_is_piped_in(monkeypatch):
    class Piped:
        buffer = io.BytesIO(table(ONE).encode())

    monkeypatch.setattr(sys, "stdin", Piped)
    out = StringIO()

    call_command("import_claims", "-", format="csv", stdout=out)

    assert out.getvalue() == "1 created, 0 changed, 0 unchanged.\n"


def test_the_record_names_in_whose_name_it_was(run):
    person = PersonFactory(role="administrator", username="office")

    run(table(ONE), by="office")

    assert Claim.objects.get().created_by == person


def test_unknown_columns_are_refused_unless_they_are_to_be_passed_over(run):
    text = table(ONE | {"claiment": "Harbour Office", "colour": "red"})

    with pytest.raises(CommandError, match="“claiment” is no column of an import; did you mean “claimant”"):
        run(text)
    assert run(text, ignore_unknown=True)[0] == 0


def test_batches_before_a_place_that_cannot_be_read_are_kept(run):
    rows = [
        {"external_id": f"x-{n}", "statement": f"Number {n}. " + "x" * 200} for n in range(120)
    ]  # more than is read at once
    text = table(*rows).encode() + b"\nx-501,caf\xe9 au lait"

    with pytest.raises(CommandError, match=r"The file is not UTF-8 near “.*caf�”; save it as UTF-8"):
        run(text, batch=1)
    assert 0 < Claim.objects.count() <= 120


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nowhere.csv"], "nowhere.csv cannot be read: No such file or directory."),
        (["claims.xlsx"], "Nothing tells the format of claims.xlsx"),
        (["-"], "Nothing tells the format of -"),
        (["claims.csv", "--batch", "0"], "--batch is a number from 1."),
        (["claims.csv", "--by", "nobody"], "Nobody active is called “nobody” here."),
    ],
)
def test_what_cannot_begin_says_why(args, said):
    with pytest.raises(CommandError, match=said):
        call_command("import_claims", *args)


def test_it_tells_how_far_it_is(run, monkeypatch):
    monkeypatch.setattr(import_claims, "TELL_EVERY", 2)
    rows = [{"external_id": f"x-{n}", "statement": f"Number {n}."} for n in range(5)]

    assert run(table(*rows), batch=2)[2] == "2 claims read.\n4 claims read.\n"
