"""The desk itself: what it is called, when it works, how long each stage may take, and who must agree."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, TimeField, URLField
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.base import SettingAdmin
from claims.forms.fields import zone_choices
from claims.models import Desk

DAYS = [(n + 1, name) for n, name in WEEKDAYS.items()]


class DeskForm(forms.ModelForm):  # type: ignore[type-arg]
    working_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "day_ends" in self.fields:
            self.fields["day_ends"].help_text = _(
                "The same time as it starts: the desk works around the clock. An earlier one: past midnight."
            )


@admin.register(Desk)
class DeskAdmin(SettingAdmin):
    form = DeskForm
    list_display = ("name", "review_policy", "time_zone", "is_demo")
    fieldsets = (
        (None, {"fields": ("name", "publisher_url", "logo_url", "language", "corrections_contact", "is_demo")}),
        (gettext_lazy("When the desk works"), {"fields": ("time_zone", "working_days", "day_starts", "day_ends")}),
        (
            gettext_lazy("How long each stage may take"),
            {
                "fields": (
                    "triage_limit", "research_limit", "reply_limit", "cross_check_limit", "review_limit",
                    "publication_limit", "remind_before", "ask_after",
                ),
                "description": gettext_lazy(
                    "Counted in the desk's working time, from the moment a claim enters the stage. A change holds for"
                    " stages entered from now on."
                ),
            },
        ),
        (gettext_lazy("Review"), {"fields": ("review_policy", "cross_check_may_be_waived", "methodology")}),
    )  # fmt: skip

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            return forms.ChoiceField(label=_("Time zone"), choices=zone_choices())
        if isinstance(db_field, TimeField):  # the browser's own; the panel's writes styles that the policy refuses
            kwargs["widget"] = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
            return db_field.formfield(**kwargs)
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Who only reads sees the days by name."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            (title, {**options, "fields": tuple(_shown(str(name)) for name in options["fields"])})
            for title, options in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return () if self.has_change_permission(request, obj) else ("days_by_name",)

    @admin.display(description=gettext_lazy("Working days"))
    def days_by_name(self, desk: Desk) -> str:
        return ", ".join(str(name) for number, name in DAYS if number in desk.working_days)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Desk.objects.exists()


def _shown(name: str) -> str:
    return "days_by_name" if name == "working_days" else name
