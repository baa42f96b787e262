import pytest

from claims.models import ChecklistAnswer, ChecklistItem, Event, RubricAnswer, RubricQuestion
from claims.workflow import edit, edit_review
from claims.workflow.apply import Refused
from claims.workflow.preflight_list import read_list
from claims.workflow.questions import reword
from claims.workflow.revisions import read_content
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, ClaimFactory, PersonFactory, RubricQuestionFactory, make_rubric

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return PersonFactory(role="administrator")


def checklist_missing(claim):
    return [
        found.sentence
        for item in read_list(desk.reload(claim))
        for found in item.missing
        if "hecklist" in found.sentence
    ]


def test_a_question_nobody_answered_is_worded_anew_in_place(administrator):
    item = ChecklistItemFactory(code="date")
    reworded = reword(item, by=administrator, text="Is the day right?", fields={"required": False})

    assert (reworded.pk, reworded.version, reworded.required) == (item.pk, 1, False)


def test_another_wording_is_another_version_and_the_old_answer_keeps_its_own(people, administrator):
    item = ChecklistItemFactory(code="date", text="Is the date right?")
    claim = desk.ready(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    assert checklist_missing(claim) == []
    before = read_content(desk.reload(claim)).content_sha256

    reworded = reword(item, by=administrator, text="Is the day right?", fields={})

    assert list(ChecklistItem.objects.current()) == [reworded]
    assert (reworded.code, reworded.version) == ("date", 2)
    assert ChecklistAnswer.objects.get().item.text == "Is the date right?"
    assert read_content(desk.reload(claim)).content_sha256 == before
    assert checklist_missing(claim) == ["Checklist, worded anew since it was answered: Is the day right?"]
    told = Event.objects.get(chain="desk", action="reword_question").details
    assert (told["before"]["text"], told["after"]["text"]) == ("Is the date right?", "Is the day right?")


def test_the_new_answer_is_what_readers_are_told_and_the_old_one_is_kept(people, administrator):
    item = ChecklistItemFactory(code="date")
    claim = desk.ready(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    reworded = reword(item, by=administrator, text="Is the day right?", fields={})
    edit_review.answer_checklist(claim.pk, by=people.author, item=reworded, answer="n/a")

    assert read_content(desk.reload(claim)).values["checklist"] == [["date", 2, "n/a"]]
    assert ChecklistAnswer.objects.count() == 2
    assert checklist_missing(claim) == []


def test_an_old_version_is_neither_answered_nor_worded_anew(people, administrator):
    item = ChecklistItemFactory(code="date")
    claim = desk.ready(people)
    edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="yes")
    reword(item, by=administrator, text="Is the day right?", fields={})
    item.refresh_from_db()

    with pytest.raises(Refused, match="newest version"):
        reword(item, by=administrator, text="Was it the day?", fields={})
    with pytest.raises(Refused, match="as it stands now"):
        edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer="n/a")


def test_a_question_of_the_rubric_is_worded_anew_like_one_of_the_checklist(people, administrator):
    make_rubric()
    spread = RubricQuestion.objects.get(code="spread")
    claim = edit.create_claim(by=people.contributor, statement="Ships came.")
    edit_review.answer_rubric(
        claim.pk, by=people.author, answers=dict.fromkeys(("verifiable", "significant", "spread", "harmful"), 2)
    )
    reworded = reword(spread, by=administrator, text="Do many repeat it?", fields={"decisive": True})

    assert (reworded.version, reworded.decisive) == (2, True)
    assert edit_review.worth_of(desk.reload(claim)) == ""
    assert edit_review.answer_rubric(claim.pk, by=people.author, answers={"spread": 0}).worth == "low"
    assert RubricAnswer.objects.filter(claim=claim, question__code="spread").count() == 2


def test_a_no_to_a_required_question_says_why(people):
    required, optional = ChecklistItemFactory(text="Is the date right?"), ChecklistItemFactory(required=False)
    claim = desk.ready(people)
    for note in ("", "  "):
        with pytest.raises(Refused, match="needs a note that says why"):
            edit_review.answer_checklist(claim.pk, by=people.author, item=required, answer="no", note=note)
    edit_review.answer_checklist(claim.pk, by=people.author, item=optional, answer="no")
    edit_review.answer_checklist(claim.pk, by=people.author, item=required, answer="no", note="No source gives it.")

    assert ChecklistAnswer.objects.get(item=required).note == "No source gives it."
    assert checklist_missing(claim) == []


def test_a_no_without_a_reason_that_came_from_elsewhere_is_asked_about(people):
    item = ChecklistItemFactory(text="Is the date right?")
    claim = desk.ready(people)
    ChecklistAnswer.objects.create(claim=claim, item=item, answer="no")

    assert checklist_missing(claim) == ["Checklist, answered “no” without saying why: Is the date right?"]


def test_a_missing_answer_leads_to_its_row(people):
    claim = ClaimFactory()
    item, _optional = ChecklistItemFactory(), RubricQuestionFactory()
    places = [found.place for row in read_list(claim) for found in row.missing]

    assert f"checklist-{item.pk}" in places
    assert {"verdict-rating", "verdict-rationale", "evidence"} <= set(places)
