"""The table of columns against the tables of the desk, and its values as cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Appearance, Claim, Claimant, Credibility, Evidence, EvidenceKind, Reliability
from claims.transfer.columns import BY_NAME, COLUMNS, PARTS, cell_of, join_cell, read_value, split_cell
from claims.workflow.edit import VERDICT_FIELDS


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("kind", Claim.Kind), ("worth", Claim.Worth), ("confidence", Claim.Confidence), ("claimant_kind", Claimant.Kind),
        ("position", Appearance.Position), ("evidence_kind", EvidenceKind), ("stance", Evidence.Stance),
        ("reliability", Reliability), ("credibility", Credibility),
    ],
)  # fmt: skip
def test_choices_are_those_of_the_desk(name, choices):
    assert [choice for choice in BY_NAME[name].choices if choice] == [str(value) for value in choices.values]


@pytest.mark.parametrize(
    ("name", "model", "field"),
    [
        *((column.name, Claim, column.name) for column in PARTS["claim"] if column.kind == "line" and column.name not in {"mark", "rating"}),
        ("claimant", Claimant, "name"), ("date_basis", Appearance, "date_basis"), ("place", Appearance, "place"),
        ("appearance_url", Appearance, "url"), ("origin", Evidence, "origin"), ("grade_reason", Evidence, "grade_reason"),
        ("withheld_reason", Evidence, "withheld_reason"),
    ],
)  # fmt: skip
def test_nothing_longer_is_taken_in_than_the_desk_holds(name, model, field):
    assert BY_NAME[name].longest == model._meta.get_field(field).max_length


def test_what_the_blind_review_hides_is_hidden_here():
    hidden = {column.name for column in COLUMNS if column.hidden}

    assert hidden == set(VERDICT_FIELDS) - {"correction_kind", "correction_text"}


@given(st.lists(st.text().map(str.strip).filter(bool)))
def test_a_cell_of_several_items_is_split_into_the_same(items):
    assert split_cell(join_cell(items)) == items


def test_values_are_told_as_cells():
    said = {"topics": ["A", "B|C"], "confidential": True, "priority": 5, "said_on": "2024-06-19", "language": "en"}
    read = {name: read_value(BY_NAME[name], raw) for name, raw in said.items()}

    assert {name: cell_of(BY_NAME[name], value) for name, value in read.items()} == {
        "topics": "A | B\\|C", "confidential": "yes", "priority": "5", "said_on": "2024-06-19", "language": "en",
    }  # fmt: skip
    assert (cell_of(BY_NAME["confidential"], False), cell_of(BY_NAME["said_on"], None)) == ("", "")


def test_words_for_yes_and_no_are_those_people_write():
    assert [read_value(BY_NAME["first"], raw) for raw in ("Ja", "no", "", None, "TRUE")] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_one_value_is_a_list_of_one():
    assert read_value(BY_NAME["topics"], 7) == ["7"]


def test_every_example_can_be_read():
    for column in COLUMNS:
        read_value(column, column.example)


def test_a_file_brings_no_control_characters_and_no_mark_that_turns_letters():
    found = [read_value(BY_NAME[name], "10\u202e01\x07 \x1bships") for name in ("statement", "context", "title")]

    assert found == ["1001 ships"] * 3
