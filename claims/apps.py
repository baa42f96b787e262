from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import get_language, gettext, gettext_lazy

from claims import language


class ClaimsConfig(AppConfig):
    name = "claims"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = gettext_lazy("Fact-check desk")

    def ready(self) -> None:
        language.speak_with(gettext, get_language)
        import_module("claims.models.names").name_in_every_language()  # models cannot be imported before
