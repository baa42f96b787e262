"""The desk's questions: the checklist of every claim, and the rubric that says whether one is worth checking."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.base import SettingAdmin
from claims.models import ChecklistItem, RubricQuestion
from claims.workflow.questions import reword


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Only the newest wording of a question is changed; what was answered before stays as it was worded then."""

    class Meta:
        help_texts = {
            "text": _("Other words make another version once somebody has answered; old answers keep theirs."),
            "position": _("The smallest number is asked first."),
            "is_active": _("Only what is asked today is asked; answers given before are kept."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        row: Any = self.instance
        same = type(row).objects.filter(code=row.code if row.pk else cleaned.get("code"))
        if row.pk and same.filter(version__gt=row.version).exists():
            raise forms.ValidationError(_("This is an old wording: change the newest version of the question."))
        if not row.pk and same.exists():
            self.add_error("code", _("There is a question with this code: change its words instead."))
        return cleaned


class QuestionAdmin(SettingAdmin):
    form = QuestionForm
    list_filter: ClassVar[tuple[str, ...]] = ("is_active",)
    search_fields = ("text", "code")
    ordering = ("-is_active", "position", "code", "-version")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("code", "version") if obj is not None else ()

    def get_exclude(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is not None else ("version",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Other words make another version as soon as somebody has answered the old ones."""
        if not change or "text" not in form.changed_data:
            super().save_model(request, obj, form, change)
            return
        by: Any = request.user
        fields = {name: form.cleaned_data[name] for name in form.fields if name != "text"}
        old = type(obj).objects.get(pk=obj.pk)
        newest = reword(old, by=by, text=obj.text, fields=fields)
        obj.pk, obj.version = newest.pk, newest.version


@admin.register(ChecklistItem)
class ChecklistItemAdmin(QuestionAdmin):
    list_display = ("text", "code", "version", "required", "is_active", "position")
    list_filter: ClassVar[tuple[str, ...]] = ("is_active", "required")


@admin.register(RubricQuestion)
class RubricQuestionAdmin(QuestionAdmin):
    list_display = ("text", "code", "version", "decisive", "is_active", "position")
