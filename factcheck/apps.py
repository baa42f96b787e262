from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FactcheckConfig(AppConfig):
    """The project, as an app: it owns the commands that run the house."""

    name = "factcheck"


class DeskAdminConfig(AdminConfig):
    """Django's admin with the desk's own site: one door for signing in, and roles instead of a staff flag."""

    default_site = "factcheck.panel.DeskAdminSite"
