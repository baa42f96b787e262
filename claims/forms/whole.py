"""Forms that say of each field what was seen, so that a box left empty is told from a field that was not shown."""

from typing import Any

from django.db.models import QuerySet

from claims.forms.marked import MarkedForm


class WholeForm(MarkedForm):
    """One whose empty boxes are answers; what it did not show stays as it is."""

    def __init__(self, data: Any = None, *, name: str, **given: Any) -> None:
        super().__init__(data, name=name, **given)
        self.leave_out_unshown()

    def leave_out_unshown(self) -> None:
        """Do not ask for a field the form did not hold when it was sent."""
        if self.is_bound:
            for name in set(self.fields) - set(self.seen) - set(self.data):
                del self.fields[name]

    @property
    def sent(self) -> dict[str, Any]:
        """The fields that came with the form; of several rows a list."""
        return {
            name: list(value) if isinstance(value, QuerySet) else value for name, value in self.cleaned_data.items()
        }
