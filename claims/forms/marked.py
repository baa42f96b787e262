"""Forms that carry, beside each field, the mark of what the person had before his eyes."""

from typing import Any

from claims.forms.fields import PlainForm

SEEN = "seen-"


def read_seen(data: Any) -> dict[str, str]:
    """Field -> mark, as the form sent them."""
    return {name.removeprefix(SEEN): str(value) for name, value in data.items() if name.startswith(SEEN)}


class MarkedForm(PlainForm):
    """A form of several fields that two people may have open at once."""

    def __init__(self, data: Any = None, *, name: str, seen: dict[str, str] | None = None, **given: Any) -> None:
        super().__init__(data, name=name, **given)
        self.seen = seen or read_seen(data or {})  # a form that comes back still says what was seen

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Hidden fields: name and mark."""
        return [(f"{SEEN}{name}", mark) for name, mark in self.seen.items() if name in self.fields]
