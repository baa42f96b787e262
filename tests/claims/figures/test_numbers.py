"""Numbers of charts are written as the language of the reader writes them."""

import pytest
from django.utils import translation

from claims.figures.numbers import in_full, in_part, in_short


@pytest.mark.parametrize(
    ("count", "english", "german", "french"),
    [
        (0, "0", "0", "0"),
        (9_999, "9999", "9999", "9999"),
        (12_345, "12k", "12 Tsd.", "12 k"),
        (999_999, "999k", "999 Tsd.", "999 k"),
        (1_260_000, "1.2m", "1,2 Mio.", "1,2 M"),
        (1_250_000_000, "1,250m", "1.250 Mio.", "1 250 M"),
    ],
)
def test_a_number_over_a_narrow_column(count, english, german, french):
    assert in_short(count) == english
    for code, said in (("de", german), ("fr", french)):
        with translation.override(code):
            assert in_short(count).replace("\u00a0", " ") == said


def test_a_number_where_there_is_room():
    assert [in_full(12_345), in_part(250_000), in_part(1_250_000)] == ["12,345", "250,000", "1.2m"]
    with translation.override("de"):
        assert [in_full(12_345), in_part(250_000)] == ["12.345", "250.000"]
