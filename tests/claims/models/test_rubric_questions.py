"""The rubric moved from code into rows: a desk at work keeps its questions and its answers, both ways."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from claims.models import ChecklistAnswer, ChecklistItem, RubricAnswer, RubricQuestion
from tests.factories import ChecklistItemFactory, ClaimFactory, RubricQuestionFactory

BEFORE = "0019_comments_are_withdrawn_and_forms_sent_once"
AFTER = "0022_replies_and_answered_words"


def migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("claims", name)])
    return MigrationExecutor(connection).loader.project_state([("claims", name)]).apps


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_answers_of_a_desk_at_work_survive_the_way_into_rows_and_back():
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("claims")[0][1]
    try:
        old = migrate(BEFORE)
        claim = old.get_model("claims", "Claim").objects.create(statement="Ships came.")
        old.get_model("claims", "RubricAnswer").objects.create(claim=claim, question="spread", answer=2)
        migrate(AFTER)
        there = list(RubricAnswer.objects.values_list("claim", "question__code", "question__version", "answer"))
        texts = list(RubricQuestion.objects.current().values_list("code", "decisive"))
        older = migrate(BEFORE)
        back = list(older.get_model("claims", "RubricAnswer").objects.values_list("claim", "question", "answer"))
    finally:
        migrate(newest)

    assert there == [(claim.pk, "spread", 1, 2)]
    assert texts == [("verifiable", True), ("significant", False), ("spread", False), ("harmful", False)]
    assert back == [(claim.pk, "spread", 2)]


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["text", "code", "version"])
def test_words_that_were_answered_stay(column):
    asked, open_item = ChecklistItemFactory(), ChecklistItemFactory()
    ChecklistAnswer.objects.create(claim=ClaimFactory(), item=asked, answer="yes")
    judged = RubricQuestionFactory()
    RubricAnswer.objects.create(claim=ClaimFactory(), question=judged, answer=1)
    other = 7 if column == "version" else "other"

    for model, row in ((ChecklistItem, asked), (RubricQuestion, judged)):
        with pytest.raises(IntegrityError, match="another wording is another version"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{column: other})
    assert ChecklistItem.objects.filter(pk=open_item.pk).update(**{column: other}) == 1
    assert ChecklistItem.objects.filter(pk=asked.pk).update(required=False, is_active=False, position=9) == 1
