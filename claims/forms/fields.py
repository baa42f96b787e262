"""Fields several forms share, and forms whose choices the page has read already, so that drawing them asks nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model

Label = Any  # text, or text still to be translated: the stubs know no public name for it
MOST_TEXT = 20_000  # characters of any long text somebody writes


class RowField(forms.TypedChoiceField):
    """A choice among rows read before; gives the row itself."""

    def __init__(self, rows: Iterable[Any], *, label: Label, required: bool = True, words: str = "") -> None:
        self.rows: dict[str, Model] = {str(row.pk): row for row in rows}
        names = [("", words or "\u2013"), *((pk, str(row)) for pk, row in self.rows.items())]
        super().__init__(choices=names, coerce=self.rows.__getitem__, empty_value=None, label=label, required=required)


def moment_field(label: Label, *, required: bool = True) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, required=required)


def words_field(label: Label, *, rows: int = 2, required: bool = False, help_text: Label = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


def choice_field(label: Label, choices: Any, *, required: bool = True, empty: Label = "") -> forms.ChoiceField:
    """A choice; ``empty`` adds a first line that stands for none."""
    offered = [("", empty), *choices.choices] if empty else choices.choices
    return forms.ChoiceField(label=label, choices=offered, required=required)


class PlainForm(forms.Form):
    """A form whose fields get ids of their own, because a page holds many forms."""

    def __init__(self, data: Any = None, *, name: str, **given: Any) -> None:
        super().__init__(data, auto_id=f"{name}-%s", **given)

    def offer(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        """Draw a choice among rows from what was read already (``pk`` and ``name``), instead of asking for them."""
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            none = [] if isinstance(field, forms.ModelMultipleChoiceField) else [("", "\u2013")]
            field.widget.choices = [*none, *((row["pk"], row["name"]) for row in rows)]
