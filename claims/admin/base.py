"""What the panel's pages share: records are read, settings are changed through operations, nothing counts a million rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property

from claims.models import Person
from claims.workflow.people import record_setting

CAPPED_AT = 5_000

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]
    """Counts a filtered list up to a cap, and takes the planner's estimate for a whole table."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
                )
                (estimate,) = cursor.fetchone()
            if estimate > CAPPED_AT:
                return int(estimate)
        return int(rows.order_by()[:CAPPED_AT].count())


class RecordAdmin(ModelAdmin):
    """A record: to be read by administrators and auditors, never changed here."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only by what the page offers: an address must not ask a record for words that the page hides."""
        offered = {str(name).partition("__")[0] for name in self.list_filter}
        return lookup.partition("__")[0] in offered

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SettingAdmin(ModelAdmin):
    """A setting of the desk: changed by administrators; each change goes on the desk's record."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    kept_out_of_record: Sequence[str] = ("password",)

    def _is_administrator(self, request: HttpRequest) -> bool:
        person: Any = request.user
        return bool(person.role == Person.Role.ADMINISTRATOR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        changed = [name for name in form.changed_data if hasattr(obj, name) and name not in self.kept_out_of_record]
        before = {name: str(form.initial.get(name, "")) for name in changed} if change else {}
        super().save_model(request, obj, form, change)
        after = {name: str(getattr(obj, name)) for name in changed}
        person: Any = request.user
        record_setting(obj, "change_setting" if change else "add_setting", by=person, before=before, after=after)
