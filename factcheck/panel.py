"""The admin panel: administrators change the desk's settings, auditors read; everybody signs in by the same door."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Person

READERS = frozenset({Person.Role.ADMINISTRATOR, Person.Role.AUDITOR})


class DeskAdminSite(admin.AdminSite):
    site_header = _("Fact-check desk: administration")
    site_title = _("Administration")
    index_title = _("Records and settings")
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
