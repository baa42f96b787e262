"""What is said in other languages of steps, days and lengths of time: in their words, with their signs."""

from datetime import date

import pytest
from django.utils.formats import date_format
from django.utils.translation import override

from claims.figures.flow import in_time
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk

DAY = 86_400


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "named"), [("decline", "„Ablehnen“"), ("archive", "„Archivieren“")])
def test_a_refusal_names_the_step_as_its_button_does(action, named):
    people = desk.hire()
    claim = desk.accepted(people)

    with override("de"), pytest.raises(Refused, match=named):
        apply(claim.pk, action, by=people.author, reason="Nein.")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["9.7 days", "12 days"]), ("de", ["9,7 Tage", "12 Tage"]), ("fr", ["9,7 jours", "12 jours"])],
)
def test_a_length_of_time_is_written_as_the_language_writes_numbers(language, said):
    with override(language):
        assert [in_time(9.7 * DAY), in_time(12.3 * DAY)] == said


@pytest.mark.parametrize(
    ("day", "german", "french"),
    [(date(2025, 1, 14), "14. Jan. 2025", "14 jan. 2025"), (date(2025, 3, 3), "3. März 2025", "3 mars 2025")],
)
def test_a_month_cut_short_has_its_point(day, german, french):
    for language, said in (("de", german), ("fr", french)):
        with override(language):
            assert date_format(day, "SHORT_DATE_FORMAT") == said
