"""What a person sets for himself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import PlainForm
from claims.models import Claimant, Topic


class RecusalForm(PlainForm):
    """What somebody must not work on: a topic or a claimant."""

    topic = forms.ModelChoiceField(Topic.objects.all(), required=False, empty_label="\u2013", label=_("Topic"))
    claimant = forms.ModelChoiceField(
        Claimant.objects.all(), required=False, empty_label="\u2013", label=_("or claimant")
    )
    reason = forms.CharField(
        max_length=300, required=False, label=_("Why (administrators and auditors read it; it may stay empty)")
    )
