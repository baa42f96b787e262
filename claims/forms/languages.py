"""A choice of languages by name instead of a code typed from memory: BCP 47 tags, named in the reader's own language."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from claims.search.common import languages_known

LONGEST_TAG = 12
FEWEST_COMMON = 8
TAG = re.compile(r"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
# What stands first where the desk has not written in enough languages yet.
USUAL = ("en", "ar", "zh", "fr", "ru", "es", "de", "ko", "ja", "uk")
# Written by many newsrooms, and not among those Django knows by name.
OTHERS: dict[str, str | Promise] = {
    "am": gettext_lazy("Amharic"), "ceb": gettext_lazy("Cebuano"), "fil": gettext_lazy("Filipino"),
    "ha": gettext_lazy("Hausa"), "ht": gettext_lazy("Haitian Creole"), "ku": gettext_lazy("Kurdish"),
    "lo": gettext_lazy("Lao"), "mg": gettext_lazy("Malagasy"), "mt": gettext_lazy("Maltese"),
    "om": gettext_lazy("Oromo"), "ps": gettext_lazy("Pashto"), "qu": gettext_lazy("Quechua"),
    "rw": gettext_lazy("Kinyarwanda"), "si": gettext_lazy("Sinhala"), "sn": gettext_lazy("Shona"),
    "so": gettext_lazy("Somali"), "ti": gettext_lazy("Tigrinya"), "tl": gettext_lazy("Tagalog"),
    "wo": gettext_lazy("Wolof"), "xh": gettext_lazy("Xhosa"), "yi": gettext_lazy("Yiddish"),
    "yo": gettext_lazy("Yoruba"), "yue": gettext_lazy("Cantonese"), "zh": gettext_lazy("Chinese"),
    "zu": gettext_lazy("Zulu"),
}  # fmt: skip

Choices = list[tuple[str, str]]


class LanguageSelect(forms.Select):
    """The languages of the desk first, then all; a value kept from before stays one of them, whatever it is."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        self.choices = [*_kept(value), *offered()]
        return super().optgroups(name, value, attrs)


class LanguageField(forms.RegexField):
    widget = LanguageSelect

    def __init__(self, **given: Any) -> None:
        super().__init__(TAG, max_length=LONGEST_TAG, **given)
        self.widget.attrs.pop("maxlength", None)


def offered() -> list[tuple[str, Choices]]:
    """Two groups, common and all, each ``(tag, name)`` by name."""
    common = tuple(dict.fromkeys((*languages_known(), *USUAL)))[: max(FEWEST_COMMON, len(languages_known()))]
    return _offered(common, get_language() or "")


@lru_cache(100)
def _offered(common: tuple[str, ...], _reader: str) -> list[tuple[str, Choices]]:
    """``_reader`` is only part of the name under which they are kept: another reads other names."""
    names = dict(_named())
    first = [(tag, names.get(tag, tag)) for tag in common]
    rest = sorted((pair for pair in names.items() if pair[0] not in common), key=lambda pair: pair[1].casefold())
    return [(_("Common here"), first), (_("All"), rest)]


def _named() -> Iterator[tuple[str, str]]:
    for code, info in LANG_INFO.items():
        if "name" in info:  # else it only points to another code
            yield tag_of(code), _(info["name"])
    for code, name in OTHERS.items():
        yield code, str(name)


def tag_of(code: str) -> str:
    """A code of Django's as BCP 47 writes it: ``zh-hans`` is ``zh-Hans``, ``pt-br`` is ``pt-BR``."""
    language, *parts = code.split("-")
    return "-".join([language, *(part.title() if len(part) == len("Hans") else part.upper() for part in parts)])


def _kept(value: list[str]) -> Choices:
    known = {tag for _group, choices in offered() for tag, _name in choices}
    return [(tag, tag) for tag in value if tag and tag not in known]
