"""Fields several forms share, and forms whose choices the page has read already, so that drawing them asks nothing."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Person
from claims.workflow.readable import clean, has_visible

Label = Any  # text, or text still to be translated: the stubs know no public name for it
Kept = TypeVar("Kept", bound=forms.Form)
MOST_YEARS_AWAY = 10
FIRST_YEAR = 1000  # a year of four digits; what is cited may be old
BIGGEST_ID = 2**63 - 1
_CLAIM_NUMBER = re.compile(r"(?:#|C[-\u2010-\u2013\s]?)?(\d{1,19})", re.IGNORECASE | re.ASCII)
_CLAIM_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?/claims/(\d{1,19})(?:[/?#]\S*)?", re.IGNORECASE | re.ASCII)
MOST_TEXT = 20_000  # characters of any long text somebody writes


def read_claim_number(text: str) -> int | None:
    """The number of a claim as people write it: 17, C-17, c17, #17, or the address of its page; ``None``: it is none."""
    found = _CLAIM_NUMBER.fullmatch(text.strip()) or _CLAIM_ADDRESS.fullmatch(text.strip())
    number = int(found[1]) if found else 0
    return number if 0 < number <= BIGGEST_ID else None


class WrittenField(forms.CharField):
    """What somebody writes: something a reader can see, without control characters and marks that turn words."""

    def to_python(self, value: Any) -> str:
        text = clean(super().to_python(value) or "")
        return text.strip() if self.strip else text

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not has_visible(value):
            raise forms.ValidationError(_("Only invisible characters stand here: write something that can be read."))


class RowField(forms.TypedChoiceField):
    """A choice among rows read before; gives the row itself."""

    def __init__(self, rows: Iterable[Any], *, label: Label, required: bool = True, words: str = "") -> None:
        self.rows: dict[str, Model] = {str(row.pk): row for row in rows}
        names = [("", words or "\u2013"), *((pk, str(row)) for pk, row in self.rows.items())]
        super().__init__(choices=names, coerce=self.rows.__getitem__, empty_value=None, label=label, required=required)


def moment_field(label: Label, *, required: bool = True) -> forms.DateTimeField:
    """A moment of the desk's work, read in the person's time zone; whether it must be ahead the operation says."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, required=required, validators=[check_moment])


def day_field(label: Label) -> forms.DateField:
    """The day something was said or printed: never ahead."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False, validators=[check_day])


def check_moment(moment: datetime) -> None:
    if abs(moment.year - timezone.now().year) > MOST_YEARS_AWAY:
        raise forms.ValidationError(_("This is more than ten years away: check the year."))


def check_day(day: date) -> None:
    if day.year < FIRST_YEAR:
        raise forms.ValidationError(_("This is too long ago: check the year."))
    if day > (timezone.now() + timedelta(hours=14)).date():  # where the day begins first
        raise forms.ValidationError(_("This day has not come yet."))


def words_field(label: Label, *, rows: int = 2, required: bool = False, help_text: Label = "") -> WrittenField:
    return WrittenField(
        label=label,
        required=required,
        max_length=MOST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


def choice_field(
    label: Label, choices: Any, *, required: bool = True, empty: Label = "", initial: str | None = None
) -> forms.ChoiceField:
    """A choice; ``empty`` adds a first line that stands for none."""
    offered = [("", empty), *choices.choices] if empty else choices.choices
    return forms.ChoiceField(label=label, choices=offered, required=required, initial=initial)


def keep_to(form: Kept, person: Person) -> Kept:
    """Let a form offer and take only the claimants and topics this person may know of."""
    for field in form.fields.values():
        rows: Any = getattr(field, "queryset", None)
        if isinstance(field, forms.ModelChoiceField) and hasattr(rows, "visible_to"):
            field.queryset = rows.visible_to(person)
    return form


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


def zone_choices(empty: str = "") -> list[tuple[str, str]]:
    """Every time zone this machine knows, the plain ones first; ``empty`` adds a line that stands for none."""
    names = sorted(available_timezones() - {"localtime", "Factory"}, key=lambda name: ("/" not in name, name))
    found = [(name, name.replace("_", " ")) for name in ["UTC", *(name for name in names if name != "UTC")]]
    return [("", empty), *found] if empty else found
