import pytest

from claims.publishing.corrections import told_corrections
from tests.claims.publishing.public import make_public, retract, withhold

pytestmark = pytest.mark.django_db


def test_corrections_are_told_newest_first_and_page_by_page():
    first, second = retract(make_public(), "One."), retract(make_public(), "Two.")

    assert [row.text for row in told_corrections()] == ["Two.", "One."]
    assert [row.fact_check for row in told_corrections(before=second.correction.pk)] == [first]


def test_corrections_of_a_withheld_check_stay_listed_and_are_silent():
    row = make_public(correction_kind="update", correction_text="More.")
    from claims.publishing.corrections import add_correction

    add_correction(row, ("update", "More."))
    assert [(one.text, one.is_silent) for one in told_corrections()] == [("More.", False)]

    withhold(row)

    assert [one.is_silent for one in told_corrections()] == [True]
