"""People, the desk, scales, checklist, publishers, claimants and topics: what an administrator changes."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from claims.admin.actions import Question, asks, each
from claims.admin.base import SettingAdmin
from claims.admin.filters import CountryFilter, GradeFilter, grades
from claims.forms.fields import zone_choices
from claims.models import (
    Claimant,
    Person,
    Publisher,
    Rating,
    RatingScale,
    Reading,
    Recusal,
    SavedView,
    Topic,
)
from claims.views.password_link import make_link
from claims.workflow.people import follow_role, let_go, recuse, release_roles, withdraw_recusal


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
    actions = ("let_them_go", "make_password_link")
    fieldsets = (
        (
            None,
            {
                "fields": ("username",),
                "description": _(
                    "For a new password choose the person in the list, and there “Make a link to set a new password”."
                ),
            },
        ),
        (_("Person"), {"fields": ("name", "email", "role", "language", "time_zone", "is_active")}),
        (_("Record"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "name", "email", "role", "usable_password", "password1", "password2")}),
    )  # fmt: skip
    readonly_fields = ("last_login", "date_joined")

    def get_urls(self) -> list[URLPattern]:
        """All pages but Django's for a password set by hand: who knows an editor's password can approve in his name."""
        return [page for page in super().get_urls() if page.name != "auth_user_password_change"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            choices = zone_choices(str(_("as the desk")))
            return forms.ChoiceField(label=_("Time zone"), choices=choices, required=False)
        if db_field.name == "language":
            choices = [("", str(_("as the browser says"))), *settings.LANGUAGES]
            return forms.ChoiceField(label=_("Language"), choices=choices, required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        leaver: Any = obj
        leaver.is_staff = leaver.role in {Person.Role.ADMINISTRATOR, Person.Role.AUDITOR}  # is led to the panel
        super().save_model(request, obj, form, change)
        by: Any = request.user
        if change and "is_active" in form.changed_data and not leaver.is_active:
            self._say_released(request, release_roles(leaver, by=by))
        elif change and "role" in form.changed_data and (released := follow_role(leaver, by=by)):
            self._say_released(request, released)

    @admin.action(description=_("Close the account; give open parts back"))
    @asks(
        Question(
            title=_("Close these accounts?"),
            happens=_(
                "They can no longer sign in, and what they hold waits for somebody else. What they did stays on the record"
                " under their names. An account can be opened again on its page; its parts stay with who has them then."
            ),
            press=_("Close these accounts"),
            wants_reason=True,
        )
    )
    def let_them_go(self, request: HttpRequest, rows: list[Person], reason: str) -> None:
        by: Any = request.user
        released: list[int] = []
        done = _("Accounts closed: %(count)d.")
        each(self, request, rows, lambda person: released.append(let_go(person, by=by, reason=reason)), done)
        self._say_released(request, sum(released))

    @admin.action(description=_("Make a link to set a new password (works once, within a day)"))
    def make_password_link(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """For a desk without a mail server: the administrator hands the link over, and learns no password."""
        by: Any = request.user
        for person in queryset:
            if not person.is_active:
                words = _("%(name)s has no open account.")
                self.message_user(request, words % {"name": person}, messages.WARNING)
                continue
            address = request.build_absolute_uri(make_link(person, by=by))
            words = _("Give this to %(name)s, and to nobody else: %(address)s")
            self.message_user(request, words % {"name": person, "address": address}, messages.SUCCESS)

    def _say_released(self, request: HttpRequest, count: int) -> None:
        words = ngettext("%(count)d open part waits for somebody.", "%(count)d open parts wait for somebody.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self._is_administrator(request) else {}


class RecusalForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("claimant")) == bool(cleaned.get("topic")):
            self.add_error("claimant", _("Choose one claimant or one topic."))
        return cleaned


@admin.register(Recusal)
class RecusalAdmin(SettingAdmin):
    """Declared for others here; people declare their own on their profile.  Another one is another row."""

    list_display = ("person", "claimant", "topic", "reason", "created_at")
    list_filter = ("person__role",)
    form = RecusalForm
    search_fields = ("person__name", "claimant__name", "topic__name")
    fields = ("person", "claimant", "topic", "reason")
    actions = None
    list_select_related = ("person", "claimant", "topic")
    autocomplete_fields = ("person", "claimant", "topic")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by: Any = request.user
        made, released = recuse(obj.person, by=by, claimant=obj.claimant, topic=obj.topic, reason=obj.reason)
        obj.pk = made.pk
        words = ngettext(
            "%(count)d claim waits for somebody else.", "%(count)d claims wait for somebody else.", len(released)
        )
        if released:
            self.message_user(request, words % {"count": len(released)}, messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        by: Any = request.user
        withdraw_recusal(obj, by=by)


@admin.register(SavedView)
class SavedViewAdmin(SettingAdmin):
    list_display = ("name", "query", "owner", "position")
    list_filter = (("owner", admin.EmptyFieldListFilter),)
    search_fields = ("name", "owner__name")
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
    list_filter = ("is_current",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "is_current")
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
    autocomplete_fields = ("scale",)


@admin.register(Publisher)
class PublisherAdmin(SettingAdmin):
    list_display = ("name", "domain", "reliability")
    list_filter = (GradeFilter,)
    search_fields = ("name", "domain")
    fields = ("name", "slug", "domain", "reliability", "reliability_reason")
    prepopulated_fields = {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "reliability":
            choices = [("", str(_("not graded"))), *grades()]
            return forms.ChoiceField(label=capfirst(db_field.verbose_name), choices=choices, required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class NamedAdmin(SettingAdmin):
    """Whom and what claims are about; not those that only confidential claims name."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user)  # type: ignore[no-any-return]


@admin.register(Claimant)
class ClaimantAdmin(NamedAdmin):
    list_display = ("name", "kind", "position", "organisation", "country")
    list_filter = ("kind", CountryFilter)
    search_fields = ("name", "organisation")
    fields = ("name", "slug", "kind", "position", "organisation", "country", "wikidata")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Topic)
class TopicAdmin(NamedAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)
    fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
