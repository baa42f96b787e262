import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.workflow.citations import cited_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Two counts agree [1].", {1}),
        ("Both say so [1, 2] and [3,4].", {1, 2, 3, 4}),
        ("Nothing is cited.", set()),
        ("A figure that is none [5000].", {5000}),
        ("Not a figure [a], [1, b], [], [12345].", set()),
        ("Twice [2] and [2].", {2}),
    ],
)
def test_figures_in_brackets_cite(text, numbers):
    assert cited_numbers(text) == numbers


@given(st.sets(st.integers(min_value=0, max_value=9999), min_size=1))
def test_what_is_written_as_one_mark_is_read_as_its_numbers(numbers):
    assert cited_numbers(f"Before [{', '.join(map(str, numbers))}] after.") == numbers
