"""What the panel's pages share: records are read, settings are changed through operations, nothing counts a million rows."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.forms.fields import WrittenField
from claims.models import Person
from claims.workflow.people import record_setting

CAPPED_AT = 5_000
CLAIM_NUMBER = re.compile(r"(?:C-|claim/)?([0-9]{1,15})", re.IGNORECASE)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than a cap, so that no page reads a whole table and none is reached by passing over a million rows."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: CAPPED_AT + 1].count())

    @property
    def count(self) -> int:
        return min(self._counted, CAPPED_AT)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self._counted > CAPPED_AT

    @property
    def estimate(self) -> int:
        """About how many rows the whole table has, as the planner thinks; asked for only by a list that is capped."""
        rows: Any = self.object_list
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass",
                [rows.model._meta.db_table],
            )
            found = cursor.fetchone()
        return int(found[0]) if found else 0


class RecordAdmin(ModelAdmin):
    """A record: to be read by administrators and auditors, never changed here.

    Attributes:
        of_claim: the way to the number of the claim a row belongs to; a search for C-12 follows it.
        reads_words: whether ``search_fields`` are searched for words, too.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    of_claim = ""
    reads_words = True
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}  # else Django warns of it
    change_form_template = "admin/record.html"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only by what the page offers: an address must not ask a record for words that the page hides."""
        offered = {getattr(name, "parameter_name", None) or str(name).partition("__")[0] for name in self.list_filter}
        return lookup.partition("__")[0] in offered

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        number = CLAIM_NUMBER.fullmatch(search_term.strip())
        if self.of_claim and number:
            return queryset.filter(**{self.of_claim: int(number[1])}), False
        if search_term and not self.reads_words:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

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


def spread(text: str) -> SafeString | str:
    """Stored JSON, a line for each of its parts, so that a person can read it."""
    return (
        format_html("<pre>{}</pre>", json.dumps(json.loads(text), indent=2, ensure_ascii=False)) if text else "\u2013"
    )


class SettingAdmin(ModelAdmin):
    """A setting of the desk: changed by administrators; each change goes on the desk's record."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    kept_out_of_record: Sequence[str] = ("password",)
    formfield_overrides = {
        models.CharField: {"form_class": WrittenField},
        models.TextField: {"form_class": WrittenField},
        models.SlugField: {},  # its own field, though it is a text too
    }

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
