"""What differs between two versions, as a person reads it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workflow import compare, edit_parts
from claims.workflow.apply import apply
from tests.claims.workflow import desk
from tests.factories import ResourceFactory

EVIDENCE = {
    "number": 1, "resource": "https://a.example.org/", "title": "The log", "kind": "primary", "stance": "supports",
    "grade": "A1", "origin": "Office", "note": "", "quotes": [["twelve ships", "counted ", " on"]],
    "snapshot": "0" * 64, "waiver": "", "withheld": "",
}  # fmt: skip
APPEARANCE = {
    "claimant": "The office", "url": "https://b.example.org/", "where": "", "date": "2026-01-02",
    "verbatim": "Twelve, they say.", "position": "asserts", "first": True,
}  # fmt: skip
VERSION = {
    "format": 1, "statement": "Twelve ships came.", "context": "", "rating": None, "confidence": "high",
    "evidence": [EVIDENCE], "appearances": [APPEARANCE], "claimants": ["The office"], "citations": [[1, 1]],
    "checklist": [["date", 1, "yes"]], "contacts": ["The office was asked on 2026-01-02."], "correction": ["", ""],
}  # fmt: skip
RATING = {"id": 1, "label": "True", "definition": "All of it holds.", "value": 5}


def changes(**new):
    return compare.compare(VERSION, VERSION | new)


def items(**new):
    [change] = changes(**new)
    return [(item.op, item.title, {d.name: said(d.words) for d in item.details}) for item in change.items]


def said(words):
    marks = {"=": "", "-": "-", "+": "+"}
    return "|".join(marks[op] + text for op, text in words)


def test_two_equal_versions_do_not_differ():
    assert changes() == []


def test_a_text_is_compared_word_by_word():
    [change] = changes(statement="Thirteen ships came on Monday.")

    assert (change.field, change.items) == ("statement", ())
    assert said(change.words) == "-Twelve|+Thirteen| ships came|+ on Monday|."


def test_parts_come_in_the_order_they_are_read_and_unknown_ones_last():
    old = VERSION | {"novelty": ["x"], "zebra": "", "format": 2}
    new = old | {"novelty": None, "zebra": "stripes", "context": "At dawn.", "statement": "None came.", "format": 3}

    assert [change.field for change in compare.compare(old, new)] == ["statement", "context", "novelty", "zebra"]
    assert said(compare.compare(old, new)[2].words) == "-['x']"


def test_a_part_only_one_side_knows_is_not_compared():
    assert compare.compare(VERSION, VERSION | {"rationale": "Two counts."}) == []


def test_claimants_follow_from_the_appearances_and_are_not_told_twice():
    assert changes(claimants=["Another"]) == []


def test_a_value_is_replaced_as_a_whole():
    [change] = changes(confidence="")

    assert said(change.words) == "-high"


def test_a_rating_is_told_by_its_label_and_its_definition():
    [change] = compare.compare(VERSION | {"rating": RATING}, VERSION | {"rating": RATING | {"label": "Mostly true"}})
    [first] = changes(rating=RATING)

    assert [said(detail.words) for detail in change.items[0].details] == ["-True|+Mostly true"]
    assert [said(detail.words) for detail in first.items[0].details] == ["+True", "+All of it holds.", "+5"]


def test_evidence_is_added_and_removed_by_its_number():
    other = EVIDENCE | {"number": 2, "title": "", "resource": "https://c.example.org/", "quotes": []}

    [(op, title, details)] = items(evidence=[EVIDENCE, other])
    assert (op, title) == ("added", "https://c.example.org/")
    assert details["stance"] == "+supports"
    [(op, title, details)] = items(evidence=[])
    assert (op, title) == ("removed", "The log")
    assert details["passage"] == "-twelve ships"


def test_a_number_given_anew_to_another_source_is_another_piece():
    found = items(evidence=[EVIDENCE | {"resource": "https://c.example.org/", "title": "Another log"}])

    assert [(op, title) for op, title, _details in found] == [("added", "Another log"), ("removed", "The log")]


def test_evidence_says_which_of_its_fields_changed():
    changed = EVIDENCE | {"stance": "refutes", "grade": "B2", "snapshot": "1" * 64, "note": "Read it."}

    assert items(evidence=[changed]) == [
        ("changed", "The log", {
            "stance": "-supports|+refutes", "grade": "-A1|+B2", "note": "+Read it.",
            "snapshot": f"-{'0' * 64}|+{'1' * 64}",
        })
    ]  # fmt: skip


def test_a_passage_that_was_marked_anew_is_compared_word_by_word():
    quotes = [["twelve big ships", "", ""], ["nothing else", "", ""]]
    [change] = changes(evidence=[EVIDENCE | {"quotes": quotes}])

    assert [said(detail.words) for detail in change.items[0].details] == ["twelve |+big |ships", "+nothing else"]


def test_only_the_surroundings_of_a_passage_changed_is_a_change_without_words():
    [change] = changes(evidence=[EVIDENCE | {"quotes": [["twelve ships", "we saw ", " on"]]}])

    assert (change.field, change.items, change.words) == ("evidence", (), ())


def test_an_appearance_is_told_by_its_address():
    other = APPEARANCE | {"url": "https://z.example.org/", "verbatim": "Two came.", "first": False, "claimant": ""}

    assert items(appearances=[APPEARANCE | {"position": "denies", "first": False}]) == [
        ("changed", "The office, 2026-01-02", {"position": "-asserts|+denies", "first": "-yes"})
    ]
    assert [(op, title) for op, title, _ in items(appearances=[APPEARANCE, other])] == [("added", "2026-01-02")]
    assert [(op, title) for op, title, _ in items(appearances=[])] == [("removed", "The office, 2026-01-02")]


def test_an_appearance_whose_address_was_put_right_is_the_same_one():
    assert items(appearances=[APPEARANCE | {"url": "https://b.example.org/2"}]) == [
        ("changed", "The office, 2026-01-02", {"url": "-https://b.example.org/|+https://b.example.org/2"})
    ]


def test_two_appearances_of_one_address_are_two():
    twice = [APPEARANCE, APPEARANCE | {"verbatim": "A dozen."}]

    assert [op for op, _title, _details in items(appearances=twice)] == ["added"]


def test_an_empty_appearance_is_compared_too():
    nothing = dict.fromkeys(APPEARANCE, "") | {"first": False}
    old, new = VERSION | {"appearances": [nothing]}, VERSION | {"appearances": [APPEARANCE]}

    assert [item.op for item in compare.compare(old, new)[0].items] == ["added", "removed"]


def test_citations_answers_and_corrections_are_told_item_by_item():
    assert items(citations=[[1, None], [2, 1]]) == [
        ("changed", "[1]", {"cites": "-1"}),
        ("added", "[2]", {"cites": "+1"}),
    ]
    assert items(checklist=[["date", 2, "no"]]) == [("changed", "date", {"answer": "-yes|+no", "version": "-1|+2"})]
    assert items(correction=["update", "One more ship."]) == [
        ("changed", "", {"kind": "+update", "text": "+One more ship."})
    ]


def test_a_line_on_a_reply_is_paired_with_what_it_became():
    lines = ["The office was asked on 2026-01-02 and answered.", "The crew was asked by letter yesterday."]

    [(_op, _title, details)] = items(contacts=lines)
    assert details == {"passage": "+The crew was asked by letter yesterday."}
    [change] = changes(contacts=lines)
    first = change.items[0].details[0]
    assert said(first.words) == "The office was asked on 2026-01-02|+ and answered|."


def test_another_order_alone_is_a_change_without_items():
    old = VERSION | {"contacts": ["One line.", "Another line."]}
    [change] = compare.compare(old, old | {"contacts": ["Another line.", "One line."]})

    assert (change.field, change.items, change.words) == ("contacts", (), ())


def test_each_item_has_one_partner_at_most_and_the_most_alike_first():
    assert compare.pair(["a b c d"], ["a b c x", "a b c d e"], compare.likeness) == [
        ("a b c d", "a b c d e"), (None, "a b c x"),
    ]  # fmt: skip
    assert compare.pair(["a b c d", "a b c e"], ["a b c f"], compare.likeness) == [
        ("a b c d", "a b c f"), ("a b c e", None),
    ]  # fmt: skip


def test_too_many_items_are_not_paired():
    old, new = [f"line {n} of ours" for n in range(60)], [f"line {n} of them" for n in range(60)]

    assert compare.pair(old, new, compare.likeness)[0] == ("line 0 of ours", None)


def test_who_must_not_know_the_verdict_gets_the_open_parts_only():
    verdict = dict.fromkeys(
        ("rating", "rationale", "confidence", "evidence_exception", "title", "summary", "body", "correction", "citations"),
        "Planted",
    )  # fmt: skip

    assert "Planted" not in str(compare.open_parts(VERSION | verdict | {"something_new": "Planted"}))
    assert compare.open_parts(VERSION)["statement"] == "Twelve ships came."


# --- words


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Two counts agree [1].", "Three counts agree [1].", "-Two|+Three| counts agree [1]."),
        ("in 1,200 ships", "in 1,300 ships", "in |-1,200|+1,300| ships"),
        ("the harbour.", "the harbour of the city.", "the harbour|+ of the city|."),
        ("船は10隻", "船は12隻", "船は|-10|+12|隻"),
        ("", "x", "+x"),
        ("x", "", "-x"),
        ("same", "same", "same"),
        ("", "", ""),
    ],
)
def test_a_difference_keeps_words_whole(old, new, told):
    assert said(compare.compare_words(old, new)) == told


def test_stray_words_that_stand_in_both_texts_are_not_kept_between_changes():
    words = compare.compare_words("Alpha wrote it to the board in May", "Nobody took it from the fund at night")

    assert [op for op, _text in words] == ["-", "+"]


TEXTS = st.text(alphabet="ab .\n,é船", max_size=40)


@given(TEXTS, TEXTS)
def test_a_difference_loses_no_character(old, new):
    words = compare.compare_words(old, new)

    assert "".join(text for op, text in words if op in "=+") == new
    assert "".join(text for op, text in words if op in "=-") == old
    assert all(text for _op, text in words)


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_difference_of_very_long_texts_loses_no_character_and_takes_a_moment(between):
    old = between.join(f"w{n % 7}" for n in range(40_000))
    new = between.join(f"w{n % 5}" for n in range(40_000))
    began = time.perf_counter()
    words = compare.compare_words(old, new)

    assert time.perf_counter() - began < 2
    assert "".join(text for op, text in words if op in "=+") == new


def test_lines_are_compared_where_words_are_too_many():
    old = "\n".join(f"line {n} of a long table" for n in range(3000))
    old += "\n"
    new = "First.\n" + old.replace("line 1500 of", "row 1500 of") + "Last."
    words = compare.compare_words(old, new)

    assert [(op, text) for op, text in words if op == "-"] == [("-", "line 1500 of a long table\n")]


def test_long_stretches_that_stay_are_cut_beside_each_change():
    text = "a " * 50 + "{} " + "b " * 80 + "{} " + "c " * 50
    cut = compare.shorten(compare.compare_words(text.format("x", "y"), text.format("z", "q")), keep=2)

    assert cut == (
        ("…", "48"), ("=", "a a "), ("-", "x"), ("+", "z"), ("=", " b b"), ("…", "76"), ("=", "b b "),
        ("-", "y"), ("+", "q"), ("=", " c c"), ("…", "48"),
    )  # fmt: skip
    assert compare.shorten(compare.compare_words("one two", "one three"), keep=2) == (
        ("=", "one "), ("-", "two"), ("+", "three"),
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["supports", "refutes"]), TEXTS), max_size=4))
def test_versions_with_other_evidence_always_differ(rows):
    evidence = [EVIDENCE | {"number": n, "stance": stance, "note": note} for n, stance, note in rows]
    evidence = list({row["number"]: row for row in evidence}.values())

    assert bool(changes(evidence=evidence)) == (evidence != [EVIDENCE])


@pytest.mark.django_db
def test_two_frozen_versions_of_a_claim_are_compared():
    people = desk.hire()
    claim = desk.in_preflight(people)
    apply(claim.pk, "recall", by=people.author, reason="A word was wrong.")
    desk.write_verdict(claim, people.author, rationale="Three counts agree [1].")
    edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory())
    apply(claim.pk, "submit", by=people.author)
    old, new = (json.loads(revision.body) for revision in claim.revisions.order_by("number"))
    found = {change.field: change for change in compare.compare(old, new)}

    assert list(found) == ["rationale", "evidence"]
    assert said(found["rationale"].words) == "-Two|+Three| counts agree [1]."
    assert [(item.op, item.key.split()[0]) for item in found["evidence"].items] == [("added", "3")]
