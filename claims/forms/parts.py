"""What hangs on a claim: evidence, appearances, replies, answers, comments."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import MOST_TEXT, PlainForm, WrittenField, choice_field, day_field, moment_field, words_field
from claims.forms.marked import MarkedForm
from claims.forms.whole import WholeForm
from claims.models import (
    Appearance,
    ChecklistAnswer,
    Claimant,
    ContactLog,
    Credibility,
    Evidence,
    EvidenceKind,
    Reliability,
    RubricAnswer,
)
from claims.workflow.edit import digests
from claims.workflow.edit_review import QUESTION
from claims.workflow.merge import is_settled

MOST_LINKS = 50


class LinksForm(PlainForm):
    """Addresses pasted at once, one a line."""

    urls = forms.CharField(
        label=_("Addresses"),
        max_length=MOST_LINKS * 2000,
        help_text=_("One a line; each is captured in the background."),
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://", "spellcheck": "false"}),
    )
    stance = choice_field(_("Stance"), Evidence.Stance, initial=Evidence.Stance.CONTEXT)  # counts for neither side
    # Never the primary document that may suffice alone: that is for a person to say.
    kind = choice_field(_("Type"), EvidenceKind, initial=EvidenceKind.NEWS)
    origin = WrittenField(label=_("Origin"), max_length=120, required=False)

    def clean_urls(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["urls"].splitlines() if line.strip()]
        if len(lines) > MOST_LINKS:
            raise forms.ValidationError(_("At most 50 addresses at once."))
        return lines


class GradeForm(MarkedForm):
    """What a source and its information are worth, judged apart."""

    reliability = choice_field(_("Source"), Reliability)
    credibility = forms.TypedChoiceField(label=_("Information"), choices=Credibility.choices, coerce=int)
    grade_reason = WrittenField(label=_("Why this grade"), max_length=300, required=False)


class EvidenceForm(GradeForm):
    """How one piece of evidence is judged."""

    together = (frozenset({"withheld", "withheld_reason"}),)

    title = WrittenField(label=_("What the source is called"), max_length=400, required=False)
    stance = choice_field(_("Stance"), Evidence.Stance)
    kind = choice_field(_("Type"), EvidenceKind)
    origin = WrittenField(
        label=_("Origin"), max_length=120, required=False, help_text=_("Two pieces of one origin are not independent.")
    )
    note = words_field(_("What it shows, in the desk's words"))
    withheld = forms.BooleanField(label=_("Withhold the source from readers"), required=False)
    withheld_reason = WrittenField(label=_("Why it is withheld"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A source is withheld with a reason, and a reason stands only with a withheld source."""
        given = super().clean() or {}
        if given.get("withheld") and not given.get("withheld_reason"):
            self.add_error("withheld_reason", _("Say why the source is withheld; readers see the reason."))
        if not given.get("withheld"):
            given["withheld_reason"] = ""
        return given


