from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    """The project, as an app: it owns the commands that run the house."""

    name = "factcheck"
