"""The form of a file that becomes evidence."""

from django import forms
from django.utils.translation import gettext_lazy

from claims.evidence.upload import ACCEPT, KINDS_IN_WORDS
from claims.forms.fields import WrittenField
from claims.models import Evidence, EvidenceKind


class UploadForm(forms.Form):
    """A file as evidence of its own.  What may be uploaded is judged by its bytes, in ``upload``."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=KINDS_IN_WORDS,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    title = WrittenField(
        label=gettext_lazy("Title"), max_length=400, required=False, help_text=gettext_lazy("Empty: the file's own.")
    )
    stance = forms.ChoiceField(label=gettext_lazy("Stance"), choices=Evidence.Stance, initial=Evidence.Stance.CONTEXT)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=EvidenceKind, initial=EvidenceKind.NEWS)
    origin = WrittenField(label=gettext_lazy("Origin"), max_length=120, required=False)
