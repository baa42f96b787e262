"""What a person gives with a step of the workflow: one form for each row of the table, made from ``Transition.needs``."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import (
    PlainForm,
    RowField,
    WrittenField,
    choice_field,
    moment_field,
    read_claim_number,
    words_field,
)
from claims.models import Assignment, Claim, Person, Rating
from claims.workflow.readable import clean
from claims.workflow.transitions import TRANSITIONS

REASONS = {
    "recall": _("Why is it taken back?"),
    "return": _("What must change?"),
    "decline": _("Why, in words"),
    "waive_cross_check": _("Why without a second verdict? Readers see it."),
    "cross_check": _("Why this verdict?"),
    "decide": _("Why this verdict of the two?"),
    "reopen": _("Why is it reopened?"),
    "say_under_review": _("Why, for readers"),
    "stand": _("What was looked at again?"),
    "withhold": _("Why, for readers"),
    "propose_retraction": _("Why, for readers"),
    "resume": _("Why go on without an answer? (where one is still awaited)"),
}
REASON_MAY_BE_EMPTY = {"resume"}
# Besides what the table says is needed.
ALSO: dict[str, tuple[str, ...]] = {
    "submit": ("seen",),
    "cross_check": ("confidence", "seen"),
    "decide": ("seen",),
    "waive_cross_check": ("seen",),
    "approve": ("seen", "notes"),
    "publish": ("seen",),
}
MUST_SAY_WHAT_WAS_SEEN = {"approve", "publish"}


class TargetField(forms.CharField):
    """Another claim, named by its number or its address; words only find some to choose from."""

    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})

    def clean(self, value: Any) -> int:
        typed = super().clean(value)
        number = read_claim_number(typed)
        if number is None:
            raise forms.ValidationError(_("Choose one of the claims below, or write the number, as in C-14."))
        return number


class StepForm(PlainForm):
    """The form of one step.  What it leaves unsaid is refused by the step itself, in its own words."""

    def __init__(
        self,
        action: str,
        data: Any = None,
        *,
        people: Iterable[Person] = (),
        ratings: Iterable[Rating] = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, name=action, initial=initial)
        self.action = action
        self.offered: list[Any] = []  # claims to choose from, where words were given instead of one
        makers = _makers(action, people, ratings)
        for name in (*TRANSITIONS[action].needs, *ALSO.get(action, ())):
            self.fields[name] = makers[name]()

    @property
    def filled_in(self) -> list[tuple[str, str]]:
        """What was filled in, for where the form itself is no more: each label, and the words below it."""
        told = ((str(bound.label), _in_words(bound)) for bound in self.visible_fields())
        return [(label, words) for label, words in told if words]


def _in_words(bound: forms.BoundField) -> str:
    value = str(bound.value() or "")
    choices = {str(key): str(words) for key, words in getattr(bound.field, "choices", ())}
    return clean(choices.get(value, value) if value else "")


def _makers(action: str, people: Iterable[Person], ratings: Iterable[Rating]) -> dict[str, Callable[[], forms.Field]]:
    label = REASONS.get(action, _("Why"))
    return {
        "reason": lambda: words_field(label, required=action in REASONS and action not in REASON_MAY_BE_EMPTY),
        "decline_reason": lambda: choice_field(_("Reason"), Claim.DeclineReason),
        "look_again": lambda: moment_field(_("Look again")),
        "target": lambda: TargetField(
            label=_("The claim it repeats"),
            max_length=500,
            help_text=_("Its number (C-14), its address, or some of its words."),
        ),
        "person": lambda: RowField(people, label=_("Person")),
        "due": lambda: moment_field(_("Due"), required=False),
        "role": lambda: choice_field(_("Role"), Assignment.Role),
        "rating": lambda: RowField(ratings, label=_("Verdict")),
        "confidence": lambda: choice_field(_("Confidence"), Claim.Confidence, required=False, empty=_("not said")),
        "publish_at": lambda: moment_field(_("Publish at")),
        "say_under_review": lambda: forms.BooleanField(
            label=_("Tell readers that it is under review, with these words"), required=False
        ),
        "seen": lambda: forms.CharField(
            max_length=64, widget=forms.HiddenInput, required=action in MUST_SAY_WHAT_WAS_SEEN
        ),
        "notes": lambda: forms.CharField(max_length=64, widget=forms.HiddenInput, required=False),
    }


class BulkForm(PlainForm):
    """What is done to several claims at once."""

    person = forms.Field()
    due = moment_field(_("Due"), required=False)
    decline_reason = choice_field(_("Reason"), Claim.DeclineReason, required=False, empty=_("choose"))
    reason = WrittenField(label=_("Why, in words"), required=False, max_length=2000)
    topic = WrittenField(label=_("Topic to add"), required=False, max_length=80)

    def __init__(self, data: Any = None, *, people: Iterable[Person]) -> None:
        super().__init__(data, name="bulk")
        fit = [person for person in people if person.can_research]
        self.fields["person"] = RowField(fit, label=_("Person"), required=False)
