"""Dates that cannot be meant are refused in one sentence, wherever they are entered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.forms.claim import ArrangeForm, NewClaimForm
from claims.forms.fields import day_field, moment_field, read_claim_number
from claims.forms.intake import TakeInForm
from claims.models import ContactLog, Desk
from claims.workflow.apply import Refused, apply
from claims.workflow.edit import arrange_claim
from tests.claims.workflow import desk

TODAY = timezone.now().date()


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31", str(TODAY + timedelta(days=3))])
def test_nothing_was_said_before_the_year_1000_or_after_today(day):
    for form in (NewClaimForm({"said_on": day}, name="new"), TakeInForm({"published_on": day})):
        name = "said_on" if "said_on" in form.fields else "published_on"
        assert len(form.errors[name]) == 1


@pytest.mark.parametrize("day", ["1000-01-01", "1848-03-13", str(TODAY)])
def test_what_is_cited_may_be_old(day):
    assert "said_on" not in NewClaimForm({"said_on": day}, name="new").errors
    assert day_field("Date").clean(day).isoformat() == day


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "1999-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_of_the_work_is_within_ten_years(moment):
    with timezone.override("Pacific/Kiritimati"):
        assert ArrangeForm({"due_at": moment}, name="arrange").errors["due_at"] == [
            "This is more than ten years away: check the year."
        ]


def test_a_moment_is_read_in_the_time_zone_of_the_person():
    with timezone.override("Asia/Seoul"):
        assert moment_field("Due").clean("2026-06-01T09:00").isoformat() == "2026-06-01T09:00:00+09:00"


@pytest.mark.django_db
class TestThePast:
    @pytest.fixture
    def people(self):
        return desk.hire()

    @pytest.mark.parametrize(("delta", "sentence"), [(-1, "passed already"), (4000, "ten years")])
    def test_is_no_time_to_be_due_to_look_again_or_to_publish(self, people, delta, sentence):
        when = timezone.now() + timedelta(days=delta)
        accepted, approved = desk.accepted(people), desk.approved(people)
        inbox = desk.edit.create_claim(by=people.contributor, statement="Ten ships came.")

        for operation in (
            lambda: arrange_claim(accepted.pk, by=people.editor, due_at=when),
            lambda: apply(accepted.pk, "assign", by=people.editor, person=people.author, due=when),
            lambda: apply(inbox.pk, "watch", by=people.editor, look_again=when),
            lambda: apply(approved.pk, "schedule", by=people.editor, publish_at=when),
        ):
            with pytest.raises(Refused, match=sentence):
                operation()

    @pytest.mark.parametrize("date", ["0001-01-01T00:00", "9999-12-31T23:59", "2020-01-01T09:00"])
    def test_is_refused_for_many_claims_at_once_too(self, client, people, date):
        claim = desk.accepted(people)
        client.force_login(people.editor)

        response = client.post(
            reverse("claims:claim-bulk"), {"claim": [claim.pk], "do": "date", "date": date}, follow=True
        )

        assert response.status_code == 200
        assert desk.reload(claim).due_at is None

    def test_is_no_deadline_for_an_answer(self, client, people):
        claim = desk.in_research(people)
        Desk.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
        client.force_login(people.author)
        given = {"asked": "The port", "channel": "email", "question": "How many?"}

        for deadline in ("2020-01-01T09:00", "0001-01-01T00:00", "9999-12-31T00:00"):
            response = client.post(reverse("claims:contact-log", args=[claim.pk]), given | {"deadline": deadline})
            assert response.status_code == 422
        assert not ContactLog.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "17", "C-17", "c17", "c 17", "C\u201117", "#17", " C-17 ", "/claims/17/", "http://127.0.0.1:8000/claims/17/",
        "https://desk.example/claims/17/?from=view%3Dmine#evidence", "https://desk.example/claims/17", "C-0017",
    ],
)  # fmt: skip
def test_the_number_of_a_claim_is_read_however_people_write_it(typed):
    assert read_claim_number(typed) == 17


@pytest.mark.parametrize("typed", ["", "C-", "0", "-17", "1.5", "١٧", "17 ships", "https://desk.example/", "9" * 19])
def test_what_is_no_number_of_a_claim_is_not_taken_for_one(typed):
    assert read_claim_number(typed) is None
