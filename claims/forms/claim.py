"""What a claim says: a new one, its statement, its verdict, and what stands around it."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import RowField, WrittenField, choice_field, day_field, moment_field, words_field
from claims.forms.languages import LanguageField
from claims.forms.marked import MarkedForm
from claims.forms.parts import check_one_claimant, new_claimant_field
from claims.forms.whole import WholeForm
from claims.models import Appearance, Claim, Claimant, Correction, Rating, Topic
from claims.workflow.merge import is_settled


class EditForm(MarkedForm):
    """Fields of a claim; beside each the mark of the text the person had before his eyes."""

    def __init__(self, data: Any = None, *, name: str, **given: Any) -> None:
        super().__init__(data, name=name, **given)
        if self.is_bound and self.seen:
            for absent in set(self.fields) - set(self.data):
                self.fields[absent].required = False

    @property
    def sent(self) -> dict[str, Any]:
        """The fields that came with the form; those it did not show are left alone."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.data}

    def clean(self) -> dict[str, Any]:
        """Two versions of the same words, as the page of a conflict offers them, are no text to save."""
        given = super().clean() or {}
        for name, value in list(given.items()):
            if isinstance(value, str) and not is_settled(value):
                self.add_error(
                    name,
                    _("Two versions still stand side by side here: keep one and take out the marks ⟦ and ⟧."),
                )
        return given


class StatementField(WrittenField):
    """A statement.  What is too long is refused in words: a browser that counts would cut what is pasted."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class StatementForm(EditForm):
    statement = StatementField(
        label=_("Statement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("One checkable assertion, stated affirmatively; best in 75 characters or fewer."),
    )
    context = words_field(_("Context"), rows=3)
    language = LanguageField(label=_("Language"), initial="en")
    kind = choice_field(_("Kind"), Claim.Kind)
    no_appearance_reason = WrittenField(label=_("Why there is no appearance"), max_length=300, required=False)


class VerdictForm(EditForm):
    rationale = words_field(
        _("Rationale"),
        rows=6,
        help_text=_("Plain text, no formatting; an empty line begins a paragraph. Cite evidence as [1], [2]."),
    )
    confidence = choice_field(_("Confidence"), Claim.Confidence, required=False, empty=_("not said"))
    evidence_exception = words_field(_("Why less evidence is enough"), rows=2)
    title = WrittenField(label=_("Headline"), max_length=200, required=False)
    summary = words_field(_("Summary"), rows=2)
    body = words_field(_("Body"), rows=6)
    correction_kind = forms.ChoiceField(
        label=_("Kind of change since it was public"),
        choices=[("", _("none")), *((kind.value, kind.label) for kind in Correction.OF_A_VERSION)],
        required=False,
    )
    correction_text = words_field(_("What changed, in words for the reader"))
    field_order = ["rating"]

    def __init__(self, data: Any = None, *, ratings: Iterable[Rating], public: bool, **given: Any) -> None:
        super().__init__(data, name="verdict", **given)
        self.fields["rating"] = RowField(ratings, label=_("Verdict"), required=False, words="\u2013")
        self.order_fields(["rating", "confidence", "rationale"])
        if not public:
            del self.fields["correction_kind"], self.fields["correction_text"]


def confidential_field() -> forms.BooleanField:
    return forms.BooleanField(label=_("Confidential: only its people and editors see it"), required=False)


class ArrangeForm(WholeForm):
    """What stands outside the content: date, priority, topics, who may see it."""

    due_at = moment_field(_("Due"), required=False)
    priority = forms.IntegerField(
        label=_("Priority"), min_value=1, max_value=9, help_text=_("1 is most urgent, 9 least.")
    )
    topics = forms.ModelMultipleChoiceField(Topic.objects.all(), label=_("Topics"), required=False)
    confidential = confidential_field()


class NewClaimForm(StatementForm):
    """A claim with its first appearance, or a reason why there is none."""

    claimant = forms.ModelChoiceField(Claimant.objects.all(), label=_("Who says it"), required=False)
    new_claimant = new_claimant_field()
    claimant_kind = choice_field(_("The new one is a"), Claimant.Kind, required=False)
    position = choice_field(_("Position"), Appearance.Position)
    url = forms.URLField(label=_("Where (address)"), max_length=2000, required=False, assume_scheme="https")
    verbatim = words_field(_("The words as said"))
    said_on = day_field(_("Date"))
    topics = forms.ModelMultipleChoiceField(Topic.objects.all(), label=_("Topics"), required=False)
    new_topics = WrittenField(
        label=_("New topics"),
        max_length=300,
        required=False,
        help_text=_("Separated by commas; one that is known already, however it is spelt, is not added twice."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    confidential = confidential_field()

    appearance_fields = ("claimant", "new_claimant", "claimant_kind", "position", "url", "verbatim", "said_on")

    def clean(self) -> dict[str, Any]:
        """An appearance or a reason there is none."""
        given = super().clean() or {}
        check_one_claimant(self, given)
        if not any(given.get(name) for name in ("claimant", "new_claimant", "url", "no_appearance_reason")):
            self.add_error(
                "claimant", _("Say who makes the claim or where, or write below why there is no appearance.")
            )
        return given

    @property
    def appearance(self) -> dict[str, Any]:
        """The first appearance; empty when none was given."""
        found = {name: self.cleaned_data[name] for name in self.appearance_fields}
        return found if found["claimant"] or found["new_claimant"] or found["url"] else {}

    @property
    def named_topics(self) -> list[str]:
        """Topics that were written, not chosen."""
        return [
            name.strip()
            for name in re.split(r"[,;\u060c\u3001\uff0c]", self.cleaned_data["new_topics"])
            if name.strip()
        ]