def new_claimant_field() -> WrittenField:
    return WrittenField(
        label=_("Or somebody new"),
        max_length=160,
        required=False,
        help_text=_("A name that is known already, however it is spelt, is not added twice."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


def check_one_claimant(form: forms.Form, given: dict[str, Any]) -> None:
    if given.get("claimant") and given.get("new_claimant"):
        form.add_error("new_claimant", _("Choose somebody from the list, or name somebody new: not both."))


class AppearanceForm(PlainForm):
    claimant = forms.ModelChoiceField(Claimant.objects.all(), label=_("Who"), required=False)
    new_claimant = new_claimant_field()
    claimant_kind = choice_field(_("The new one is a"), Claimant.Kind, required=False)
    position = choice_field(_("Position"), Appearance.Position)
    url = forms.URLField(label=_("Address"), max_length=2000, required=False, assume_scheme="https")
    verbatim = words_field(_("The words as said"))
    said_on = day_field(_("Date"))
    date_basis = WrittenField(label=_("Where the date comes from"), max_length=300, required=False)
    place = WrittenField(label=_("Place in the text"), max_length=200, required=False)
    is_first = forms.BooleanField(label=_("First known appearance"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        check_one_claimant(self, given)
        if not (given.get("claimant") or given.get("new_claimant") or given.get("url")):
            self.add_error("claimant", _("Say who made the claim, or where."))
        return given


class AppearanceEditForm(AppearanceForm, MarkedForm):
    """An appearance as it stands, to be put right."""

    columns = ("claimant", "position", "url", "verbatim", "said_on", "date_basis", "place", "is_first")

    def __init__(self, row: Appearance, data: Any = None) -> None:
        values = {name: getattr(row, name) for name in self.columns}
        seen = digests(row, self.columns) if data is None else None
        super().__init__(data, name=f"a{row.number}", seen=seen, initial=values)
        self.number = row.number


class ContactForm(PlainForm):
    """Whom the desk asks, and what."""

    asked = WrittenField(label=_("Who was asked"), max_length=160)
    channel = choice_field(_("How"), ContactLog.Channel)
    contact_detail = WrittenField(
        label=_("Address or number"),
        max_length=200,
        required=False,
        help_text=_("Confidential: never published or exported."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    question = words_field(_("Question"), required=True)
    asked_at = moment_field(_("Asked"), required=False)
    deadline = moment_field(_("Answer by"))
    public_line = WrittenField(
        label=_("What the reader is told"),
        max_length=400,
        required=False,
        help_text=_("Empty: who was asked and when, and whether they answered."),
    )
    field_order = ("asked", "channel", "contact_detail", "question", "asked_at", "deadline", "answer", "public_line")


class ContactEditForm(ContactForm):
    """A question and its answer as they stand, to be put right.

    Args:
        seen: the mark of the row the person has before his eyes.
        sees_details: whether the address or number is for this person; else the form does not know of it.
    """

    answer = words_field(_("What they answered"))
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, row: ContactLog, data: Any = None, *, seen: str, sees_details: bool) -> None:
        names = [name for name in self.base_fields if name != "seen"]
        values = {name: getattr(row, name) for name in names} | {"seen": seen}
        super().__init__(data, name=f"contact-{row.pk}", initial=values)
        self.contact = row.pk
        self.fields["asked_at"].required = True
        if not sees_details:
            del self.fields["contact_detail"]


class AnswerForm(PlainForm):
    """What somebody answered, in the row of the question."""

    answer = words_field(_("What they answered"), required=True)
    public_line = WrittenField(
        label=_("What the reader is told"), max_length=400, required=False, help_text=_("Empty: that they answered.")
    )

    def __init__(self, contact: int, data: Any = None) -> None:
        super().__init__(data, name=f"answer-{contact}")
        self.contact = contact


class NoWaitForm(PlainForm):
    """Why the desk goes on without an answer that may still come."""

    reason = WrittenField(label=_("Why you do not wait; the approver reads it"), max_length=300)

    def __init__(self, contact: int, data: Any = None) -> None:
        super().__init__(data, name=f"wait-{contact}")
        self.contact = contact


class ChecklistForm(PlainForm):
    item = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    answer = forms.ChoiceField(choices=ChecklistAnswer.Answer)
    note = WrittenField(max_length=300, required=False)


class RubricForm(WholeForm):
    """The questions of the rubric as they are asked today, and in words why it is worth checking.

    Args:
        questions: ``code``, ``text`` and the ``answer`` given before, if any.
    """

    reason = WrittenField(label=_("Why it is worth checking"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, questions: Sequence[dict[str, Any]], **given: Any) -> None:
        super().__init__(data, name="rubric", **given)
        for row in questions:
            self.fields[f"{QUESTION}{row['code']}"] = forms.TypedChoiceField(
                label=row["text"],
                choices=RubricAnswer.Answer.choices,
                coerce=int,
                initial=row.get("answer"),
                widget=forms.RadioSelect,
            )
        self.order_fields([name for name in self.fields if name != "reason"])
        self.leave_out_unshown()

    def clean_reason(self) -> str:
        """Two versions side by side, as the page of a conflict offers them, are no reason to save."""
        reason: str = self.cleaned_data["reason"]
        if not is_settled(reason):
            raise forms.ValidationError(
                _("Two versions still stand side by side here: keep one and take out the marks ⟦ and ⟧.")
            )
        return reason


class CommentForm(PlainForm):
    text = words_field(_("Comment"), required=True)
    text.error_messages["required"] = _("Write a comment first.")


class PassageForm(CommentForm):
    """A comment on a passage of the rationale: selected (``start``, ``end``, ``exact``), or named by its words."""

    start = forms.IntegerField(required=False, min_value=0)
    end = forms.IntegerField(required=False, min_value=0)
    exact = forms.CharField(required=False, strip=False, max_length=MOST_TEXT)
    first = forms.CharField(required=False, max_length=300)
    last = forms.CharField(required=False, max_length=300)
