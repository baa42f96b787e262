"""Forms that carry, beside each field, the mark of what the person had before his eyes."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _

from claims.forms.fields import PlainForm
from claims.workflow.edit import digest

SEEN = "seen-"


def read_seen(data: Any) -> dict[str, str]:
    """Field -> mark, as the form sent them."""
    return {name.removeprefix(SEEN): str(value) for name, value in data.items() if name.startswith(SEEN)}


class MarkedForm(PlainForm):
    """A form of several fields that two people may have open at once."""

    together: tuple[frozenset[str], ...] = ()  # fields that mean nothing apart: where one is disputed both stay as sent

    def __init__(self, data: Any = None, *, name: str, seen: dict[str, str] | None = None, **given: Any) -> None:
        super().__init__(data, name=name, **given)
        self.seen = seen or read_seen(data or {})  # a form that comes back still says what was seen

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Hidden fields: name and mark."""
        return [(f"{SEEN}{name}", mark) for name, mark in self.seen.items() if name in self.fields]

    def show_conflict(self, conflicts: Mapping[str, str], now: Mapping[str, Any]) -> None:
        """Make a valid form ready to come back: what the person wrote stays, what he left alone is as it stands now.

        Args:
            conflicts: field somebody else changed too -> who did, in a sentence; it says what stands now, and saving
                again replaces it.
            now: field -> the value that stands now.
        """
        data: Any = copy(self.data)
        given = dict(self.cleaned_data)
        for name, value in now.items():
            is_left = digest(given[name]) == self.seen.get(name)
            if is_left or name in conflicts:
                data[f"{SEEN}{name}"] = digest(value)
            if is_left and not set(conflicts) & {name}.union(*(group for group in self.together if name in group)):
                self._put(data, name, value)
        self.data, self.seen = data, read_seen(data)
        for name, who in conflicts.items():
            said = self._in_words(name, now[name])
            stands = _("It now says: “%(now)s”.") % {"now": said} if said else _("It is empty now.")
            self.add_error(name, " ".join((who, stands, _("Save again to put yours in its place."))))

    def _put(self, data: Any, name: str, value: Any) -> None:
        data.pop(name, None)
        if isinstance(self.fields[name], forms.BooleanField):
            value = "on" if value else None
        if value is not None:
            data[name] = str(value.pk if isinstance(value, Model) else value)

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            choices: Any = field.choices
            return str(dict(choices).get(value, value))
        return "" if value is None else str(value)
