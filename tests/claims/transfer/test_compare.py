"""What a file says, what the desk says, and what both came from."""

from claims.transfer.check import check_record
from claims.transfer.compare import differ, flatten, marks
from claims.transfer.read import Record
from claims.transfer.write import mark_of


def record(evidence=(), appearances=(), **values):
    made = Record(2, dict(values))
    for item in appearances:
        made.add("appearance", item, 2)
    for item in evidence:
        made.add("evidence", item, 2)
    return made


def desk(**values):
    made = record(**values)
    made.values["mark"] = mark_of(made)
    return made


def test_only_what_the_file_says_counts():
    found = differ(record(context="New."), desk(statement="One.", context="Old."), None)

    assert (found.changed, found.conflicts, found.stale) == ({"context": "New."}, [], False)


def test_an_empty_cell_empties_what_can_be_empty_and_leaves_what_cannot():
    found = differ(
        record(context="", language="", priority=None), desk(context="Old.", language="de", priority=3), None
    )

    assert found.changed == {"context": ""}


def test_what_the_desk_changed_stays_when_the_file_did_not():
    before = marks(flatten(record(context="Before.")))

    assert differ(record(context="Before."), desk(context="Desk."), before).changed == {}


def test_what_both_changed_is_a_conflict():
    before = marks(flatten(record(context="Before.")))

    assert differ(record(context="File."), desk(context="Desk."), before).conflicts == ["context"]


def test_a_column_the_file_did_not_have_before_counts_from_what_the_desk_says():
    before = marks(flatten(record(statement="One.")))

    found = differ(record(statement="One.", context="File."), desk(statement="One.", context="Desk."), before)

    assert (found.changed, found.conflicts) == ({"context": "File."}, [])


def test_a_verdict_of_the_desk_is_never_taken_for_the_files():
    assert differ(record(rationale="File."), desk(rationale="Desk."), None).conflicts == ["rationale"]
    assert differ(record(rationale="File."), desk(), None).changed == {"rationale": "File."}


def test_a_cell_an_export_left_empty_takes_no_verdict_away_but_one_the_file_said_before_does():
    before = marks(flatten(record(rationale="Desk.")))

    assert differ(record(rationale=""), desk(rationale="Desk."), None).conflicts == []
    assert differ(record(rationale=""), desk(rationale="Desk."), None).changed == {}
    assert differ(record(rationale=""), desk(rationale="Desk."), before).changed == {"rationale": ""}


def test_a_row_that_was_exported_is_taken_as_it_was_then():
    exported = desk(statement="One.", context="Old.")
    file = record(statement="One.", context="New.", mark=exported.values["mark"])

    assert differ(file, exported, marks({"context": "Long ago."})).changed == {"context": "New."}

    changed = desk(statement="One.", context="Desk.")
    found = differ(file, changed, None)
    assert (found.changed, found.stale) == ({}, True)


def test_a_row_that_nobody_touched_since_its_export_changes_nothing():
    exported = desk(statement="One.", context="Old.")
    file = record(**exported.values)

    found = differ(file, desk(statement="One.", context="Desk."), None)

    assert (found.changed, found.stale) == ({}, False)


def test_parts_are_known_by_their_number_and_their_source():
    flat = flatten(
        record(
            appearances=[{"position": "denies", "first": False}, {"appearance_number": 7, "first": True}],
            evidence=[
                {"evidence_url": "https://a.example.org/", "stance": "refutes"},
                {"evidence_title": "T", "origin": ""},
            ],
        )
    )

    assert flat == {
        "appearances/1/position": "denies",
        "appearances/7/first": True,
        "evidence/https://a.example.org//stance": "refutes",
        "evidence/title:T/origin": "",
    }


def test_a_record_that_contradicts_itself_is_refused():
    made = record(
        appearances=[{"first": True, "appearance_number": 2}, {"first": True}],
        evidence=[{"evidence_url": "https://a.example.org/"}, {"evidence_url": "https://a.example.org/"}, {}, {}],
    )

    check_record(made)

    assert [str(problem) for problem in made.problems] == [
        "row 2, appearance_number: the number 2 stands there twice.",
        "row 2, first: only one appearance can be the first.",
        "row 2, evidence_url: “https://a.example.org/” is cited twice.",
    ]


def test_a_claim_without_a_name_gets_one_from_what_it_says():
    one, same, other = (record(statement=said) for said in ("One.", "One.", "Other."))
    for made in (one, same, other):
        check_record(made)

    assert one.name == same.name != other.name
