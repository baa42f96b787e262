"""Tables and columns have a name in every language, also those that were given none."""

from django.apps import apps
from django.utils import translation
from django.utils.functional import Promise

from claims.models import Evidence, Job, Publisher
from claims.models.names import NAMES, unnamed


def test_every_name_django_made_is_one_that_can_be_translated():
    """When this fails: add the name to NAMES, then make messages."""
    made = {words for model in apps.get_app_config("claims").get_models() for _on, _what, words in unnamed(model)}

    assert made - NAMES == set()
    assert NAMES - made == set()


def test_a_table_and_its_columns_are_named_in_the_language_of_the_reader():
    assert isinstance(Publisher._meta.verbose_name_plural, Promise)
    with translation.override("de"):
        assert str(Publisher._meta.verbose_name_plural) == "Herausgeber"
        assert str(Job._meta.get_field("last_error").verbose_name) == "letzter Fehler"
        assert str(Job._meta.get_field("queue").verbose_name) == "Warteschlange"
        assert (str(Evidence._meta.verbose_name), str(Evidence._meta.verbose_name_plural)) == ("Beleg", "Belege")
    assert str(Publisher._meta.verbose_name_plural) == "publishers"
