"""Charts are drawn without marks over one another, each large enough for a finger, at any number of claims."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from claims.figures import bars
from claims.figures.bars import Sheet, cut, draw, stack

COUNTS = st.integers(0, 250_000)


def apart(one, other):
    return (
        one.x + one.w <= other.x + 0.2
        or other.x + other.w <= one.x + 0.2
        or one.y + one.h <= other.y
        or other.y + other.h <= one.y
    )


def check(drawing, counts):
    """Every number above zero is drawn once, nothing over another, nothing beyond the edge."""
    drawn = sorted((shape.line, shape.series) for shape in drawing.shapes)
    hits = [shape.hit for shape in drawing.shapes]

    assert drawn == [(n, m) for n, line in enumerate(counts) for m, count in enumerate(line) if count]
    assert all(apart(one, other) for one, other in itertools.combinations(hits, 2))
    assert all(hit.x >= 0 and hit.x + hit.w <= bars.WIDTH + 0.5 and hit.y + hit.h <= drawing.height for hit in hits)
    assert all(hit.w >= 23.5 and hit.h >= 23.5 for hit in hits)


@given(st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=1, max_size=12))
def test_bars_hold_every_number_without_overlap(counts):
    names = ["one", "two", "three", "four"]
    check(draw("bars", Sheet(["A line"] * len(counts), counts, names)), counts)


@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=1, max_size=13))
def test_columns_hold_every_number_without_overlap(counts):
    sheet = Sheet(["Days"] * len(counts), counts, ["in", "out", "back"], notes=["1 Jan"] * len(counts))
    drawing = draw("columns", sheet)

    check(drawing, counts)
    assert len(drawing.keys) == 3


@given(st.lists(st.tuples(st.integers(1, 999_999), st.floats(0, 400), st.floats(0, 400)), min_size=1, max_size=8))
def test_spans_hold_every_stage_without_overlap(rows):
    counts = [[count] for count, _one, _two in rows]
    spans = [sorted(lengths) for _count, *lengths in rows]
    check(draw("spans", Sheet(["Stage"] * len(rows), counts, ["claims"], spans, ["half"] * len(rows))), counts)


@given(st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=4, max_size=4))
def test_a_grid_holds_every_number_and_a_dash_for_nothing(counts):
    names = ["one", "two", "three", "four"]
    drawing = draw("grid", Sheet(names, counts, names, notes=["second"]))

    check(drawing, counts)
    assert sum(word.text == "\u2013" for word in drawing.words) == sum(not count for line in counts for count in line)


def test_a_grid_without_a_note_and_a_chart_without_a_line_are_drawn():
    assert draw("grid", Sheet([], [], ["one"])).shapes == []
    assert draw("bars", Sheet([], [], ["one"])).shapes == []
    assert draw("columns", Sheet([], [], ["one"])).shapes == []
    assert draw("spans", Sheet([], [], ["one"])).shapes == []


def test_lengths_are_true_to_the_numbers_while_there_is_room():
    assert stack([1, 2], 3, 336) == [(0.0, 34.0), (36.0, 70.0)]
    assert stack([0, 100], 100, 336) == [None, (0.0, 334.0)]


def test_a_total_is_written_where_a_bar_has_parts_or_none():
    drawing = draw("bars", Sheet(["both", "one", "none"], [[1, 2], [3, 0], [0, 0]], ["a", "b"]))
    alone = draw("bars", Sheet(["one"], [[3]], ["a"]))

    assert [word.text for word in drawing.words] == ["both", "3", "one", "none", "0"]
    assert [word.text for word in alone.words] == ["one"]


def test_a_number_wider_than_its_column_is_left_to_its_title():
    counts = [[12_345]] * 13
    wide, narrow = (
        draw("columns", Sheet(["Days"] * 13, counts, ["in"], notes=["1 Jan"] * 13, shorten=shorten))
        for shorten in (str, lambda count: f"{count // 1000}k")
    )

    assert {shape.words for shape in wide.shapes} == {()}
    assert [shape.words[0].text for shape in narrow.shapes] == ["12k"] * 13


def test_a_long_label_is_cut_at_its_end():
    assert cut("Ministry", 640) == "Ministry"
    assert cut("Ministry of Ports", 60) == "Ministry…"
    assert cut("Ministry", 1) == "M…"
