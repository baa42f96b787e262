"""People, the desk, scales, checklist, publishers, claimants and topics: what an administrator changes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from claims.admin.base import SettingAdmin
from claims.models import (
    Claimant,
    Desk,
    Person,
    Publisher,
    Rating,
    RatingScale,
    Reading,
    Recusal,
    SavedView,
    Topic,
)
from claims.workflow.people import let_go, release_roles


class PersonCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta(AdminUserCreationForm.Meta):
        model = Person
        fields = ("username", "name", "email", "role")


@admin.register(Person)
class PersonAdmin(SettingAdmin, UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    add_form = PersonCreationForm
    actions = ("let_them_go",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email", "role", "time_zone", "is_active")}),
        (_("Record"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "name", "email", "role", "usable_password", "password1", "password2")}),
    )  # fmt: skip
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        leaver: Any = obj
        by: Any = request.user
        if change and "is_active" in form.changed_data and not leaver.is_active:
            self._say_released(request, release_roles(leaver, by=by))

    @admin.action(description=_("Close the account; hand open roles back"))
    def let_them_go(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        by: Any = request.user
        self._say_released(request, sum(let_go(person, by=by) for person in queryset.exclude(pk=by.pk)))

    def _say_released(self, request: HttpRequest, count: int) -> None:
        words = ngettext("%(count)d open role waits for somebody.", "%(count)d open roles wait for somebody.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self._is_administrator(request) else {}


@admin.register(Recusal)
class RecusalAdmin(SettingAdmin):
    list_display = ("person", "claimant", "topic", "reason")
    list_select_related = ("person", "claimant", "topic")
    autocomplete_fields = ("person", "claimant", "topic")


@admin.register(Desk)
class DeskAdmin(SettingAdmin):
    list_display = ("name", "review_policy", "time_zone", "is_demo")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Desk.objects.exists()


@admin.register(SavedView)
class SavedViewAdmin(SettingAdmin):
    list_display = ("name", "query", "owner", "position")
    list_select_related = ("owner",)
    autocomplete_fields = ("owner",)


class RatingInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Rating
    fields = ("position", "code", "label", "value", "family", "needs_evidence", "is_retired")
    extra = 0
    show_change_link = True
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(RatingScale)
class RatingScaleAdmin(SettingAdmin):
    list_display = ("name", "slug", "is_current")
    inlines = (RatingInline,)


class RatingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A used rating keeps its words: the database refuses a change, the form says so first."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kept = {"code", "label", "definition", "value", "family", "scale"} & set(self.changed_data)
        if self.instance.pk and kept and Reading.objects.filter(rating=self.instance).exists():
            raise forms.ValidationError(_("This rating is in use: retire it and add another instead of changing it."))
        return cleaned


@admin.register(Rating)
class RatingAdmin(SettingAdmin):
    form = RatingForm
    list_display = ("label", "scale", "value", "family", "needs_evidence", "is_retired", "position")
    list_filter = ("scale", "is_retired")
    list_select_related = ("scale",)
    search_fields = ("label", "code")


@admin.register(Publisher)
class PublisherAdmin(SettingAdmin):
    list_display = ("name", "domain", "reliability")
    search_fields = ("name", "domain")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Claimant)
class ClaimantAdmin(SettingAdmin):
    list_display = ("name", "kind", "position", "organisation", "country")
    list_filter = ("kind", "country")
    search_fields = ("name", "organisation")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Topic)
class TopicAdmin(SettingAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
