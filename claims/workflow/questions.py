"""The desk's questions, of the checklist and of the rubric: another wording is another version."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import ChecklistItem, Person, RubricQuestion
from claims.workflow.apply import Refused
from claims.workflow.people import record_setting

Question = ChecklistItem | RubricQuestion


@transaction.atomic
def reword(question: Question, *, by: Person, text: str, fields: Mapping[str, Any]) -> Question:
    """Ask a question in other words.  What was answered keeps its version; the new one is asked anew of everybody.

    Args:
        fields: what else the new version says: ``required`` or ``decisive``, ``position``, ``is_active``.

    Raises:
        Refused: a newer wording is there already.
    """
    model = type(question)
    versions: list[Any] = list(model.objects.select_for_update().filter(code=question.code).order_by("version"))
    newest = versions[-1]
    if newest.pk != question.pk:
        raise Refused(_("This question was worded anew meanwhile: change its newest version."), "stale")
    before = {"version": newest.version, "text": newest.text}
    if newest.answers.exists():
        model.objects.filter(pk=newest.pk).update(is_active=False)
        newest = model(code=newest.code, version=newest.version + 1)
    for name, value in {"text": text, **fields}.items():
        setattr(newest, name, value)
    newest.save()
    after = {"version": newest.version, "text": newest.text} | {name: str(value) for name, value in fields.items()}
    record_setting(newest, "reword_question", by=by, before=before, after=after)
    found: Question = newest
    return found
