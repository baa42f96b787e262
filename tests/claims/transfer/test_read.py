"""Files of text become records: whatever a spreadsheet writes, and what is wrong with it in words."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.transfer.read import FileRefused, freed, harmless, open_text, read_csv, read_jsonl

HEAD = "external_id,statement,claimant,evidence_url,evidence_title,topics\n"


def csv_of(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_csv(open_text(io.BytesIO(data)), **options))


def jsonl_of(text, **options):
    return list(read_jsonl(open_text(io.BytesIO(text.encode())), **options))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_spreadsheet_may_write_it_as_it_likes(encoding, between):
    text = between.join(["External ID", "statement"]) + "\r\n" + between.join(["x-1", '"조선, «Ы»; x"']) + "\r\n"

    (record,) = csv_of(text.encode(encoding))

    assert record.values == {"external_id": "x-1", "statement": "조선, «Ы»; x"}
    assert record.row == 2


def test_an_open_file_is_read_as_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("statement\nOne.\n")

    with (tmp_path / "a.csv").open("rb") as file, open_text(file) as text:
        assert [record.values for record in read_csv(text)] == [{"statement": "One."}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty: its first row names the columns."),
        (",,\n", "The file is empty: its first row names the columns."),
        ("statement\nx".encode("utf-32"), "The file is written in UTF-32; save it as UTF-8."),
        ("statement\ncafé au lait".encode("latin-1"), "The file is not UTF-8 near “statement caf�”; save it as UTF-8 (“CSV UTF-8”)."),
        ("statement\nx".encode("utf-16") + b"x", "The file is not UTF-16-LE near “�”; save it as UTF-8 (“CSV UTF-8”)."),
        ("statment\nx", "“statment” is no column of an import; did you mean “statement”?"),
        ("statement,colour\nx,y", "“colour” is no column of an import: take it out of the file, or give it the name of one."),
        ("statement,Statement\nx,y", "The heading “statement” stands there twice."),
        ('statement\n"x', "Row 2 cannot be read: a quotation mark is missing, or one too many stands there."),
        ('statement\n"x"y', "Row 2 cannot be read: a quotation mark is missing, or one too many stands there."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(text, said):
    with pytest.raises(FileRefused) as refusal:
        csv_of(text)
    assert str(refusal.value) == said


def test_empty_rows_and_headings_without_a_name_are_passed_over():
    assert [record.row for record in csv_of("statement,\nOne.,note\n,\n\nTwo.,\n")] == [2, 5]


def test_unknown_columns_can_be_passed_over():
    (record,) = csv_of("colour,statement\nred,One.", ignore_unknown=True)

    assert record.values == {"statement": "One."}


def test_a_row_may_end_early_but_not_late():
    short, long = csv_of(HEAD + "x-1,One.\nx-2,Two.,a,https://b.example.org,c,d,e\n")

    assert short.values == {"external_id": "x-1", "statement": "One.", "topics": []}
    assert short.problems == []
    assert [str(problem) for problem in long.problems] == ["row 3, : it has more cells than there are headings."]


def test_rows_below_add_to_the_same_claim_and_may_say_the_same_again():
    record, other = csv_of(
        HEAD + "x-1,One.,A,https://a.example.org,,T\nx-1,,B,,,\nx-1,One.,,https://c.example.org,,T\nx-2,Two.,,,,\n"
    )

    assert [item["claimant"] for item in record.appearances] == ["A", "B"]
    assert [item["evidence_url"] for item in record.evidence] == ["https://a.example.org", "https://c.example.org"]
    assert record.rows == {"appearances": [2, 3], "evidence": [2, 4]}
    assert (other.name, record.problems) == ("x-2", [])


def test_a_row_below_that_says_something_else_of_the_claim_is_refused():
    (record,) = csv_of(HEAD + "x-1,One.,A,,,T\nx-1,,B,,,Other\n")

    assert [str(problem) for problem in record.problems] == [
        "row 3, topics: row 2 says something else of the same claim."
    ]


def test_rows_without_a_name_are_claims_of_their_own():
    assert len(csv_of("statement\nOne.\nTwo.\n")) == 2


def test_a_column_that_cannot_hold_a_value_says_so_by_its_row():
    (record,) = csv_of("statement,said_on\nOne.,soon\n")

    assert [str(problem) for problem in record.problems] == [
        "row 2, said_on: “soon” is no day; write it as 2024-06-19."
    ]


@given(st.text())
def test_a_cell_that_was_made_harmless_is_freed_to_the_same(cell):
    assert freed(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "＝1", "'=1", "''"])
def test_no_cell_begins_as_a_formula(cell):
    assert harmless(cell) == f"'{cell}"


def test_an_apostrophe_of_somebodys_own_stays():
    assert (freed("'tis"), harmless("'tis"), freed("'"), harmless("")) == ("'tis", "'tis", "'", "")


# --- JSON Lines


def test_a_line_is_a_claim_with_lists_of_what_hangs_on_it():
    (record,) = jsonl_of(
        '{"external_id": "x-1", "statement": "One.", "topics": ["B", "A"], "confidential": true, "priority": 2,'
        ' "appearances": [{"said_on": "2024-06-19"}], "evidence": [{"evidence_title": "T"}], "context": null}\n\n'
    )

    assert record.values == {
        "external_id": "x-1", "statement": "One.", "topics": ["A", "B"], "confidential": True, "priority": 2, "context": "",
    }  # fmt: skip
    assert str(record.appearances[0]["said_on"]) == "2024-06-19"
    assert record.evidence == [{"evidence_title": "T"}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "row 1, : the line is no JSON."),
        ("[" * 100_000, "row 1, : the line is no JSON."),
        ("[]", "row 1, : the line is no JSON object; it begins with { and ends with }."),
        ('{"evidence": "x"}', "row 1, evidence: a list of objects belongs here."),
        ('{"appearances": ["x"]}', "row 1, appearances: a list of objects belongs here."),
        ('{"colour": "red"}', "row 1, colour: this key is none of an import."),
        ('{"stance": "refutes"}', "row 1, stance: this key is none of an import."),
        ('{"a\\u0000\\u202e\\u001b\\n": 1}', "row 1, a\ufffd\ufffd\ufffd : this key is none of an import."),
        ('{"priority": true}', "row 1, priority: “1” is no number from 1 to 9."),
        ('{"statement": ["x"]}', "row 1, statement: a text belongs here."),
        ('{"statement": true}', "row 1, statement: a text belongs here."),
        ('{"statement": "\\ud800"}', "row 1, statement: a broken character stands in it (half of a surrogate pair)."),
        ('{"topics": ["\\u0000"]}', "row 1, topics: a character that no text may hold stands in it (NUL)."),
        ('{"topics": {"a": 1}}', "row 1, topics: a text belongs here."),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line, said):
    (record,) = jsonl_of(line)

    assert [str(problem) for problem in record.problems] == [said]


def test_unknown_keys_can_be_passed_over():
    (record,) = jsonl_of('{"colour": "red", "evidence": [{"x": 1}]}', ignore_unknown=True)

    assert (record.values, record.evidence, record.problems) == ({}, [{}], [])
