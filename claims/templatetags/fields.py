"""Form fields as the desk shows them: one place that ties label, help and errors to the widget."""

from typing import Any

from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
    SelectMultiple,
    Textarea,
)

WIDGET_CLASSES: list[tuple[type, str]] = [
    (CheckboxInput, "checkbox"),
    (Textarea, "textarea w-full"),
    (SelectMultiple, "textarea w-full h-28"),
    (Select, "select w-full"),
    (FileInput, "file-input w-full"),
]
SIZED = {"input", "select", "file-input"}


def _widget_class(bound: BoundField, size: str) -> str:
    css = next((css for kind, css in WIDGET_CLASSES if isinstance(bound.field.widget, kind)), "input w-full")
    kind = css.split()[0]
    return f"{css} {kind}-{size}" if size and kind in SIZED else css


def first_wrong(bound: BoundField) -> str:
    """The name of the first field of a form, as it stands on the page, that was sent with something wrong in it."""
    form = bound.form
    return next((name for name in form.fields if name in form.errors), "") if form.is_bound else ""


def field(
    bound: BoundField,
    *,
    size: str = "sm",
    label: str = "",
    hide_label: bool = False,
    hide_help: bool = False,
    **attrs: Any,
) -> dict[str, Any]:
    """A form field: label above, help under it, its errors tied to it for those who hear the page.

    Args:
        size: "sm" (32 px) or "" (40 px).
        hide_help: for this rendering and every later one of the same form.
        attrs: attributes of the widget; write ``hx_get`` for ``hx-get``, ``autofocus=True`` for a bare one.
    """
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    wrong = first_wrong(bound)
    if wrong:  # a form that came back is taken up where it was wrong
        given["autofocus"] = wrong == bound.name
    is_group = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)
    if not is_group:  # Django would put the class on the group as well
        given["class"] = " ".join(filter(None, [bound.field.widget.attrs.get("class", ""), _widget_class(bound, size)]))
    if hide_help:
        bound.help_text = ""  # else Django points to a text that is not there
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=given),
        "label": label or bound.label,
        "hide_label": hide_label,
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "is_group": is_group,
        "is_alert": wrong == bound.name,
    }
