"""The admin panel: administrators change the desk's settings, auditors read; everybody signs in by the same door."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Person

READERS = frozenset({Person.Role.ADMINISTRATOR, Person.Role.AUDITOR})
# The tables of the panel, in the order an administrator looks for them; what is not named here comes last.
GROUPS = (
    (_("Desk and people"), ("Desk", "Person", "Recusal", "SavedView", "Webhook", "Delivery")),
    (_("What everybody uses"), ("Publisher", "Claimant", "Topic", "RatingScale", "Rating", "ChecklistItem", "RubricQuestion")),
    (_("Claims and sources"), ("Claim", "Article", "Evidence", "Resource", "Snapshot", "SourceAlert")),
    (_("Review and publication"), ("Revision", "Reading", "Approval", "FactCheck", "Correction")),
    (_("Record and work"), ("Event", "Refusal", "Job", "ImportFile")),
)  # fmt: skip


class DeskAdminSite(admin.AdminSite):
    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Administration")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        person: Any = request.user
        return bool(person.is_active) and getattr(person, "role", "") in READERS

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The sign-in page of the desk, with its limits on tries; the panel has no door of its own."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The dashboard: what is wrong first, then what a new desk lacks, who is on what, what waits, what is kept."""
        # Imported here: the apps are read before their models are.
        from claims.admin.dashboard import read_dashboard  # noqa: PLC0415
        from factcheck import health  # noqa: PLC0415

        findings = [found for found in health.examine(health.AT_A_GLANCE) if found.mark != "ok"]
        person: Any = request.user
        more = {"findings": sorted(findings, key=lambda found: not found.wrong), **read_dashboard(person)}
        return super().index(request, {**more, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The tables of one app: there is but one with any, so it is the first page."""
        return self.index(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables in groups with names, not in one list by the alphabet."""
        apps = super().get_app_list(request, app_label)
        tables = {model["object_name"]: model for app in apps for model in app["models"]}
        if not tables:
            return apps
        groups = [(name, [tables.pop(table) for table in names if table in tables]) for name, names in GROUPS]
        groups.append((_("Others"), list(tables.values())))
        return [{**apps[0], "name": name, "models": models} for name, models in groups if models]
