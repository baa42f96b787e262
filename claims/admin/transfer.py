"""Claims in and out in bulk: a file is tried first, looked at, then written; exports to download."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from claims.admin.base import SettingAdmin
from claims.errors import UserFacingError
from claims.models import Event, ImportFile, Job
from claims.transfer import uploads
from claims.transfer.dump import FORMATS, Reach, export, left_out
from claims.transfer.files import Format, guess_format
from claims.transfer.load import CHANGED, CREATED, HELD_BACK, REFUSED, UNCHANGED, counted
from claims.transfer.read import Problem
from claims.transfer.write import template

State = ImportFile.State
UNDER_WAY = (State.WAITING, State.WRITING)
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "claimreview": "application/json"}
ENDINGS = {"csv": "csv", "jsonl": "jsonl", "claimreview": "json"}
WHAT = {
    CREATED: gettext_lazy("new"),
    CHANGED: gettext_lazy("changed"),
    UNCHANGED: gettext_lazy("unchanged"),
    REFUSED: gettext_lazy("refused"),
    HELD_BACK: gettext_lazy("held back"),
}
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")
GUESS = ("", gettext_lazy("as the file's name ends"))


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy("CSV, JSON Lines or ClaimReview, at most 50 MB. It is tried first: nothing is written."),
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=[GUESS, *Format.choices], required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("file") and not said.get("format"):
            said["format"] = guess_format(said["file"].name)
            if said["file"].name.lower().endswith(SPREADSHEETS):
                self.add_error(
                    "file", _("A spreadsheet is not read as it is: save it as “CSV UTF-8”, then bring that.")
                )
            elif not said["format"]:
                self.add_error("format", _("Nothing in the file's name tells its format: choose one."))
        return said


@admin.register(ImportFile)
class ImportFileAdmin(SettingAdmin):
    """Administrators only: a file may hold what auditors must not see."""

    list_display = ("name", "format", "how_far", "created_by", "created_at")
    list_select_related = ("created_by",)
    list_filter = ("state", "format")
    search_fields = ("name",)
    change_list_template = "admin/claims/importfile/list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(never_cache(view)), name=f"claims_importfile_{name}")

        return [
            page("template.csv", self.template_file, "template"),
            page("export/<slug:form>/", self.export_file, "export"),
            page("<int:pk>/write/", self.write_page, "write"),
            page("<int:pk>/discard/", self.discard_page, "discard"),
            *super().get_urls(),
        ]

    def _check(self, request: HttpRequest) -> None:
        if not self._is_administrator(request):
            raise PermissionDenied

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def how_far(self, row: ImportFile) -> str:
        return row.state_in_words

    # --- in

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._check(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            person: Any = request.user
            try:
                row = uploads.bring(form.cleaned_data["file"], form.cleaned_data["format"], by=person)
            except UserFacingError as refusal:
                form.add_error("file", str(refusal))
            else:
                return redirect("admin:claims_importfile_change", row.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import claims"),
            "form": form,
        }
        return TemplateResponse(
            request, "admin/claims/importfile/add.html", context, status=422 if form.errors else 200
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What would come of a file, or what came of it."""
        self._check(request)
        row = get_object_or_404(ImportFile.objects.select_related("created_by"), pk=object_id)
        jobs = Job.objects.filter(kind__in=["try_import", "write_import"], key=f"import/{row.pk}")
        lines = [_in_words(line) for line in row.shown.get("lines", [])]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": row.name,
            "file": row,
            "is_under_way": row.state in UNDER_WAY,
            "job": jobs.order_by("-pk").first(),
            "said": _counted(row),
            "refused": [line for line in lines if line["is_refused"]],
            "others": [line for line in lines if not line["is_refused"]],
        }
        return TemplateResponse(request, "admin/claims/importfile/report.html", context)

    def write_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._press(request, pk, uploads.confirm)

    def discard_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._press(request, pk, uploads.discard)

    def _press(self, request: HttpRequest, pk: int, operation: Any) -> HttpResponse:
        self._check(request)
        get_object_or_404(ImportFile, pk=pk)
        if request.method == "POST":
            try:
                operation(pk, by=request.user)
            except UserFacingError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        return redirect("admin:claims_importfile_change", pk)

    # --- out

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        labels = {"csv": "CSV", "jsonl": "JSON Lines", "claimreview": "ClaimReview"}
        more = {
            "title": _("Imports and exports"),
            "formats": [(form, labels[form]) for form in FORMATS],
            **(extra_context or {}),
        }
        return super().changelist_view(request, more)

    def template_file(self, request: HttpRequest) -> HttpResponse:
        """The columns of an import with one example."""
        self._check(request)
        return _download(template(), "csv", "claims-template")

    def export_file(self, request: HttpRequest, form: str) -> HttpResponse:
        """What nobody on the desk is kept from; hidden verdicts and confidential claims go by no browser."""
        self._check(request)
        if form not in FORMATS:
            return redirect("admin:claims_importfile_changelist")
        person: Any = request.user
        Event.objects.append(
            "desk", "export_claims", by=person, body={"format": form, "left_out": left_out(form, Reach())}
        )
        return _download(export(form), form, f"claims-{timezone.localdate().isoformat()}")


def _download(pieces: Any, form: str, name: str) -> HttpResponse:
    response = StreamingHttpResponse(pieces, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{ENDINGS[form]}"'
    return cast(HttpResponse, response)


def _counted(row: ImportFile) -> str:
    """The numbers of a file that could be read."""
    counts = row.shown.get("counts", {})
    return counted(counts, is_trial=not row.outcome) if any(counts.values()) else ""


def _in_words(line: dict[str, Any]) -> dict[str, Any]:
    """A line of a report in the reader's language."""
    problems = [Problem(*problem) for problem in line["problems"]]
    return {
        "row": line["row"],
        "name": line["name"],
        "statement": line.get("statement", ""),  # a report of before they were told has neither
        "claim": line.get("claim"),
        "what": WHAT[line["what"]],
        "columns": ", ".join(line["columns"]),
        "is_refused": line["what"] == REFUSED,
        "problems": [(one.row, one.column, gettext(one.sentence) % one.told) for one in problems],
    }
